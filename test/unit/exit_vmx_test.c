/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/exit_vmx.c vmm-user/vmm/exit.c */
#include "vmm/exit.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct vcpu_state state_page;
static struct guest_cpu cpu = {.state = &state_page};
static struct exit_hardware hardware;
static struct exit ex;

static void decode(uint64_t reason, uint64_t qualification)
{
	state_page.exit_reason = reason;
	state_page.exit_qualification = qualification;
	memset(&ex, 0xaa, sizeof ex);
	hardware.decode(&hardware, &cpu, &ex);
}

static int setup(void **state)
{
	(void)state;
	memset(&state_page, 0, sizeof state_page);
	state_page.instruction_length = 3;
	hardware = exit_hardware_vmx(NULL);
	return 0;
}

/* Every reason of SDM vol. 3C appendix C, and the kernel's own. */
static const struct {
	uint64_t reason;
	enum exit_kind kind;
	bool instruction;
} reasons[] = {
	{0, KIND_EXCEPTION, true},
	{1, KIND_UNKNOWN, false},
	{2, KIND_TRIPLE_FAULT, false},
	{3, KIND_UNKNOWN, false},
	{4, KIND_UNKNOWN, false},
	{5, KIND_UNKNOWN, false},
	{6, KIND_UNKNOWN, false},
	{7, KIND_INTERRUPT_WINDOW, false},
	{8, KIND_NMI_WINDOW, false},
	{9, KIND_TASK_SWITCH, false},
	{10, KIND_CPUID, true},
	{11, KIND_UNDEFINED, true},
	{12, KIND_HLT, true},
	{13, KIND_CACHE, true},
	{14, KIND_INVLPG, true},
	{15, KIND_RDPMC, true},
	{16, KIND_RDTSC, true},
	{17, KIND_UNKNOWN, false},
	{18, KIND_HYPERCALL, true},
	{19, KIND_UNDEFINED, true},
	{20, KIND_UNDEFINED, true},
	{21, KIND_UNDEFINED, true},
	{22, KIND_UNDEFINED, true},
	{23, KIND_UNDEFINED, true},
	{24, KIND_UNDEFINED, true},
	{25, KIND_UNDEFINED, true},
	{26, KIND_UNDEFINED, true},
	{27, KIND_UNDEFINED, true},
	{28, KIND_CR, true},
	{29, KIND_DR, true},
	{30, KIND_IO, true},
	{31, KIND_RDMSR, true},
	{32, KIND_WRMSR, true},
	{33, KIND_ENTRY_FAILED, false},
	{34, KIND_ENTRY_FAILED, false},
	{35, KIND_UNKNOWN, false},
	{36, KIND_IDLE, true},
	{37, KIND_UNKNOWN, false},
	{38, KIND_UNKNOWN, false},
	{39, KIND_IDLE, true},
	{40, KIND_PAUSE, true},
	{41, KIND_ENTRY_FAILED, false},
	{42, KIND_UNKNOWN, false},
	{43, KIND_UNKNOWN, false},
	{44, KIND_UNKNOWN, false},
	{45, KIND_UNKNOWN, false},
	{46, KIND_UNKNOWN, false},
	{47, KIND_UNKNOWN, false},
	{48, KIND_MMIO, false},
	{49, KIND_UNKNOWN, false},
	{50, KIND_UNDEFINED, true},
	{51, KIND_RDTSC, true},
	{52, KIND_UNKNOWN, false},
	{53, KIND_UNDEFINED, true},
	{54, KIND_CACHE, true},
	{55, KIND_XSETBV, true},
	{56, KIND_UNKNOWN, false},
	{57, KIND_UNDEFINED, true},
	{58, KIND_UNDEFINED, true},
	{59, KIND_UNDEFINED, true},
	{60, KIND_UNDEFINED, true},
	{61, KIND_UNDEFINED, true},
	{62, KIND_UNKNOWN, false},
	{63, KIND_UNDEFINED, true},
	{64, KIND_UNDEFINED, true},
	{65, KIND_UNKNOWN, false},
	{66, KIND_UNKNOWN, false},
	{67, KIND_UNDEFINED, true},
	{68, KIND_UNDEFINED, true},
	{69, KIND_UNKNOWN, false},
	{255, KIND_UNKNOWN, false},
	{0x400, KIND_UNKNOWN, false},
	{0xffff, KIND_UNKNOWN, false},
	{1ull << 40, KIND_UNKNOWN, false},
	{EXIT_SIGNAL, KIND_SIGNAL, false},
	{EXIT_POKED, KIND_POKED, false},
	{EXIT_ENTRY_REFUSED, KIND_ENTRY_FAILED, false},
	{0x80000021, KIND_ENTRY_FAILED, false},
	{0x80000022, KIND_ENTRY_FAILED, false},
	{0x80000029, KIND_ENTRY_FAILED, false},
	{0x80000000, KIND_ENTRY_FAILED, false},
};

