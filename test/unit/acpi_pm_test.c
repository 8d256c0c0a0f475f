/* SPDX-License-Identifier: MIT */
/* ACPI fixed hardware, register by register. Source: ACPI Specification 5.0a,
 * section 4.8.3 "ACPI Register Model". */
#include "vmm/dev/acpi_pm.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/compiler.h"

/* LINK: vmm-user/vmm/dev/acpi_pm.c */

enum { STS = 0, EN = 2, CNT = 4, TMR = 8 };
#define SECOND 1000000000ull

static struct acpi_pm fresh(unsigned timer_bits)
{
	struct acpi_pm pm;
	acpi_pm_init(&pm, timer_bits);
	return pm;
}

static void reset_values(void **state)
{
	struct acpi_pm pm = fresh(32);
	(void)state;
	assert_int_equal(acpi_pm_read(&pm, STS, 2), 0);
	assert_int_equal(acpi_pm_read(&pm, EN, 2), 0);
	assert_int_equal(acpi_pm_read(&pm, CNT, 2), 1);
	assert_int_equal(acpi_pm_read(&pm, TMR, 4), 0);
	assert_int_equal(acpi_pm_event(&pm), MACHINE_NONE);
	assert_false(acpi_pm_irq(&pm));
	assert_int_equal(acpi_pm_deadline(&pm), UINT64_MAX);
}

/* What each register keeps of a write of all ones, in each width. */
static void writes_keep_what_the_register_has(void **state)
{
	static const struct {
		uint64_t offset;
		unsigned bytes;
		uint64_t value, want;
	} rows[] = {
		{EN, 2, 0xffff, 0x0721},
		{EN, 1, 0xff, 0x0021},
		{EN + 1, 1, 0xff, 0x0700},
		{CNT, 2, 0xdfff, 0x1c03}, /* all but SLP_EN; the type sticks */
		{CNT, 1, 0x00, 0x0001},
		{CNT, 1, 0xff, 0x0003},
		{CNT + 1, 1, 0x1c, 0x1c01},
		{CNT, 2, 0x0000, 0x0001},
		{CNT, 2, 0x2004, 0x0001}, /* SLP_EN with type 0, GBL_RLS: nothing */
		{CNT, 4, 0xffff0400, 0x0401},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct acpi_pm pm = fresh(32);
		acpi_pm_write(&pm, rows[i].offset, rows[i].bytes, rows[i].value);
		uint64_t got = acpi_pm_read(&pm, rows[i].offset & ~1ull, 2);
		if (got != rows[i].want)
			fail_msg("row %u: %#llx", i, (unsigned long long)got);
		assert_int_equal(acpi_pm_event(&pm), MACHINE_NONE);
	}
}

static void status_is_cleared_by_writing_ones(void **state)
{
	struct acpi_pm pm = fresh(24);
	(void)state;
	acpi_pm_advance(&pm, 3 * SECOND);
	acpi_pm_press_power(&pm);
	assert_int_equal(acpi_pm_read(&pm, STS, 2), 0x0101);
	acpi_pm_write(&pm, STS, 2, 0xfefe);
	assert_int_equal(acpi_pm_read(&pm, STS, 2), 0x0101);
	acpi_pm_write(&pm, STS, 1, 0x01);
	assert_int_equal(acpi_pm_read(&pm, STS, 2), 0x0100);
	acpi_pm_write(&pm, STS + 1, 1, 0x01);
	assert_int_equal(acpi_pm_read(&pm, STS, 2), 0);
}

static void one_access_covers_status_and_enable(void **state)
{
	struct acpi_pm pm = fresh(32);
	(void)state;
	acpi_pm_press_power(&pm);
	acpi_pm_write(&pm, STS, 4, 0x01200000);
	assert_int_equal(acpi_pm_read(&pm, STS, 4), 0x01200100);
	assert_true(acpi_pm_irq(&pm));
	acpi_pm_write(&pm, STS, 8, 0x0000000001200100);
	assert_int_equal(acpi_pm_read(&pm, STS, 4), 0x01200000);
	assert_false(acpi_pm_irq(&pm));
}

static void power_button_interrupts_when_enabled(void **state)
{
	struct acpi_pm pm = fresh(32);
	(void)state;
	acpi_pm_press_power(&pm);
	assert_false(acpi_pm_irq(&pm));
	acpi_pm_write(&pm, EN, 2, 0x0020);
	assert_false(acpi_pm_irq(&pm));
	acpi_pm_write(&pm, EN, 2, 0x0100);
	assert_true(acpi_pm_irq(&pm));
	acpi_pm_write(&pm, STS, 2, 0x0100);
	assert_false(acpi_pm_irq(&pm));
}

static void only_s5_powers_off(void **state)
{
	(void)state;
	for (unsigned type = 0; type < 8; type++) {
		struct acpi_pm pm = fresh(32);
		acpi_pm_write(&pm, CNT, 2, type << 10);
		assert_int_equal(acpi_pm_event(&pm), MACHINE_NONE);
		acpi_pm_write(&pm, CNT, 2, type << 10 | 0x2000);
		assert_int_equal(acpi_pm_event(&pm),
			type == ACPI_PM_S5_TYPE ? MACHINE_POWEROFF : MACHINE_NONE);
		assert_int_equal(acpi_pm_read(&pm, CNT, 2), type << 10 | 1);
	}
}

