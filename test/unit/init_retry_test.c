/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/retry.c */
/* When a driver that died is started again. */
#include "init/retry.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include "init/init.h"

#define KHZ 1000ull

static const struct boot_info boot = {.tsc_khz = KHZ};
static const struct plan_header header = {.components = 3};
static struct init init;

static int setup(void **state)
{
	(void)state;
	init = (struct init){.boot = &boot, .plan = {.header = &header}};
	return 0;
}

/* It dies at once each time: 5, 10, ... 320, 320 ms. */
static void it_waits_longer_each_time(void **state)
{
	uint64_t now = 100;
	uint32_t index;

	(void)state;
	for (unsigned i = 0; i < 12; i++) {
		uint32_t wanted = i < 6 ? 5u << i : 320;

		retry_started(&init, 1, now);
		now += (RETRY_GOOD_MS - 1) * KHZ;
		assert_int_equal(retry_died(&init, 1, now), wanted);
		assert_int_equal(retry_next(&init), now + wanted * KHZ);
		assert_false(retry_due(&init, now + wanted * KHZ - 1, &index));
		now += wanted * KHZ;
		assert_true(retry_due(&init, now, &index));
		assert_int_equal(index, 1);
		assert_false(retry_due(&init, now, &index));
	}
	retry_started(&init, 1, now);
	assert_int_equal(retry_died(&init, 1, now + RETRY_GOOD_MS * KHZ), 5);
}

static void each_has_its_own_time(void **state)
{
	uint32_t index;

	(void)state;
	assert_int_equal(retry_next(&init), 0);
	(void)retry_died(&init, 2, 1000);
	(void)retry_died(&init, 0, 2000);
	assert_int_equal(retry_next(&init), 1000 + 5 * KHZ);
	assert_true(retry_due(&init, UINT64_MAX, &index));
	assert_int_equal(index, 0);
	retry_started(&init, 2, 0); /* by other means: no more to be started */
	assert_false(retry_due(&init, UINT64_MAX, &index));
	assert_int_equal(retry_next(&init), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(it_waits_longer_each_time, setup),
		cmocka_unit_test_setup(each_has_its_own_time, setup),
	};

	return cmocka_run_group_tests_name("init_retry", tests, NULL, NULL);
}