static void test_reasons(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
		decode(reasons[i].reason, 0);
		if (ex.kind != reasons[i].kind)
			fail_msg("reason %#llx gives %s", (unsigned long long)reasons[i].reason,
				exit_kind_name(ex.kind));
		assert_int_equal(ex.length, reasons[i].instruction ? 3 : 0);
		if (ex.kind == KIND_UNKNOWN)
			assert_int_equal(ex.raw, reasons[i].reason);
	}
}

static void test_length_is_hostile(void **state)
{
	(void)state;
	state_page.instruction_length = 16;
	decode(10, 0);
	assert_int_equal(ex.length, 0);
	state_page.instruction_length = 15;
	decode(10, 0);
	assert_int_equal(ex.length, 15);
}

static const struct {
	uint64_t qualification;
	struct exit_cr cr;
} crs[] = {
	{0x000, {0, GPR_RAX, CR_WRITE, 0, false, 0, 0, 0}},
	{0xf03, {3, GPR_R15, CR_WRITE, 0, false, 0, 0, 0}},
	{0x413, {3, GPR_RSP, CR_READ, 0, false, 0, 0, 0}},
	{0x108, {8, GPR_RCX, CR_WRITE, 0, false, 0, 0, 0}},
	{0x218, {8, GPR_RDX, CR_READ, 0, false, 0, 0, 0}},
	{0x304, {4, GPR_RBX, CR_WRITE, 0, false, 0, 0, 0}},
	{0x020, {0, GPR_RAX, CR_CLTS, 0, false, 0, 0, 0}},
	{0x12340030, {0, GPR_RAX, CR_LMSW, 0x1234, false, 0, 0, 0}},
};

static void test_cr(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof crs / sizeof crs[0]; i++) {
		decode(28, crs[i].qualification);
		assert_int_equal(ex.cr.cr, crs[i].cr.cr);
		assert_int_equal(ex.cr.gpr, crs[i].cr.gpr);
		assert_int_equal(ex.cr.access, crs[i].cr.access);
		assert_int_equal(ex.cr.source, crs[i].cr.source);
	}
}

static const struct {
	uint64_t qualification;
	struct exit_dr dr;
} drs[] = {
	{0x000, {0, GPR_RAX, false}},
	{0x917, {7, GPR_R9, true}},
	{0x406, {6, GPR_RSP, false}},
};

static void test_dr(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof drs / sizeof drs[0]; i++) {
		decode(29, drs[i].qualification);
		assert_int_equal(ex.dr.dr, drs[i].dr.dr);
		assert_int_equal(ex.dr.gpr, drs[i].dr.gpr);
		assert_int_equal(ex.dr.read, drs[i].dr.read);
	}
}

static const struct {
	uint64_t qualification;
	uint32_t info;
	struct exit_io io;
} ios[] = {
	{0x00800000, 0, {.port = 0x80, .bytes = 1}},
	{0x03f80008, 0, {.port = 0x3f8, .bytes = 1, .in = true}},
	{0x00ed0041, 0, {.port = 0xed, .bytes = 2}},
	{0x0cf80003, 0, {.port = 0xcf8, .bytes = 4}},
	{0xffff000b, 0, {.port = 0xffff, .bytes = 4, .in = true}},
	/* INSB, 64-bit addresses, whatever segment the field names */
	{0x01f00018, 0x100, {0x1f0, 1, 8, SEG_ES, true, true, false}},
	{0x01f00038, 0x18100, {0x1f0, 1, 8, SEG_ES, true, true, true}},
	/* REP OUTSW, 32-bit addresses, DS; OUTSD, 16-bit addresses, FS */
	{0x01f00031, 0x18080, {0x1f0, 2, 4, SEG_DS, false, true, true}},
	{0x01f00013, 0x20000, {0x1f0, 4, 2, SEG_FS, false, true, false}},
	{0x01f00013, 0x38000, {0x1f0, 4, 2, SEG_ES, false, true, false}},
};

static void test_io(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ios / sizeof ios[0]; i++) {
		const struct exit_io *want = &ios[i].io;

		state_page.instruction_info = ios[i].info;
		decode(30, ios[i].qualification);
		assert_int_equal(ex.io.port, want->port);
		assert_int_equal(ex.io.bytes, want->bytes);
		assert_int_equal(ex.io.in, want->in);
		assert_int_equal(ex.io.string, want->string);
		assert_int_equal(ex.io.rep, want->rep);
		assert_int_equal(ex.io.address_bytes, want->address_bytes);
		assert_int_equal(ex.io.segment, want->segment);
	}
}

static const struct {
	uint64_t qualification;
	bool read, write, fetch, walk, nmi;
} ept[] = {
	{0x181, true, false, false, false, false},
	{0x182, false, true, false, false, false},
	{0x184, false, false, true, false, false},
	{0x183, true, true, false, false, false},
	{0x081, true, false, false, true, false},
	{0x001, true, false, false, false, false}, /* no linear address */
	{0x1182, false, true, false, false, true},
};

