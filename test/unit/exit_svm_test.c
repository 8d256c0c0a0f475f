/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/exit_svm.c vmm-user/vmm/exit_svm_code.c vmm-user/vmm/exit.c vmm-user/vmm/decode_system.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/guest_memory.c vmm-user/vmm/bus.c vmm-user/vmm/cpu.c */
/* clang-format on */
#include "vmm/exit.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "svm_exit.h"

/* Every exit code of AMD APM vol. 2 appendix C that is not a range, both ends of those
 * that are, and the kernel's own. `code`: an instruction that exits so, whose length the
 * handler needs. */
static const struct {
	uint64_t reason;
	enum exit_kind kind;
	const char *code;
} reasons[] = {
	{0x00, KIND_CR, "\x0f\x20\xc0"},
	{0x01, KIND_UNKNOWN, NULL},
	{0x02, KIND_UNKNOWN, NULL},
	{0x03, KIND_CR, "\x0f\x20\xd8"},
	{0x04, KIND_CR, "\x0f\x20\xe0"},
	{0x08, KIND_CR, "\x44\x0f\x20\xc0"},
	{0x0f, KIND_UNKNOWN, NULL},
	{0x10, KIND_CR, "\x0f\x22\xc0"},
	{0x13, KIND_CR, "\x0f\x22\xd8"},
	{0x14, KIND_CR, "\x0f\x22\xe0"},
	{0x18, KIND_CR, "\x44\x0f\x22\xc0"},
	{0x1f, KIND_UNKNOWN, NULL},
	{0x20, KIND_DR, "\x0f\x21\xc0"},
	{0x27, KIND_DR, "\x0f\x21\xf8"},
	{0x28, KIND_UNKNOWN, NULL},
	{0x2f, KIND_UNKNOWN, NULL},
	{0x30, KIND_DR, "\x0f\x23\xc0"},
	{0x37, KIND_DR, "\x0f\x23\xf8"},
	{0x38, KIND_UNKNOWN, NULL},
	{0x40, KIND_EXCEPTION, NULL},
	{0x41, KIND_EXCEPTION, NULL},
	{0x42, KIND_UNKNOWN, NULL}, /* NMI has a code of its own */
	{0x43, KIND_UNKNOWN, NULL},
	{0x44, KIND_UNKNOWN, NULL},
	{0x45, KIND_EXCEPTION, NULL},
	{0x51, KIND_EXCEPTION, NULL},
	{0x5f, KIND_EXCEPTION, NULL},
	{0x60, KIND_UNKNOWN, NULL}, /* INTR */
	{0x61, KIND_UNKNOWN, NULL}, /* NMI */
	{0x62, KIND_UNKNOWN, NULL}, /* SMI */
	{0x63, KIND_UNKNOWN, NULL}, /* INIT */
	{0x64, KIND_INTERRUPT_WINDOW, NULL},
	{0x65, KIND_UNKNOWN, NULL}, /* selective CR0 write */
	{0x66, KIND_UNKNOWN, NULL}, /* SIDT */
	{0x67, KIND_UNKNOWN, NULL}, /* SGDT */
	{0x68, KIND_UNKNOWN, NULL}, /* SLDT */
	{0x69, KIND_UNKNOWN, NULL}, /* STR */
	{0x6a, KIND_UNKNOWN, NULL}, /* LIDT */
	{0x6b, KIND_UNKNOWN, NULL}, /* LGDT */
	{0x6c, KIND_UNKNOWN, NULL}, /* LLDT */
	{0x6d, KIND_UNKNOWN, NULL}, /* LTR */
	{0x6e, KIND_RDTSC, "\x0f\x31"},
	{0x6f, KIND_RDPMC, NULL},
	{0x70, KIND_UNKNOWN, NULL}, /* PUSHF */
	{0x71, KIND_UNKNOWN, NULL}, /* POPF */
	{0x72, KIND_CPUID, "\x0f\xa2"},
	{0x73, KIND_UNKNOWN, NULL}, /* RSM */
	{0x74, KIND_IRET, NULL},
	{0x75, KIND_UNKNOWN, NULL}, /* INT n */
	{0x76, KIND_CACHE, "\x0f\x08"},
	{0x77, KIND_PAUSE, "\xf3\x90"},
	{0x78, KIND_HLT, "\xf4"},
	{0x79, KIND_INVLPG, "\x0f\x01\x3b"},
	{0x7a, KIND_UNDEFINED, NULL},
	{0x7b, KIND_IO, "\xec"},
	{0x7c, KIND_RDMSR, "\x0f\x32"},
	{0x7d, KIND_TASK_SWITCH, NULL},
	{0x7e, KIND_UNKNOWN, NULL}, /* FERR */
	{0x7f, KIND_TRIPLE_FAULT, NULL},
	{0x80, KIND_UNDEFINED, NULL},
	{0x81, KIND_HYPERCALL, NULL},
	{0x82, KIND_UNDEFINED, NULL},
	{0x83, KIND_UNDEFINED, NULL},
	{0x84, KIND_UNDEFINED, NULL},
	{0x85, KIND_UNDEFINED, NULL},
	{0x86, KIND_UNDEFINED, NULL},
	{0x87, KIND_RDTSC, "\x0f\x01\xf9"},
	{0x88, KIND_UNKNOWN, NULL}, /* INT1 */
	{0x89, KIND_CACHE, "\x0f\x09"},
	{0x8a, KIND_IDLE, NULL},
	{0x8b, KIND_IDLE, NULL},
	{0x8c, KIND_IDLE, NULL},
	{0x8d, KIND_XSETBV, "\x0f\x01\xd1"},
	{0x8e, KIND_UNDEFINED, NULL},
	{0x8f, KIND_UNKNOWN, NULL}, /* trap of an EFER write */
	{0x90, KIND_UNKNOWN, NULL}, /* traps of CR writes */
	{0x9f, KIND_UNKNOWN, NULL},
	{0xa0, KIND_UNDEFINED, NULL},
	{0xa1, KIND_UNDEFINED, NULL},
	{0xa2, KIND_UNDEFINED, NULL},
	{0xa3, KIND_UNDEFINED, NULL},
	{0xa4, KIND_UNDEFINED, NULL},
	{0xa5, KIND_UNKNOWN, NULL},
	{0xff, KIND_UNKNOWN, NULL},
	{0x400, KIND_MMIO, NULL},
	{0x401, KIND_UNKNOWN, NULL}, /* AVIC */
	{0x402, KIND_UNKNOWN, NULL},
	{0x403, KIND_UNKNOWN, NULL}, /* VMGEXIT */
	{0x1000, KIND_UNKNOWN, NULL},
	{0xffffffff, KIND_UNKNOWN, NULL},
	{~0ull, KIND_UNKNOWN, NULL},
	{1ull << 40, KIND_UNKNOWN, NULL},
	{EXIT_SIGNAL, KIND_SIGNAL, NULL},
	{EXIT_POKED, KIND_POKED, NULL},
	{EXIT_ENTRY_REFUSED, KIND_ENTRY_FAILED, NULL},
};

