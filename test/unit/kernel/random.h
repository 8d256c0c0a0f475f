/* SPDX-License-Identifier: MIT */
/*
 * System calls, interrupts, faults and exits made from a stream of numbers:
 * seeded for a test, or the input of a fuzzer.
 *
 * What is drawn is mostly plausible: arguments by the pattern of the call, slots
 * that hold the right type. The rest is hostile.
 */
#ifndef TEST_KERNEL_RANDOM_H
#define TEST_KERNEL_RANDOM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct random {
	uint64_t seed;       /* not 0: numbers are made from it */
	const uint8_t *data; /* otherwise they are read from here */
	size_t left;
	uint64_t check_every;   /* so many calls check_all() is made */
	uint64_t calls;         /* system calls made so far */
	uint64_t count[16][16]; /* of calls, by number and status */
};

/* Runs a fresh machine until `calls` system calls have been made, the data is
 * used up or nothing can happen any more. Everything is checked on the way, and
 * destroyed at the end. `root_too`: the root task takes part; otherwise only
 * tasks with few rights. */
void random_run(struct random *random, uint64_t calls, bool root_too);

#endif