static void test_mmio(void **state)
{
	(void)state;
	state_page.guest_physical = 0xfec00010;
	for (size_t i = 0; i < sizeof ept / sizeof ept[0]; i++) {
		decode(48, ept[i].qualification);
		assert_int_equal(ex.mmio.gpa.raw, 0xfec00010);
		assert_int_equal(ex.mmio.read, ept[i].read);
		assert_int_equal(ex.mmio.write, ept[i].write);
		assert_int_equal(ex.mmio.fetch, ept[i].fetch);
		assert_int_equal(ex.mmio.walk, ept[i].walk);
		assert_int_equal(ex.mmio.unblocked_nmi, ept[i].nmi);
	}
}

static void test_exception(void **state)
{
	(void)state;
	state_page.exit_intr_info = EVENT_VALID | EVENT_EXCEPTION | EVENT_ERROR_CODE | 17;
	state_page.exit_intr_error = 5;
	decode(0, 0x77);
	assert_int_equal(ex.exception.vector, 17);
	assert_int_equal(ex.exception.type, EVENT_EXCEPTION);
	assert_true(ex.exception.has_error);
	assert_int_equal(ex.exception.error, 5);
	assert_int_equal(ex.exception.address, 0x77);
	assert_false(ex.exception.unblocked_nmi);
	state_page.exit_intr_info = EVENT_VALID | EVENT_PRIV_EXCEPTION | 1 << 12 | 1;
	decode(0, 0x4000);
	assert_int_equal(ex.exception.vector, 1);
	assert_int_equal(ex.exception.type, EVENT_PRIV_EXCEPTION);
	assert_false(ex.exception.has_error);
	assert_int_equal(ex.exception.error, 0);
	assert_true(ex.exception.unblocked_nmi);
}

static void test_failed(void **state)
{
	(void)state;
	decode(0x80000021, 4);
	assert_int_equal(ex.failed.reason, 33);
	assert_int_equal(ex.failed.qualification, 4);
	decode(EXIT_ENTRY_REFUSED, 7);
	assert_int_equal(ex.failed.reason, EXIT_ENTRY_REFUSED);
	assert_int_equal(ex.failed.qualification, 7);
}

/* Each kind asks at least for what its handler cannot do without. */
static const struct {
	uint64_t reason;
	uint32_t groups;
} needs[] = {
	{0, GROUP_EVENT | GROUP_QUALIFICATION | GROUP_CR},
	{7, GROUP_RFLAGS | GROUP_INTR},
	{8, GROUP_RFLAGS | GROUP_INTR},
	{10, GROUP_RFLAGS | GROUP_INTR},
	{12, GROUP_RFLAGS | GROUP_INTR},
	{28, GROUP_RFLAGS | GROUP_INTR | GROUP_QUALIFICATION | GROUP_CR | GROUP_EFER | GROUP_RSP |
			GROUP_CS_SS},
	{29, GROUP_RFLAGS | GROUP_INTR | GROUP_QUALIFICATION | GROUP_CR | GROUP_RSP | GROUP_CS_SS},
	{55, GROUP_RFLAGS | GROUP_INTR | GROUP_CS_SS},
	{30, GROUP_RFLAGS | GROUP_INTR | GROUP_QUALIFICATION},
	{31, GROUP_RFLAGS | GROUP_INTR},
	{32, GROUP_RFLAGS | GROUP_INTR},
	{48, GROUP_RFLAGS | GROUP_INTR | GROUP_QUALIFICATION | GROUP_ADDRESS | GROUP_EVENT |
			GROUP_CR},
	{EXIT_SIGNAL, GROUP_RFLAGS | GROUP_INTR},
	{EXIT_POKED, GROUP_RFLAGS | GROUP_INTR},
	{EXIT_ENTRY_REFUSED, GROUP_ALL},
	{0x80000021, GROUP_ALL},
};

static void test_wants(void **state)
{
	uint32_t want[VCPU_WANTS];

	(void)state;
	hardware.wants(&hardware, want);
	for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
		assert_int_equal(
			want[VCPU_WANT_INDEX(needs[i].reason)] & needs[i].groups, needs[i].groups);
	for (size_t i = 0; i < VCPU_WANTS; i++)
		assert_true(want[i] != 0);
}

static void test_names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < KIND_COUNT; i++)
		assert_non_null(exit_kind_name((enum exit_kind)i));
	assert_string_equal(exit_kind_name(KIND_CPUID), "cpuid");
	assert_string_equal(exit_kind_name(KIND_COUNT), "invalid");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_reasons, setup),
		cmocka_unit_test_setup(test_length_is_hostile, setup),
		cmocka_unit_test_setup(test_cr, setup),
		cmocka_unit_test_setup(test_dr, setup),
		cmocka_unit_test_setup(test_io, setup),
		cmocka_unit_test_setup(test_mmio, setup),
		cmocka_unit_test_setup(test_exception, setup),
		cmocka_unit_test_setup(test_failed, setup),
		cmocka_unit_test_setup(test_wants, setup),
		cmocka_unit_test_setup(test_names, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
