/* SPDX-License-Identifier: MIT */
/* What each exit means, and events that an exit interrupted. */
#include "test/unit/svm_fixture.h"

enum outcome { TO_VMM, NOTHING, OPEN, FAILED };

static void check_outcome(uint64_t reason, enum outcome outcome)
{
	uint64_t told = outcome == FAILED ? EXIT_ENTRY_REFUSED : reason;

	upcalls = opened = 0;
	a->state->exit_reason = 0xdead;
	assert_true(enter(a));
	exit_with(a, reason);
	if (upcalls != (outcome == TO_VMM || outcome == FAILED) || opened != (outcome == OPEN) ||
		a->state->exit_reason != (upcalls ? told : 0xdead) ||
		(upcalls && upcall_reason != told))
		fail_msg("reason %lx", (unsigned long)reason);
	assert_int_equal(interrupts + fake.nmis, 0); /* GIF lets them in by themselves */
	assert_int_equal(svm_vmcb(a)->event | svm_vmcb(a)->tlb_control, 0);
}

/* AMD APM vol. 2 appendix C "SVM Intercept Exit Codes". */
static void test_kinds(void **unused)
{
	static const struct {
		uint64_t reason;
		enum outcome outcome;
	} rows[] = {
		{0x60, OPEN},    /* INTR */
		{0x61, NOTHING}, /* NMI: has come */
		{0x62, NOTHING}, /* SMI, INIT: likewise */
		{0x63, NOTHING},
		{0x400, TO_VMM}, /* nested page fault */
		{0x401, TO_VMM},
		{0x403, TO_VMM},
		{~0ull, FAILED},
		{0xffffffff, FAILED}, /* as QEMU has it */
		{~1ull, TO_VMM},
		{0xfffffffe, TO_VMM},
		{0x100000060, TO_VMM},
		{0x100000400, TO_VMM},
	};

	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		check_outcome(rows[i].reason, rows[i].outcome);
}

/* Every other reason, known or not, is the VMM's. */
static void test_all_others(void **unused)
{
	(void)unused;
	for (uint32_t reason = 0; reason < 0x10000; reason++)
		if (reason != 0x52 && (reason < 0x60 || reason > 0x63))
			check_outcome(reason, TO_VMM);
}

static void exit_of_a(uint64_t reason)
{
	exit_with(a, reason);
}

static void test_machine_check(void **unused)
{
	(void)unused;
	assert_true(enter(a));
	assert_true(panics(exit_of_a, 0x52));
	assert_false(panics(exit_of_a, 0x51));
	assert_false(panics(exit_of_a, 0x53));
}

/* The CPU refuses the guest's state. What it has in the VMCB is no exit's. */
static void test_entry_fails(void **unused)
{
	static const uint64_t codes[] = {~0ull, 0xffffffff};

	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(codes); i++) {
		upcalls = 0;
		a->state->dirty = GROUP_INJECT;
		a->state->inject_info = EVENT_VALID | 0x31;
		a->state->rip = 0x55;
		assert_true(enter(a));
		assert_int_equal(svm_vmcb(a)->event, EVENT_VALID | 0x31);
		svm_vmcb(a)->exit_info[0] = 0x99;
		exit_with(a, codes[i]);
		assert_int_equal(upcalls, 1);
		assert_int_equal(upcall_reason, EXIT_ENTRY_REFUSED);
		assert_int_equal(a->state->exit_reason, EXIT_ENTRY_REFUSED);
		assert_int_equal(a->state->exit_qualification, 0xffffffff);
		assert_int_equal(a->state->valid, GROUP_QUALIFICATION);
		assert_int_equal(a->state->rip, 0x55);
		assert_int_equal(svm_vmcb(a)->event, 0);
		a->state->exit_qualification = 0;
	}
}