static void test_reasons(void **state)
{
	for (size_t i = 0; i < 4 * ROWS(reasons); i++) {
		const char *bytes = reasons[i / 4].code;

		test_svm(state, i & 1, i & 2);
		test_state.instruction_length = 9; /* counts only if the CPU says so */
		decode(reasons[i / 4].reason, 0, TEST_CODE + 1, bytes);
		if (ex.kind != reasons[i / 4].kind)
			fail_msg("code %#llx gives %s", (unsigned long long)reasons[i / 4].reason,
				exit_kind_name(ex.kind));
		if (ex.kind == KIND_UNKNOWN)
			assert_int_equal(ex.raw, reasons[i / 4].reason);
		if (!bytes)
			assert_int_equal(ex.length, 0);
		else if (ex.kind == KIND_IO)
			assert_int_equal(ex.length, 1);
		else if (i & 1 && ex.kind != KIND_CR) /* without bit 63 that is not a MOV */
			assert_int_equal(ex.length, ex.kind == KIND_DR && !(i & 2) ? 3 : 9);
		else
			assert_int_equal(ex.length, code_length);
	}
}

/* Prefixes are part of the instruction. */
static void test_prefixes(void **state)
{
	test_svm(state, false, false);
	decode(0x72, 0, 0, "\x66\xf3\x4f\x0f\xa2");
	assert_int_equal(ex.kind, KIND_CPUID);
	assert_int_equal(ex.length, 5);
}

