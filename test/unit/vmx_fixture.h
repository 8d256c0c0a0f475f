/* SPDX-License-Identifier: MIT */
/* The VMX back end with two guests and a kernel around it, for tests. */
#ifndef TEST_UNIT_VMX_FIXTURE_H
#define TEST_UNIT_VMX_FIXTURE_H

#include "vmx_fake.h"

#include "vmx.h"

#include "arch/x86_64/guest.c"
#include "arch/x86_64/vmx_state.c"
#include "arch/x86_64/vmx_guest.c"
#include "arch/x86_64/vmx.c"

#include "guest_fixture.h"

#define EVERYTHING (0xffffffffull << 32)

struct vmx_machine vmx_machine;
struct ptab_format ptab_ept;

enum status vmx_cpu_init(char *missing)
{
	(void)missing;
	return STATUS_OK;
}

static struct regs entered, entered_first; /* returned where the real ones do not */

struct regs *vmx_entry(struct guest *g)
{
	assert_ptr_equal(fake.cpu.inside, g);
	return &entered;
}

struct regs *vmx_entry_first(struct guest *g)
{
	assert_ptr_equal(fake.cpu.inside, g);
	return &entered_first;
}

void vmx_exit_stub(void) {}
const char syscall_entry[1];

static inline int setup(void **unused)
{
	(void)unused;
	memset(&vmcs, 0, sizeof(vmcs));
	vmx_machine = (struct vmx_machine){.revision = 0x77,
		.invept_type = 1,
		.invvpid_type = 1,
		.preemption_ticks = 5000,
		.cr0_set = 0x80000021,
		.cr0_allowed = 0xffffffff,
		.cr4_set = 0x2000,
		.cr4_allowed = 0x3767ff,
		.msr_bitmap = &purse};
	for (unsigned i = 0; i < CONTROL_COUNT; i++) {
		char missing[BOOT_FEATURE_TEXT] = "";
		assert_true(vmx_control_compute(
			&vmx_control_words[i], EVERYTHING, &vmx_machine.control[i], missing));
	}
	vmx_state_init();
	guests_make(&vmx_ops);
	vmcs.reads = vmcs.writes = 0;
	return 0;
}

static inline int teardown(void **unused)
{
	(void)unused;
	guests_end(&vmx_ops);
	return 0;
}

static inline bool enter(struct guest *guest)
{
	return vmx_ops.enter(guest) == &entered;
}

/* What vmx_exit_stub does. */
static inline void exit_with(struct guest *guest, uint32_t reason, uint32_t event)
{
	assert_ptr_equal(fake.cpu.inside, guest);
	vmcs.field[VMCS_REASON] = reason;
	vmcs.field[VMCS_EXIT_EVENT] = event;
	if (!setjmp(open_jump))
		assert_ptr_equal(vmx_exited(guest), &frame);
}

#define TIMER (EVENT_VALID | EVENT_INTERRUPT | 0xf0)

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
