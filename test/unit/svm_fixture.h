/* SPDX-License-Identifier: MIT */
/* The SVM back end with two guests and a kernel around it, for tests. */
#ifndef TEST_UNIT_SVM_FIXTURE_H
#define TEST_UNIT_SVM_FIXTURE_H

#include "fake_cpu.h"

#include "svm.h"

#include "arch/x86_64/guest.c"
#include "arch/x86_64/svm_state.c"
#include "arch/x86_64/svm_guest.c"
#include "arch/x86_64/svm.c"

#include "guest_fixture.h"

#define HOST_STATE 0x9000u
#define ASIDS 9u

uint32_t svm_asid_last;
struct ptab_format ptab_npt;
static struct regs entered;      /* returned where the real one does not */
static unsigned flushes;         /* of all that the TLB has */
static uint8_t begun[PAGE_SIZE]; /* the VMCB of the second guest, when it was new */

enum status svm_cpu_init(char *missing)
{
	(void)missing;
	return STATUS_OK;
}

/* The CPU: what VMRUN demands always, and the flush that it does. */
struct regs *svm_entry(struct guest *guest, uint64_t vmcb, uint64_t host)
{
	assert_ptr_equal(fake.cpu.inside, guest);
	assert_ptr_equal(fake.cpu.fpu_owner, guest);
	assert_int_equal(vmcb, (uintptr_t)guest->control);
	assert_int_equal(host, HOST_STATE);
	assert_in_range(svm_vmcb(guest)->asid, 1, svm_asid_last);
	assert_in_range(svm_vmcb(guest)->tlb_control, 0, 1);
	assert_int_equal(guest->generation, fake.cpu.asid_generation);
	assert_int_equal(guest->state->dirty, 0);
	flushes += svm_vmcb(guest)->tlb_control;
	return &entered;
}

static inline int setup(void **unused)
{
	(void)unused;
	svm_asid_last = ASIDS;
	flushes = 0;
	svm_maps_init();
	guests_make(&svm_ops);
	memcpy(begun, b->control, sizeof(begun));
	fake.cpu.host_state = HOST_STATE;
	fake.cpu.asid_generation = 1;
	fake.cpu.asid_next = svm_asid_last + 1; /* as svm_cpu_init() leaves it */
	return 0;
}

static inline int teardown(void **unused)
{
	(void)unused;
	guests_end(&svm_ops);
	return 0;
}

static inline bool enter(struct guest *guest)
{
	return svm_ops.enter(guest) == &entered;
}

/* What svm_entry does behind VMRUN. */
static inline void exit_with(struct guest *guest, uint64_t reason)
{
	assert_ptr_equal(fake.cpu.inside, guest);
	svm_vmcb(guest)->exit_code = reason;
	if (!setjmp(open_jump))
		assert_ptr_equal(svm_exited(guest), &frame);
}

static inline void leave_by_cpuid(struct guest *guest)
{
	exit_with(guest, 0x72);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
