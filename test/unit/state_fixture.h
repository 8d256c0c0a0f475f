/* SPDX-License-Identifier: MIT */
/* A state page and its guest, for tests of what goes between them and the hardware. */
#ifndef TEST_UNIT_STATE_FIXTURE_H
#define TEST_UNIT_STATE_FIXTURE_H

#include "fake_cpu.h"

#include "fpu.h"
#include "guest.h"
#include "upcall.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

/* Offset and size of a member of the state page. */
#define MEMBER(m) offsetof(struct vcpu_state, m), sizeof(((struct vcpu_state *)0)->m)

static union {
	struct vcpu_state state;
	uint8_t bytes[sizeof(struct vcpu_state)];
} page;
static struct vcpu_state *const state = &page.state;
static struct guest guest;

uint64_t fpu_components(void)
{
	return 7;
}

bool fpu_xcr0_valid(uint64_t xcr0, uint64_t allowed)
{
	assert_int_equal(allowed, 7);
	return xcr0 == 7;
}

static unsigned fpu_loads;

void fpu_area_init(void *area)
{
	(void)area;
	fail(); /* no guest is made here */
}

uint64_t fpu_xcr0(const struct guest *g)
{
	return g->xcr0;
}

void fpu_load(struct guest *g)
{
	assert_ptr_equal(g, &guest);
	fpu_loads++;
}

struct regs *kernel_guest_exit(struct regs *regs, uint64_t reason)
{
	(void)reason;
	fail(); /* no guest is left here */
	return regs;
}

static inline void state_make(void)
{
	memset(&fake, 0, sizeof(fake));
	memset(&page, 0, sizeof(page));
	guest = (struct guest){.state = state};
	fake.cpu.inside = &guest;
	fpu_loads = 0;
}

/* Breakpoint addresses matter to the kernel only while DR7 enables one. */
static inline void check_breakpoints(uint32_t (*load)(struct guest *, uint32_t))
{
	for (unsigned bit = 0; bit < 16; bit++) {
		state->dr[3] = bit;
		state->dr7 = BIT(bit);
		assert_int_equal(load(&guest, GROUP_DR), 0);
		assert_int_equal(guest.breakpoints, bit < 8);
		assert_int_equal(guest.dr[3], bit);
		assert_int_equal(fake.dr[3], bit < 8 ? bit : 7); /* in the CPU, if it matters */
	}
}

#endif
