/* SPDX-License-Identifier: MIT */
/* 200,000 system calls with mostly plausible arguments, from hostile tasks. */
/* LINK: test/unit/kernel/random.c test/unit/kernel/layer.c */
#include "random.h"

#include "user.h"

#include <stdio.h>
#include <stdlib.h>

#define CALLS 100000u
#define CHECK_EVERY 1000u
#define RUN 4000u /* system calls of one machine */

/* Each call with each status that it should have had at least once. */
static void print_counts(const struct random *random)
{
	for (unsigned call = 0; call < SYS_COUNT; call++) {
		printf("call %2u:", call);
		for (unsigned status = 0; status < 16; status++)
			printf(" %6lu", random->count[call][status]);
		printf("\n");
	}
}

static void run_seeded(bool root_too, uint64_t seed)
{
	struct random random = {.seed = seed, .check_every = CHECK_EVERY};

	while (random.calls < CALLS)
		random_run(&random, RUN, root_too);
	if (getenv("VERBOSE"))
		print_counts(&random);
	/* The driver reaches what it is made for. */
	for (unsigned call = 0; call < SYS_COUNT; call++)
		assert_true(random.count[call][call <= SYS_REPLY ? 15 : STATUS_OK] ||
			    (call >= SYS_IRQ_BIND && !root_too));
}

static void test_tasks_with_few_rights(void **state)
{
	(void)state;
	run_seeded(false, 1);
}

static void test_all_tasks(void **state)
{
	(void)state;
	run_seeded(true, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tasks_with_few_rights),
		cmocka_unit_test(test_all_tasks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
