/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/cpuid.c */
#include "vmm/cpuid.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

/* A host with every bit set, except where a number is meant. */
static void host_ones(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	memset(out, 0xff, sizeof *out);
	if (leaf == 0xd && subleaf >= 2) {
		static const uint32_t size[8] = {0, 0, 256, 0, 0, 60, 512, 1024};
		static const uint32_t offset[8] = {0, 0, 576, 0, 0, 1088, 1152, 1664};
		unsigned i = subleaf < 8 ? subleaf : 0;

		*out = (struct cpuid_regs){{size[i], offset[i], i == 6 ? 2 : 0, 0}};
	}
}

static void host_zero(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	(void)leaf, (void)subleaf;
	memset(out, 0, sizeof *out);
}

static struct cpuid_guest guest;

static int setup(void **state)
{
	(void)state;
	guest = (struct cpuid_guest){.host = host_ones,
		.apic_id = 0,
		.vcpus = 1,
		.tsc_khz = 100000,
		.xcr0 = 1,
		.apic_enabled = true};
	guest.xcr0_allowed = cpuid_xcr0(&guest);
	return 0;
}

static struct cpuid_regs read(uint32_t leaf, uint32_t subleaf)
{
	struct cpuid_regs out;

	memset(&out, 0xaa, sizeof out);
	cpuid_guest_read(&guest, leaf, subleaf, &out);
	return out;
}

/* Per feature: whether a guest sees it on a host that has everything (ones), and
 * on one that has nothing (zero). */
