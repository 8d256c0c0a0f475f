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

static const struct {
	uint64_t reason;
	const char *code;
	struct exit_cr cr;
} crs[] = {
	{0x00, "\x0f\x20\xc1", {0, GPR_RCX, CR_READ, 0, false, 0, 0, 0}},
	{0x04, "\x41\x0f\x20\xe7", {4, GPR_R15, CR_READ, 0, false, 0, 0, 0}},
	{0x08, "\x44\x0f\x20\xc4", {8, GPR_RSP, CR_READ, 0, false, 0, 0, 0}},
	{0x08, "\xf0\x0f\x20\xc2", {8, GPR_RDX, CR_READ, 0, false, 0, 0, 0}},
	{0x10, "\x0f\x22\xc0", {0, GPR_RAX, CR_WRITE, 0, false, 0, 0, 0}},
	{0x14, "\x0f\x22\xe3", {4, GPR_RBX, CR_WRITE, 0, false, 0, 0, 0}},
	{0x18, "\x45\x0f\x22\xc1", {8, GPR_R9, CR_WRITE, 0, false, 0, 0, 0}},
	{0x10, "\x0f\x06", {0, 0, CR_CLTS, 0, false, 0, 0, 0}},
	{0x10, "\x0f\x01\xf1", {0, 0, CR_LMSW, 0xbeef, false, 0, 0, 0}}, /* ECX */
	{0x10, "\x0f\x01\x33", {0, 0, CR_LMSW, 0x1234, false, 0, 0, 0}}, /* [RBX] */
	{0x00, "\x0f\x01\xe2", {0, GPR_RDX, CR_SMSW, 0, false, 4, 0, 0}},
	{0x00, "\x66\x0f\x01\xe2", {0, GPR_RDX, CR_SMSW, 0, false, 2, 0, 0}},
	{0x00, "\x48\x0f\x01\xe2", {0, GPR_RDX, CR_SMSW, 0, false, 8, 0, 0}},
	{0x00, "\x64\x0f\x01\x63\x08", {0, 0, CR_SMSW, 0, true, 2, SEG_FS, 0x9008}},
};

static void check_cr(const struct exit_cr *want)
{
	assert_int_equal(ex.kind, KIND_CR);
	assert_int_equal(ex.cr.cr, want->cr);
	assert_int_equal(ex.cr.access, want->access);
	assert_int_equal(ex.cr.source, want->source);
	assert_int_equal(ex.cr.memory, want->memory);
	assert_int_equal(ex.cr.offset, want->offset);
	if (want->access == CR_SMSW)
		assert_int_equal(ex.cr.bytes, want->bytes);
	if (want->memory)
		assert_int_equal(ex.cr.segment, want->segment);
	else if (want->access != CR_CLTS && want->access != CR_LMSW)
		assert_int_equal(ex.cr.gpr, want->gpr);
}

/* Decode assists name the register of a MOV; all else is always read. */
static void test_cr(void **state)
{
	for (size_t i = 0; i < 2 * ROWS(crs); i++) {
		const struct exit_cr *want = &crs[i / 2].cr;
		bool move = want->access == CR_READ || want->access == CR_WRITE;

		test_svm(state, i & 1, i & 1);
		test_state.instruction_length = 7;
		test_state.gpr[GPR_RCX] = 0x7777beef;
		test_state.gpr[GPR_RBX] = 0x9000;
		memcpy(test_ram + 0x9000, "\x34\x12\xff\xff", 4);
		decode(crs[i / 2].reason, i & 1 && move ? BIT(63) | want->gpr : 0, 0,
			i & 1 && move ? "\xf4" : crs[i / 2].code);
		check_cr(want);
		assert_int_equal(ex.length, i & 1 && move ? 7 : code_length);
	}
}

/* The operand of LMSW is read here, and may not be there. */
static void test_lmsw_fault(void **state)
{
	test_svm(state, false, false);
	test_state.gpr[GPR_RBX] = BIT(62);
	decode(0x10, 0, 0, "\x0f\x01\x33");
	assert_int_equal(ex.kind, KIND_FAULT);
	assert_int_equal(ex.fault.vector, VECTOR_GP);
}

static const struct {
	uint64_t reason, info;
	const char *code;
	struct exit_dr dr;
} drs[] = {
	{0x20, 0, "\x0f\x21\xc0", {0, GPR_RAX, true}},
	{0x27, 9, "\x41\x0f\x21\xf9", {7, GPR_R9, true}},
	{0x34, 4, "\x0f\x23\xe4", {4, GPR_RSP, false}},
	{0x36, 15, "\x41\x0f\x23\xf7", {6, GPR_R15, false}},
};

static void test_dr(void **state)
{
	for (size_t i = 0; i < 2 * ROWS(drs); i++) {
		const struct exit_dr *want = &drs[i / 2].dr;

		test_svm(state, i & 1, i & 1);
		decode(drs[i / 2].reason, i & 1 ? drs[i / 2].info : 0, 0,
			i & 1 ? "\xf4" : drs[i / 2].code);
		assert_int_equal(ex.kind, KIND_DR);
		assert_int_equal(ex.dr.dr, want->dr);
		assert_int_equal(ex.dr.gpr, want->gpr);
		assert_int_equal(ex.dr.read, want->read);
	}
}

