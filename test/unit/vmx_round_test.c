/* SPDX-License-Identifier: MIT */
/* Rounds through guests, and what of them is in the CPU at each moment. */
/* LINK: arch/x86_64/vmx_controls.c arch/x86_64/feature.c */
#include "test/unit/vmx_fixture.h"

/* The accesses of PERFORMANCE.md: no MSR, no CR3, the VMCS for what moves. */
static void test_round(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	exit_with(a, 10, 0);
	vmcs.reads = vmcs.writes = fake.msr_writes = 0;
	a->state->dirty = GROUP_RIP;
	a->state->rip = 0x1234;
	assert_true(enter(a));
	assert_int_equal(a->state->dirty, 0);
	assert_int_equal(vmcs.field[VMCS_GUEST_RIP], 0x1234);
	vmcs.field[VMCS_EXIT_LENGTH] = 2;
	vmcs.field[VMCS_GUEST_RIP] = 0x1236;
	exit_with(a, 10, 0);
	assert_int_equal(upcall_reason, 10);
	assert_int_equal(a->state->exit_reason, 10);
	assert_int_equal(a->state->valid, GROUP_RIP);
	assert_int_equal(a->state->rip, 0x1236);
	assert_int_equal(a->state->instruction_length, 2);
	assert_int_equal(vmcs.reads, 3);
	assert_int_equal(vmcs.writes, 1);
	assert_int_equal(fake.msr_writes, 0);
	assert_int_equal(fpu_loads, 1);
}

/* What the VMM wants for a reason, and bits that mean nothing. */
static void test_wanted(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < VCPU_WANTS; i++)
		a->state->want[i] = ~0u;
	a->state->want[10] = GROUP_RFLAGS;
	vmcs.field[VMCS_GUEST_RFLAGS] = 0x246;
	assert_true(enter(a));
	exit_with(a, 10, 0);
	assert_int_equal(a->state->valid, GROUP_RIP | GROUP_RFLAGS);
	assert_int_equal(a->state->rflags, 0x246);
	vmcs.writes = 0;
	a->state->want[10] = ~0u;
	for (uint32_t reason = 2; reason < 0x10000; reason += 0x101) {
		exit_with(a, reason, 0);
		assert_int_equal(a->state->valid, GROUP_ALL);
	}
	assert_int_equal(vmcs.writes, 0);
}

/* CR2 is the guest's inside; outside, page faults of ring 3 may change it. */
static void test_cr2(void **unused)
{
	(void)unused;
	a->state->dirty = GROUP_CR2;
	a->state->cr2 = 0x55;
	for (unsigned reason = 1; reason <= 10; reason += 9) {
		fake.cr2 = 0;
		assert_true(enter(a));
		assert_int_equal(fake.cr2, 0x55);
		fake.cr2 = 0x66;
		exit_with(a, reason, TIMER);
		fake.cr2 = 0;
		assert_true(enter(a));
		assert_int_equal(fake.cr2, 0x66);
		fake.cr2 = 0x55;
		exit_with(a, 10, 0);
	}
}

/* KERNEL_GS_BASE stays while nobody but the guest and its VMM runs. */
static void test_kernel_gs_base(void **unused)
{
	uint64_t *gs = fake_msr(MSR_KERNEL_GS_BASE);

	(void)unused;
	*gs = 0;
	a->state->dirty = b->state->dirty = GROUP_SYSCALL;
	a->state->kernel_gs_base = 0xaa;
	b->state->kernel_gs_base = 0xbb;
	assert_true(enter(a));
	assert_int_equal(*gs, 0xaa);
	*gs = 0xa1; /* SWAPGS */
	exit_with(a, 10, 0);
	assert_int_equal(*gs, 0xa1);
	vmx_ops.leave(b); /* not there */
	assert_int_equal(*gs, 0xa1);
	vmx_ops.leave(a); /* another thread */
	assert_int_equal(*gs, 0);
	assert_null(fake.cpu.inside);
	*gs = 0; /* it loads GS */
	assert_true(enter(a));
	assert_int_equal(*gs, 0xa1);
	exit_with(a, 10, 0);
	assert_true(enter(b)); /* the same thread runs another guest */
	assert_int_equal(*gs, 0xbb);
	*gs = 0xb1;
	exit_with(b, 1, TIMER);
	vmx_ops.unload(b);
	assert_int_equal(*gs, 0);
	assert_true(enter(a));
	assert_int_equal(*gs, 0xa1);
	exit_with(a, 10, 0);
	assert_true(enter(b));
	assert_int_equal(*gs, 0xb1);
}

