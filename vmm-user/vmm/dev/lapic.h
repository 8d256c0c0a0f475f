/* SPDX-License-Identifier: MIT */
/*
 * Local APIC of one virtual CPU.
 *
 * Model: version 0x14, six LVT entries, xAPIC (4 KiB of memory) and x2APIC
 * (MSRs 0x800-0x8ff) on the same registers, EOI-broadcast suppression, timer in
 * one-shot, periodic and TSC-deadline mode. The timer's input clock is 1 GHz
 * before the divider: 1 tick = 1 ns, so CPUID leaf 0x15 ECX ("nominal frequency
 * of the core crystal clock") is LAPIC_TIMER_HZ.
 * State: the registers, the pins LINT0/1, one latched ExtINT request, the word of
 * what others posted, and the time of the last lapic_advance(). Counts are computed
 * from that time; a periodic timer that expired more than once between two calls
 * sets its IRR bit once (lost ticks are not made up for).
 * Missing: relocation of the registers is stored, the machine may follow
 * lapic_mmio_base() or not; CMCI; remote read; arbitration priority (reads 0);
 * writes other than 32 bits wide at a multiple of 16 are ignored.
 * Ignored bits: SVR.9 focus checking (stored), ICR.15:14 (all IPIs are edges,
 * INIT de-assert does nothing), LVT polarity (stored; pins are active high).
 * The ID is read-only.
 * Locks: none. One thread owns the APIC, its processor's. Any thread may call
 * lapic_deliver() and lapic_drive(), which touch only irr, tmr and posted, with
 * atomic operations; and lapic_matches(), lapic_takes_vectors() and
 * lapic_priority(), which read base, tpr, ldr, dfr, svr, isr and one LVT with
 * relaxed loads. The owner writes these with relaxed stores, takes bits out of irr
 * and posted with atomic operations, and has everything else to itself.
 * Source: Intel SDM vol. 3A, chapter 10 "Advanced Programmable Interrupt
 * Controller (APIC)"; 10.12 "Extended XAPIC (x2APIC)".
 *
 * Protocol of the machine: lapic_advance(now) before every access and when
 * lapic_deadline() has come. Before entering the guest, in this order:
 *   lapic_extint() and interruptible -> pic_accept(), lapic_accept_extint(), inject
 *   (v = lapic_pending()) >= 0 and interruptible -> lapic_accept(v), inject v
 * If not interruptible ask for an interrupt window. Before that lapic_collect(),
 * whenever lapic_deliver() or lapic_drive() said that there is something: NMI,
 * INIT, SIPI and SMI then come by callback and need nothing but the CPU.
 */
#ifndef VMM_DEV_LAPIC_H
#define VMM_DEV_LAPIC_H

#include "lib/compiler.h"
#include "vmm/clock.h"
#include "vmm/dev/apic.h"

#include <stdbool.h>
#include <stdint.h>

#define LAPIC_BASE_DEFAULT 0xfee00000ull
#define LAPIC_SIZE 0x1000ull
#define LAPIC_TIMER_HZ 1000000000u
#define LAPIC_OFFSET_TPR 0x80u /* registers that others know by name */
#define LAPIC_OFFSET_EOI 0xb0u

#define LAPIC_MSR_BASE 0x1bu          /* IA32_APIC_BASE */
#define LAPIC_MSR_TSC_DEADLINE 0x6e0u /* IA32_TSC_DEADLINE */
#define LAPIC_MSR_FIRST 0x800u        /* x2APIC registers */
#define LAPIC_MSR_LAST 0x8ffu

/* IA32_APIC_BASE */
#define LAPIC_BASE_BSP BIT(8)
#define LAPIC_BASE_X2APIC BIT(10)
#define LAPIC_BASE_ENABLE BIT(11)
#define LAPIC_BASE_ADDRESS BITS(51, 12)

enum lapic_lvt {
	LAPIC_TIMER = 0, /* 0x320 */
	LAPIC_THERMAL,   /* 0x330 */
	LAPIC_PERF,      /* 0x340 */
	LAPIC_LINT0,     /* 0x350 */
	LAPIC_LINT1,     /* 0x360 */
	LAPIC_ERROR,     /* 0x370 */
	LAPIC_LVTS
};

enum lapic_event { LAPIC_EVENT_NMI, LAPIC_EVENT_SMI, LAPIC_EVENT_INIT, LAPIC_EVENT_STARTUP };

/* What a local APIC asks of its machine, on its owner's thread. None may be NULL.
 * None may call back into the same lapic, except send() and eoi(), which may
 * lapic_deliver() to it. */
struct lapic_ops {
	/* An interprocessor interrupt left (never one by the shorthand "self"):
	 * give it to apic_route(). */
	void (*send)(void *ctx, const struct apic_message *message);
	/* Something arrived that the CPU takes without a vector of ours. `vector`
	 * counts for STARTUP only: the CPU begins at vector << 12. */
	void (*event)(void *ctx, enum lapic_event event, uint8_t vector);
	/* End of a level-triggered interrupt: give it to ioapic_eoi(). */
	void (*eoi)(void *ctx, uint8_t vector);
};

