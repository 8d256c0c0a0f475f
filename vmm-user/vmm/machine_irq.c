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
#define APIC_ID 0u

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

static void show_int(struct machine *m, bool level)
{
	lapic_set_lint(&m->lapic, 0, level);
	ioapic_set_pin(&m->ioapic, 0, level);
}

void machine_show_pic(struct machine *m)
{
	show_int(m, pic_irq(&m->pic));
	m->changed = true;
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

bool machine_irq(const struct machine *m)
{
	return lapic_irq(&m->lapic);
}

/* INT falls during an acknowledge cycle, so a second request is an edge again. */
static uint8_t take_extint(struct machine *m)
{
	uint8_t vector = pic_accept(&m->pic);

	lapic_accept_extint(&m->lapic);
	show_int(m, false);
	machine_show_pic(m);
	return vector;
}

uint8_t machine_take(struct machine *m)
{
	int vector;

	if (lapic_extint(&m->lapic))
		return take_extint(m);
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

void machine_irq_init(struct machine *m)
{
	static const struct lapic_ops ops = {lapic_send, lapic_event, lapic_eoi};

	pic_init(&m->pic);
	pic_write(&m->pic, PIC_MASTER + 1, 1, 0xff);
	pic_write(&m->pic, PIC_SLAVE + 1, 1, 0xff);
	ioapic_init(&m->ioapic, apic_send, m);
	lapic_init(&m->lapic, APIC_ID, true, &m->clock, &ops, m);
	lapic_virtual_wire(&m->lapic);
}
