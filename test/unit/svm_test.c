/* SPDX-License-Identifier: MIT */
/* A guest's VMCB when it begins, and what guests may do without an exit. */
#include "test/unit/svm_fixture.h"

/* AMD APM vol. 2 appendix B table B-1, 00Ch and 010h: bit by bit, and whether it is
 * intercepted in every guest from the beginning. */
static const struct {
	const char *name;
	bool set;
} intercepts_named[] = {
	{"INTR", true},
	{"NMI", true},
	{"SMI", true},
	{"INIT", true},
	{"VINTR", false},                              /* the interrupt window */
	{"CR0 writes of other than TS and MP", false}, /* all are */
	{"IDTR read", false},
	{"GDTR read", false},
	{"LDTR read", false},
	{"TR read", false},
	{"IDTR write", false},
	{"GDTR write", false},
	{"LDTR write", false},
	{"TR write", false},
	{"RDTSC", false},
	{"RDPMC", true},
	{"PUSHF", false},
	{"POPF", false},
	{"CPUID", true},
	{"RSM", false},
	{"IRET", false}, /* the NMI window */
	{"INT n", false},
	{"INVD", true},
	{"PAUSE", false},
	{"HLT", true},
	{"INVLPG", false},
	{"INVLPGA", true},
	{"ports of the map", true},
	{"MSRs of the map", true},
	{"task switches", true},
	{"FERR_FREEZE", false}, /* CR0.NE is always set */
	{"shutdown", true},
	{"VMRUN", true},
	{"VMMCALL", true},
	{"VMLOAD", true},
	{"VMSAVE", true},
	{"STGI", true},
	{"CLGI", true},
	{"SKINIT", true},
	{"RDTSCP", false},
	{"ICEBP", false},
	{"WBINVD", true},
	{"MONITOR", true},
	{"MWAIT", true},
	{"MWAIT if armed", true},
	{"XSETBV", true},
	{"RDPRU", true},
	{"EFER after a write", false},
};

static void test_intercepts(void **unused)
{
	const uint32_t *words = b->control;

	(void)unused;
	assert_int_equal(words[0], 0x01110111); /* CR0, CR4, CR8; writes in the high half */
	assert_int_equal(words[1], 0xffffffff); /* debug registers */
	assert_int_equal(words[2], 0x00060002); /* #DB, #AC, #MC */
	for (unsigned i = 0; i < ARRAY_SIZE(intercepts_named); i++)
		if ((words[3 + i / 32] >> i % 32 & 1) != intercepts_named[i].set)
			fail_msg("%s", intercepts_named[i].name);
	assert_int_equal(words[4] >> 16, 0); /* CRs after a write */
	assert_int_equal(words[5], 0);
}

/* All that is not zero in a new VMCB. */
static void test_init(void **unused)
{
	const struct {
		unsigned at;
		uint64_t value;
	} rows[] = {
		{0x040, (uintptr_t)port_map - KERNEL_BASE},
		{0x048, (uintptr_t)msr_map - KERNEL_BASE},
		{0x060, 0x1100000}, /* the host's RFLAGS.IF counts, no TPR */
		{0x090, 1},         /* nested paging */
		{0x0b0, 0x2000},
		{0x4d0, 0x1000}, /* EFER.SVME */
		{0x548, 0x40},
		{0x558, 0x30},
		{0x568, 0xffff0ff0},
	};

	(void)unused;
	for (unsigned at = 0x18; at < PAGE_SIZE; at += 8) {
		uint64_t value = 0;

		for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
			value |= rows[i].at == at ? rows[i].value : 0;
		if (*(const uint64_t *)(begun + at) != value)
			fail_msg("%x", at);
	}
	assert_int_equal((uintptr_t)port_map & 0xfff, 0);
	assert_int_equal((uintptr_t)msr_map & 0xfff, 0);
	assert_int_equal(b->generation, 0);
	assert_int_equal(b->xcr0, 1);
	assert_false(b->breakpoints);
}

static void test_init_without_memory(void **unused)
{
	(void)unused;
	check_init_without_memory(&svm_ops);
}

/* The MSRs that a guest has without exits; all others exit. */
static const uint32_t passed[] = {0x174, 0x175, 0x176, 0xc0000081, 0xc0000082, 0xc0000083,
	0xc0000084, 0xc0000100, 0xc0000101, 0xc0000102};

/* AMD APM vol. 2 section 15.11 "MSR Intercepts": two bits each, in three ranges. */
static void test_msr_map(void **unused)
{
	static const uint32_t first[] = {0, 0xc0000000, 0xc0010000};

	(void)unused;
	assert_int_equal(sizeof(msr_map), 0x2000);
	for (uint32_t i = 0; i < 3 * 0x2000; i++) {
		uint32_t number = first[i >> 13] + (i & 0x1fff);
		unsigned bits = msr_map[(i >> 13) * 0x800 + (i & 0x1fff) / 4] >> i % 4 * 2 & 3;
		unsigned expected = 3;

		for (unsigned p = 0; p < ARRAY_SIZE(passed); p++)
			if (passed[p] == number)
				expected = 0;
		if (bits != expected)
			fail_msg("msr %x", number);
	}
	for (unsigned i = 0x1800; i < 0x2000; i++)
		assert_int_equal(msr_map[i], 0xff);
}

/* Every port exits, and so do the bytes of a wide access behind the last. */
static void test_port_map(void **unused)
{
	(void)unused;
	assert_int_equal(sizeof(port_map), 0x3000);
	for (unsigned i = 0; i < sizeof(port_map); i++)
		assert_int_equal(port_map[i], 0xff);
}

static void test_operations(void **unused)
{
	(void)unused;
	assert_int_equal(svm_ops.id, BOOT_VIRT_SVM);
	assert_int_equal(svm_ops.feature, CPUID_FEATURE(0x80000001u, 2, 2)); /* ECX */
	assert_ptr_equal(svm_ops.format, &ptab_npt);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_intercepts),
		CASE(test_init),
		CASE(test_init_without_memory),
		CASE(test_msr_map),
		CASE(test_port_map),
		CASE(test_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
