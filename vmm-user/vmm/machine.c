/* SPDX-License-Identifier: MIT */
/* The guest machine: see machine.h. */
#include "vmm/machine_internal.h"

#include "lib/string.h"

uint64_t machine_now(const struct machine *m)
{
	return clock_ticks_to_ns(&m->clock, m->config.tsc() - m->tsc_start);
}

void machine_advance(struct machine *m)
{
	uint64_t now = machine_now(m);

	machine_advance_pit(m, now);
	machine_advance_rtc(m, now);
	machine_advance_acpi(m, now);
	machine_advance_lapic(m, now);
	m->changed = true;
}

uint64_t machine_deadline(const struct machine *m)
{
	const uint64_t at[] = {pit_deadline(&m->pit), rtc_deadline(&m->rtc),
		acpi_pm_deadline(&m->acpi_pm), lapic_deadline(&m->lapic)};
	uint64_t first = CLOCK_NEVER, ticks;

	for (unsigned i = 0; i < ARRAY_SIZE(at); i++)
		if (at[i] < first)
			first = at[i];
	if (first == CLOCK_NEVER)
		return CLOCK_NEVER;
	/* The conversion rounds down: one tick more is never too early. */
	ticks = clock_ns_to_ticks(&m->clock, first);
	return ticks >= CLOCK_NEVER - 1 - m->tsc_start ? CLOCK_NEVER : m->tsc_start + ticks + 1;
}

void machine_apic_begin(struct machine *m)
{
	machine_advance_lapic(m, machine_now(m));
}

void machine_apic_end(struct machine *m)
{
	m->changed = true;
}

void machine_input(struct machine *m)
{
	machine_refill(m);
	machine_show_line(m, LINE_COM1);
}

unsigned machine_room(const struct machine *m)
{
	return uart_room(&m->uart);
}

void machine_receive(struct machine *m, uint8_t byte)
{
	uart_receive(&m->uart, byte);
}

static void window_settle(struct machine *m, const struct machine_row *row)
{
	if (row->line != NO_LINE)
		machine_show_line(m, row->line);
	if (row->event && m->event == MACHINE_NONE)
		m->event = row->event(m);
	m->changed |= row->looks || m->event != MACHINE_NONE;
}

static uint64_t window_read(void *ctx, uint64_t offset, unsigned bytes)
{
	const struct machine_window *w = ctx;
	struct machine *m = w->machine;
	uint64_t value;

	if (w->row->advance)
		w->row->advance(m, machine_now(m));
	value = w->row->read(m, offset + w->row->bias, bytes);
	window_settle(m, w->row);
	return value;
}

static void window_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	const struct machine_window *w = ctx;
	struct machine *m = w->machine;

	if (w->row->advance)
		w->row->advance(m, machine_now(m));
	w->row->write(m, offset + w->row->bias, bytes, value);
	window_settle(m, w->row);
}

static enum status machine_plug(struct machine *m)
{
	for (unsigned i = 0; i < MACHINE_ROWS; i++) {
		const struct machine_row *row = &machine_rows[i];
		struct bus_device device = {
			.name = row->name,
			.base = row->base,
			.size = row->size,
			.width = row->width,
			.read = window_read,
			.write = window_write,
			.ctx = &m->window[i],
		};
		enum status status;

		m->window[i] = (struct machine_window){m, row};
		status = bus_add(row->mmio ? &m->mmio : &m->ports, &device);
		if (status)
			return status;
	}
	return STATUS_OK;
}

static void machine_power_on(struct machine *m)
{
	const struct machine_config *c = &m->config;

	machine_irq_init(m);
	pit_init(&m->pit);
	rtc_init(&m->rtc, c->unix_seconds, guest_memory_low(c->memory),
		guest_memory_high(c->memory));
	kbd_init(&m->kbd);
	uart_init(&m->uart, c->output, c->console);
	acpi_pm_init(&m->acpi_pm, 32);
	pci_init(&m->pci);
	debugexit_init(&m->debugexit, c->debug_exit);
	postcode_init(&m->post);
	postcode_init(&m->delay);
	postcode_init(&m->smi);
}

enum status machine_init(struct machine *m, const struct machine_config *config)
{
	enum status status;

	memset(m, 0, sizeof *m);
	m->config = *config;
	status = clock_init(&m->clock, config->tsc_khz);
	if (status)
		return status;
	m->tsc_start = config->tsc();
	bus_init(&m->ports, "port", config->report);
	bus_init(&m->mmio, "mmio", config->report);
	machine_power_on(m);
	status = machine_plug(m);
	for (unsigned i = 0; i < LINES; i++)
		machine_show_line(m, (enum machine_line)i);
	m->changed = true;
	return status;
}

_Static_assert(MACHINE_ROWS <= MACHINE_WINDOWS, "each row has a window");
