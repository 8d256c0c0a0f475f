/* SPDX-License-Identifier: MIT */
/*
 * A guest that floods its console: `lines=` lines (default 5000), or endlessly
 * with the word `forever`. Neighbours must still get their lines out.
 */
#include "boot.h"
#include "test.h"

const char test_name[] = "floodio";

void test_main(void)
{
	uint64_t lines = boot_word("forever") ? ~0ull : boot_number("lines", 5000);

	if (lines == ~0ull)
		test_expect("running");
	for (uint64_t i = 0; i < lines; i++)
		print("flood %08lu ------------------------------------------------------\n", i);
	check(true, "%lu lines", lines);
}