enum see { PASSED, HIDDEN, OURS };
static const struct {
	const char *name;
	uint32_t leaf, subleaf, reg, bit;
	enum see see;
} features[] = {
	{"SSE3", 1, 0, CPUID_ECX, 0, PASSED},
	{"DTES64", 1, 0, CPUID_ECX, 2, HIDDEN},
	{"MONITOR", 1, 0, CPUID_ECX, 3, HIDDEN},
	{"VMX", 1, 0, CPUID_ECX, 5, HIDDEN},
	{"SMX", 1, 0, CPUID_ECX, 6, HIDDEN},
	{"EIST", 1, 0, CPUID_ECX, 7, HIDDEN},
	{"CX16", 1, 0, CPUID_ECX, 13, PASSED},
	{"PDCM", 1, 0, CPUID_ECX, 15, HIDDEN},
	{"PCID", 1, 0, CPUID_ECX, 17, PASSED},
	{"x2APIC", 1, 0, CPUID_ECX, 21, OURS},
	{"TSC deadline", 1, 0, CPUID_ECX, 24, OURS},
	{"XSAVE", 1, 0, CPUID_ECX, 26, PASSED},
	{"AVX", 1, 0, CPUID_ECX, 28, PASSED},
	{"hypervisor", 1, 0, CPUID_ECX, 31, OURS},
	{"FPU", 1, 0, CPUID_EDX, 0, PASSED},
	{"TSC", 1, 0, CPUID_EDX, 4, PASSED},
	{"PAE", 1, 0, CPUID_EDX, 6, PASSED},
	{"MCE", 1, 0, CPUID_EDX, 7, PASSED},
	{"APIC", 1, 0, CPUID_EDX, 9, OURS},
	{"MTRR", 1, 0, CPUID_EDX, 12, PASSED},
	{"PAT", 1, 0, CPUID_EDX, 16, PASSED},
	{"PSN", 1, 0, CPUID_EDX, 18, HIDDEN},
	{"DS", 1, 0, CPUID_EDX, 21, HIDDEN},
	{"ACPI thermal", 1, 0, CPUID_EDX, 22, HIDDEN},
	{"HTT", 1, 0, CPUID_EDX, 28, HIDDEN},
	{"ARAT", 6, 0, CPUID_EAX, 2, OURS},
	{"turbo", 6, 0, CPUID_EAX, 1, HIDDEN},
	{"APERF", 6, 0, CPUID_ECX, 0, HIDDEN},
	{"FSGSBASE", 7, 0, CPUID_EBX, 0, PASSED},
	{"TSC_ADJUST", 7, 0, CPUID_EBX, 1, OURS},
	{"SGX", 7, 0, CPUID_EBX, 2, HIDDEN},
	{"HLE", 7, 0, CPUID_EBX, 4, HIDDEN},
	{"SMEP", 7, 0, CPUID_EBX, 7, PASSED},
	{"INVPCID", 7, 0, CPUID_EBX, 10, PASSED},
	{"RTM", 7, 0, CPUID_EBX, 11, HIDDEN},
	{"RDT-M", 7, 0, CPUID_EBX, 12, HIDDEN},
	{"MPX", 7, 0, CPUID_EBX, 14, HIDDEN},
	{"RDT-A", 7, 0, CPUID_EBX, 15, HIDDEN},
	{"AVX512F", 7, 0, CPUID_EBX, 16, PASSED},
	{"SMAP", 7, 0, CPUID_EBX, 20, PASSED},
	{"PT", 7, 0, CPUID_EBX, 25, HIDDEN},
	{"UMIP", 7, 0, CPUID_ECX, 2, PASSED},
	{"PKU", 7, 0, CPUID_ECX, 3, HIDDEN},
	{"OSPKE", 7, 0, CPUID_ECX, 4, HIDDEN},
	{"WAITPKG", 7, 0, CPUID_ECX, 5, HIDDEN},
	{"CET_SS", 7, 0, CPUID_ECX, 7, HIDDEN},
	{"TME", 7, 0, CPUID_ECX, 13, HIDDEN},
	{"LA57", 7, 0, CPUID_ECX, 16, HIDDEN},
	{"RDPID", 7, 0, CPUID_ECX, 22, HIDDEN},
	{"KL", 7, 0, CPUID_ECX, 23, HIDDEN},
	{"ENQCMD", 7, 0, CPUID_ECX, 29, HIDDEN},
	{"PKS", 7, 0, CPUID_ECX, 31, HIDDEN},
	{"FSRM", 7, 0, CPUID_EDX, 4, PASSED},
	{"UINTR", 7, 0, CPUID_EDX, 5, HIDDEN},
	{"MD_CLEAR", 7, 0, CPUID_EDX, 10, PASSED},
	{"hybrid", 7, 0, CPUID_EDX, 15, HIDDEN},
	{"CET_IBT", 7, 0, CPUID_EDX, 20, HIDDEN},
	{"AMX", 7, 0, CPUID_EDX, 24, HIDDEN},
	{"SPEC_CTRL", 7, 0, CPUID_EDX, 26, HIDDEN},
	{"STIBP", 7, 0, CPUID_EDX, 27, HIDDEN},
	{"L1D_FLUSH", 7, 0, CPUID_EDX, 28, HIDDEN},
	{"ARCH_CAPABILITIES", 7, 0, CPUID_EDX, 29, HIDDEN},
	{"SSBD", 7, 0, CPUID_EDX, 31, HIDDEN},
	{"AVX-VNNI", 7, 1, CPUID_EAX, 4, PASSED},
	{"LAM", 7, 1, CPUID_EAX, 26, HIDDEN},
	{"XSAVEOPT", 0xd, 1, CPUID_EAX, 0, PASSED},
	{"XSAVEC", 0xd, 1, CPUID_EAX, 1, PASSED},
	{"XSAVES", 0xd, 1, CPUID_EAX, 3, HIDDEN},
	{"XFD", 0xd, 1, CPUID_EAX, 4, HIDDEN},
	{"LAHF", 0x80000001, 0, CPUID_ECX, 0, PASSED},
	{"CMP_LEGACY", 0x80000001, 0, CPUID_ECX, 1, HIDDEN}, /* the host is not AMD's */
	{"SVM", 0x80000001, 0, CPUID_ECX, 2, HIDDEN},
	{"OSVW", 0x80000001, 0, CPUID_ECX, 9, HIDDEN},
	{"IBS", 0x80000001, 0, CPUID_ECX, 10, HIDDEN},
	{"SKINIT", 0x80000001, 0, CPUID_ECX, 12, HIDDEN},
	{"LWP", 0x80000001, 0, CPUID_ECX, 15, HIDDEN},
	{"node id", 0x80000001, 0, CPUID_ECX, 19, HIDDEN},
	{"TOPOEXT", 0x80000001, 0, CPUID_ECX, 22, HIDDEN},
	{"core counters", 0x80000001, 0, CPUID_ECX, 23, HIDDEN},
	{"MWAITX", 0x80000001, 0, CPUID_ECX, 29, HIDDEN},
	{"AMD's APIC", 0x80000001, 0, CPUID_EDX, 9, HIDDEN},
	{"FFXSR", 0x80000001, 0, CPUID_EDX, 25, HIDDEN},
	{"CLZERO", 0x80000008, 0, CPUID_EBX, 0, HIDDEN},
	{"IBPB", 0x80000008, 0, CPUID_EBX, 12, HIDDEN},
	{"ABM", 0x80000001, 0, CPUID_ECX, 5, PASSED},
	{"SYSCALL", 0x80000001, 0, CPUID_EDX, 11, PASSED},
	{"NX", 0x80000001, 0, CPUID_EDX, 20, PASSED},
	{"1 GiB pages", 0x80000001, 0, CPUID_EDX, 26, PASSED},
	{"RDTSCP", 0x80000001, 0, CPUID_EDX, 27, HIDDEN},
	{"LM", 0x80000001, 0, CPUID_EDX, 29, PASSED},
	{"invariant TSC", 0x80000007, 0, CPUID_EDX, 8, OURS},
	{"other power", 0x80000007, 0, CPUID_EDX, 9, HIDDEN},
};

