/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the machine share: machine.c (building it, time, access),
 * machine_devices.c (the device table), machine_irq.c (interrupt lines). All with
 * the lock held, or before there are threads.
 */
#ifndef VMM_MACHINE_INTERNAL_H
#define VMM_MACHINE_INTERNAL_H

#include "vmm/machine.h"

/* Interrupt lines of devices. */
enum machine_line { LINE_PIT = 0, LINE_KBD, LINE_COM1, LINE_RTC, LINE_ACPI, LINES };
#define NO_LINE LINES

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
	/* What an access can change: the device's line; an event for the whole
	 * machine. NO_LINE, NULL: none. */
	enum machine_line line;
	enum machine_event (*event)(const struct machine *);
	/* The device's time, and with it the next deadline; NULL: knows none. */
	void (*advance)(struct machine *, uint64_t now_ns);
};

/* --- machine_devices.c --- */

#define MACHINE_ROWS 19u
#define MACHINE_ROWS_PCI 17u /* from there on: not while the PCI bus is empty */
extern const struct machine_row machine_rows[MACHINE_ROWS];

void machine_advance_pit(struct machine *machine, uint64_t now_ns);
void machine_advance_rtc(struct machine *machine, uint64_t now_ns);
void machine_advance_acpi(struct machine *machine, uint64_t now_ns);

/* Asks for input for the serial port if it has room. */
void machine_refill(struct machine *machine);

/* --- machine_irq.c --- */

/* Brings what the controllers know of a line, and of the 8259's output, up to
 * date. */
void machine_show_line(struct machine *machine, enum machine_line line);
void machine_show_pic(struct machine *machine);

/* The controllers as firmware leaves them: the 8259 pair masked, for it would use
 * the vectors of exceptions. */
void machine_irq_init(struct machine *machine);

/* The local APIC of a processor that has been added: on, let through if the first. */
void machine_irq_add(struct machine_cpu *cpu);

#endif
