/* SPDX-License-Identifier: MIT */
/*
 * The machine under the kernel layer, as the tests make it: memory, clock, TLB,
 * interrupt lines, guests. Page tables, address spaces and I/O bitmaps are the
 * real ones (layer.c); what would need ring 0 is here.
 *
 * All of it is reset by fake_reset(). Nothing is thread safe.
 */
#ifndef TEST_KERNEL_FAKE_H
#define TEST_KERNEL_FAKE_H

#include "irqline.h"
#include "percpu.h"
#include "pool.h"
#include "virt.h"

#include <stdbool.h>
#include <stdint.h>

#define FAKE_CPUS 2u
#define FAKE_PAGES 2048u
#define FAKE_POOL 0x40000000ull /* physical address of the pool */
#define FAKE_ADDRESS_END BIT(39)
#define FAKE_KHZ 1000u /* a tick is a microsecond */
#define FAKE_GSIS 24u

/* The root page that all host spaces copy their upper half from. */
extern uint64_t *fake_kernel_root;

/* Empty pool, time 1000, CPU 0, guests can run. */
void fake_reset(void);

/* GS leads to the data of CPU `id` from now on. */
void fake_cpu_select(unsigned id);

/* --- the CPUs together --- */

extern uint32_t fake_online; /* CPUs that are up: 1 << id each; only CPU 0 at first */
extern uint32_t fake_sent;   /* CPUs that smp_send() has called, not yet interrupted */
extern unsigned fake_graces; /* calls of smp_grace() */

/* What a CPU does between being asked by smp_run() and doing it; NULL: nothing. */
extern void (*fake_meanwhile)(void);

/* The CPUs in fake_sent take their interrupts, others that these send, too. */
void fake_messages(void);

/* --- memory --- */

/* Pages in use, without the kernel's root page. */
unsigned fake_pages_taken(void);
/* Use of the taken page at `page`. */
enum pool_use fake_page_use(const void *page);

/* ASan: an access to these bytes is a bug, or is none again. */
void fake_poison(void *start, size_t size);
void fake_unpoison(void *start, size_t size);

/* --- time --- */

/* The clock stands still but for the tests. */
extern uint64_t fake_now;
/* What timer_arm() was last told; UINT64_MAX: never. */
extern uint64_t fake_armed;

/* --- address translation of the CPU --- */

/* What the CPU finds when ring 3 reaches for `va`: by its TLB, or else by a walk
 * whose result the TLB keeps. 0: page fault. */
uint64_t fake_access(uint64_t va);

/* The same for a guest with the tables at `root`. */
uint64_t fake_guest_access(hpa_t root, uint64_t gpa);

/* Whether IN and OUT of ring 3 reach `port` now. */
bool fake_port_access(uint16_t port);

/* --- interrupt lines --- */

struct fake_line {
	bool open, masked;
	uint32_t gsi, flags;
	uint32_t cpu; /* that it fires on */
};

extern struct fake_line fake_lines[IRQ_LINES];

/* --- guests --- */

/* The back end's operations; `virt` points here, or is NULL. */
extern const struct virt_ops fake_virt;

extern struct fake_guests {
	bool refuse;      /* the next enter() refuses */
	unsigned entered; /* calls of enter() */
	unsigned flushed; /* calls of flush_second_level() */
	/* What came with percpu()->inside: the VMM's frame, and its address space. */
	const struct regs *frame;
	uint64_t cr3;
} fake_guests;

/* --- console --- */

extern char fake_console[512];
extern unsigned fake_console_size;
extern uint32_t fake_yielded_first, fake_yielded_count; /* of console_yield() */

#endif