static void test_features(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof features / sizeof features[0]; i++)
		for (unsigned on = 0; on < 2; on++) {
			bool want = features[i].see == OURS || (on && features[i].see == PASSED);
			struct cpuid_regs r;

			guest.host = on ? host_ones : host_zero;
			r = read(features[i].leaf, features[i].subleaf);
			if ((r.reg[features[i].reg] >> features[i].bit & 1) != want)
				fail_msg("%s on a host of %s", features[i].name,
					on ? "ones" : "zeroes");
		}
}

/* Leaves that are nobody's business read zero, whatever the host has. */
static void test_absent(void **state)
{
	static const uint32_t leaf[] = {3, 5, 8, 9, 0xa, 0xc, 0xe, 0xf, 0x10, 0x11, 0x12, 0x13,
		0x14, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1f, 0x20, 0x3fffffff, 0x40000001,
		0x80000009, 0x8000001f, 0xc0000000, 0xffffffff};

	(void)state;
	for (size_t i = 0; i < sizeof leaf / sizeof leaf[0]; i++)
		for (unsigned r = 0; r < CPUID_REGS; r++)
			assert_int_equal(read(leaf[i], 0).reg[r], 0);
	assert_int_equal(read(7, 2).reg[CPUID_EBX], 0);
}

static void test_limits(void **state)
{
	(void)state;
	assert_int_equal(read(0, 0).reg[CPUID_EAX], 0x16);
	assert_int_equal(read(7, 0).reg[CPUID_EAX], 1);
	assert_int_equal(read(0x80000000, 0).reg[CPUID_EAX], 0x80000008);
	assert_int_equal(read(0x80000008, 0).reg[CPUID_EAX], 0xff30);
	assert_int_equal(read(0x40000000, 0).reg[CPUID_EAX], 0x40000000);
	assert_memory_equal(
		&read(0x40000000, 0).reg[CPUID_EBX], CPUID_SIGNATURE, strlen(CPUID_SIGNATURE));
}

