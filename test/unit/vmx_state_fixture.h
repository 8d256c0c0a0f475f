/* SPDX-License-Identifier: MIT */
/* A state page and a guest beside the VMCS of vmx_fake.h, for tests. */
#ifndef TEST_UNIT_VMX_STATE_FIXTURE_H
#define TEST_UNIT_VMX_STATE_FIXTURE_H

#include "vmx_fake.h"

#include "vmx.h"

#include "arch/x86_64/guest.c"
#include "arch/x86_64/vmx_state.c"

#include "state_fixture.h"

struct vmx_machine vmx_machine;

void vmx_access_failed(uint32_t field)
{
	(void)field;
	abort();
}

void vmx_guest_flush(struct guest *g)
{
	assert_ptr_equal(g, &guest);
	vmcs.flushes++;
}

static inline int setup(void **unused)
{
	(void)unused;
	state_make();
	memset(&vmcs, 0, sizeof(vmcs));
	vmx_machine = (struct vmx_machine){
		.control = {[CONTROL_PRIMARY] = 0xb1980c88, [CONTROL_ENTRY] = 0xc004},
		/* what a Skylake says */
		.cr0_set = 0x80000021,
		.cr0_allowed = 0xffffffff,
		.cr4_set = 0x2000,
		.cr4_allowed = 0x3767ff,
	};
	vmx_state_init();
	return 0;
}

#endif