static void test_length_is_hostile(void **state)
{
	test_svm(state, true, false);
	test_state.instruction_length = 16;
	decode(0x72, 0, 0, NULL);
	assert_int_equal(ex.length, 0);
	test_state.instruction_length = 15;
	decode(0x72, 0, 0, NULL);
	assert_int_equal(ex.length, 15);
	decode(0x7b, 0x800010, TEST_CODE + 16, NULL);
	assert_int_equal(ex.length, 0);
	decode(0x7b, 0x800010, TEST_CODE - 1, NULL);
	assert_int_equal(ex.length, 0);
}

/* Another processor has written something else there, or the next page is gone: the
 * guest goes on, and sees what that does. */
static const struct {
	uint64_t reason;
	const char *code;
} changed[] = {
	{0x72, "\xf4"},
	{0x78, "\x0f\xa2"},
	{0x72, "\x90"},
	{0x72, "\xf0\x0f\xa2"},
	{0x7c, "\x0f\x30"}, /* WRMSR */
	{0x00, "\x0f\x22\xc0"},
	{0x00, "\x0f\x20\xe0"},
	{0x00, "\x0f\x06"},
	{0x04, "\x0f\x01\xe0"}, /* SMSW */
	{0x10, "\x0f\x01\xe0"},
	{0x10, "\x0f\x20\xc0"},
	{0x14, "\x0f\x06"},
	{0x20, "\x0f\x23\xc0"},
	{0x30, "\x0f\x21\xc0"},
};

static void test_changed(void **state)
{
	for (size_t i = 0; i < ROWS(changed); i++) {
		test_svm(state, false, true);
		decode(changed[i].reason, 0, 0, changed[i].code);
		assert_int_equal(ex.kind, KIND_AGAIN);
		assert_int_equal(ex.groups, 0);
		assert_int_equal(ex.length, 0);
	}
	test_svm(state, false, false);
	decode(0x7b, 0x01f00015, TEST_CODE + 2, "\x66\x6e"); /* was an INSB */
	assert_int_equal(ex.kind, KIND_AGAIN);
	assert_int_equal(ex.groups, 0);
}

/* The page of the code is gone: its #PF is the guest's. Paging is on, and finds zeroes. */
static void test_fetch_fault(void **state)
{
	test_svm(state, false, false);
	test_state.cr0 |= CR0_PG;
	test_state.cr3 = 0x10000;
	decode(0x72, 0, 0, "\x0f\xa2");
	assert_int_equal(ex.kind, KIND_FAULT);
	assert_int_equal(ex.fault.vector, VECTOR_PF);
	assert_int_equal(ex.fault.address, TEST_CODE);
	assert_true(ex.fault.has_error);
}

/* With both the guest's memory is not looked at. */
static void test_no_fetch(void **state)
{
	static const uint64_t codes[] = {0x08, 0x10, 0x20, 0x37, 0x72, 0x78, 0x7b, 0x7c, 0x8d};

	for (size_t i = 0; i < ROWS(codes); i++) {
		test_svm(state, true, true);
		test_state.rip = 0xfffff000; /* nothing is there */
		test_state.instruction_length = 3;
		decode(codes[i], codes[i] < 0x20 ? BIT(63) : 0, test_state.rip + 3, NULL);
		assert_true(ex.kind != KIND_FAULT && ex.kind != KIND_AGAIN);
		assert_int_equal(ex.length, 3);
	}
}

static void test_msr(void **state)
{
	test_svm(state, false, false);
	decode(0x7c, 0, 0, "\x0f\x32");
	assert_int_equal(ex.kind, KIND_RDMSR);
	assert_int_equal(ex.length, 2);
	decode(0x7c, 1, 0, "\x0f\x30");
	assert_int_equal(ex.kind, KIND_WRMSR);
	assert_int_equal(ex.length, 2);
}

