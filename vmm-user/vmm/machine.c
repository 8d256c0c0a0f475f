/* SPDX-License-Identifier: MIT */
/* The guest machine: see machine.h. The device table is at the end. */
#include "vmm/machine.h"

#include "lib/string.h"

#define COM1_PORT 0x3f8u
#define COM1_IRQ 4u
#define RTC_IRQ 8u
#define PIT_IRQ 0u
#define APIC_ID 0u

/* One range of addresses of a device. `bias` is added to the offset from `base`
 * before the device sees it. */
struct machine_row {
	const char *name;
	bool mmio;
	uint64_t base, size;
	unsigned width; /* see struct bus_device */
	unsigned bias;
	uint64_t (*read)(struct machine *, uint64_t offset, unsigned bytes);
	void (*write)(struct machine *, uint64_t offset, unsigned bytes, uint64_t value);
	void (*advance)(struct machine *, uint64_t now_ns); /* NULL: knows no time */
};

/* How the table reaches a device: member `name`, functions with prefix `type`. */
#define DEVICE(name, type)                                                                         \
	static uint64_t name##_in(struct machine *m, uint64_t offset, unsigned bytes)              \
	{                                                                                          \
		return type##_read(&m->name, offset, bytes);                                       \
	}                                                                                          \
	static void name##_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value) \
	{                                                                                          \
		type##_write(&m->name, offset, bytes, value);                                      \
	}

DEVICE(ioapic, ioapic)
DEVICE(lapic, lapic)
DEVICE(pit, pit)
DEVICE(rtc, rtc)
DEVICE(kbd, kbd)
DEVICE(acpi_pm, acpi_pm)
DEVICE(pci, pci)
DEVICE(debugexit, debugexit)
DEVICE(post, postcode)
DEVICE(delay, postcode)
DEVICE(smi, postcode)

/* The guest made room for input, or may have. */
static void uart_refill(struct machine *m)
{
	if (uart_room(&m->uart))
		m->config.input(m->config.console);
}

static uint64_t uart_in(struct machine *m, uint64_t offset, unsigned bytes)
{
	uint64_t value = uart_read(&m->uart, offset, bytes);

	uart_refill(m);
	return value;
}

static void uart_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	uart_write(&m->uart, offset, bytes, value);
	uart_refill(m);
}

static uint64_t port_a_in(struct machine *m, uint64_t offset, unsigned bytes)
{
	return kbd_port_a_read(&m->kbd, offset, bytes);
}

static void port_a_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	kbd_port_a_write(&m->kbd, offset, bytes, value);
}

/* Interrupt lines. Source: IBM PC AT Technical Reference, "System Interrupts";
 * ACPI's MADT in load/acpi_tables.c says the same of the I/O APIC. */
static bool pit_level(const struct machine *m) { return pit_irq(&m->pit); }
static bool kbd_level(const struct machine *m) { return kbd_irq(&m->kbd); }
static bool uart_level(const struct machine *m) { return uart_irq(&m->uart); }
static bool rtc_level(const struct machine *m) { return rtc_irq(&m->rtc); }
static bool acpi_level(const struct machine *m) { return acpi_pm_irq(&m->acpi_pm); }

static const struct {
	uint8_t irq, pin; /* of the 8259 pair; of the I/O APIC */
	bool (*level)(const struct machine *);
} line[] = {
	{PIT_IRQ, 2, pit_level},
	{KBD_IRQ, KBD_IRQ, kbd_level},
	{COM1_IRQ, COM1_IRQ, uart_level},
	{RTC_IRQ, RTC_IRQ, rtc_level},
	{ACPI_PM_SCI, ACPI_PM_SCI, acpi_level},
};

static void show_int(struct machine *m, bool level)
{
	lapic_set_lint(&m->lapic, 0, level);
	ioapic_set_pin(&m->ioapic, 0, level);
}

static void show_pic(struct machine *m)
{
	show_int(m, pic_irq(&m->pic));
}

