/* SPDX-License-Identifier: MIT */
/*
 * Between the end of RAM and 4 GiB there must be nothing but the local APIC and
 * the I/O APIC: all ones, also where we wrote, and no write there may show up in
 * our RAM, which we fill with a pattern first.
 * Source: PCI Local Bus Specification 3.0, 3.3.3.1 (master abort).
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "mem_hole";

#define STRIDE 0x10000
#define WRITE_STRIDE 0x400000
#define END 0x100000000ull

static uint64_t pattern(uint64_t a)
{
	return a * 0x9e3779b97f4a7c15;
}

static void ram_fill(uint64_t from, uint64_t to)
{
	for (uint64_t a = from; a < to; a += 8)
		*(volatile uint64_t *)a = pattern(a);
}

static uint64_t ram_differences(uint64_t from, uint64_t to)
{
	uint64_t n = 0;

	for (uint64_t a = from; a < to; a += 8)
		n += *(volatile uint64_t *)a != pattern(a);
	return n;
}

/* Addresses that do not read as ones, even after writing zero. */
static unsigned hole_scan(uint64_t from)
{
	unsigned differ = 0;

	for (uint64_t a = from; a < END; a += STRIDE) {
		volatile uint64_t *p = (volatile uint64_t *)a;

		if (a == APIC_PAGE || a == IOAPIC_PAGE)
			continue;
		if (a % WRITE_STRIDE == 0)
			*p = 0;
		if (*p == ~0ull)
			continue;
		if (!differ++)
			print("first at 0x%lx: 0x%lx\n", a, *p);
	}
	return differ;
}

void test_main(void)
{
	uint64_t from = ((uint64_t)guest_end + 4095) & ~4095ull;
	uint64_t to = boot_memory_end;

	if (boot_word("bare"))
		test_skip("a bare machine has more than RAM and two APICs");
	if (to <= from)
		test_error("the loader said nothing of RAM");
	print("RAM ends at 0x%lx\n", to);
	ram_fill(from, to);
	check_eq(0, hole_scan((to + STRIDE - 1) & ~(uint64_t)(STRIDE - 1)),
		"addresses with something");
	check_eq(0, ram_differences(from, to), "words of RAM that changed");
}