static void power_off_by_the_high_byte_alone(void **state)
{
	struct acpi_pm pm = fresh(32);
	(void)state;
	acpi_pm_write(&pm, CNT + 1, 1, 0x34);
	assert_int_equal(acpi_pm_event(&pm), MACHINE_POWEROFF);
}

static void timer_counts_at_its_frequency(void **state)
{
	static const struct {
		unsigned bits;
		uint64_t ns, ticks;
	} rows[] = {
		{32, 0, 0},
		{32, 279, 0},
		{32, 280, 1},
		{32, SECOND, 3579545},
		{32, SECOND + 280, 3579546},
		{32, 1000 * SECOND, 3579545000ull},
		{32, 2000 * SECOND, 7159090000ull - 0x100000000ull},
		{24, SECOND, 3579545},
		{24, 5 * SECOND, 17897725 - 0x1000000},
		{24, 1000000 * SECOND, 3579545000000ull & 0xffffff},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct acpi_pm pm = fresh(rows[i].bits);
		acpi_pm_advance(&pm, rows[i].ns);
		if (acpi_pm_read(&pm, TMR, 4) != rows[i].ticks)
			fail_msg("row %u: %llu", i, (unsigned long long)acpi_pm_read(&pm, TMR, 4));
	}
}

static void timer_is_read_only_and_byte_readable(void **state)
{
	struct acpi_pm pm = fresh(32);
	(void)state;
	acpi_pm_advance(&pm, SECOND); /* 0x369e99 */
	acpi_pm_write(&pm, TMR, 4, 0xffffffff);
	assert_int_equal(acpi_pm_read(&pm, TMR, 1), 0x99);
	assert_int_equal(acpi_pm_read(&pm, TMR + 1, 1), 0x9e);
	assert_int_equal(acpi_pm_read(&pm, TMR + 2, 1), 0x36);
	assert_int_equal(acpi_pm_read(&pm, TMR + 3, 1), 0x00);
	assert_int_equal(acpi_pm_read(&pm, TMR + 1, 2), 0x369e);
}

static void timer_status_follows_the_top_bit(void **state)
{
	static const unsigned bits[] = {24, 32};
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		struct acpi_pm pm = fresh(bits[i]);
		acpi_pm_write(&pm, EN, 2, 0x0001);
		for (unsigned n = 1; n < 5; n++) {
			uint64_t deadline = acpi_pm_deadline(&pm);
			assert_true(deadline > pm.now_ns && deadline != UINT64_MAX);
			acpi_pm_advance(&pm, deadline - 1);
			assert_false(acpi_pm_irq(&pm));
			acpi_pm_advance(&pm, deadline);
			assert_true(acpi_pm_irq(&pm));
			assert_int_equal(
				acpi_pm_read(&pm, TMR, 4), n % 2 ? 1ull << (bits[i] - 1) : 0);
			assert_int_equal(acpi_pm_deadline(&pm), UINT64_MAX);
			acpi_pm_write(&pm, STS, 2, 0x0001);
			assert_false(acpi_pm_irq(&pm));
		}
	}
}

static void time_never_runs_backwards(void **state)
{
	struct acpi_pm pm = fresh(32);
	(void)state;
	acpi_pm_advance(&pm, 2 * SECOND);
	acpi_pm_advance(&pm, SECOND);
	assert_int_equal(acpi_pm_read(&pm, TMR, 4), 7159090);
	acpi_pm_advance(&pm, UINT64_MAX);
	assert_int_equal(acpi_pm_read(&pm, STS, 2), 1);
}

static void beyond_the_registers(void **state)
{
	struct acpi_pm pm = fresh(32);
	(void)state;
	assert_int_equal(acpi_pm_read(&pm, 6, 2), 0);
	assert_int_equal(acpi_pm_read(&pm, 12, 4), 0xffffffff);
	assert_int_equal(acpi_pm_read(&pm, 12, 8), UINT64_MAX);
	acpi_pm_write(&pm, 6, 2, 0xffff);
	acpi_pm_write(&pm, 12, 8, UINT64_MAX);
	assert_int_equal(acpi_pm_read(&pm, 0, 8), 0x0000000100000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reset_values),
		cmocka_unit_test(writes_keep_what_the_register_has),
		cmocka_unit_test(status_is_cleared_by_writing_ones),
		cmocka_unit_test(one_access_covers_status_and_enable),
		cmocka_unit_test(power_button_interrupts_when_enabled),
		cmocka_unit_test(only_s5_powers_off),
		cmocka_unit_test(power_off_by_the_high_byte_alone),
		cmocka_unit_test(timer_counts_at_its_frequency),
		cmocka_unit_test(timer_is_read_only_and_byte_readable),
		cmocka_unit_test(timer_status_follows_the_top_bit),
		cmocka_unit_test(time_never_runs_backwards),
		cmocka_unit_test(beyond_the_registers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
