/* SPDX-License-Identifier: MIT */
/* The guest machine: see machine.h. */
#include "vmm/machine_internal.h"

#include "lib/string.h"

void machine_lock(struct machine_cpu *c)
{
	lock_take(&c->machine->lock, c->index);
	c->machine->holder = c;
}

void machine_unlock(struct machine_cpu *c)
{
	lock_give(&c->machine->lock, c->index);
}

void machine_tell(struct machine_cpu *to, const struct machine_cpu *from)
{
	if (to == from)
		__atomic_store_n(&to->due, true, __ATOMIC_RELAXED);
	else if (!__atomic_exchange_n(&to->due, true, __ATOMIC_SEQ_CST))
		to->machine->config.kick(to->index);
}

void machine_collect(struct machine_cpu *c)
{
	(void)__atomic_exchange_n(&c->due, false, __ATOMIC_SEQ_CST);
	lapic_collect(&c->lapic);
}

enum machine_event machine_event(const struct machine *m)
{
	return __atomic_load_n(&m->event, __ATOMIC_ACQUIRE);
}

uint64_t machine_now(const struct machine *m)
{
	return clock_ticks_to_ns(&m->clock, m->config.tsc() - m->tsc_start);
}

/* With the lock. Counters of two CPUs may differ by a little. */
static uint64_t devices_now(struct machine *m)
{
	uint64_t now = machine_now(m);

	if (now > m->now)
		m->now = now;
	return m->now;
}

static uint64_t devices_deadline(const struct machine *m)
{
	uint64_t at = pit_deadline(&m->pit), rtc = rtc_deadline(&m->rtc);
	uint64_t acpi = acpi_pm_deadline(&m->acpi_pm);

	at = rtc < at ? rtc : at;
	return acpi < at ? acpi : at;
}

/* With the lock, after a device's deadline may have moved. */
static void devices_retime(struct machine *m)
{
	uint64_t at = devices_deadline(m);

	if (at == m->devices_at)
		return;
	__atomic_store_n(&m->devices_at, at, __ATOMIC_RELEASE);
	machine_tell(m->cpu[0], m->holder);
}

void machine_advance(struct machine_cpu *c)
{
	struct machine *m = c->machine;

	lapic_advance(&c->lapic, machine_now(m));
	machine_tell(c, c);
	if (c->index)
		return;
	machine_lock(c);
	if (m->devices_at <= devices_now(m)) {
		machine_advance_pit(m, m->now);
		machine_advance_rtc(m, m->now);
		machine_advance_acpi(m, m->now);
		devices_retime(m);
	}
	machine_unlock(c);
}

uint64_t machine_deadline(const struct machine_cpu *c)
{
	const struct machine *m = c->machine;
	uint64_t first = lapic_deadline(&c->lapic), ticks;

	if (c->index == 0) {
		uint64_t devices = __atomic_load_n(&m->devices_at, __ATOMIC_ACQUIRE);

		first = devices < first ? devices : first;
	}
	if (first == CLOCK_NEVER)
		return CLOCK_NEVER;
	/* The conversion rounds down: one tick more is never too early. */
	ticks = clock_ns_to_ticks(&m->clock, first);
	return ticks >= CLOCK_NEVER - 1 - m->tsc_start ? CLOCK_NEVER : m->tsc_start + ticks + 1;
}

void machine_apic_begin(struct machine_cpu *c)
{
	lapic_collect(&c->lapic);
	lapic_advance(&c->lapic, machine_now(c->machine));
}

void machine_apic_end(struct machine_cpu *c)
{
	machine_tell(c, c);
}

void machine_input(struct machine_cpu *c)
{
	machine_lock(c);
	machine_refill(c->machine);
	machine_show_line(c->machine, LINE_COM1);
	machine_unlock(c);
}

unsigned machine_room(const struct machine *m)
{
	return uart_room(&m->uart);
}

void machine_receive(struct machine *m, uint8_t byte)
{
	uart_receive(&m->uart, byte);
}

static void window_settle(struct machine_cpu *c, const struct machine_row *row)
{
	struct machine *m = c->machine;

	if (row->line != NO_LINE)
		machine_show_line(m, row->line);
	if (row->advance)
		devices_retime(m);
	if (row->event && m->event == MACHINE_NONE && row->event(m) != MACHINE_NONE) {
		__atomic_store_n(&m->event, row->event(m), __ATOMIC_RELEASE);
		machine_tell(c, c);
	}
}

static uint64_t window_read(void *ctx, uint64_t offset, unsigned bytes)
{
	const struct machine_window *w = ctx;
	struct machine *m = w->cpu->machine;
	uint64_t value;

	machine_lock(w->cpu);
	if (w->row->advance)
		w->row->advance(m, devices_now(m));
	value = w->row->read(m, offset + w->row->bias, bytes);
	window_settle(w->cpu, w->row);
	machine_unlock(w->cpu);
	return value;
}

