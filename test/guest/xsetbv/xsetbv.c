/* SPDX-License-Identifier: MIT */
/*
 * XSETBV must take every legal XCR0 and refuse the illegal with #GP(0), any
 * index but 0, ring 3; without CR4.OSXSAVE it is undefined. AVX works only
 * while its bit is set, and CPUID's size of the area follows.
 * Source: Intel SDM vol. 1, 13.3 "Enabling the XSAVE Feature Set and
 * XSAVE-Enabled Features"; vol. 2, XSETBV.
 */
#include "boot.h"
#include "cpu.h"
#include "fpu.h"
#include "test.h"

const char test_name[] = "xsetbv";

struct request {
	uint32_t index;
	uint64_t value;
};

static void do_xsetbv(void *arg)
{
	const struct request *r = arg;

	__asm__ volatile(FAULT("xsetbv")
			 :
			 : "c"(r->index), "a"((uint32_t)r->value), "d"((uint32_t)(r->value >> 32))
			 : "memory");
}

static void do_xgetbv(void *arg)
{
	(void)arg;
	(void)xgetbv(0);
}

static void do_avx(void *arg)
{
	(void)arg;
	/* VXORPS ymm0, ymm0, ymm0 */
	__asm__ volatile(FAULT(".byte 0xc5, 0xfc, 0x57, 0xc0") : : : "memory");
}

static uint64_t supported;

static void legal_check(void)
{
	static const uint64_t values[] = {1, 3, 7, 0xe7};

	for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
		struct request r = {0, values[i]};
		struct trap t;

		if (values[i] & ~supported)
			continue;
		t = trap_call(do_xsetbv, &r);
		check_trap(TRAP_NONE, &t, "XCR0 of 0x%lx", values[i]);
		check_eq(values[i], xgetbv(0), "XCR0 of 0x%lx reads back", values[i]);
		(void)cpu_id(0, 0);
		check_eq(values[i], xgetbv(0), "XCR0 of 0x%lx survives an exit", values[i]);
	}
}

static void illegal_check(void)
{
	static const struct {
		const char *name;
		struct request r;
	} rows[] = {
		{"0", {0, 0}},
		{"without x87", {0, 2}},
		{"AVX without SSE", {0, 5}},
		{"bit 63", {0, 1ull << 63 | 3}},
		{"bit 62", {0, 1ull << 62 | 3}},
		{"AVX-512 in part", {0, 0x27}},
		{"index 1", {1, 3}},
		{"index -1", {~0u, 3}},
	};
	uint64_t before = xgetbv(0);

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct trap t = trap_call(do_xsetbv, (void *)&rows[i].r);

		check_trap(TRAP_GP, &t, "XSETBV: %s", rows[i].name);
		check_eq(trap_want_rip, t.rip, "XSETBV: %s, rip", rows[i].name);
		check_eq(before, xgetbv(0), "XSETBV: %s changes nothing", rows[i].name);
	}
}

static void avx_check(void)
{
	uint32_t with;
	struct trap t;

	if (!(supported & XCR0_AVX)) {
		check_skip("AVX", "not in CPUID");
		return;
	}
	xsetbv(0, 7);
	with = cpu_id(0xd, 0).ebx;
	t = trap_call(do_avx, NULL);
	check_trap(TRAP_NONE, &t, "AVX with its bit");
	xsetbv(0, 3);
	t = trap_call(do_avx, NULL);
	check_trap(TRAP_UD, &t, "AVX without its bit");
	check_eq(576, cpu_id(0xd, 0).ebx, "area of x87 and SSE");
	check_eq(832, with, "area of x87, SSE and AVX");
}

static void ring3_check(void)
{
	struct request r = {0, 3};
	struct trap t = trap_call_user(do_xsetbv, &r);

	check_trap(TRAP_GP, &t, "XSETBV in ring 3");
	t = trap_call_user(do_xgetbv, NULL);
	check_trap(TRAP_NONE, &t, "XGETBV in ring 3");
}

static void disabled_check(void)
{
	struct request r = {0, 3};
	struct trap t;

	write_cr4(read_cr4() & ~CR4_OSXSAVE);
	t = trap_call(do_xsetbv, &r);
	check_trap(TRAP_UD, &t, "XSETBV without CR4.OSXSAVE");
	t = trap_call(do_xgetbv, NULL);
	check_trap(TRAP_UD, &t, "XGETBV without CR4.OSXSAVE");
	write_cr4(read_cr4() | CR4_OSXSAVE);
	check_eq(3, xgetbv(0), "XCR0 survives CR4.OSXSAVE");
}

void test_main(void)
{
	if (!(cpu_id(1, 0).ecx >> 26 & 1))
		test_skip("no XSAVE");
	supported = cpu_id(0xd, 0).eax;
	write_cr4(read_cr4() | CR4_OSXSAVE);
	legal_check();
	illegal_check();
	avx_check();
	ring3_check();
	disabled_check();
}