struct lapic {
	const struct clock *clock;
	const struct lapic_ops *ops;
	void *ctx;
	uint32_t id;
	uint64_t base; /* IA32_APIC_BASE */
	uint32_t tpr, ldr, dfr, svr;
	uint32_t esr, errors; /* as last latched; gathered since */
	uint32_t icr_low, icr_high;
	uint32_t lvt[LAPIC_LVTS];
	uint32_t isr[8];
	uint32_t tmr[8], irr[8]; /* any thread */
	uint32_t posted;         /* any thread: POST_* of lapic_post.c */
	bool lint[2];            /* levels of the pins, as last collected */
	bool extint;             /* an ExtINT message waits for its INTA cycle */
	uint64_t now;            /* ns */
	/* Timer. While counting, ticks gone = (now - start) / divider. */
	uint32_t divide, initial;
	bool counting;
	uint64_t start;        /* ns */
	uint64_t tsc_deadline; /* guest TSC; 0 = disarmed */
};

/* Power-on state: enabled, xAPIC at LAPIC_BASE_DEFAULT, software-disabled, all
 * LVTs masked. `clock`, `ops` must live as long as *l. */
void lapic_init(struct lapic *l, uint32_t id, bool bsp, const struct clock *clock,
	const struct lapic_ops *ops, void *ctx);

/* What INIT does: all registers as after power-on, but ID, IA32_APIC_BASE and pins. */
void lapic_reset(struct lapic *l);

/* What firmware leaves on the BSP: APIC on, LINT0 = ExtINT, LINT1 = NMI, so that
 * the 8259's interrupts reach the CPU. For kernels started without firmware.
 * Source: MultiProcessor Specification 1.4, 3.6.2.2 "Virtual Wire Mode". */
void lapic_virtual_wire(struct lapic *l);

/* xAPIC registers, `offset` from lapic_mmio_base(); `bytes` 1, 2, 4 or 8. While
 * the memory form is off reads give all ones and writes do nothing. */
uint64_t lapic_read(struct lapic *l, uint64_t offset, unsigned bytes);
void lapic_write(struct lapic *l, uint64_t offset, unsigned bytes, uint64_t value);

/* Where the registers are in guest-physical memory, or UINT64_MAX when they are
 * not (disabled or x2APIC). */
uint64_t lapic_mmio_base(const struct lapic *l);

/* Whether lapic_msr_read/write answer for `msr`. */
bool lapic_msr_claims(uint32_t msr);

/* IA32_APIC_BASE, IA32_TSC_DEADLINE and the x2APIC registers. False: the guest
 * gets #GP(0), nothing changed and *value is 0. */
bool lapic_msr_read(struct lapic *l, uint32_t msr, uint64_t *value) MUST_CHECK;
bool lapic_msr_write(struct lapic *l, uint32_t msr, uint64_t value) MUST_CHECK;

/* CR8, the task priority's upper four bits. The write ignores bits above 3. */
uint64_t lapic_cr8(const struct lapic *l);
void lapic_set_cr8(struct lapic *l, uint64_t value);

/* Processor priority (PPR), 0-255. */
uint8_t lapic_priority(const struct lapic *l);

/* Highest vector that the CPU may take now if RFLAGS.IF allows, or -1. Pure. */
int lapic_pending(const struct lapic *l);

/* The CPU takes `vector`, which lapic_pending() returned: IRR to ISR. Does
 * nothing if the vector is not requested. */
void lapic_accept(struct lapic *l, uint8_t vector);

/* Whether an interrupt whose vector the 8259 pair supplies is requested: LINT0
 * or LINT1 set to ExtINT and high, an ExtINT message, or LINT0 high while the
 * APIC is off. Pure. */
bool lapic_extint(const struct lapic *l);

/* The INTA cycle was done: forgets the latched ExtINT message. */
void lapic_accept_extint(struct lapic *l);

/* Whether anything wants the CPU: lapic_pending() or lapic_extint(). Pure. */
bool lapic_irq(const struct lapic *l);

/* Level of pin LINT0 (pin 0: the 8259's INT) or LINT1 (pin 1: NMI). Other
 * numbers are ignored. The owner's; others lapic_drive(). */
void lapic_set_lint(struct lapic *l, unsigned pin, bool level);

/* Any thread, one at a time per pin: the level of a pin from now on. Returns
 * whether the pin can matter to the processor as the APIC is programmed, so that
 * its owner has to collect soon; if not, it is enough before the APIC's next use.
 * A pulse that ends before it is collected is not lost, two are one. */
bool lapic_drive(struct lapic *l, unsigned pin, bool level) MUST_CHECK;

/* Whether *message names this APIC, by its destination or shorthand. */
bool lapic_matches(const struct lapic *l, const struct apic_message *message);

/* Whether fixed and lowest-priority messages are taken: on, and software-enabled. */
bool lapic_takes_vectors(const struct lapic *l);

/* Any thread: takes a message that matches. Returns whether it was taken (a fixed
 * one is not by an APIC that is off); the owner then has to lapic_collect() before
 * the guest goes on. */
bool lapic_deliver(struct lapic *l, const struct apic_message *message);

/* The owner takes up what was posted: pins, errors, ExtINT, and by ops->event()
 * SMI, NMI, INIT and STARTUP, in this order. An INIT that follows a STARTUP
 * cancels it, a second STARTUP before the first was collected does nothing. */
void lapic_collect(struct lapic *l);

/* Lets time reach `now_ns` (going back is ignored); expired timers interrupt. */
void lapic_advance(struct lapic *l, uint64_t now_ns);

/* Absolute ns at which the timer next interrupts, or UINT64_MAX. */
uint64_t lapic_deadline(const struct lapic *l);

#endif
