/* SPDX-License-Identifier: MIT */
/* LINK: test/unit/kernel/random.c test/unit/kernel/layer.c */
/* RUNS: 2500 */
/* MAX: 1024 */
/*
 * The kernel layer behind the system-call entry: the input drives system calls,
 * faults, interrupts, time and guests' exits of tasks with few rights (byte 0, bit
 * 0: and of the root task). All invariants of check.h are looked at as the machine
 * goes, and at its end, when everything has been destroyed, all balances.
 */
#include "random.h"
#include "fuzz.h"

#define CALLS 400u
#define CHECK_EVERY 25u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct random random = {.check_every = CHECK_EVERY};

	if (size == 0)
		return 0;
	random.data = data + 1;
	random.left = size - 1;
	random_run(&random, CALLS, data[0] & 1);
	return 0;
}
