/* SPDX-License-Identifier: MIT */
/*
 * Looks for another guest's secret: in all of its own RAM (which must not have
 * been anybody's before), and at every 2 MiB of guest-physical addresses up to
 * 64 GiB, through page tables of its own. It must find nothing.
 */
#include "boot.h"
#include "cpu.h"
#include "magic.h"
#include "test.h"

const char test_name[] = "thief";

#define GIBS 64
#define LARGE 0x200000ull
/* All of physical memory again, above the identity mapping. */
#define WINDOW 0x8000000000ull

extern uint64_t boot_pml4[512];

static uint64_t pdpt[512] __attribute__((aligned(4096)));
static uint64_t pd[GIBS * 512] __attribute__((aligned(4096)));

static void window_map(void)
{
	for (uint64_t i = 0; i < GIBS * 512; i++)
		pd[i] = i * LARGE | 0x83;
	for (unsigned i = 0; i < GIBS; i++)
		pdpt[i] = (uint64_t)&pd[512 * i] | 3;
	boot_pml4[1] = (uint64_t)pdpt | 3;
	write_cr3(read_cr3());
}

static uint64_t found, first;

/* In halves, the second only if needed: there are devices that know 32 bits only. */
static void look(uint64_t virtual)
{
	volatile uint32_t *p = (volatile uint32_t *)virtual;

	if (magic_half_is(p[0]) && magic_is(p[0] | (uint64_t)p[1] << 32) && !found++)
		first = virtual;
}

/* One fault must not end the search. */
static void do_look(void *arg)
{
	uint64_t page = (uint64_t)arg;

	look(page);
	if (page < WINDOW + (4ull << 30))
		look(page + LARGE - 8);
}

/* The search must be able to find: a secret of our own, taken away again. */
static void plant_check(void)
{
	static volatile uint64_t planted;

	planted = magic_make();
	look((uint64_t)&planted);
	planted = 0;
	check_eq(1, found, "finds a planted one");
	found = 0;
}

void test_main(void)
{
	uint64_t faults = 0;
	uint64_t end = boot_memory_end;

	if (!end)
		test_error("the loader said nothing of RAM");
	plant_check();
	for (uint64_t a = 0; a < end; a += 8)
		look(a);
	check_eq(0, found, "finds in its own RAM (first 0x%lx)", first);
	window_map();
	print("looking through %u GiB\n", GIBS);
	for (uint64_t i = 0; i < GIBS * 512; i++)
		faults += trap_call(do_look, (void *)(WINDOW + i * LARGE)).vector != TRAP_NONE;
	print("%lu places faulted\n", faults);
	check_eq(0, found, "finds elsewhere (first 0x%lx)", first);
}
