/* SPDX-License-Identifier: MIT */
/* The guest machine's devices: one table of them all, at the end. */
#include "vmm/machine_internal.h"

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
DEVICE(pit, pit)
DEVICE(rtc, rtc)
DEVICE(kbd, kbd)
DEVICE(acpi_pm, acpi_pm)
DEVICE(pci, pci)
DEVICE(debugexit, debugexit)
DEVICE(post, postcode)
DEVICE(delay, postcode)
DEVICE(smi, postcode)

/* Any access may change what the pair asks for. */
static uint64_t pic_in(struct machine *m, uint64_t offset, unsigned bytes)
{
	uint64_t value = pic_read(&m->pic, offset, bytes);

	machine_show_pic(m);
	return value;
}

static void pic_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	pic_write(&m->pic, offset, bytes, value);
	machine_show_pic(m);
}

void machine_refill(struct machine *m)
{
	if (uart_room(&m->uart))
		m->config.input(m->config.console);
}

/* The guest made room for input, or may have. */
static uint64_t uart_in(struct machine *m, uint64_t offset, unsigned bytes)
{
	uint64_t value = uart_read(&m->uart, offset, bytes);

	machine_refill(m);
	return value;
}

static void uart_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	uart_write(&m->uart, offset, bytes, value);
	machine_refill(m);
}

static uint64_t port_a_in(struct machine *m, uint64_t offset, unsigned bytes)
{
	return kbd_port_a_read(&m->kbd, offset, bytes);
}

static void port_a_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	kbd_port_a_write(&m->kbd, offset, bytes, value);
}

static uint64_t window_in(struct machine *m, uint64_t offset, unsigned bytes)
{
	return pci_window_read(&m->pci, offset, bytes);
}

static void window_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	pci_window_write(&m->pci, offset, bytes, value);
}

static uint64_t ecam_in(struct machine *m, uint64_t offset, unsigned bytes)
{
	return pci_ecam_read(&m->pci, offset, bytes);
}

static void ecam_out(struct machine *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	pci_ecam_write(&m->pci, offset, bytes, value);
}

/* The PIT's line falls for a moment before each edge, so each must be shown. */
void machine_advance_pit(struct machine *m, uint64_t now)
{
	do {
		pit_advance(&m->pit, now);
		machine_show_line(m, LINE_PIT);
	} while (pit_deadline(&m->pit) <= now);
}

void machine_advance_rtc(struct machine *m, uint64_t now)
{
	rtc_advance(&m->rtc, now);
	machine_show_line(m, LINE_RTC);
}

void machine_advance_acpi(struct machine *m, uint64_t now)
{
	acpi_pm_advance(&m->acpi_pm, now);
	machine_show_line(m, LINE_ACPI);
}

static enum machine_event kbd_ask(const struct machine *m)
{
	return kbd_event(&m->kbd);
}
static enum machine_event pci_ask(const struct machine *m)
{
	return pci_event(&m->pci);
}
static enum machine_event acpi_ask(const struct machine *m)
{
	return acpi_pm_event(&m->acpi_pm);
}
static enum machine_event exit_ask(const struct machine *m)
{
	return debugexit_event(&m->debugexit);
}

/* clang-format off */
const struct machine_row machine_rows[MACHINE_ROWS] = {
	{"pic", false, 0x20, 2, 1, PIC_MASTER, pic_in, pic_out, NO_LINE, NULL, NULL},
	{"pit", false, 0x40, 4, 1, PIT_COUNTER, pit_in, pit_out, LINE_PIT, NULL,
		machine_advance_pit},
	{"keyboard data", false, KBD_PORT, 1, 1, 0, kbd_in, kbd_out, LINE_KBD, kbd_ask, NULL},
	{"port 61", false, 0x61, 1, 1, PIT_PORT61, pit_in, pit_out, LINE_PIT, NULL,
		machine_advance_pit},
	{"keyboard command", false, KBD_PORT + 4, 1, 1, 4, kbd_in, kbd_out, LINE_KBD, kbd_ask,
		NULL},
	{"rtc", false, 0x70, 2, 1, 0, rtc_in, rtc_out, LINE_RTC, NULL, machine_advance_rtc},
	{"post code", false, POSTCODE_PORT, 1, 1, 0, post_in, post_out, NO_LINE, NULL, NULL},
	{"port 92", false, KBD_PORT_A, 1, 1, 0, port_a_in, port_a_out, NO_LINE, kbd_ask,
		NULL},
	{"slave pic", false, 0xa0, 2, 1, PIC_SLAVE, pic_in, pic_out, NO_LINE, NULL, NULL},
	{"smi command", false, POSTCODE_SMI_PORT, 1, 1, 0, smi_in, smi_out, NO_LINE, NULL,
		NULL},
	{"delay", false, POSTCODE_DELAY_PORT, 1, 1, 0, delay_in, delay_out, NO_LINE, NULL,
		NULL},
	{"debug exit", false, DEBUGEXIT_PORT, DEBUGEXIT_PORTS, 0, 0, debugexit_in, debugexit_out,
		NO_LINE, exit_ask, NULL},
	{"com1", false, MACHINE_COM1, UART_PORTS, 1, 0, uart_in, uart_out, LINE_COM1, NULL,
		NULL},
	{"elcr", false, 0x4d0, 2, 1, PIC_ELCR, pic_in, pic_out, NO_LINE, NULL, NULL},
	{"acpi pm", false, ACPI_PM_PORT, ACPI_PM_PORTS, 0, 0, acpi_pm_in, acpi_pm_out, LINE_ACPI,
		acpi_ask, machine_advance_acpi},
	{"pci", false, PCI_PORT, PCI_PORTS, 0, 0, pci_in, pci_out, NO_LINE, pci_ask, NULL},
	{"ioapic", true, IOAPIC_BASE, IOAPIC_SIZE, 0, 0, ioapic_in, ioapic_out, NO_LINE, NULL,
		NULL},
	{"pci window", true, PCI_WINDOW, PCI_WINDOW_SIZE, 0, 0, window_in, window_out, NO_LINE,
		NULL, NULL},
	{"pci configuration", true, PCI_ECAM, PCI_ECAM_SIZE, 4, 0, ecam_in, ecam_out, NO_LINE,
		NULL, NULL},
};
/* clang-format on */
