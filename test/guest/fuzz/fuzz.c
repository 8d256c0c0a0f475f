/* SPDX-License-Identifier: MIT */
/*
 * A seeded stream of random port, MMIO, MSR, CPUID and hypercall operations:
 * `seed=N`, `ops=N` (default 100,000), and `all` to leave in even what
 * legitimately ends the guest; `trace=N` prints each from number N. Its monitor may end it; the
 * kernel and the neighbours must live on. Prints its progress each 10,000 operations.
 */
#include "fuzz.h"

#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "fuzz";

#define PROGRESS 10000

bool fuzz_all, fuzz_gentle, fuzz_trace;

static uint64_t state;

/* xorshift64*: Marsaglia's generator with Vigna's multiplier. */
uint64_t fuzz_random(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1dull;
}

uint64_t fuzz_below(uint64_t n)
{
	return (fuzz_random() >> 16) % n;
}

uint64_t fuzz_value(void)
{
	switch (fuzz_below(4)) {
	case 0:
		return 1ull << fuzz_below(64);
	case 1:
		return fuzz_below(2) ? ~0ull : 0;
	case 2:
		return fuzz_below(0x10000);
	default:
		return fuzz_random();
	}
}

static bool nmi_hook(struct trap_frame *f)
{
	(void)f;
	return true;
}

void test_main(void)
{
	uint64_t ops = boot_number("ops", 100000), traps = 0;
	uint64_t trace = boot_number("trace", ~0ull);
	uint64_t seed = boot_number("seed", 1);

	state = seed * 0x9e3779b97f4a7c15 + 1;
	fuzz_all = boot_word("all");
	fuzz_gentle = boot_word("bare");
	fuzz_avoid_init();
	trap_hook(TRAP_NMI, nmi_hook);
	for (uint64_t i = 1; i <= ops; i++) {
		fuzz_trace = i >= trace;
		if (fuzz_trace)
			serial_init();
		traps += trap_call(fuzz_operation, NULL).vector != TRAP_NONE;
		if (i % PROGRESS)
			continue;
		serial_init();
		print("\nfuzz seed %lu: %lu operations, %lu faults\n", seed, i, traps);
	}
	serial_init();
	print("\n");
	check(true, "%lu operations with seed %lu", ops, seed);
}