/* A VMM makes another guest between two rounds of its own. */
static void test_init_between(void **unused)
{
	struct guest guest = {.tag = 3, .state = &states[0]};
	uint64_t *gs = fake_msr(MSR_KERNEL_GS_BASE);

	(void)unused;
	assert_true(enter(a));
	*gs = 0xa1;
	exit_with(a, 10, 0);
	purse.left = 2;
	assert_int_equal(vmx_ops.init(&guest, &purse.source), STATUS_OK);
	assert_null(fake.cpu.inside);
	assert_int_equal(*gs, 0);
	assert_true(enter(a));
	assert_int_equal(vmcs.current, (uintptr_t)a->control);
	assert_int_equal(*gs, 0xa1);
	vmx_ops.unload(&guest);
	vmx_ops.fini(&guest, &purse.source);
}

/* Each exit cuts TR short; ports.c sees to it when it matters. */
static void test_tss(void **unused)
{
	(void)unused;
	for (unsigned reason = 1; reason <= 10; reason += 9) {
		fake.cpu.tss_short = false;
		assert_true(enter(a));
		exit_with(a, reason, TIMER);
		assert_true(fake.cpu.tss_short);
	}
}

/* An interrupt that the same guest survives moves nothing. */
static void test_interrupt(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	a->state->rip = 1;
	a->state->exit_reason = 2;
	fake.msr_writes = vmcs.writes = vmcs.reads = 0;
	exit_with(a, 1, TIMER);
	assert_int_equal(interrupt_vector, 0xf0);
	assert_ptr_equal(fake.cpu.inside, a);
	assert_true(enter(a));
	assert_int_equal(vmcs.writes, 0);
	assert_int_equal(vmcs.reads, 3); /* reason, event, vectoring */
	assert_int_equal(fake.msr_writes, 0);
	assert_int_equal(a->state->rip, 1);
	assert_int_equal(a->state->exit_reason, 2);
}

/* An interrupt comes while b runs, its handler signals a, and b goes on. */
static void test_report_of_another(void **unused)
{
	uint64_t *gs = fake_msr(MSR_KERNEL_GS_BASE);

	(void)unused;
	assert_true(enter(a));
	*gs = 0xaa;
	exit_with(a, 1, TIMER);
	vmx_ops.leave(a);
	assert_true(enter(b));
	*gs = 0xbb;
	exit_with(b, 1, TIMER);
	a->state->want[VCPU_WANT_INDEX(EXIT_SIGNAL)] = GROUP_SYSCALL;
	vmx_ops.report(a, EXIT_SIGNAL);
	assert_int_equal(vmcs.current, (uintptr_t)a->control);
	assert_int_equal(a->state->exit_reason, EXIT_SIGNAL);
	assert_int_equal(a->state->valid, GROUP_RIP | GROUP_SYSCALL);
	assert_int_equal(a->state->kernel_gs_base, 0xaa);
	assert_int_equal(a->state->instruction_length, 0);
	assert_true(enter(b));
	assert_int_equal(vmcs.current, (uintptr_t)b->control);
	assert_int_equal(*gs, 0xbb);
}

static void test_refused(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	exit_with(a, 10, 0);
	vmcs.writes = upcalls = 0;
	a->state->dirty = GROUP_RIP | GROUP_XCR0;
	a->state->xcr0 = BIT(63);
	assert_ptr_equal(vmx_ops.enter(a), &frame);
	assert_int_equal(upcalls, 1);
	assert_int_equal(upcall_reason, EXIT_ENTRY_REFUSED);
	assert_int_equal(a->state->exit_reason, EXIT_ENTRY_REFUSED);
	assert_int_equal(a->state->exit_qualification, (uint64_t)GROUP_XCR0 << 32);
	assert_int_equal(a->state->dirty, GROUP_RIP | GROUP_XCR0);
	assert_int_equal(vmcs.writes, 0);
	a->state->xcr0 = 7; /* mended */
	assert_true(enter(a));
}

