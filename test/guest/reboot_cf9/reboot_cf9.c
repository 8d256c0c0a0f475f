/* SPDX-License-Identifier: MIT */
/*
 * Reset control register 0xcf9: setting RST_CPU with SYS_RST
 * must reboot the machine. (Bare, a mark in CMOS memory tells the second start.)
 * Source: Intel 82371SB (PIIX3) data sheet, "RC - Reset Control Register".
 */
#include "boot.h"
#include "cpu.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "reboot_cf9";

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
	outb(0xcf9, 0x02);
	outb(0xcf9, 0x06);
	time_delay_us(100000);
	check(false, "still here after a reset");
}