/* EXITINTINFO, and whether it is delivered again; the error code goes along. */
static const struct {
	uint64_t info;
	bool again;
} redeliver[] = {
	{0, false},
	{0x31, false}, /* not valid */
	{EVENT_VALID | EVENT_INTERRUPT | 0x31, true},
	{EVENT_VALID | EVENT_NMI | 2, true},
	{0x123400000000 | EVENT_VALID | EVENT_ERROR_CODE | EVENT_EXCEPTION | 14, true},
	{EVENT_VALID | EVENT_EXCEPTION | 1, true},
	{EVENT_VALID | EVENT_EXCEPTION | 3, false}, /* INT3, INTO, INT n: executed again */
	{EVENT_VALID | EVENT_EXCEPTION | 4, false},
	{EVENT_VALID | EVENT_SOFT_INTERRUPT | 0x80, false},
	{EVENT_VALID | EVENT_INTERRUPT | 3, true},
	{EVENT_VALID | EVENT_INTERRUPT | 4, true},
};

/* For each kind of exit that the VMM does not see. */
static void test_redeliver(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(redeliver) * 4; i++) {
		assert_true(enter(a));
		svm_vmcb(a)->exit_event = redeliver[i / 4].info;
		exit_with(a, 0x60 + i % 4);
		if (svm_vmcb(a)->event != (redeliver[i / 4].again ? redeliver[i / 4].info : 0))
			fail_msg("row %u, exit %x", i / 4, 0x60 + i % 4);
		assert_true(enter(a)); /* and once only */
		svm_vmcb(a)->exit_event = 0;
		exit_with(a, 0x60);
		assert_int_equal(svm_vmcb(a)->event, 0);
	}
}

/* Exits that the VMM sees are its own to mend; what it had injected is spent. */
static void test_event_told(void **unused)
{
	static const uint64_t reasons[] = {0x72, 0x400, 0x4e, 0x7f};

	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(reasons); i++) {
		a->state->dirty = GROUP_INJECT;
		a->state->inject_info = EVENT_VALID | 0x31;
		assert_true(enter(a));
		svm_vmcb(a)->exit_event = 0x1800000b0e | (uint64_t)EVENT_VALID;
		exit_with(a, reasons[i]);
		assert_int_equal(svm_vmcb(a)->event, 0);
		assert_int_equal(a->state->vectoring_info, EVENT_VALID | 0xb0e);
		assert_int_equal(a->state->vectoring_error, 0x18);
	}
}

/* Length of the instruction, where the CPU says which is the next. */
static void test_next_rip(void **unused)
{
	static const struct {
		uint64_t rip, next;
		uint32_t length;
	} rows[] = {
		{0x1000, 0, 0},
		{0x1000, 0x1002, 2},
		{0xffffffff81000000, 0xffffffff8100000f, 15},
		{0x1000, 0x1000, 0},
		{0xfffffffffffffffe, 0, 0},
	};

	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(enter(a));
		svm_vmcb(a)->rip = rows[i].rip;
		svm_vmcb(a)->next_rip = rows[i].next;
		leave_by_cpuid(a);
		assert_int_equal(a->state->instruction_length, rows[i].length);
	}
}

/* Which word of want[] counts: SVM's own from 400h on and the kernel's do not meet, nor
 * one of the others that the CPU has. */
static void test_want_places(void **unused)
{
	static const struct {
		uint64_t reason;
		unsigned place;
	} rows[] = {
		{0x00, 0x00},
		{0x72, 0x72},
		{0x8f, 0x8f},
		{0x400, 0xf0},
		{0x401, 0xf1},
		{0x403, 0xf3},
		{EXIT_SIGNAL, 0xf8},
		{EXIT_POKED, 0xf9},
		{~1ull, 0xfe},
	};

	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		memset(a->state->want, 0, sizeof(a->state->want));
		a->state->want[rows[i].place] = GROUP_CR2;
		assert_true(enter(a));
		if (rows[i].reason >> 8 == 0xff)
			svm_ops.report(a, rows[i].reason);
		else
			exit_with(a, rows[i].reason);
		if (a->state->valid != (ALWAYS | GROUP_CR2))
			fail_msg("reason %lx", (unsigned long)rows[i].reason);
	}
}

