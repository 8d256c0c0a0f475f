/* SPDX-License-Identifier: MIT */
/*
 * Interrupts of the guest machine, from the devices' lines to the processor.
 *
 * Source: IBM PC AT Technical Reference, "System Interrupts"; the MADT in
 * load/acpi_tables.c says the same of the I/O APIC. MultiProcessor Specification
 * 1.4, section 3.6.2.2 "Virtual Wire Mode".
 */
#include "vmm/machine_internal.h"

#define PIT_IRQ 0u
#define COM1_IRQ 4u
#define RTC_IRQ 8u

static bool pit_level(const struct machine *m)
{
	return pit_irq(&m->pit);
}
static bool kbd_level(const struct machine *m)
{
	return kbd_irq(&m->kbd);
}
static bool com1_level(const struct machine *m)
{
	return uart_irq(&m->uart);
}
static bool rtc_level(const struct machine *m)
{
	return rtc_irq(&m->rtc);
}
static bool acpi_level(const struct machine *m)
{
	return acpi_pm_irq(&m->acpi_pm);
}

static const struct {
	uint8_t irq, pin; /* of the 8259 pair; of the I/O APIC */
	bool (*level)(const struct machine *);
} lines[LINES] = {
	[LINE_PIT] = {PIT_IRQ, 2, pit_level},
	[LINE_KBD] = {KBD_IRQ, KBD_IRQ, kbd_level},
	[LINE_COM1] = {COM1_IRQ, COM1_IRQ, com1_level},
	[LINE_RTC] = {RTC_IRQ, RTC_IRQ, rtc_level},
	[LINE_ACPI] = {ACPI_PM_SCI, ACPI_PM_SCI, acpi_level},
};

/* INT reaches the first processor's LINT0; the others' is not connected. */
static void show_int(struct machine *m, bool level)
{
	if (m->cpus && lapic_drive(m->lapic[0], 0, level))
		machine_tell(m->cpu[0], m->holder);
	ioapic_set_pin(&m->ioapic, 0, level);
}

void machine_show_pic(struct machine *m)
{
	show_int(m, pic_irq(&m->pic));
}

void machine_show_line(struct machine *m, enum machine_line line)
{
	bool level = lines[line].level(m);

	if (level == (m->shown >> line & 1))
		return;
	m->shown ^= 1u << line;
	pic_set_line(&m->pic, lines[line].irq, level);
	ioapic_set_pin(&m->ioapic, lines[line].pin, level);
	machine_show_pic(m);
}

bool machine_irq(const struct machine_cpu *c)
{
	return lapic_irq(&c->lapic);
}

/* INT falls during an acknowledge cycle, so a second request is an edge again. */
static uint8_t take_extint(struct machine_cpu *c)
{
	struct machine *m = c->machine;
	uint8_t vector;

	machine_lock(c);
	vector = pic_accept(&m->pic);
	lapic_accept_extint(&c->lapic);
	show_int(m, false);
	machine_show_pic(m);
	machine_unlock(c);
	return vector;
}

uint8_t machine_take(struct machine_cpu *c)
{
	int vector;

	if (lapic_extint(&c->lapic))
		return take_extint(c);
	vector = lapic_pending(&c->lapic);
	lapic_accept(&c->lapic, (uint8_t)vector);
	return (uint8_t)vector;
}

/* A message to the local APICs; those that took it are told. */
static bool route(
	struct machine *m, const struct machine_cpu *from, const struct apic_message *message)
{
	uint32_t taken = apic_route(m->lapic, m->cpus, message);

	for (uint32_t left = taken; left; left &= left - 1)
		machine_tell(m->cpu[__builtin_ctz(left)], from);
	return taken;
}

/* With the lock. */
static bool ioapic_message(void *ctx, const struct apic_message *message)
{
	struct machine *m = ctx;

	return route(m, m->holder, message);
}

/* A write that goes elsewhere than to the local APICs would reach memory; ours only
 * sends interrupts. Intel SDM vol. 3A, 10.11.1 "Message Address Register Format". */
void machine_message(void *machine, uint64_t address, uint32_t data)
{
	struct machine *m = machine;
	struct apic_message message = apic_message_of_msi(address, data);

	if (address >> 20 == LAPIC_BASE_DEFAULT >> 20)
		(void)route(m, m->holder, &message);
}

static void lapic_send(void *ctx, const struct apic_message *message)
{
	struct machine_cpu *c = ctx;

	(void)route(c->machine, c, message);
}

/* There is no system management mode. An INIT undoes what came before it. */
static void lapic_event(void *ctx, enum lapic_event event, uint8_t vector)
{
	struct machine_cpu *c = ctx;

	switch (event) {
	case LAPIC_EVENT_NMI:
		c->nmi = true;
		break;
	case LAPIC_EVENT_INIT:
		c->init = true;
		c->nmi = false;
		c->startup = MACHINE_NO_STARTUP;
		break;
	case LAPIC_EVENT_STARTUP:
		c->startup = vector;
		break;
	default:
		break;
	}
}

static void lapic_eoi(void *ctx, uint8_t vector)
{
	struct machine_cpu *c = ctx;

	machine_lock(c);
	ioapic_eoi(&c->machine->ioapic, vector);
	machine_unlock(c);
}

void machine_irq_init(struct machine *m)
{
	pic_init(&m->pic);
	pic_write(&m->pic, PIC_MASTER + 1, 1, 0xff);
	pic_write(&m->pic, PIC_SLAVE + 1, 1, 0xff);
	ioapic_init(&m->ioapic, ioapic_message, m);
}

void machine_irq_add(struct machine_cpu *c)
{
	static const struct lapic_ops ops = {lapic_send, lapic_event, lapic_eoi};

	lapic_init(&c->lapic, c->index, c->index == 0, &c->clock, &ops, c);
	if (c->index == 0)
		lapic_virtual_wire(&c->lapic);
}
