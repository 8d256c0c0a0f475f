/* SPDX-License-Identifier: MIT */
/* The I/O bitmap behind the TSS, and TR's limit after guests. */
#define percpu(arguments) hw_percpu(arguments)
#include "percpu.h"
#undef percpu
#define ltr hw_ltr
#include "cr.h"
#undef ltr
#include "segments.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct percpu hardware;
static uint64_t gdt[16];
static unsigned loads, mappings;

static struct percpu *percpu(void)
{
	return &hardware;
}

static void ltr(uint16_t selector)
{
	assert_int_equal(selector, SEL_TSS);
	assert_int_equal(gdt[SEL_TSS / 8], ~(1ull << 41)); /* not busy, or it would fault */
	loads++;
}

#include "arch/x86_64/ports.c"

hpa_t pool_hpa(const void *page)
{
	return hpa((uintptr_t)page);
}

void window_set(uint64_t va, hpa_t pa, unsigned attr)
{
	(void)va;
	(void)pa;
	assert_int_equal(attr, MEM_R);
	mappings++;
}

static uint8_t low[16], high[16];
static uint8_t *const some[2] = {low, high}, *const none[2] = {NULL, NULL};

static int setup(void **unused)
{
	(void)unused;
	memset(&hardware, 0, sizeof(hardware));
	memset(gdt, 0xff, sizeof(gdt));
	hardware.gdt = gdt;
	loads = mappings = 0;
	return 0;
}

static void test_load(void **unused)
{
	(void)unused;
	ports_load(none);
	assert_int_equal(hardware.tss.iomap_base, IOMAP_NONE);
	ports_load(some);
	assert_int_equal(hardware.tss.iomap_base + (uintptr_t)&hardware.tss,
		(uintptr_t)&hardware + PERCPU_PORTS);
	ports_load(none);
	ports_load(some);
	assert_int_equal(mappings, 2);
	ports_forget(some);
	ports_load(some);
	assert_int_equal(mappings, 4);
	assert_int_equal(loads, 0);
}

/* After an exit TR is loaded again, by the first space that needs it, once. */
static void test_short_tss(void **unused)
{
	(void)unused;
	hardware.tss_short = true;
	ports_load(none);
	assert_int_equal(loads, 0);
	ports_load(some);
	assert_int_equal(loads, 1);
	assert_false(hardware.tss_short);
	gdt[SEL_TSS / 8] = ~0ull;
	ports_load(some);
	assert_int_equal(loads, 1);
}

/* A VMM with ports of its own: at the first fault. The second is its own. */
static void test_fault(void **unused)
{
	(void)unused;
	hardware.tss_short = true;
	assert_true(ports_repair());
	assert_int_equal(loads, 1);
	assert_false(ports_repair());
	assert_int_equal(loads, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_load, setup),
		cmocka_unit_test_setup(test_short_tss, setup),
		cmocka_unit_test_setup(test_fault, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
