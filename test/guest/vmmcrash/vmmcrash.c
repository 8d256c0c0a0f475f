/* SPDX-License-Identifier: MIT */
/*
 * A guest whose monitor fails: prints `beats=` beats (default 3), then writes the
 * word that makes a monitor with `debug-exit = yes` fault. Nobody but this guest
 * may notice; with `on-crash = restart` it starts again.
 */
#include "boot.h"
#include "cpu.h"
#include "test.h"
#include "time.h"

#define DEBUG_EXIT_PORT 0xf4
#define DEBUG_EXIT_CRASH 0x68737263

const char test_name[] = "vmmcrash";

void test_main(void)
{
	uint64_t beats = boot_number("beats", 3);

	for (uint64_t i = 1; i <= beats; i++) {
		time_sleep_us(20000);
		print("beat %lu\n", i);
	}
	test_expect("killed");
	outl(DEBUG_EXIT_PORT, DEBUG_EXIT_CRASH);
	check(false, "still here after the monitor's failure");
}