/* The entry instruction fails: with an error number, or without a VMCS. */
static void test_entry_instruction_fails(void **unused)
{
	(void)unused;
	for (unsigned valid = 0; valid < 2; valid++) {
		assert_true(enter(a));
		vmcs.field[VMCS_INSTRUCTION_ERROR] = 7;
		vmcs.field[VMCS_ENTRY_EVENT] = EVENT_VALID;
		assert_ptr_equal(vmx_entry_failed(a, valid), &frame);
		assert_int_equal(upcalls, valid + 1);
		assert_int_equal(upcall_reason, EXIT_ENTRY_REFUSED);
		assert_int_equal(a->state->exit_reason, EXIT_ENTRY_REFUSED);
		assert_int_equal(a->state->exit_qualification, valid ? 7 : 0);
		assert_int_equal(vmcs.field[VMCS_ENTRY_EVENT], valid ? 0 : EVENT_VALID);
	}
}

/* A VMCS that was cleared wants VMLAUNCH, which is not the VMM's business. */
static void test_first_entry(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	vmcs.field[VMCS_INSTRUCTION_ERROR] = 5; /* VMRESUME with non-launched VMCS */
	vmcs.field[VMCS_ENTRY_EVENT] = EVENT_VALID;
	assert_ptr_equal(vmx_entry_failed(a, true), &entered_first);
	assert_int_equal(upcalls, 0);
	assert_int_equal(vmcs.field[VMCS_ENTRY_EVENT], EVENT_VALID);
}

/* The CPU refuses the guest's state: an exit like any other, and its qualification
 * comes along, wanted or not. */
static void test_entry_fails(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	vmcs.field[VMCS_ENTRY_EVENT] = EVENT_VALID;
	vmcs.field[VMCS_QUALIFICATION] = 3;
	exit_with(a, EXIT_FAILED_ENTRY_BIT | 33, 0);
	assert_int_equal(upcall_reason, 0x80000021);
	assert_int_equal(a->state->exit_reason, 0x80000021);
	assert_int_equal(a->state->exit_qualification, 3);
	assert_int_equal(a->state->valid, GROUP_RIP | GROUP_QUALIFICATION);
	assert_int_equal(vmcs.field[VMCS_ENTRY_EVENT], 0);
}

/* Another VMM, another address space: HOST_CR3 follows, and only then. */
static void test_host_cr3(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	assert_int_equal(vmcs.field[VMCS_HOST_CR3], 0x7000);
	exit_with(a, 10, 0);
	vmcs.writes = 0;
	assert_true(enter(a));
	assert_int_equal(vmcs.writes, 0);
	exit_with(a, 10, 0);
	vmx_ops.unload(a);
	a->host_cr3 = 0x9001;
	assert_true(enter(a));
	assert_int_equal(vmcs.field[VMCS_HOST_CR3], 0x9001);
}

static void leave_by_cpuid(struct guest *guest)
{
	exit_with(guest, 10, 0);
}

static void test_breakpoints(void **unused)
{
	(void)unused;
	check_breakpoints(enter, leave_by_cpuid);
}

static void test_fpu(void **unused)
{
	(void)unused;
	check_fpu(enter, leave_by_cpuid);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_round),
		CASE(test_wanted),
		CASE(test_cr2),
		CASE(test_kernel_gs_base),
		CASE(test_init_between),
		CASE(test_tss),
		CASE(test_interrupt),
		CASE(test_report_of_another),
		CASE(test_refused),
		CASE(test_entry_instruction_fails),
		CASE(test_first_entry),
		CASE(test_entry_fails),
		CASE(test_host_cr3),
		CASE(test_breakpoints),
		CASE(test_fpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
