/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/lock.c */
/* The monitor's lock under threads, with ThreadSanitizer (the name ends in race_test). */
#include "vmm/lock.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define THREADS 4u
#define ROUNDS 20000u

static sem_t bell[LOCK_THREADS];
static unsigned sleeps, wakes; /* atomic */

static void doze(unsigned thread)
{
	__atomic_fetch_add(&sleeps, 1, __ATOMIC_RELAXED);
	while (sem_wait(&bell[thread]))
		;
}

static void wake(unsigned thread)
{
	__atomic_fetch_add(&wakes, 1, __ATOMIC_RELAXED);
	sem_post(&bell[thread]);
}

static struct lock lock;
static uint64_t counter[2]; /* the lock guards both */
static unsigned torn;
static unsigned first; /* number of the first thread */

static void *hammer(void *arg)
{
	unsigned thread = first + (unsigned)(uintptr_t)arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		lock_take(&lock, thread);
		torn += counter[0] != counter[1];
		counter[0]++;
		if (i % 64 == thread % 64)
			sched_yield(); /* as if the holder lost its CPU */
		counter[1]++;
		lock_give(&lock, thread);
	}
	return NULL;
}

static void hammer_all(const uint8_t *cpu, unsigned from)
{
	pthread_t id[THREADS];

	lock = (struct lock){0, doze, wake, cpu};
	counter[0] = counter[1] = 0;
	torn = sleeps = wakes = 0;
	first = from;
	for (unsigned i = 0; i < LOCK_THREADS; i++)
		assert_int_equal(sem_init(&bell[i], 0, 0), 0);
	for (uintptr_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&id[i], NULL, hammer, (void *)i), 0);
	for (unsigned i = 0; i < THREADS; i++)
		assert_int_equal(pthread_join(id[i], NULL), 0);
	assert_int_equal(counter[0], THREADS * (uint64_t)ROUNDS);
	assert_int_equal(counter[1], counter[0]);
	assert_int_equal(torn, 0);
	assert_int_equal(lock.word, 0);
	assert_int_equal(sleeps, wakes); /* each sleep has its own wake */
}

static void one_cpu(void **state)
{
	static const uint8_t cpu[LOCK_THREADS];

	(void)state;
	hammer_all(cpu, 0);
}

static void many_cpus(void **state)
{
	static const uint8_t cpu[LOCK_THREADS] = {0, 1, 2, 3, [28] = 0, 1, 0, 1};

	(void)state;
	hammer_all(cpu, 0);
	hammer_all(cpu, LOCK_THREADS - THREADS); /* the last bits of the word */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_cpu),
		cmocka_unit_test(many_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
