/* SPDX-License-Identifier: MIT */
/*
 * CPUID must give a sane CPU: a known vendor, leaves up to what the features
 * need, the hypervisor bit exactly under a hypervisor, an XSAVE area that fits
 * its components, a TSC frequency if leaf 0x15 is there, and the same answer
 * when asked again.
 * Source: Intel SDM vol. 2, CPUID.
 */
#include "boot.h"
#include "cpu.h"
#include "string.h"
#include "test.h"

const char test_name[] = "cpuid";

#define LEAF1_ECX_XSAVE (1u << 26)
#define LEAF1_ECX_OSXSAVE (1u << 27)
#define LEAF1_ECX_HYPERVISOR (1u << 31)
#define LEAF1_ECX_VMX (1u << 5)

static void vendor_check(void)
{
	static const char *known[] = {"GenuineIntel", "AuthenticAMD"};
	struct cpuid c = cpu_id(0, 0);
	char name[13] = {0};
	bool found = false;

	memcpy(name, &c.ebx, 4);
	memcpy(name + 4, &c.edx, 4);
	memcpy(name + 8, &c.ecx, 4);
	for (unsigned i = 0; i < ARRAY_SIZE(known); i++)
		found |= memcmp(name, known[i], 12) == 0;
	check(found, "vendor \"%s\" is known", name);
	check_range(1, 0xff, c.eax, "largest basic leaf");
	check_range(0x80000001, 0x800000ff, cpu_id(0x80000000, 0).eax, "largest extended leaf");
}

static void features_check(void)
{
	static const struct {
		const char *name;
		unsigned bit;
	} edx[] = {{"FPU", 0}, {"PSE", 3}, {"TSC", 4}, {"MSR", 5}, {"PAE", 6}, {"CX8", 8},
		{"APIC", 9}, {"PGE", 13}, {"CMOV", 15}, {"PAT", 16}, {"FXSR", 24}, {"SSE", 25},
		{"SSE2", 26}};
	struct cpuid c = cpu_id(1, 0);

	for (unsigned i = 0; i < ARRAY_SIZE(edx); i++)
		check(c.edx >> edx[i].bit & 1, "has %s", edx[i].name);
	check(cpu_id(0x80000001, 0).edx >> 29 & 1, "has long mode");
	check_range(36, 52, cpu_id(0x80000008, 0).eax & 0xff, "physical address bits");
	check_range(48, 57, cpu_id(0x80000008, 0).eax >> 8 & 0xff, "linear address bits");
}

static void hypervisor_check(void)
{
	bool bit = cpu_id(1, 0).ecx & LEAF1_ECX_HYPERVISOR;

	if (boot_is_tcg()) {
		check_skip("hypervisor bit", "QEMU calls itself a hypervisor");
		return;
	}
	check_eq(!boot_word("bare"), bit, "hypervisor bit");
	if (!bit)
		return;
	check_range(0x40000000, 0x400000ff, cpu_id(0x40000000, 0).eax, "largest hypervisor leaf");
	check(!(cpu_id(1, 0).ecx & LEAF1_ECX_VMX), "no VMX for a guest");
}

static void osxsave_check(void)
{
	if (!(cpu_id(1, 0).ecx & LEAF1_ECX_XSAVE)) {
		check_skip("OSXSAVE mirrors CR4", "no XSAVE");
		return;
	}
	write_cr4(read_cr4() & ~CR4_OSXSAVE);
	check(!(cpu_id(1, 0).ecx & LEAF1_ECX_OSXSAVE), "OSXSAVE is clear with CR4.OSXSAVE");
	write_cr4(read_cr4() | CR4_OSXSAVE);
	check(cpu_id(1, 0).ecx & LEAF1_ECX_OSXSAVE, "OSXSAVE is set with CR4.OSXSAVE");
}

/* Every component of the area must lie within the size that subleaf 0 gives. */
static void xsave_check(void)
{
	struct cpuid c;
	uint64_t supported;

	if (!(cpu_id(1, 0).ecx & LEAF1_ECX_XSAVE) || cpu_id(0, 0).eax < 0xd) {
		check_skip("leaf 0xd", "no XSAVE");
		return;
	}
	c = cpu_id(0xd, 0);
	supported = c.eax | (uint64_t)c.edx << 32;
	check_eq(3, supported & 3, "XCR0 may have x87 and SSE");
	check_range(576, 16384, c.ecx, "largest XSAVE area");
	check_range(576, c.ecx, c.ebx, "XSAVE area now");
	for (unsigned i = 2; i < 63; i++) {
		struct cpuid part = cpu_id(0xd, i);

		if (supported >> i & 1)
			check_range(1, c.ecx, part.eax + part.ebx, "component %u ends inside", i);
	}
}

static void frequency_check(void)
{
	struct cpuid c;

	if (boot_word("bare") || cpu_id(0, 0).eax < 0x15) {
		check_skip("leaf 0x15", boot_word("bare") ? "bare machine" : "absent");
		return;
	}
	c = cpu_id(0x15, 0);
	if (!c.eax || !c.ebx || !c.ecx) {
		check_skip("leaf 0x15", "says nothing");
		return;
	}
	check_range(1000000, 10000000000, (uint64_t)c.ecx * c.ebx / c.eax, "TSC frequency in Hz");
}

/* Volatile fields: the APIC id of leaf 1 does not change on one CPU either. */
static void repeat_check(void)
{
	static const uint32_t leaves[] = {
		0, 1, 4, 7, 0xd, 0x15, 0x40000000, 0x80000000, 0x80000001, 0x80000002, 0x80000008};

	for (unsigned i = 0; i < ARRAY_SIZE(leaves); i++) {
		struct cpuid a = cpu_id(leaves[i], 0), b = cpu_id(leaves[i], 0);

		check(memcmp(&a, &b, sizeof(a)) == 0, "leaf 0x%x twice the same", leaves[i]);
	}
}

/* The upper halves of all four registers are cleared by CPUID. */
static void upper_halves_check(void)
{
	uint64_t a = ~0ull, b = ~0ull, c = ~0ull, d = ~0ull;

	a = 0xffffffff00000000;
	c = 0xffffffff00000000;
	__asm__ volatile("cpuid" : "+a"(a), "+b"(b), "+c"(c), "+d"(d));
	check_eq(0, (a | b | c | d) >> 32, "upper halves are zero");
}

void test_main(void)
{
	vendor_check();
	features_check();
	hypervisor_check();
	osxsave_check();
	xsave_check();
	frequency_check();
	repeat_check();
	upper_halves_check();
}
