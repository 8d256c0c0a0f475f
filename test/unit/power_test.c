/* SPDX-License-Identifier: MIT */
/* LINK: drivers/power/power.c */
/* Switching off: the port writes, in order, for what init knows of the machine. */
#include "drivers/power/power.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "lib/compiler.h"

#define SHUTDOWN 8u /* bytes written to port 0x8900 first */

static void bochs_port_comes_first(void **state)
{
	struct power_step step[POWER_STEPS];
	const struct start_info info = {0};

	(void)state;
	assert_int_equal(power_off_steps(&info, step), SHUTDOWN);
	for (uint32_t i = 0; i < SHUTDOWN; i++) {
		assert_int_equal(step[i].port, 0x8900);
		assert_int_equal(step[i].size, 1);
		assert_int_equal(step[i].value, "Shutdown"[i]);
		assert_int_equal(step[i].keep, 0);
	}
}

/* Per attempt and register: the type, then the type with SLP_EN. */
static void pm1_without_type_tries_the_usual(void **state)
{
	static const uint16_t value[] = {0x0000, 0x2000, 0x1c00, 0x3c00, 0x1400, 0x3400};
	struct power_step step[POWER_STEPS];
	const struct start_info info = {.pm1a_control = 0x604};

	(void)state;
	assert_int_equal(power_off_steps(&info, step), SHUTDOWN + ARRAY_SIZE(value));
	for (uint32_t i = 0; i < ARRAY_SIZE(value); i++) {
		assert_int_equal(step[SHUTDOWN + i].port, 0x604);
		assert_int_equal(step[SHUTDOWN + i].size, 2);
		assert_int_equal(step[SHUTDOWN + i].value, value[i]);
		assert_int_equal(step[SHUTDOWN + i].keep, 0xc3ff);
		assert_int_equal(step[SHUTDOWN + i].settle, i % 2);
	}
}

static void known_types_are_used_alone(void **state)
{
	struct power_step step[POWER_STEPS];
	const struct start_info info = {
		.pm1a_control = 0x404, .pm1b_control = 0x504, .s5_type_a = 5, .s5_type_b = 6};

	(void)state;
	assert_int_equal(power_off_steps(&info, step), SHUTDOWN + 4);
	assert_int_equal(step[SHUTDOWN + 1].port, 0x404);
	assert_int_equal(step[SHUTDOWN + 1].value, 0x2000 | 5 << 10);
	assert_int_equal(step[SHUTDOWN + 1].settle, 0);
	assert_int_equal(step[SHUTDOWN + 3].port, 0x504);
	assert_int_equal(step[SHUTDOWN + 3].value, 0x2000 | 6 << 10);
	assert_int_equal(step[SHUTDOWN + 3].settle, 1);
}

static void most_steps_fit(void **state)
{
	struct power_step step[POWER_STEPS];
	const struct start_info info = {.pm1a_control = 1, .pm1b_control = 2};

	(void)state;
	assert_int_equal(power_off_steps(&info, step), SHUTDOWN + 12);
}

static void reset_register(void **state)
{
	struct power_step step[POWER_STEPS];

	(void)state;
	assert_int_equal(power_reset_steps(step), 2);
	assert_int_equal(step[0].port, 0xcf9);
	assert_int_equal(step[0].value, 0x02);
	assert_int_equal(step[1].port, 0xcf9);
	assert_int_equal(step[1].value, 0x06);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bochs_port_comes_first),
		cmocka_unit_test(pm1_without_type_tries_the_usual),
		cmocka_unit_test(known_types_are_used_alone),
		cmocka_unit_test(most_steps_fit),
		cmocka_unit_test(reset_register),
	};

	return cmocka_run_group_tests_name("power", tests, NULL, NULL);
}
