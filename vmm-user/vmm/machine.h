/* SPDX-License-Identifier: MIT */
/*
 * The guest machine: a PC with one processor. Which device answers where, how
 * their interrupt lines reach the processor, and when time matters to them, is
 * in the tables of machine_devices.c and machine_irq.c.
 *
 *   devices ── levels ──┬─► 8259 pair ── INT ──► LINT0 ┐
 *                       └─► I/O APIC ── messages ──────┴► local APIC ──► vCPU
 *
 * States: built by machine_init(), then running until `event` is set. After each
 * access of the guest to a device the levels are brought up to date at once, and
 * `changed` tells the vCPU's loop to look at interrupts and deadlines again.
 * Locks: none; the vCPU's thread owns the machine. Pure but for the callbacks.
 */
#ifndef VMM_MACHINE_H
#define VMM_MACHINE_H

#include "vmm/bus.h"
#include "vmm/clock.h"
#include "vmm/dev/acpi_pm.h"
#include "vmm/dev/debugexit.h"
#include "vmm/dev/event.h"
#include "vmm/dev/ioapic.h"
#include "vmm/dev/kbd.h"
#include "vmm/dev/lapic.h"
#include "vmm/dev/pci.h"
#include "vmm/dev/pic.h"
#include "vmm/dev/pit.h"
#include "vmm/dev/postcode.h"
#include "vmm/dev/rtc.h"
#include "vmm/dev/uart.h"
#include "vmm/guest_memory.h"

#define MACHINE_WINDOWS 24u

struct machine_config {
	const struct guest_memory *memory;
	uint64_t tsc_khz;
	uint64_t (*tsc)(void); /* the host's counter now */
	bool debug_exit;       /* port 0xf4 ends the guest */
	int64_t unix_seconds;  /* what the clock shows at the start */
	/* The first serial port. input() is asked for more when there may be room. */
	void (*output)(void *ctx, uint8_t byte);
	void (*input)(void *ctx);
	void *console;
	/* Told of the first access to each address without a device. */
	void (*report)(const struct bus *bus, uint64_t address, unsigned bytes, bool write);
};

struct machine;
struct machine_row;

/* A range of a bus, and which row of the device table it is. */
struct machine_window {
	struct machine *machine;
	const struct machine_row *row;
};

struct machine {
	struct machine_config config;
	struct clock clock;
	uint64_t tsc_start; /* the host's counter at 0 ns */
	struct bus ports, mmio;
	struct machine_window window[MACHINE_WINDOWS];
	struct pic pic;
	struct ioapic ioapic;
	struct lapic lapic;
	struct pit pit;
	struct rtc rtc;
	struct kbd kbd;
	struct uart uart;
	struct acpi_pm acpi_pm;
	struct pci pci;
	struct debugexit debugexit;
	struct postcode post, delay, smi;
	uint32_t shown; /* levels of the interrupt lines, as the controllers know them */
	bool nmi;       /* one waits for the processor */
	bool changed;   /* interrupts or deadlines may differ from before */
	enum machine_event event;
};

/* Builds the machine as it is when the power comes on, except that the local
 * APIC lets the 8259's interrupts through, as firmware would leave it.
 * STATUS_BAD_ARG: the counter's frequency makes no sense, or the device table
 * contradicts itself. */
enum status machine_init(struct machine *machine, const struct machine_config *config) MUST_CHECK;

/* Nanoseconds since machine_init(). */
uint64_t machine_now(const struct machine *machine);

/* Lets time reach now for every device, and brings the levels up to date. */
void machine_advance(struct machine *machine);

/* Makes the local APIC's time current, for accesses by MSR and CR8; and what
 * follows after one. */
void machine_apic_begin(struct machine *machine);
void machine_apic_end(struct machine *machine);

/* When machine_advance() must be called next, in the host's counter; UINT64_MAX: never. */
uint64_t machine_deadline(const struct machine *machine);

/* Whether an interrupt waits for the processor; and taking it: its vector, which
 * must be injected. Only after machine_irq() was true. */
bool machine_irq(const struct machine *machine);
uint8_t machine_take(struct machine *machine);

/* Whether an NMI waits and may be delivered; taking it. */
bool machine_nmi(const struct machine *machine);
void machine_take_nmi(struct machine *machine);

/* There is input for the serial port: asks config.input() for it. */
void machine_input(struct machine *machine);

/* For config.input() only: how many bytes the serial port can take now, and one
 * byte arriving there. */
unsigned machine_room(const struct machine *machine);
void machine_receive(struct machine *machine, uint8_t byte);

#endif