static void window_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	const struct machine_window *w = ctx;
	struct machine *m = w->cpu->machine;

	machine_lock(w->cpu);
	if (w->row->advance)
		w->row->advance(m, devices_now(m));
	w->row->write(m, offset + w->row->bias, bytes, value);
	window_settle(w->cpu, w->row);
	machine_unlock(w->cpu);
}

uint64_t machine_apic_read(struct machine_cpu *c, uint64_t offset, unsigned bytes)
{
	uint64_t value;

	machine_apic_begin(c);
	value = lapic_read(&c->lapic, offset, bytes);
	machine_apic_end(c); /* its time has moved */
	return value;
}

/* The end of an interrupt, and a priority, are no matter of time, nor of anything else
 * if no interrupt waits. */
void machine_apic_write(struct machine_cpu *c, uint64_t offset, unsigned bytes, uint64_t value)
{
	if (offset == LAPIC_OFFSET_EOI || offset == LAPIC_OFFSET_TPR) {
		lapic_write(&c->lapic, offset, bytes, value);
		if (lapic_irq(&c->lapic))
			machine_tell(c, c);
		return;
	}
	machine_apic_begin(c);
	lapic_write(&c->lapic, offset, bytes, value);
	machine_apic_end(c);
}

static uint64_t apic_read(void *ctx, uint64_t offset, unsigned bytes)
{
	return machine_apic_read(ctx, offset, bytes);
}

static void apic_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	machine_apic_write(ctx, offset, bytes, value);
}

/* A status without errors is read without effect. */
uint8_t machine_com1_read(struct machine_cpu *c, unsigned offset)
{
	struct machine *m = c->machine;
	uint8_t value;
	bool quiet;

	machine_lock(c);
	quiet = offset == UART_LINE_STATUS && !m->uart.lsr_errors;
	value = (uint8_t)uart_read(&m->uart, offset, 1);
	if (!quiet) {
		machine_refill(m);
		machine_show_line(m, LINE_COM1);
	}
	machine_unlock(c);
	return value;
}

void machine_com1_write(struct machine_cpu *c, unsigned offset, uint8_t value)
{
	struct machine *m = c->machine;

	machine_lock(c);
	uart_write(&m->uart, offset, 1, value);
	machine_refill(m);
	machine_show_line(m, LINE_COM1);
	machine_unlock(c);
}

static enum status plug_row(struct machine_cpu *c, unsigned i)
{
	const struct machine_row *row = &machine_rows[i];
	const struct bus_device device = {
		.name = row->name,
		.base = row->base,
		.size = row->size,
		.width = row->width,
		.read = window_read,
		.write = window_write,
		.ctx = &c->window[i],
	};

	c->window[i] = (struct machine_window){c, row};
	return bus_add(row->mmio ? &c->mmio : &c->ports, &device);
}

/* Of a processor's own, so no window with a lock. */
static enum status plug_apic(struct machine_cpu *c)
{
	const struct bus_device device = {
		.name = "lapic",
		.base = LAPIC_BASE_DEFAULT,
		.size = LAPIC_SIZE,
		.read = apic_read,
		.write = apic_write,
		.ctx = c,
	};

	return bus_add(&c->mmio, &device);
}

enum status machine_add_cpu(struct machine *m, struct machine_cpu *c)
{
	enum status status;

	if (m->cpus == MACHINE_CPUS)
		return STATUS_NO_MEMORY;
	memset(c, 0, sizeof *c);
	c->machine = m;
	c->index = m->cpus;
	c->clock = m->clock;
	c->startup = MACHINE_NO_STARTUP;
	c->due = true;
	bus_init(&c->ports, "port", m->config.report);
	bus_init(&c->mmio, "mmio", m->config.report);
	status = plug_apic(c);
	for (unsigned i = 0; i < MACHINE_ROWS && !status; i++)
		if (i < MACHINE_ROWS_PCI || m->pci.devices)
			status = plug_row(c, i);
	if (status)
		return status;
	machine_irq_add(c);
	m->cpu[c->index] = c;
	m->lapic[c->index] = &c->lapic;
	m->cpus++;
	return STATUS_OK;
}

enum status machine_add_function(struct machine *m, struct pci_function *function)
{
	return m->cpus ? STATUS_BAD_STATE : pci_add(&m->pci, function);
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
	machine_power_on(m);
	for (unsigned i = 0; i < LINES; i++)
		machine_show_line(m, (enum machine_line)i);
	m->devices_at = devices_deadline(m);
	return STATUS_OK;
}

_Static_assert(MACHINE_ROWS <= MACHINE_WINDOWS, "each row has a window");
