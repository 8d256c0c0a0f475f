/* SPDX-License-Identifier: MIT */
/* Rounds through guests, and what of them is in the CPU at each moment. */
/* LINK: arch/x86_64/vmx_fields.c arch/x86_64/vmx_controls.c arch/x86_64/feature.c */
#include "test/unit/vmx_fixture.h"

/* A round without anything dirty: the accesses of PERFORMANCE.md. */
static void test_round(void **unused)
{
	struct guest_exit out;

	(void)unused;
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 10, 0);
	fake.reads = fake.writes = 0;
	a->state->dirty = GROUP_RIP;
	a->state->rip = 0x1234;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(a->state->dirty, 0);
	assert_int_equal(fake.field[VMCS_GUEST_RIP], 0x1234);
	fake.field[VMCS_EXIT_LENGTH] = 2;
	fake.field[VMCS_GUEST_RIP] = 0x1236;
	out = exit_with(a, 10, 0);
	assert_int_equal(out.kind, GUEST_EXIT_USER);
	assert_int_equal(out.reason, 10);
	assert_int_equal(a->state->exit_reason, 10);
	assert_int_equal(a->state->rip, 0x1236);
	assert_int_equal(a->state->instruction_length, 2);
	assert_true(a->launched);
	assert_int_equal(fake.reads, 3);
	assert_int_equal(fake.writes, 1);
	assert_int_equal(fpu_loads, 1);
}

/* The guest's MSRs and CR2 are there inside, the host's outside. */
static void test_msrs(void **unused)
{
	(void)unused;
	a->state->dirty = GROUP_SYSCALL | GROUP_CR2;
	a->state->lstar = 0xffffffff81000000;
	a->state->cr2 = 0x55;
	assert_true(vmx_ops.prepare(a));
	assert_ptr_equal(fake.cpu.guest_msrs, a);
	assert_int_equal(*fake_msr(MSR_LSTAR), 0xffffffff81000000);
	assert_int_equal(fake.cr2, 0x55);
	*fake_msr(MSR_KERNEL_GS_BASE) = 0x99; /* SWAPGS */
	fake.cr2 = 0x66;
	a->state->want[10] = GROUP_SYSCALL | GROUP_CR2;
	exit_with(a, 10, 0);
	assert_null(fake.cpu.guest_msrs);
	assert_int_equal(*fake_msr(MSR_LSTAR), HOST_LSTAR);
	assert_int_equal(*fake_msr(MSR_KERNEL_GS_BASE), 0);
	assert_int_equal(a->state->kernel_gs_base, 0x99);
	assert_int_equal(a->state->lstar, 0xffffffff81000000);
	assert_int_equal(a->state->cr2, 0x66);
	fake.cr2 = 0; /* the VMM faults */
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(*fake_msr(MSR_KERNEL_GS_BASE), 0x99);
	assert_int_equal(fake.cr2, 0x66);
}

/* Each exit cuts TR short: mended at once for a VMM with ports, else noted. */
static void test_ports(void **unused)
{
	(void)unused;
	for (unsigned reason = 1; reason <= 10; reason += 9) {
		fake.cpu.tss_short = false;
		fake.cpu.tss.iomap_base = IOMAP_NONE;
		repairs = 0;
		assert_true(vmx_ops.prepare(a));
		exit_with(a, reason, TIMER);
		assert_int_equal(repairs, 0);
		assert_true(fake.cpu.tss_short);
		fake.cpu.tss.iomap_base = 0x1000;
		assert_true(vmx_ops.prepare(a));
		exit_with(a, reason, TIMER);
		assert_int_equal(repairs, 1);
		assert_false(fake.cpu.tss_short);
	}
}

/* An interrupt that the same guest survives moves nothing. */
static void test_interrupt(void **unused)
{
	struct guest_exit out;

	(void)unused;
	assert_true(vmx_ops.prepare(a));
	a->state->rip = 1;
	a->state->exit_reason = 2;
	fake.msr_writes = fake.writes = fake.reads = 0;
	out = exit_with(a, 1, TIMER);
	assert_int_equal(out.kind, GUEST_EXIT_INTERRUPT);
	assert_int_equal(out.vector, 0xf0);
	assert_ptr_equal(fake.cpu.guest_msrs, a);
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.writes, 0);
	assert_int_equal(fake.reads, 3); /* reason, event, vectoring */
	assert_int_equal(fake.msr_writes, 0);
	assert_int_equal(a->state->rip, 1);
	assert_int_equal(a->state->exit_reason, 2);
}

/* An interrupt comes while b runs, its handler signals a, and b goes on. */
static void test_report_of_another(void **unused)
{
	(void)unused;
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 1, TIMER);
	vmx_ops.leave(a);
	assert_true(vmx_ops.prepare(b));
	exit_with(b, 1, TIMER);
	vmx_ops.report(a, EXIT_SIGNAL);
	assert_int_equal(fake.current, (uintptr_t)a->control);
	assert_ptr_equal(fake.cpu.guest_msrs, b);
	assert_int_equal(a->state->exit_reason, EXIT_SIGNAL);
	assert_int_equal(a->state->instruction_length, 0);
	fake.msr_writes = 0;
	assert_true(vmx_ops.prepare(b));
	assert_int_equal(fake.current, (uintptr_t)b->control);
	assert_int_equal(fake.msr_writes, 0);
}

