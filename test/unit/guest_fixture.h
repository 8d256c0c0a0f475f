/* SPDX-License-Identifier: MIT */
/* Two guests and a kernel around a back end, for its tests. */
#ifndef TEST_UNIT_GUEST_FIXTURE_H
#define TEST_UNIT_GUEST_FIXTURE_H

#include "fake_cpu.h"

#include "abi/boot.h"
#include "assert.h"
#include "fpu.h"
#include "guest.h"
#include "pool.h"
#include "ptab.h"
#include "traps.h"
#include "upcall.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

static struct regs frame;
static uint64_t upcall_reason;
static unsigned upcalls, fpu_loads, interrupts, interrupt_vector, opened;
static jmp_buf open_jump, panic_jump;
static bool panic_expected;
static uint64_t fake_gdt[10];

/* --- the rest of the kernel --- */

void panic(const char *format, ...)
{
	if (panic_expected)
		longjmp(panic_jump, 1);
	print_error("panic: %s\n", format);
	abort();
}

hpa_t pool_hpa(const void *page)
{
	return hpa((uintptr_t)page);
}

struct regs *kernel_guest_exit(struct regs *regs, uint64_t reason)
{
	upcalls++;
	upcall_reason = reason;
	assert_ptr_equal(regs, &frame);
	return regs;
}

struct regs *interrupt_dispatch(struct regs *regs, unsigned vector)
{
	interrupts++;
	interrupt_vector = vector;
	return regs;
}

void resume_open(void)
{
	opened++;
	longjmp(open_jump, 1);
}

uint64_t fpu_components(void)
{
	return 7;
}

bool fpu_xcr0_valid(uint64_t xcr0, uint64_t allowed)
{
	return !(xcr0 & ~allowed);
}

void fpu_area_init(void *area)
{
	memset(area, 0xaa, 1);
}

uint64_t fpu_xcr0(const struct guest *g)
{
	return g->xcr0;
}

void fpu_load(struct guest *g)
{
	fpu_loads++;
	fake.cpu.fpu_owner = g;
}

void fpu_unload(struct guest *g)
{
	if (fake.cpu.fpu_owner == g)
		fake.cpu.fpu_owner = NULL;
}

/* --- two guests --- */

static struct purse {
	struct page_source source;
	unsigned left, out;
} purse;

static inline void *take(struct page_source *source, unsigned use)
{
	assert_ptr_equal(source, &purse.source);
	assert_int_equal(use, POOL_HARDWARE);
	if (!purse.left)
		return NULL;
	purse.left--;
	purse.out++;
	return calloc(1, PAGE_SIZE);
}

static inline void give(struct page_source *source, void *page)
{
	assert_ptr_equal(source, &purse.source);
	assert_non_null(page);
	purse.out--;
	free(page);
}

static struct vcpu_state states[2];
static struct guest guests[2];
static struct guest *const a = &guests[0], *const b = &guests[1];

static inline void guests_make(const struct virt_ops *ops)
{
	memset(&fake, 0, sizeof(fake));
	memset(states, 0, sizeof(states));
	memset(guests, 0, sizeof(guests));
	fake.cpu.regs = &frame;
	fake.cpu.stack_top = 0x8000;
	fake.cpu.gdt = fake_gdt;
	purse = (struct purse){{take, give}, 4, 0};
	for (unsigned i = 0; i < 2; i++) {
		guests[i].state = &states[i];
		guests[i].tag = i + 1;
		guests[i].second_level = hpa(0x1000 * (i + 1));
		guests[i].host_cr3 = 0x7000;
		assert_int_equal(ops->init(&guests[i], &purse.source), STATUS_OK);
	}
	fake.msr_writes = fpu_loads = upcalls = interrupts = opened = 0;
}

static inline void guests_end(const struct virt_ops *ops)
{
	for (unsigned i = 0; i < 2; i++) {
		ops->unload(&guests[i]);
		ops->fini(&guests[i], &purse.source);
	}
	assert_int_equal(purse.out, 0);
	assert_null(fake.cpu.loaded);
	assert_null(fake.cpu.fpu_owner);
	assert_null(fake.cpu.inside);
}

/* Without memory for all of its pages there is no guest, and none of them. */
static inline void check_init_without_memory(const struct virt_ops *ops)
{
	for (unsigned left = 0; left < 2; left++) {
		struct guest guest = {.tag = 3, .state = &states[0]};

		purse.left = left;
		assert_int_equal(ops->init(&guest, &purse.source), STATUS_NO_MEMORY);
		assert_int_equal(purse.out, 4);
		assert_null(guest.control);
		assert_null(guest.fpu);
	}
}

/* True if `round` panics; it comes back by longjmp. */
static inline bool panics(void (*round)(uint64_t), uint64_t argument)
{
	volatile bool panicked = true;

	panic_expected = true;
	if (!setjmp(panic_jump)) {
		round(argument);
		panicked = false;
	}
	panic_expected = false;
	return panicked;
}

/* Vector registers are switched when another guest comes, or the VMM gives XCR0. */
static inline void check_fpu(bool (*enter)(struct guest *), void (*leave)(struct guest *))
{
	for (unsigned i = 0; i < 3; i++) {
		assert_true(enter(&guests[i & 1]));
		leave(&guests[i & 1]);
		assert_ptr_equal(fake.cpu.fpu_owner, &guests[i & 1]);
		assert_int_equal(fpu_loads, i + 1);
		assert_true(enter(&guests[i & 1]));
		leave(&guests[i & 1]);
		assert_int_equal(fpu_loads, i + 1);
	}
	a->state->dirty = GROUP_XCR0;
	a->state->xcr0 = 7;
	assert_true(enter(a));
	assert_int_equal(fpu_loads, 4);
	assert_int_equal(a->xcr0, 7);
}

/* Enabled breakpoints bring their addresses along, also after another guest's. */
static inline void check_breakpoints(bool (*enter)(struct guest *), void (*leave)(struct guest *))
{
	for (unsigned i = 0; i < 2; i++) {
		states[i].dirty = GROUP_DR;
		states[i].dr7 = 0x400 | 2 << (2 * i);
		for (unsigned n = 0; n < 4; n++)
			states[i].dr[n] = 10 * i + n + 1;
	}
	for (unsigned i = 0; i < 4; i++) {
		assert_true(enter(&guests[i & 1]));
		for (unsigned n = 0; n < 4; n++)
			assert_int_equal(fake.dr[n], 10 * (i & 1) + n + 1);
		leave(&guests[i & 1]);
	}
	a->state->dirty = GROUP_DR;
	a->state->dr7 = 0x400;
	assert_true(enter(a));
	leave(a);
	assert_true(enter(b));
	leave(b);
	memset(fake.dr, 0, sizeof(fake.dr));
	assert_true(enter(a));
	assert_int_equal(fake.dr[0], 0);
}

#endif
