/* SPDX-License-Identifier: MIT */
/*
 * Fills its memory with a secret and lives on for `ms=` milliseconds, while the
 * guest `thief` looks for it. Its memory must stay as it is.
 */
#include "boot.h"
#include "magic.h"
#include "test.h"
#include "time.h"

const char test_name[] = "secret";

void test_main(void)
{
	uint64_t from = ((uint64_t)guest_end + 4095) & ~4095ull;
	uint64_t to = boot_memory_end;
	uint64_t changed = 0;

	if (to <= from)
		test_error("the loader said nothing of RAM");
	for (uint64_t a = from; a < to; a += 8)
		*(volatile uint64_t *)a = magic_make();
	print("secret kept in 0x%lx to 0x%lx\n", from, to);
	time_sleep_us(boot_number("ms", 8000) * 1000);
	for (uint64_t a = from; a < to; a += 8)
		changed += !magic_is(*(volatile uint64_t *)a);
	check_eq(0, changed, "words that changed");
}