static void test_refused(void **unused)
{
	(void)unused;
	a->state->dirty = GROUP_RIP | GROUP_SYSCALL;
	a->state->lstar = BIT(63);
	assert_false(vmx_ops.prepare(a));
	assert_int_equal(a->state->exit_reason, EXIT_ENTRY_REFUSED);
	assert_int_equal(a->state->exit_qualification, (uint64_t)GROUP_SYSCALL << 32);
	assert_int_equal(a->state->dirty, GROUP_RIP | GROUP_SYSCALL);
	assert_null(fake.cpu.guest_msrs);
	assert_int_equal(fake.writes, 0);
	a->state->lstar = 0; /* mended */
	assert_true(vmx_ops.prepare(a));
}

/* The entry instruction fails: with an error number, or without a VMCS. */
static void test_entry_instruction_fails(void **unused)
{
	(void)unused;
	for (unsigned valid = 0; valid < 2; valid++) {
		assert_true(vmx_ops.prepare(a));
		fake.field[VMCS_INSTRUCTION_ERROR] = 7;
		fake.field[VMCS_ENTRY_EVENT] = EVENT_VALID;
		assert_ptr_equal(vmx_entry_failed(a, valid), &frame);
		assert_int_equal(upcalls, valid + 1);
		assert_int_equal(upcall_reason, EXIT_ENTRY_REFUSED);
		assert_int_equal(a->state->exit_reason, EXIT_ENTRY_REFUSED);
		assert_int_equal(a->state->exit_qualification, valid ? 7 : 0);
		assert_int_equal(fake.field[VMCS_ENTRY_EVENT], valid ? 0 : EVENT_VALID);
		assert_false(a->launched);
		assert_int_equal(*fake_msr(MSR_LSTAR), HOST_LSTAR);
	}
}

/* The CPU refuses the guest's state: an exit like any other. */
static void test_entry_fails(void **unused)
{
	struct guest_exit out;

	(void)unused;
	assert_true(vmx_ops.prepare(a));
	fake.field[VMCS_ENTRY_EVENT] = EVENT_VALID;
	fake.field[VMCS_QUALIFICATION] = 3;
	out = exit_with(a, EXIT_FAILED_ENTRY_BIT | 33, 0);
	assert_int_equal(out.kind, GUEST_EXIT_USER);
	assert_int_equal(out.reason, 0x80000021);
	assert_int_equal(a->state->exit_reason, 0x80000021);
	assert_int_equal(a->state->exit_qualification, 3);
	assert_int_equal(fake.field[VMCS_ENTRY_EVENT], 0);
	assert_false(a->launched); /* VMLAUNCH again */
	assert_null(fake.cpu.guest_msrs);
}

/* Another VMM, another address space: HOST_CR3 follows, and only then. */
static void test_host_cr3(void **unused)
{
	(void)unused;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.field[VMCS_HOST_CR3], 0x7000);
	exit_with(a, 10, 0);
	fake.writes = 0;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.writes, 0);
	exit_with(a, 10, 0);
	a->host_cr3 = 0x9001;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.field[VMCS_HOST_CR3], 0x9001);
}

/* Enabled breakpoints bring their addresses along, also after another guest's. */
static void test_breakpoints(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		states[i].dirty = GROUP_DR;
		states[i].dr7 = 0x400 | 2 << (2 * i);
		for (unsigned n = 0; n < 4; n++)
			states[i].dr[n] = 10 * i + n + 1;
	}
	for (unsigned i = 0; i < 4; i++) {
		assert_true(vmx_ops.prepare(&guests[i & 1]));
		for (unsigned n = 0; n < 4; n++)
			assert_int_equal(fake.dr[n], 10 * (i & 1) + n + 1);
		exit_with(&guests[i & 1], 10, 0);
	}
	memset(fake.dr, 0, sizeof(fake.dr));
	a->state->dirty = GROUP_DR;
	a->state->dr7 = 0x400;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.dr[0], 0);
}

static void test_fpu(void **unused)
{
	(void)unused;
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 10, 0);
	assert_int_equal(fpu_loads, 1);
	assert_true(vmx_ops.prepare(b));
	exit_with(b, 10, 0);
	assert_ptr_equal(fake.cpu.fpu_owner, b);
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 10, 0);
	assert_int_equal(fpu_loads, 3);
	a->state->dirty = GROUP_XCR0;
	a->state->xcr0 = 7;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fpu_loads, 4);
	assert_int_equal(a->xcr0, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_round),
		CASE(test_msrs),
		CASE(test_ports),
		CASE(test_interrupt),
		CASE(test_report_of_another),
		CASE(test_refused),
		CASE(test_entry_instruction_fails),
		CASE(test_entry_fails),
		CASE(test_host_cr3),
		CASE(test_breakpoints),
		CASE(test_fpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
