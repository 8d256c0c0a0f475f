/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/lock.c arch/x86_64/lock_order_checked.c */
/* Ticket locks, between processes of the host, and the order that the debug build checks. */
#include "lock.h"

#include "assert.h"
#include "percpu.h"
#include "smp.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROCESSES 4
#define ROUNDS 2000

static struct lock kernel = {.rank = LOCK_KERNEL}, console = {.rank = LOCK_CONSOLE},
		   ioapic = {.rank = LOCK_IOAPIC};
static jmp_buf failed;
static bool may_fail;

/* No CPU is up: all threads count as the first one, at boot. */
uint32_t smp_cpus(void)
{
	return 0;
}

void panic(const char *format, ...)
{
	(void)format;
	if (!may_fail)
		fail();
	longjmp(failed, 1);
}

static void test_a_free_lock_is_taken_once(void **state)
{
	(void)state;
	assert_true(lock_try(&ioapic));
	assert_false(lock_try(&ioapic));
	lock_give(&ioapic);
	assert_true(lock_try(&ioapic));
	lock_give(&ioapic);
}

/* Between the processes. */
static struct {
	struct lock lock;
	unsigned counter, waited;
} * shared;

static void others_go_on(void)
{
	syscall(SYS_sched_yield);
}

static void wait_a_little(void)
{
	__atomic_fetch_add(&shared->waited, 1, __ATOMIC_RELAXED);
	others_go_on();
}

static void count(void)
{
	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned before;

		lock_take(&shared->lock, wait_a_little);
		before = shared->counter;
		if (i % 64 == 0)
			others_go_on();
		shared->counter = before + 1;
		lock_give(&shared->lock);
	}
}

static void test_one_at_a_time_holds_it(void **state)
{
	(void)state;
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	for (unsigned i = 0; i < PROCESSES; i++)
		if (fork() == 0) {
			count();
			_exit(0);
		}
	for (unsigned i = 0; i < PROCESSES; i++)
		assert_true(wait(NULL) > 0);
	assert_int_equal(shared->counter, PROCESSES * ROUNDS);
	assert_true(shared->waited > 0);
	munmap(shared, 4096);
}

/* true: taking `inner` while `outer` is held, or giving what is not held, fails. */
static bool refused(struct lock *outer, struct lock *inner)
{
	volatile bool failure = true;

	may_fail = true;
	if (setjmp(failed) == 0) {
		lock_take(outer, NULL);
		lock_take(inner, NULL);
		lock_give(inner);
		lock_give(outer);
		failure = false;
	}
	may_fail = false;
	return failure;
}

static void test_a_lock_of_lower_rank_is_not_taken_inside(void **state)
{
	(void)state;
	assert_false(refused(&kernel, &console));
	assert_false(refused(&ioapic, &console));
	assert_true(refused(&ioapic, &kernel));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_free_lock_is_taken_once),
		cmocka_unit_test(test_one_at_a_time_holds_it),
		cmocka_unit_test(test_a_lock_of_lower_rank_is_not_taken_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
