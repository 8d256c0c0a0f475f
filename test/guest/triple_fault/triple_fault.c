/* SPDX-License-Identifier: MIT */
/*
 * A fault that cannot be delivered, nor the double fault after it, must end the
 * machine: shutdown, which a PC turns into a reset.
 * Source: Intel SDM vol. 3, 6.15 "Interrupt 8 - Double Fault Exception (#DF)".
 */
#include "cpu.h"
#include "test.h"

const char test_name[] = "triple_fault";

void test_main(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} none = {0, 0};

	test_expect("triple-fault");
	__asm__ volatile("lidt %0; ud2" : : "m"(none));
	check(false, "still here after a triple fault");
}
