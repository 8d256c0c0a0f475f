/* SPDX-License-Identifier: MIT */
/* Rounds through guests: what goes along, and the tags of their translations. */
#include "test/unit/svm_fixture.h"

static uint32_t asid_of(const struct guest *guest)
{
	return svm_vmcb(guest)->asid;
}

/* The accesses of PERFORMANCE.md: no MSR, no new tag, RIP and RAX. */
static void test_round(void **unused)
{
	uint32_t asid;

	(void)unused;
	assert_true(enter(a));
	leave_by_cpuid(a);
	asid = asid_of(a);
	a->state->dirty = GROUP_RIP;
	a->state->rip = 0x1234;
	a->state->rflags = 0x5555; /* not dirty */
	a->state->gpr[GPR_RAX] = 0x77;
	svm_vmcb(a)->rflags = 2;
	assert_true(enter(a));
	assert_int_equal(a->state->dirty, 0);
	assert_int_equal(svm_vmcb(a)->rip, 0x1234);
	assert_int_equal(svm_vmcb(a)->rflags, 2);
	assert_int_equal(svm_vmcb(a)->rax, 0x77);
	svm_vmcb(a)->rip = 0x1236;
	svm_vmcb(a)->rax = 0x88;
	upcalls = 0;
	leave_by_cpuid(a);
	assert_int_equal(upcalls, 1);
	assert_int_equal(upcall_reason, 0x72);
	assert_int_equal(a->state->exit_reason, 0x72);
	assert_int_equal(a->state->rip, 0x1236);
	assert_int_equal(a->state->gpr[GPR_RAX], 0x88);
	assert_int_equal(asid_of(a), asid);
	assert_int_equal(fake.msr_writes, 0);
	assert_int_equal(fpu_loads, 1);
	assert_int_equal(flushes, 1); /* the CPU's first */
}

/* What the VMM wants for a reason, and bits that mean nothing. */
static void test_wanted(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	for (unsigned i = 0; i < VCPU_WANTS; i++)
		a->state->want[i] = GROUP_CR2;
	a->state->want[0x72] = GROUP_SYSENTER | ~GROUP_ALL;
	svm_vmcb(a)->sysenter_eip = 5;
	svm_vmcb(a)->cr2 = 6;
	leave_by_cpuid(a);
	assert_int_equal(a->state->sysenter_eip, 5);
	assert_int_equal(a->state->cr2, 0);
	assert_int_equal(a->state->valid, ALWAYS | GROUP_SYSENTER);
	exit_with(a, 0x7c);
	assert_int_equal(a->state->cr2, 6);
	assert_int_equal(a->state->valid, ALWAYS | GROUP_CR2);
}

/* A CPU begins with a flush of what the firmware has left. */
static void test_first_entry_flushes(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	assert_int_equal(flushes, 1);
	assert_int_equal(asid_of(a), 1);
	leave_by_cpuid(a);
	assert_int_equal(svm_vmcb(a)->tlb_control, 0);
	assert_true(enter(b));
	assert_int_equal(flushes, 1);
	assert_int_equal(asid_of(b), 2);
	leave_by_cpuid(b);
	assert_true(enter(a));
	assert_int_equal(asid_of(a), 1);
}

/* Groups whose load ends the guest's translations, and these alone. */
static void test_fresh_after_load(void **unused)
{
	(void)unused;
	svm_asid_last = 100;
	fake.cpu.asid_next = 101;
	a->state->xcr0 = 7;
	assert_true(enter(a));
	for (uint32_t group = 1; group < GROUP_ALL; group <<= 1) {
		uint32_t before = asid_of(a);

		leave_by_cpuid(a);
		a->state->cr3 += 0x1000;
		a->state->dirty = group;
		assert_true(enter(a));
		assert_int_equal(asid_of(a), before + !!(group & (GROUP_CR | GROUP_EFER)));
		assert_int_equal(flushes, 1);
	}
}

/* A second-level table changed: every guest of the CPU takes a fresh one, on the short
 * way in as well. */
static void test_flush_second_level(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	leave_by_cpuid(a);
	assert_true(enter(b));
	leave_by_cpuid(b);
	svm_ops.flush_second_level(hpa(0x1000));
	b->state->dirty = GROUP_RIP;
	assert_true(enter(b));
	leave_by_cpuid(b);
	assert_int_equal(asid_of(b), 3);
	assert_true(enter(a));
	assert_int_equal(asid_of(a), 4);
	assert_int_equal(flushes, 1);
}

/* When there are no more, all are flushed, once, and everyone needs a new one. */
static void test_wrap(void **unused)
{
	(void)unused;
	assert_true(enter(b));
	leave_by_cpuid(b);
	for (uint32_t n = 2; n <= ASIDS; n++) {
		a->state->dirty = GROUP_EFER;
		assert_true(enter(a));
		assert_int_equal(asid_of(a), n);
		leave_by_cpuid(a);
	}
	assert_int_equal(flushes, 1);
	a->state->dirty = GROUP_EFER;
	assert_true(enter(a));
	assert_int_equal(flushes, 2);
	assert_int_equal(asid_of(a), 1);
	leave_by_cpuid(a);
	assert_true(enter(a));
	leave_by_cpuid(a);
	assert_int_equal(flushes, 2);
	assert_true(enter(b)); /* had 1 in the generation before */
	assert_int_equal(asid_of(b), 2);
	assert_int_equal(flushes, 2);
}

/* VMRUN may not have come as far as the flush: it is done with the next entry, whoever's
 * that is. */
