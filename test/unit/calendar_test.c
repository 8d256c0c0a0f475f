/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/calendar.c */
/* Dates against seconds, judged by counting the days one by one. */
#include "vmm/dev/calendar.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static unsigned month_days(unsigned year, unsigned month)
{
	static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	unsigned leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[month - 1] + (month == 2 ? leap : 0);
}

static void next_day(struct calendar *date)
{
	date->weekday = (date->weekday + 1) % 7;
	if (date->day++ < month_days(date->year, date->month))
		return;
	date->day = 1;
	if (date->month++ < 12)
		return;
	date->month = 1;
	date->year++;
}

/* Every day from 1970 to 9999 and back to the year 0, counted by hand, at a time
 * of the day that moves. */
static void assert_days(struct calendar date, uint64_t midnight, unsigned days)
{
	for (unsigned i = 0; i < days; i++, midnight += CALENDAR_DAY, next_day(&date)) {
		unsigned of_day = i * 7919 % 86400;
		struct calendar got = calendar_date(midnight + of_day);

		date.hour = of_day / 3600;
		date.minute = of_day / 60 % 60;
		date.second = of_day % 60;
		assert_memory_equal(&got, &date, sizeof date);
		assert_int_equal(calendar_seconds(&date), midnight + of_day);
	}
}

static void every_day_both_ways(void **state)
{
	struct calendar epoch = {1970, 1, 1, 4, 0, 0, 0}; /* a Thursday */
	struct calendar start = {0, 1, 1, 6, 0, 0, 0};
	uint64_t year_0 = CALENDAR_1970 - 719528 * CALENDAR_DAY;

	(void)state;
	assert_days(epoch, CALENDAR_1970, 2932897);
	assert_days(start, year_0, 719530);
	assert_int_equal(calendar_seconds(&epoch), CALENDAR_1970);
}

static void year_zero_is_fine(void **state)
{
	struct calendar date = {.year = 0, .month = 1, .day = 1};
	struct calendar back = calendar_date(calendar_seconds(&date));

	(void)state;
	assert_int_equal(back.year, 0);
	assert_int_equal(back.month, 1);
	assert_int_equal(back.day, 1);
	assert_int_equal(back.weekday, 6); /* Saturday */
}

struct odd_row {
	struct calendar written, read;
};

static void odd_dates_run_on(void **state)
{
	static const struct odd_row rows[] = {
		{{2023, 2, 31, 0, 0, 0, 0}, {2023, 3, 3, 0, 0, 0, 0}},
		{{2024, 2, 30, 0, 0, 0, 0}, {2024, 3, 1, 0, 0, 0, 0}},
		{{2023, 0, 0, 0, 0, 0, 0}, {2023, 1, 1, 0, 0, 0, 0}},
		{{2023, 13, 1, 0, 0, 0, 0}, {2023, 1, 1, 0, 0, 0, 0}},
		{{2023, 255, 1, 0, 0, 0, 0}, {2023, 3, 1, 0, 0, 0, 0}},
		{{2023, 12, 31, 0, 25, 0, 0}, {2024, 1, 1, 0, 1, 0, 0}},
		{{2023, 1, 1, 0, 0, 61, 75}, {2023, 1, 1, 0, 1, 2, 15}},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct calendar read = rows[i].read;

		assert_int_equal(calendar_seconds(&rows[i].written), calendar_seconds(&read));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_both_ways),
		cmocka_unit_test(year_zero_is_fine),
		cmocka_unit_test(odd_dates_run_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
