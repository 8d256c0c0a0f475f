/* SPDX-License-Identifier: MIT */
/* A state page and a guest beside the VMCS of vmx_fake.h, for tests. */
#ifndef TEST_UNIT_VMX_STATE_FIXTURE_H
#define TEST_UNIT_VMX_STATE_FIXTURE_H

#include "vmx_fake.h"

#include "vmx.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "arch/x86_64/guest.c"
#include "arch/x86_64/vmx_state.c"

struct vmx_machine vmx_machine;
static union {
	struct vcpu_state state;
	uint8_t bytes[sizeof(struct vcpu_state)];
} page;
static struct vcpu_state *const state = &page.state;
static struct guest guest;

void vmx_access_failed(uint32_t field)
{
	(void)field;
	abort();
}

void vmx_guest_flush(struct guest *g)
{
	assert_ptr_equal(g, &guest);
	fake.flushes++;
}

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

void fpu_load(struct guest *g)
{
	assert_ptr_equal(g, &guest);
	fpu_loads++;
}

static inline int setup(void **unused)
{
	(void)unused;
	memset(&fake, 0, sizeof(fake));
	memset(&page, 0, sizeof(page));
	guest = (struct guest){.state = state};
	fake.cpu.inside = &guest;
	vmx_machine = (struct vmx_machine){
		.control = {[CONTROL_PRIMARY] = 0xb1980c88, [CONTROL_ENTRY] = 0xc004},
		/* what a Skylake says */
		.cr0_set = 0x80000021,
		.cr0_allowed = 0xffffffff,
		.cr4_set = 0x2000,
		.cr4_allowed = 0x3767ff,
	};
	vmx_state_init();
	fpu_loads = 0;
	return 0;
}

#endif
