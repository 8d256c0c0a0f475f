/* SPDX-License-Identifier: MIT */
/*
 * No CPU has an LDT. After a reset it is the first 64 KiB of ring 3's half, where a
 * domain could put descriptors of its own making, call gates to ring 0 too. Seen only
 * on a CPU without SMAP, which would keep the processor from reading them there.
 */
#include "smp.h"

#define SELECTOR 0xfu                    /* entry 1 of the LDT, RPL 3 */
#define DESCRIPTOR 0x00cff3000000ffffull /* data, DPL 3, writable, present */
#define WAIT_TICKS 200000u

static volatile uint64_t reached[CPUS]; /* 1: is about to load it; 2: has */

/* Without a fault portal the thread stops at its fault. */
static void load_main(uint64_t cpu)
{
	reached[cpu] = 1;
	__asm__ volatile("movl %0, %%ds" : : "r"(SELECTOR));
	reached[cpu] = 2;
}

void test_no_ldt(void)
{
	need(sys_delegate(
		     DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, MEM_R | MEM_W, ram_frame, 0, 1),
		"the page at 0");
	/* GCC takes a store to address 8 for a mistake. */
	__asm__ volatile("movq %0, 8" : : "r"(DESCRIPTOR) : "memory");
	for (uint32_t cpu = 1; cpu < cpus; cpu++) {
		start_thread(cpu, load_main);
		wait_change(&reached[cpu], 0, "a thread");
		spin(WAIT_TICKS);
		if (reached[cpu] != 1)
			fail("CPU %u has an LDT in ring 3's memory", cpu);
		stop_thread(cpu);
	}
	need(sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, 0, ram_frame, 0, 1),
		"the page at 0 goes");
}
