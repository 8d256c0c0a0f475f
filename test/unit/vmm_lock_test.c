/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/lock.c */
/* The monitor's lock, one thread playing all: who sleeps, who is woken. */
#include "vmm/lock.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static struct lock lock;
static uint8_t cpu[LOCK_THREADS];
static unsigned holder, slept, woken[LOCK_THREADS], wakes;

/* While a thread sleeps the holder gives the lock. */
static void doze(unsigned thread)
{
	slept |= 1u << thread;
	lock_give(&lock, holder);
}

static void wake(unsigned thread)
{
	woken[wakes++] = thread;
}

static int setup(void **state)
{
	(void)state;
	lock = (struct lock){0, doze, wake, cpu};
	slept = wakes = 0;
	return 0;
}

static void nobody_else(void **state)
{
	(void)state;
	for (unsigned i = 0; i < LOCK_THREADS; i++) {
		lock_take(&lock, i);
		assert_int_equal((uint32_t)lock.word, i + 1);
		lock_give(&lock, i);
		assert_int_equal(lock.word, 0);
	}
	assert_int_equal(slept | wakes, 0);
}

static void sleeper_is_woken_and_tries_again(void **state)
{
	(void)state;
	holder = 3;
	lock_take(&lock, 3);
	lock_take(&lock, 31);
	assert_int_equal(slept, 1u << 31);
	assert_int_equal(wakes, 1);
	assert_int_equal(woken[0], 31);
	assert_int_equal(lock.word, 32);
	lock_give(&lock, 31);
	assert_int_equal(lock.word, 0);
	assert_int_equal(wakes, 1);
}

/* Sleepers take turns, round the end; each bit goes with its wake. */
static void sleepers_in_turn(void **state)
{
	static const unsigned rows[][2] = {{0, 5}, {5, 31}, {31, 0}, {6, 31}, {4, 5}};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(state);
		lock.word = (1ull << 63 | 1ull << 37 | 1ull << 32) | (rows[i][0] + 1);
		lock_give(&lock, rows[i][0]);
		assert_int_equal(wakes, 1);
		assert_int_equal(woken[0], rows[i][1]);
		assert_int_equal(lock.word,
			(1ull << 63 | 1ull << 37 | 1ull << 32) & ~(1ull << (32 + rows[i][1])));
	}
}

/* A free lock with sleepers is there for whoever comes. */
static void runner_is_not_held_up(void **state)
{
	(void)state;
	lock.word = 1ull << 40;
	lock_take(&lock, 2);
	assert_int_equal(lock.word, 1ull << 40 | 3);
	assert_int_equal(slept, 0);
	lock_give(&lock, 2);
	assert_int_equal(woken[0], 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(nobody_else, setup),
		cmocka_unit_test_setup(sleeper_is_woken_and_tries_again, setup),
		cmocka_unit_test_setup(sleepers_in_turn, setup),
		cmocka_unit_test_setup(runner_is_not_held_up, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