static void test_guest_state(void **state)
{
	(void)state;
	assert_false(read(1, 0).reg[CPUID_ECX] & CPUID_1_ECX_OSXSAVE);
	guest.osxsave = true;
	assert_true(read(1, 0).reg[CPUID_ECX] & CPUID_1_ECX_OSXSAVE);
	guest.apic_enabled = false;
	assert_false(read(1, 0).reg[CPUID_EDX] & CPUID_1_EDX_APIC);
}

static void test_topology(void **state)
{
	(void)state;
	assert_int_equal(read(1, 0).reg[CPUID_EBX] >> 16, 1);
	assert_int_equal(read(4, 0).reg[CPUID_EAX] >> 26, 0);
	assert_int_equal(read(0xb, 0).reg[CPUID_ECX], 1 << 8);
	assert_int_equal(read(0xb, 1).reg[CPUID_EAX], 0);
	guest.vcpus = 3;
	guest.apic_id = 2;
	assert_int_equal(read(1, 0).reg[CPUID_EBX] >> 16, 2 << 8 | 3);
	assert_true(read(1, 0).reg[CPUID_EDX] >> 28 & 1);
	assert_int_equal(read(4, 0).reg[CPUID_EAX] >> 26, 2);
	assert_int_equal(read(0xb, 0).reg[CPUID_EBX], 1);
	assert_int_equal(read(0xb, 0).reg[CPUID_EDX], 2);
	assert_int_equal(read(0xb, 1).reg[CPUID_EAX], 2);
	assert_int_equal(read(0xb, 1).reg[CPUID_EBX], 3);
	assert_int_equal(read(0xb, 1).reg[CPUID_ECX], 2 << 8 | 1);
	assert_int_equal(read(0xb, 2).reg[CPUID_EBX], 0);
	assert_int_equal(read(0xb, 2).reg[CPUID_ECX], 2);
}

static void host_amd(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	host_ones(leaf, subleaf, out);
	if (leaf == 0)
		memcpy(out->reg, "\x0d\0\0\0AuthcAMDenti", 16);
	if (leaf == 0x8000000a)
		*out = (struct cpuid_regs){{1, 64, 0, 0x88}};
}

/* Cores, not threads; and nothing to run guests with. */
static void test_amd(void **state)
{
	(void)state;
	guest.host = host_amd;
	assert_memory_equal(&read(0, 0).reg[CPUID_EBX], "AuthcAMDenti", 12);
	assert_false(read(0x80000001, 0).reg[CPUID_ECX] & 2);
	assert_int_equal(read(0x80000008, 0).reg[CPUID_ECX], 0);
	guest.vcpus = 3;
	assert_true(read(1, 0).reg[CPUID_EDX] >> 28 & 1);
	assert_true(read(0x80000001, 0).reg[CPUID_ECX] & 2);
	assert_int_equal(read(0x80000008, 0).reg[CPUID_ECX], 2 << 12 | 2);
	assert_true(read(0x80000001, 0).reg[CPUID_EDX] & CPUID_1_EDX_APIC);
	guest.apic_enabled = false;
	assert_false(read(0x80000001, 0).reg[CPUID_EDX] & CPUID_1_EDX_APIC);
	for (unsigned r = 0; r < CPUID_REGS; r++)
		assert_int_equal(read(0x8000000a, 0).reg[r], 0);
	guest.host = host_ones;
	assert_int_equal(read(0x80000008, 0).reg[CPUID_ECX], 2);
}

static uint32_t xcr0_bits;

static void host_xsave(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	host_ones(leaf, subleaf, out);
	if (leaf == 0xd && subleaf == 0)
		out->reg[CPUID_EAX] = xcr0_bits;
}

static void host_huge(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	host_ones(leaf, subleaf, out);
	if (leaf == 0xd && subleaf == 7)
		out->reg[CPUID_EBX] = 4000;
}

