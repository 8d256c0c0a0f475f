/* SPDX-License-Identifier: MIT */
/*
 * Command 0xfe to the keyboard controller pulses the CPU's reset line
 * must reboot the machine. (Bare, a mark in CMOS memory tells the second start.)
 * Source: IBM PC AT Technical Reference, "Keyboard Controller" (pulse output port).
 */
#include "boot.h"
#include "cpu.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "reboot_kbd";

#define MARK_INDEX 0x5e
#define MARK 0xa7

void test_main(void)
{
	if (boot_word("bare") && rtc_read(MARK_INDEX) == MARK) {
		rtc_write(MARK_INDEX, 0);
		check(true, "started again");
		return;
	}
	rtc_write(MARK_INDEX, MARK);
	test_expect("reboot");
	outb(0x64, 0xfe);
	time_delay_us(100000);
	check(false, "still here after a reset");
}