/* A window that the VMM waits for, and what keeps it closed. */
static const struct {
	const char *name;
	uint64_t interrupt, rflags, shadow, event;
	bool open; /* told instead of entered */
} windows[] = {
	{"open", VIRQ_PENDING, RFLAGS_IF, 0, 0, true},
	{"nobody waits", 0, RFLAGS_IF, 0, 0, false},
	{"interrupts are off", VIRQ_PENDING, 2, 0, 0, false},
	{"behind STI", VIRQ_PENDING, RFLAGS_IF, SHADOW_ACTIVE, 0, false},
	{"behind MOV SS", VIRQ_PENDING, 2, SHADOW_ACTIVE, 0, false},
	{"behind STI, nobody waits", 0, RFLAGS_IF, SHADOW_ACTIVE, 0, false},
	{"an event first", VIRQ_PENDING, RFLAGS_IF, 0, EVENT_VALID | 0x31, false},
};

static void window_set(unsigned i)
{
	svm_vmcb(a)->interrupt = windows[i].interrupt;
	svm_vmcb(a)->rflags = windows[i].rflags;
	svm_vmcb(a)->shadow = windows[i].shadow;
	svm_vmcb(a)->event = windows[i].event;
	svm_vmcb(a)->exit_event = 0;
	upcalls = opened = 0;
}

static void check_told(bool told, const char *name)
{
	if (upcalls != told || (told && upcall_reason != 0x64) ||
		(told && a->state->exit_reason != 0x64) || (told && a->state->vectoring_info))
		fail_msg("%s", name);
}

/* VINTR without a round through the guest: its tag is not used up. Not where the VMM has
 * changed RIP alone: a window does not open by that. */
static void test_window_open(void **unused)
{
	static const uint32_t dirty[] = {0, GROUP_RIP};

	(void)unused;
	for (unsigned i = 0; i < 2 * ARRAY_SIZE(windows); i++) {
		bool told = windows[i / 2].open && dirty[i % 2] != GROUP_RIP;

		window_set(i / 2);
		a->state->dirty = dirty[i % 2];
		a->state->rip = 0x1234;
		assert_int_equal(enter(a), !told);
		check_told(told, windows[i / 2].name);
		assert_int_equal(a->state->dirty, 0);
		if (dirty[i % 2])
			assert_int_equal(svm_vmcb(a)->rip, 0x1234);
		if (!told)
			leave_by_cpuid(a);
		svm_vmcb(a)->event = 0;
		svm_vmcb(a)->interrupt = 0;
		assert_true(enter(a));
		leave_by_cpuid(a);
	}
	assert_int_equal(flushes, 1);
}

/* One that ends the last tag's generation must flush when it is entered at last. */
static void test_window_keeps_flush(void **unused)
{
	(void)unused;
	window_set(0);
	assert_false(enter(a));
	assert_true(enter(b));
	assert_int_equal(flushes, 1);
}

/* An interrupt of the host's tells nothing, and the next entry has the shadow again. */
static void test_window_shadow(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(windows); i++) {
		window_set(1);
		assert_true(enter(a));
		window_set(i);
		exit_with(a, 0x60);
		check_told(false, windows[i].name);
		assert_int_equal(opened, 1);
		assert_int_equal(svm_vmcb(a)->shadow, windows[i].shadow);
		exit_with(a, 0x61);
		check_told(false, windows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_kinds),
		CASE(test_all_others),
		CASE(test_machine_check),
		CASE(test_entry_fails),
		CASE(test_redeliver),
		CASE(test_event_told),
		CASE(test_next_rip),
		CASE(test_want_places),
		CASE(test_window_open),
		CASE(test_window_keeps_flush),
		CASE(test_window_shadow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