/* Most accesses change no line; then nobody downstream has to look. */
static void show_lines(struct machine *m)
{
	uint32_t levels = 0, changed;

	for (unsigned i = 0; i < ARRAY_SIZE(line); i++)
		levels |= (uint32_t)line[i].level(m) << i;
	changed = levels ^ m->shown;
	if (!changed)
		return;
	m->shown = levels;
	for (unsigned i = 0; i < ARRAY_SIZE(line); i++) {
		bool level = levels >> i & 1;

		if (!(changed >> i & 1))
			continue;
		pic_set_line(&m->pic, line[i].irq, level);
		ioapic_set_pin(&m->ioapic, line[i].pin, level);
	}
	show_pic(m);
}

static uint64_t pic_in(struct machine *m, uint64_t offset, unsigned bytes)
{
	uint64_t value = pic_read(&m->pic, offset, bytes);

	show_pic(m);
	return value;
}

static void pic_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	pic_write(&m->pic, offset, bytes, value);
	show_pic(m);
}

static enum machine_event ask_devices(const struct machine *m)
{
	const enum machine_event asked[] = {debugexit_event(&m->debugexit),
		acpi_pm_event(&m->acpi_pm), pci_event(&m->pci), kbd_event(&m->kbd)};

	for (unsigned i = 0; i < ARRAY_SIZE(asked); i++)
		if (asked[i] != MACHINE_NONE)
			return asked[i];
	return MACHINE_NONE;
}

/* After anything that may have changed a device. */
static void machine_settle(struct machine *m)
{
	show_lines(m);
	if (m->event == MACHINE_NONE)
		m->event = ask_devices(m);
	m->changed = true;
}

static void advance_pit(struct machine *m, uint64_t now)
{
	do {
		pit_advance(&m->pit, now);
		show_lines(m);
	} while (pit_deadline(&m->pit) <= now);
}

static void advance_rtc(struct machine *m, uint64_t now) { rtc_advance(&m->rtc, now); }
static void advance_lapic(struct machine *m, uint64_t now) { lapic_advance(&m->lapic, now); }
static void advance_acpi(struct machine *m, uint64_t now) { acpi_pm_advance(&m->acpi_pm, now); }

uint64_t machine_now(const struct machine *m)
{
	return clock_ticks_to_ns(&m->clock, m->config.tsc() - m->tsc_start);
}

void machine_advance(struct machine *m)
{
	uint64_t now = machine_now(m);

	advance_pit(m, now);
	advance_rtc(m, now);
	advance_acpi(m, now);
	advance_lapic(m, now);
	machine_settle(m);
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
	advance_lapic(m, machine_now(m));
}

void machine_apic_end(struct machine *m)
{
	m->changed = true;
}

bool machine_irq(const struct machine *m)
{
	return lapic_irq(&m->lapic);
}

/* INT falls during an acknowledge cycle, so a second request is an edge again. */
uint8_t machine_take(struct machine *m)
{
	int vector;

	if (lapic_extint(&m->lapic)) {
		vector = pic_accept(&m->pic);
		lapic_accept_extint(&m->lapic);
		show_int(m, false);
		show_pic(m);
		return (uint8_t)vector;
	}
	vector = lapic_pending(&m->lapic);
	lapic_accept(&m->lapic, (uint8_t)vector);
	return (uint8_t)vector;
}

bool machine_nmi(const struct machine *m)
{
	return m->nmi && !rtc_nmi_masked(&m->rtc);
}

void machine_take_nmi(struct machine *m)
{
	m->nmi = false;
}

void machine_input(struct machine *m)
{
	uart_refill(m);
	machine_settle(m);
}

unsigned machine_room(const struct machine *m)
{
	return uart_room(&m->uart);
}

void machine_receive(struct machine *m, uint8_t byte)
{
	uart_receive(&m->uart, byte);
}

static bool apic_send(void *ctx, const struct apic_message *message)
{
	struct machine *m = ctx;
	struct lapic *lapic = &m->lapic;

	return apic_route(&lapic, 1, message);
}

static void lapic_send(void *ctx, const struct apic_message *message)
{
	apic_send(ctx, message);
}

/* There is no other processor to start, and no system management mode. */
static void lapic_event(void *ctx, enum lapic_event event, uint8_t vector UNUSED)
{
	struct machine *m = ctx;

	if (event == LAPIC_EVENT_NMI)
		m->nmi = true;
}