static const struct {
	uint64_t info; /* with all that decode assists say */
	const char *code;
	struct exit_io io;
} ios[] = {
	{0x00800010, "\xe6\x80", {.port = 0x80, .bytes = 1}},
	{0x03f80011, "\xec", {.port = 0x3f8, .bytes = 1, .in = true}},
	{0x00ed0020, "\x66\xef", {.port = 0xed, .bytes = 2}},
	{0xffff0041, "\xed", {.port = 0xffff, .bytes = 4, .in = true}},
	/* INSB through ES whatever the prefix says; REP OUTSW, 32-bit addresses; OUTSD
	 * from FS */
	{0x01f01215, "\x64\x6c", {0x1f0, 1, 8, SEG_ES, true, true, false}},
	{0x01f00d2c, "\xf3\x67\x66\x6f", {0x1f0, 2, 4, SEG_DS, false, true, true}},
	{0x01f01244, "\x64\x6f", {0x1f0, 4, 8, SEG_FS, false, true, false}},
};

static void check_io(const struct exit_io *want)
{
	assert_int_equal(ex.kind, KIND_IO);
	assert_int_equal(ex.io.port, want->port);
	assert_int_equal(ex.io.bytes, want->bytes);
	assert_int_equal(ex.io.in, want->in);
	assert_int_equal(ex.io.string, want->string);
	assert_int_equal(ex.io.rep, want->rep);
	assert_int_equal(ex.io.address_bytes, want->address_bytes);
	assert_int_equal(ex.io.segment, want->segment);
	assert_int_equal(ex.length, code_length);
}

#define IO_ASSISTS 0x1f80u
static void test_io(void **state)
{
	for (size_t i = 0; i < 2 * ROWS(ios); i++) {
		test_svm(state, false, i & 1);
		decode(0x7b, i & 1 ? ios[i / 2].info : ios[i / 2].info & ~(uint64_t)IO_ASSISTS,
			TEST_CODE + strlen(ios[i / 2].code), ios[i / 2].code);
		check_io(&ios[i / 2].io);
	}
}

/* A string that has to be read, and cannot yet. */
static void test_io_asks(void **state)
{
	test_svm(state, false, false);
	test_state.valid = GROUP_RFLAGS | GROUP_INTR | GROUP_QUALIFICATION;
	decode(0x7b, 0x01f00015, TEST_CODE + 1, "\x6c");
	assert_int_equal(ex.kind, KIND_AGAIN);
	assert_int_equal(ex.groups & (GROUP_CS_SS | GROUP_CR | GROUP_EFER),
		GROUP_CS_SS | GROUP_CR | GROUP_EFER);
	test_svm(state, false, true);
	test_state.valid = GROUP_RFLAGS | GROUP_INTR | GROUP_QUALIFICATION;
	decode(0x7b, 0x01f00215, TEST_CODE + 1, "\x6c");
	assert_int_equal(ex.kind, KIND_IO);
}

/* Each kind asks at least for what its handler cannot do without, and for what it takes
 * to read the instruction only where that has to be. */
#define SKIP (GROUP_RFLAGS | GROUP_INTR)
#define CODE (SKIP | GROUP_CS_SS | GROUP_CR | GROUP_EFER)
static const struct {
	uint64_t reason;
	uint32_t groups, without;
} needs[] = {
	{0x00, CODE | GROUP_RSP | GROUP_SEGMENTS | GROUP_QUALIFICATION, 0},
	{0x20, SKIP | GROUP_QUALIFICATION | GROUP_CR | GROUP_RSP | GROUP_CS_SS, CODE},
	{0x41, SKIP | GROUP_EVENT | GROUP_QUALIFICATION | GROUP_CR | GROUP_CS_SS | GROUP_DR, 0},
	{0x51, SKIP | GROUP_EVENT | GROUP_QUALIFICATION | GROUP_CR | GROUP_CS_SS, 0},
	{0x64, SKIP, 0},
	{0x6f, SKIP, 0},
	{0x72, SKIP | GROUP_XCR0, CODE},
	{0x74, SKIP, 0},
	{0x78, SKIP, CODE},
	{0x7b, SKIP | GROUP_QUALIFICATION, 0},
	{0x7c, SKIP | GROUP_QUALIFICATION, CODE},
	{0x81, SKIP, 0},
	{0x8d, SKIP | GROUP_CS_SS, CODE},
	{0x400, SKIP | GROUP_QUALIFICATION | GROUP_EVENT | GROUP_CR, 0},
	{EXIT_SIGNAL, SKIP, 0},
	{EXIT_POKED, SKIP, 0},
	{EXIT_ENTRY_REFUSED, GROUP_ALL, 0},
	{0x401, GROUP_ALL, 0},
	{0x65, GROUP_ALL, 0},
};

static void test_wants(void **state)
{
	uint32_t want[VCPU_WANTS];

	for (unsigned i = 0; i < 2; i++) {
		test_svm(state, i, i);
		hardware.wants(&hardware, want);
		for (size_t n = 0; n < ROWS(needs); n++)
			assert_int_equal(want[VCPU_WANT_INDEX(needs[n].reason)],
				needs[n].groups | (i ? 0 : needs[n].without));
		for (size_t n = 0; n < VCPU_WANTS; n++)
			assert_true(want[n] != 0);
	}
	test_svm(state, true, false);
	hardware.wants(&hardware, want);
	assert_int_equal(want[0x20] & CODE, CODE);
	assert_int_equal(want[0x72], SKIP | GROUP_XCR0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cr),
		cmocka_unit_test(test_lmsw_fault),
		cmocka_unit_test(test_dr),
		cmocka_unit_test(test_io),
		cmocka_unit_test(test_io_asks),
		cmocka_unit_test(test_wants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