static void test_xcr0(void **state)
{
	static const uint32_t rows[][2] = {
		{0, 3}, {3, 3}, {7, 7}, {0xe7, 0xe7}, {0x27, 7}, {0xe3, 3}, {0xffffffff, 0xe7}};

	(void)state;
	guest.host = host_xsave;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		xcr0_bits = rows[i][0];
		assert_int_equal(cpuid_xcr0(&guest), rows[i][1]);
	}
	guest.host = host_huge; /* the kernel gives a page and no more */
	assert_int_equal(cpuid_xcr0(&guest), 7);
}

/* As on Skylake-X: AVX 256 bytes at 576, opmask 64 (here 60, so that alignment
 * counts) at 1088, the two ZMM parts 512 at 1152 and 1024 at 1664. */
static const struct {
	uint64_t xcr0;
	uint32_t standard, compact;
} areas[] = {
	{1, 576, 576},
	{3, 576, 576},
	{7, 832, 832},
	{0xe7, 2688, 832 + 64 + 512 + 1024},
};

static void test_xsave(void **state)
{
	(void)state;
	assert_int_equal(read(0xd, 0).reg[CPUID_EAX], 0xe7);
	assert_int_equal(read(0xd, 0).reg[CPUID_ECX], 2688);
	assert_int_equal(read(0xd, 0).reg[CPUID_EDX], 0);
	for (size_t i = 0; i < sizeof areas / sizeof areas[0]; i++) {
		guest.xcr0 = areas[i].xcr0;
		assert_int_equal(read(0xd, 0).reg[CPUID_EBX], areas[i].standard);
		assert_int_equal(read(0xd, 1).reg[CPUID_EBX], areas[i].compact);
	}
	assert_int_equal(read(0xd, 2).reg[CPUID_EAX], 256);
	assert_int_equal(read(0xd, 2).reg[CPUID_EBX], 576);
	assert_int_equal(read(0xd, 3).reg[CPUID_EAX], 0); /* MPX */
	assert_int_equal(read(0xd, 6).reg[CPUID_ECX], 2); /* aligned */
	assert_int_equal(read(0xd, 64).reg[CPUID_EAX], 0);
	guest.xcr0_allowed = 7;
	assert_int_equal(read(0xd, 0).reg[CPUID_ECX], 832);
	assert_int_equal(read(0xd, 6).reg[CPUID_EAX], 0);
}

static const uint64_t khz[] = {
	1, 50000, 99995, 100000, 999999, 1000000, 1000001, 2394123, 2600000, 3499998, 4000000};

static void test_ratio(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof khz / sizeof khz[0]; i++) {
		uint32_t n, d;
		uint64_t got, error;

		cpuid_tsc_ratio(khz[i], &n, &d);
		assert_true(n && d);
		assert_true((uint64_t)n * 1000000 <= UINT32_MAX);
		got = 1000000ull * n / d;
		error = got > khz[i] ? got - khz[i] : khz[i] - got;
		if (error > khz[i] / 500000 + 1)
			fail_msg("%lu kHz becomes %lu", (long)khz[i], (long)got);
	}
	guest.tsc_khz = 2600000;
	assert_int_equal(read(0x15, 0).reg[CPUID_EAX], 5);
	assert_int_equal(read(0x15, 0).reg[CPUID_EBX], 13);
	assert_int_equal(read(0x15, 0).reg[CPUID_ECX], 1000000000);
	assert_int_equal(read(0x16, 0).reg[CPUID_EAX], 2600);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_features, setup),
		cmocka_unit_test_setup(test_absent, setup),
		cmocka_unit_test_setup(test_limits, setup),
		cmocka_unit_test_setup(test_guest_state, setup),
		cmocka_unit_test_setup(test_topology, setup),
		cmocka_unit_test_setup(test_amd, setup),
		cmocka_unit_test_setup(test_xcr0, setup),
		cmocka_unit_test_setup(test_xsave, setup),
		cmocka_unit_test_setup(test_ratio, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