static void lapic_eoi(void *ctx, uint8_t vector)
{
	struct machine *m = ctx;

	ioapic_eoi(&m->ioapic, vector);
}

static const struct lapic_ops lapic_ops = {lapic_send, lapic_event, lapic_eoi};

static uint64_t window_read(void *ctx, uint64_t offset, unsigned bytes)
{
	const struct machine_window *w = ctx;
	struct machine *m = w->machine;
	uint64_t value;

	if (w->row->advance)
		w->row->advance(m, machine_now(m));
	value = w->row->read(m, offset + w->row->bias, bytes);
	machine_settle(m);
	return value;
}

static void window_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	const struct machine_window *w = ctx;
	struct machine *m = w->machine;

	if (w->row->advance)
		w->row->advance(m, machine_now(m));
	w->row->write(m, offset + w->row->bias, bytes, value);
	machine_settle(m);
}

/* Every device of the machine and where it answers. */
static const struct machine_row rows[] = {
	{"pic", false, 0x20, 2, 1, PIC_MASTER, pic_in, pic_out, NULL},
	{"pit", false, 0x40, 4, 1, PIT_COUNTER, pit_in, pit_out, advance_pit},
	{"keyboard data", false, KBD_PORT, 1, 1, 0, kbd_in, kbd_out, NULL},
	{"port 61", false, 0x61, 1, 1, PIT_PORT61, pit_in, pit_out, advance_pit},
	{"keyboard command", false, KBD_PORT + 4, 1, 1, 4, kbd_in, kbd_out, NULL},
	{"rtc", false, 0x70, 2, 1, 0, rtc_in, rtc_out, advance_rtc},
	{"post code", false, POSTCODE_PORT, 1, 1, 0, post_in, post_out, NULL},
	{"port 92", false, KBD_PORT_A, 1, 1, 0, port_a_in, port_a_out, NULL},
	{"slave pic", false, 0xa0, 2, 1, PIC_SLAVE, pic_in, pic_out, NULL},
	{"smi command", false, POSTCODE_SMI_PORT, 1, 1, 0, smi_in, smi_out, NULL},
	{"delay", false, POSTCODE_DELAY_PORT, 1, 1, 0, delay_in, delay_out, NULL},
	{"debug exit", false, DEBUGEXIT_PORT, DEBUGEXIT_PORTS, 0, 0, debugexit_in, debugexit_out,
		NULL},
	{"com1", false, COM1_PORT, UART_PORTS, 1, 0, uart_in, uart_out, NULL},
	{"elcr", false, 0x4d0, 2, 1, PIC_ELCR, pic_in, pic_out, NULL},
	{"acpi pm", false, ACPI_PM_PORT, ACPI_PM_PORTS, 0, 0, acpi_pm_in, acpi_pm_out,
		advance_acpi},
	{"pci", false, PCI_PORT, PCI_PORTS, 0, 0, pci_in, pci_out, NULL},
	{"ioapic", true, IOAPIC_BASE, IOAPIC_SIZE, 0, 0, ioapic_in, ioapic_out, NULL},
	{"lapic", true, LAPIC_BASE_DEFAULT, LAPIC_SIZE, 0, 0, lapic_in, lapic_out, advance_lapic},
};

static enum status machine_plug(struct machine *m)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct bus_device device = {
			.name = rows[i].name,
			.base = rows[i].base,
			.size = rows[i].size,
			.width = rows[i].width,
			.read = window_read,
			.write = window_write,
			.ctx = &m->window[i],
		};
		enum status status;

		m->window[i] = (struct machine_window){m, &rows[i]};
		status = bus_add(rows[i].mmio ? &m->mmio : &m->ports, &device);
		if (status)
			return status;
	}
	return STATUS_OK;
}

static void machine_power_on(struct machine *m)
{
	const struct machine_config *c = &m->config;

	pic_init(&m->pic);
	ioapic_init(&m->ioapic, apic_send, m);
	lapic_init(&m->lapic, APIC_ID, true, &m->clock, &lapic_ops, m);
	lapic_virtual_wire(&m->lapic);
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
	machine_settle(m);
	return status;
}

_Static_assert(ARRAY_SIZE(rows) <= MACHINE_WINDOWS, "each row has a window");
