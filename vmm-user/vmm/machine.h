/* SPDX-License-Identifier: MIT */
/*
 * The guest machine: a PC with one or more processors. Which device answers where,
 * how their interrupt lines reach the processors, and when time matters to them, is
 * in the tables of machine_devices.c and machine_irq.c.
 *
 *   devices ── levels ──┬─► 8259 pair ── INT ──► LINT0 of the first ┐
 *                       └─► I/O APIC ── messages ───────────────────┴► local APIC ──► vCPU
 *
 * States: built by machine_init() and machine_add_cpu(), then running until `event`
 * is set. After each access of the guest to a device the levels are brought up to
 * date at once, and the processors that this concerns become due: their loops look
 * at interrupts and deadlines before their guest goes on.
 *
 * Who guards what. Each processor has a thread.
 *   the lock            all devices, the 8259 pair, the I/O APIC, the console, shown,
 *                       event (writes), devices_at (writes), now. It is taken for one
 *                       access and never held while its thread waits for anything.
 *   a processor's own   its struct machine_cpu, but for `due` and what dev/lapic.h
 *                       says others may touch. The buses are copies, one for each.
 *   nothing             what is fixed before there are threads: config, clock,
 *                       tsc_start, cpu[], cpus. event and devices_at are read freely.
 *
 * Telling another processor that it has to look is machine_tell(): `due` says that
 * it will anyway; who sets it first kicks. The owner clears it and then looks.
 * Pure but for the callbacks.
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
#include "vmm/lock.h"

#define MACHINE_WINDOWS 24u
#define MACHINE_COM1 0x3f8u
#define MACHINE_CPUS LOCK_THREADS

struct machine_config {
	const struct guest_memory *memory;
	uint64_t tsc_khz;
	uint64_t (*tsc)(void); /* the host's counter now */
	bool debug_exit;       /* port 0xf4 ends the guest */
	int64_t unix_seconds;  /* what the clock shows at the start */
	/* The first serial port. input() is asked for more when there may be room.
	 * Both with the lock held. */
	void (*output)(void *ctx, uint8_t byte);
	void (*input)(void *ctx);
	void *console;
	/* Told of the first access of each processor to each address without a device. */
	void (*report)(const struct bus *bus, uint64_t address, unsigned bytes, bool write);
	/* Makes processor `cpu` leave its guest, or its sleep, and look. With one
	 * processor it is never called. */
	void (*kick)(unsigned cpu);
};

struct machine;
struct machine_cpu;
struct machine_row;

/* A range of a bus, and which row of the device table it is. */
struct machine_window {
	struct machine_cpu *cpu;
	const struct machine_row *row;
};

#define MACHINE_NO_STARTUP (-1)

struct machine_cpu {
	struct machine *machine;
	unsigned index;     /* its local APIC's id as well */
	bool due;           /* any thread: it will look before its guest goes on */
	struct clock clock; /* its time-stamp counter */
	struct lapic lapic;
	struct bus ports, mmio;
	struct machine_window window[MACHINE_WINDOWS];
	bool nmi;    /* one waits */
	bool init;   /* INIT came */
	int startup; /* the page that STARTUP named, or MACHINE_NO_STARTUP */
};

struct machine {
	struct machine_config config;
	struct clock clock;
	uint64_t tsc_start; /* the host's counter at 0 ns */
	struct lock lock;
	struct machine_cpu *holder; /* of the lock */
	struct machine_cpu *cpu[MACHINE_CPUS];
	struct lapic *lapic[MACHINE_CPUS];
	unsigned cpus;
	struct pic pic;
	struct ioapic ioapic;
	struct pit pit;
	struct rtc rtc;
	struct kbd kbd;
	struct uart uart;
	struct acpi_pm acpi_pm;
	struct pci pci;
	struct debugexit debugexit;
	struct postcode post, delay, smi;
	uint32_t shown; /* levels of the interrupt lines, as the controllers know them */
	uint64_t now;   /* ns; time does not go back */
	/* ns; when a device but a local APIC next needs time: the first processor's job */
	uint64_t devices_at;
	enum machine_event event;
};

/* Builds the machine as it is when the power comes on, without processors.
 * STATUS_BAD_ARG: the counter's frequency makes no sense. */
enum status machine_init(struct machine *machine, const struct machine_config *config) MUST_CHECK;

/* Plugs a function into the PCI bus; *function lives as long as the machine, and all of
 * its accesses come with the lock held. STATUS_BAD_STATE: there are processors already.
 * STATUS_NO_MEMORY: the bus is full. */
enum status machine_add_function(struct machine *machine, struct pci_function *function) MUST_CHECK;

/* Adds a processor. The first is the one that starts; its local APIC lets the
 * 8259's interrupts through, as firmware would leave it. *cpu must live as long as
 * the machine. STATUS_NO_MEMORY: there are MACHINE_CPUS. STATUS_BAD_ARG: the device
 * table contradicts itself. */
enum status machine_add_cpu(struct machine *machine, struct machine_cpu *cpu) MUST_CHECK;

/* The lock, by the thread of *cpu. */
void machine_lock(struct machine_cpu *cpu);
void machine_unlock(struct machine_cpu *cpu);

/* Nanoseconds since machine_init(). */
uint64_t machine_now(const struct machine *machine);

/* Something for *to came up on the thread of *from: *to will look. */
void machine_tell(struct machine_cpu *to, const struct machine_cpu *from);

/* Whether *cpu has to look; and taking up what others left for it, after which it
 * is due again only for what comes later. Its own thread. */
static inline bool machine_due(const struct machine_cpu *cpu)
{
	return __atomic_load_n(&cpu->due, __ATOMIC_RELAXED);
}
void machine_collect(struct machine_cpu *cpu);

/* What a device asked of the whole machine. */
enum machine_event machine_event(const struct machine *machine);

/* Lets time reach now for the processor's timer, and for the devices if it is the
 * first one. */
void machine_advance(struct machine_cpu *cpu);

/* Makes the local APIC's time current, for accesses by MSR and CR8; and what
 * follows after one. */
void machine_apic_begin(struct machine_cpu *cpu);
void machine_apic_end(struct machine_cpu *cpu);

/* The same as accesses by the buses, for short ways: a register of the local APIC's page,
 * and one of the first serial port. */
uint64_t machine_apic_read(struct machine_cpu *cpu, uint64_t offset, unsigned bytes);
void machine_apic_write(struct machine_cpu *cpu, uint64_t offset, unsigned bytes, uint64_t value);
uint8_t machine_com1_read(struct machine_cpu *cpu, unsigned offset);
void machine_com1_write(struct machine_cpu *cpu, unsigned offset, uint8_t value);

/* When machine_advance() must be called next, in the host's counter; UINT64_MAX: never. */
uint64_t machine_deadline(const struct machine_cpu *cpu);

/* Whether an interrupt waits for the processor; and taking it: its vector, which
 * must be injected. Only after machine_irq() was true. */
bool machine_irq(const struct machine_cpu *cpu);
uint8_t machine_take(struct machine_cpu *cpu);

/* There is input for the serial port: asks config.input() for it. */
void machine_input(struct machine_cpu *cpu);

/* A message-signalled interrupt of a function of *machine: the memory write that it is.
 * With the lock. */
void machine_message(void *machine, uint64_t address, uint32_t data);

/* For config.input() only: how many bytes the serial port can take now, and one
 * byte arriving there. */
unsigned machine_room(const struct machine *machine);
void machine_receive(struct machine *machine, uint8_t byte);

#endif