static void test_failed_entry(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		assert_true(enter(a));
		exit_with(a, ~0ull);
		flushes = 0;
		assert_true(enter(i ? a : b));
		assert_int_equal(flushes, 1);
		assert_int_equal(asid_of(i ? a : b), 1);
		leave_by_cpuid(i ? a : b);
		assert_true(enter(i ? b : a));
		assert_int_equal(flushes, 1);
		assert_int_equal(asid_of(i ? b : a), 2);
		leave_by_cpuid(i ? b : a);
	}
}

/* Whatever happens: since the last flush no tag was another guest's, nor the same
 * guest's before its translations had to go. */
static void test_never_stale(void **unused)
{
	struct {
		const struct guest *guest;
		unsigned ended;
	} owner[ASIDS + 1] = {{NULL, 0}};
	unsigned ended[2] = {0}, done = 0, all = 0;
	uint32_t random = 1;

	(void)unused;
	for (unsigned round = 0; round < 20000; round++) {
		struct guest *guest;
		unsigned n, what;

		random = random * 1664525 + 1013904223;
		n = random >> 31;
		what = random >> 24 & 15;
		guest = &guests[n];
		guest->state->dirty = what < 3 ? GROUP_EFER : what < 8 ? GROUP_RIP : 0;
		ended[n] += what < 3;
		if (what == 8) {
			svm_ops.flush_second_level(hpa(0x1000));
			all++;
		}
		if (what == 9)
			svm_ops.unload(guest);
		flushes = 0;
		assert_true(enter(guest));
		if (what == 10) {
			exit_with(guest, 0xffffffff);
			continue;
		}
		if (flushes)
			memset(owner, 0, sizeof(owner));
		done += flushes;
		if (!owner[asid_of(guest)].guest) {
			owner[asid_of(guest)].guest = guest;
			owner[asid_of(guest)].ended = ended[n] + all;
		}
		assert_ptr_equal(owner[asid_of(guest)].guest, guest);
		assert_int_equal(owner[asid_of(guest)].ended, ended[n] + all);
		exit_with(guest, what & 1 ? 0x60 : 0x72);
	}
	assert_in_range(done, 1000, 10000);
}

static void test_refused(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	leave_by_cpuid(a);
	upcalls = 0;
	svm_vmcb(a)->rip = 0x99;
	a->state->dirty = GROUP_RIP | GROUP_XCR0;
	a->state->xcr0 = BIT(63);
	assert_ptr_equal(svm_ops.enter(a), &frame);
	assert_int_equal(upcalls, 1);
	assert_int_equal(upcall_reason, EXIT_ENTRY_REFUSED);
	assert_int_equal(a->state->exit_reason, EXIT_ENTRY_REFUSED);
	assert_int_equal(a->state->exit_qualification, (uint64_t)GROUP_XCR0 << 32);
	assert_int_equal(a->state->valid, GROUP_QUALIFICATION);
	assert_int_equal(a->state->dirty, GROUP_RIP | GROUP_XCR0);
	assert_int_equal(svm_vmcb(a)->rip, 0x99);
	a->state->xcr0 = 7; /* mended */
	assert_true(enter(a));
}

/* An interrupt comes while b runs, its handler signals a, and b goes on. */
static void test_report_of_another(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	exit_with(a, 0x60);
	svm_ops.leave(a);
	assert_null(fake.cpu.inside);
	assert_true(enter(b));
	exit_with(b, 0x60);
	a->state->want[VCPU_WANT_INDEX(EXIT_SIGNAL)] = GROUP_SYSCALL;
	svm_vmcb(a)->kernel_gs_base = 0xaa;
	svm_vmcb(a)->next_rip = 5;
	svm_ops.report(a, EXIT_SIGNAL);
	assert_ptr_equal(fake.cpu.inside, b);
	assert_int_equal(a->state->exit_reason, EXIT_SIGNAL);
	assert_int_equal(a->state->valid, ALWAYS | GROUP_SYSCALL);
	assert_int_equal(a->state->kernel_gs_base, 0xaa);
	assert_int_equal(a->state->instruction_length, 0);
	svm_ops.report(b, EXIT_POKED);
	assert_null(fake.cpu.inside);
	assert_int_equal(b->state->exit_reason, EXIT_POKED);
	assert_true(enter(b));
}

static void test_unload(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	exit_with(a, 0x60);
	svm_ops.unload(a);
	assert_null(fake.cpu.inside);
	assert_null(fake.cpu.fpu_owner);
	assert_true(enter(b));
	svm_ops.unload(a); /* leaves b alone */
	svm_ops.leave(a);
	assert_ptr_equal(fake.cpu.inside, b);
	assert_ptr_equal(fake.cpu.fpu_owner, b);
}

/* On another CPU of the same generation the tag is another guest's. */
static void test_unload_forgets_the_tag(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	leave_by_cpuid(a);
	svm_ops.unload(a);
	fake.cpu.asid_next = 7; /* there */
	assert_true(enter(a));
	assert_int_equal(asid_of(a), 7);
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
		CASE(test_first_entry_flushes),
		CASE(test_fresh_after_load),
		CASE(test_flush_second_level),
		CASE(test_wrap),
		CASE(test_failed_entry),
		CASE(test_never_stale),
		CASE(test_refused),
		CASE(test_report_of_another),
		CASE(test_unload),
		CASE(test_unload_forgets_the_tag),
		CASE(test_breakpoints),
		CASE(test_fpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