static const struct {
	uint64_t info;
	bool read, write, fetch, walk;
} npf[] = {
	{0x100000004, true, false, false, false},
	{0x100000006, false, true, false, false},
	{0x100000014, false, false, true, false},
	{0x200000004, true, false, false, true},
	{0x200000006, false, true, false, true},
	{0x300000004, true, false, false, false},
};

static void test_npf(void **state)
{
	for (size_t i = 0; i < ROWS(npf); i++) {
		test_svm(state, false, false);
		test_state.guest_physical = test_state.guest_linear = 0x1234; /* not SVM's */
		decode(0x400, npf[i].info, 0xfec00010, NULL);
		assert_int_equal(ex.mmio.gpa.raw, 0xfec00010);
		assert_int_equal(ex.mmio.read, npf[i].read);
		assert_int_equal(ex.mmio.write, npf[i].write);
		assert_int_equal(ex.mmio.fetch, npf[i].fetch);
		assert_int_equal(ex.mmio.walk, npf[i].walk);
		assert_false(ex.mmio.has_linear);
		assert_false(ex.mmio.unblocked_nmi);
	}
}

static void test_exception(void **state)
{
	test_svm(state, true, true);
	test_state.instruction_length = 4;
	decode(0x51, 5, 0x77, NULL);
	assert_int_equal(ex.exception.vector, 17);
	assert_int_equal(ex.exception.type, EVENT_EXCEPTION);
	assert_true(ex.exception.has_error);
	assert_int_equal(ex.exception.error, 5);
	assert_false(ex.exception.unblocked_nmi);
	decode(0x4e, 2, 0x77, NULL);
	assert_int_equal(ex.exception.vector, 14);
	assert_int_equal(ex.exception.address, 0x77);
	decode(0x46, 5, 0, NULL);
	assert_int_equal(ex.exception.vector, 6);
	assert_false(ex.exception.has_error);
	assert_int_equal(ex.exception.error, 0);
	assert_int_equal(test_state.dirty, 0);
	test_state.dr6 = 0xffff4ff1;
	decode(0x41, 0, 0, NULL); /* INT1 as well: RIP is behind it */
	assert_int_equal(ex.exception.vector, 1);
	assert_int_equal(ex.exception.address, 0xffff4ff1);
	assert_false(ex.exception.has_error);
	assert_int_equal(test_state.dirty, GROUP_DR);
}

static void test_failed(void **state)
{
	test_svm(state, false, false);
	decode(EXIT_ENTRY_REFUSED, 0xffffffff, 0, NULL);
	assert_int_equal(ex.failed.reason, EXIT_ENTRY_REFUSED);
	assert_int_equal(ex.failed.qualification, 0xffffffff);
}

static void host_old(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	(void)subleaf;
	*out = (struct cpuid_regs){{0, 0, 0, 0x88}};
	if (leaf == 0x80000000)
		out->reg[CPUID_EAX] = 0x80000008;
}

/* What a CPU shows that does not have the leaf counts for nothing. */
static void test_hardware(void **state)
{
	struct cpuid_guest old = {.host = host_old};

	test_svm(state, true, false);
	assert_true(hardware.next_rip && !hardware.assists);
	test_svm(state, false, true);
	assert_true(!hardware.next_rip && hardware.assists);
	assert_true(hardware.nmi_blocking_ours);
	hardware = exit_hardware_svm(&old);
	assert_true(!hardware.next_rip && !hardware.assists);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_prefixes),
		cmocka_unit_test(test_length_is_hostile),
		cmocka_unit_test(test_changed),
		cmocka_unit_test(test_fetch_fault),
		cmocka_unit_test(test_no_fetch),
		cmocka_unit_test(test_msr),
		cmocka_unit_test(test_npf),
		cmocka_unit_test(test_exception),
		cmocka_unit_test(test_failed),
		cmocka_unit_test(test_hardware),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
