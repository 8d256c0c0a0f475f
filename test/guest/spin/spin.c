/* SPDX-License-Identifier: MIT */
/*
 * A guest that never gives the processor back: an endless loop with interrupts
 * off, without an exit. Its neighbours must get their share.
 */
#include "cpu.h"
#include "test.h"

const char test_name[] = "spin";

void test_main(void)
{
	test_expect("running");
	cpu_cli();
	for (;;)
		__asm__ volatile("" ::: "memory");
}
