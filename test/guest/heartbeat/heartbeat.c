/* SPDX-License-Identifier: MIT */
/*
 * The neighbour that must live on: prints "beat N" every `ms=` milliseconds
 * (default 100), halted in between, forever or for `beats=` beats; then it
 * powers off, or with the word `exit` leaves with success.
 */
#include "acpi.h"
#include "boot.h"
#include "test.h"
#include "time.h"

const char test_name[] = "heartbeat";

void test_main(void)
{
	uint64_t beats = boot_number("beats", ~0ull);
	uint64_t us = boot_number("ms", 100) * 1000;

	for (uint64_t i = 1; i <= beats; i++) {
		time_sleep_us(us);
		print("beat %lu\n", i);
	}
	check(true, "%lu beats", beats);
	if (boot_word("exit"))
		return;
	test_expect("poweroff");
	acpi_poweroff();
	check(false, "still here after power-off");
}
