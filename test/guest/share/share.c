/* SPDX-License-Identifier: MIT */
/*
 * A guest that takes all the time it gets and says how much that was. It spins and
 * looks at the TSC: what passes between two looks is its own if it is short, and
 * somebody else's if it is not. `skip=` milliseconds are spun before, `ms=` are
 * measured, `stay=` spun afterwards, so that its neighbours' measured times lie
 * inside those of its own spinning.
 *
 * Interrupts are on, though none comes: with them off Bochs lets the host's timer
 * wait, against Intel SDM vol. 3C section 25.2 "Other Causes of VM Exits", and the
 * kernel looks only once in a millisecond then.
 */
#include "boot.h"
#include "test.h"
#include "time.h"

const char test_name[] = "share";

/* Ticks between two looks at which nobody else can have run: no exit is as short. */
#define OWN_TICKS 200

/* Spins so long by the clock; returns the ticks that were its own. */
static uint64_t spin(uint64_t ticks)
{
	uint64_t begin = rdtsc(), last = begin, now = begin, own = 0;

	while (now - begin < ticks) {
		now = rdtsc();
		if (now - last < OWN_TICKS)
			own += now - last;
		last = now;
	}
	return own;
}

void test_main(void)
{
	uint64_t per_ms = time_tsc_hz() / 1000;
	uint64_t ticks = boot_number("ms", 1000) * per_ms;
	uint64_t own;

	cpu_sti();
	spin(boot_number("skip", 0) * per_ms);
	own = spin(ticks);
	spin(boot_number("stay", 0) * per_ms);
	print("share %lu of %lu\n", own, ticks);
	check(own > 0 && own <= ticks, "it ran, and not longer than the time there was");
}
