/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/calendar.c */
/* The RTC: update, periodic and alarm interrupts, and random use. */
#include "test/unit/rtc_fixture.h"

static void update_interrupt(void **state)
{
	(void)state;
	assert_true(rtc_deadline(&rtc) == UINT64_MAX);
	put(RTC_B, 0x12);
	assert_int_equal(rtc_deadline(&rtc), SECOND);
	to(SECOND - 1);
	assert_false(rtc_irq(&rtc));
	to(SECOND);
	assert_true(rtc_irq(&rtc));
	assert_true(rtc_deadline(&rtc) == UINT64_MAX); /* already high */
	/* The others are set without their enables; the alarm bytes say midnight. */
	assert_int_equal(get(RTC_C), 0x90 | 0x40 | 0x20);
	assert_false(rtc_irq(&rtc));
	assert_int_equal(get(RTC_C), 0);
	assert_int_equal(rtc_deadline(&rtc), 2 * SECOND);
	put(RTC_B, 0x92); /* SET: no updates, UIE off */
	assert_int_equal(get(RTC_B), 0x82);
	assert_true(rtc_deadline(&rtc) == UINT64_MAX);
	to(9 * SECOND);
	assert_int_equal(get(RTC_C) & 0x10, 0);
}

static void no_alarm_at_power_on(void **state)
{
	(void)state;
	rtc_init(&rtc, START - 100, 0, 0);
	to(SECOND);
	assert_int_equal(get(RTC_C), 0x50);
}

/* A flag that is set when its enable comes interrupts at once. */
static void enabling_late(void **state)
{
	(void)state;
	to(SECOND);
	assert_false(rtc_irq(&rtc));
	put(RTC_B, 0x12);
	assert_true(rtc_irq(&rtc));
}

static void periodic_rates(void **state)
{
	static const unsigned hertz[16] = {
		0, 256, 128, 8192, 4096, 2048, 1024, 512, 256, 128, 64, 32, 16, 8, 4, 2};

	for (unsigned rate = 0; rate < 16; rate++) {
		unsigned ticks = 0;

		(void)setup(state);
		put(RTC_A, 0x20 | rate);
		put(RTC_B, 0x42);
		while (rtc_deadline(&rtc) <= 2 * SECOND) {
			to(rtc_deadline(&rtc));
			assert_true(rtc_irq(&rtc));
			assert_int_equal(get(RTC_C) & 0xc0, 0xc0);
			ticks++;
		}
		assert_int_equal(ticks, 2 * hertz[rate]);
	}
}

static void periodic_stops_with_the_divider_not_with_set(void **state)
{
	(void)state;
	put(RTC_B, 0xc2);
	assert_int_equal(rtc_deadline(&rtc), (SECOND + 1023) / 1024);
	put(RTC_A, 0x76);
	assert_true(rtc_deadline(&rtc) == UINT64_MAX);
	to(SECOND);
	assert_int_equal(get(RTC_C), 0);
}

static void missed_interrupts_are_one(void **state)
{
	(void)state;
	put(RTC_B, 0x52);
	to(100 * SECOND);
	assert_int_equal(get(RTC_C), 0xd0 | 0x20); /* the alarm of 00:00:00 too */
	assert_int_equal(get(RTC_C), 0);
}

struct alarm_row {
	uint8_t b, hour, minute, second; /* alarm bytes */
	uint64_t after;                  /* seconds from START to the match; 0: none */
};

static void alarms(void **state)
{
	static const struct alarm_row rows[] = {
		{0x22, 0x00, 0x00, 0x00, 1}, {0x22, 0x23, 0x59, 0x59, 86400},
		{0x22, 0x12, 0x34, 0x56, 45297}, {0x22, 0xff, 0x00, 0x10, 11},
		{0x22, 0xc0, 0xc0, 0xc0, 1}, {0x22, 0xff, 0xff, 0x59, 60},
		{0x22, 0xff, 0x59, 0xff, 3541}, {0x22, 0x01, 0xff, 0xff, 3601},
		{0x22, 0x23, 0xff, 0xff, 82801}, {0x22, 0x24, 0x00, 0x00, 0}, /* no such hour */
		{0x22, 0xff, 0x60, 0x00, 0}, {0x22, 0xff, 0xff, 0x7f, 0}, {0x26, 12, 34, 56, 45297},
		{0x20, 0x92, 0x34, 0x56, 45297}, /* 12 PM */
		{0x20, 0x12, 0x00, 0x05, 6},     /* 12 AM */
		{0x24, 0x8b, 0, 0, 82801},       /* 11 PM, binary */
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)setup(state);
		put(RTC_HOUR_ALARM, rows[i].hour);
		put(RTC_MINUTE_ALARM, rows[i].minute);
		put(RTC_SECOND_ALARM, rows[i].second);
		put(RTC_B, rows[i].b);
		if (!rows[i].after) {
			assert_true(rtc_deadline(&rtc) == UINT64_MAX);
			to(90000 * SECOND);
			assert_false(rtc_irq(&rtc));
			continue;
		}
		assert_int_equal(rtc_deadline(&rtc), rows[i].after * SECOND);
		to(rows[i].after * SECOND - 1);
		assert_false(rtc_irq(&rtc));
		to(rows[i].after * SECOND);
		assert_true(rtc_irq(&rtc));
		assert_int_equal(get(RTC_C) & 0xa0, 0xa0);
	}
}

static void alarm_comes_once_a_day(void **state)
{
	(void)state;
	put(RTC_B, 0x22); /* at midnight */
	for (unsigned day = 0; day < 3; day++) {
		uint64_t at = (1 + day * 86400ull) * SECOND;

		assert_int_equal(rtc_deadline(&rtc), at);
		to(at);
		assert_int_equal(get(RTC_C) & 0x20, 0x20);
		to(at + SECOND);
		assert_int_equal(get(RTC_C) & 0x20, 0);
	}
}

static void alarm_follows_its_bytes(void **state)
{
	(void)state;
	put(RTC_B, 0x22);
	assert_int_equal(rtc_deadline(&rtc), SECOND);
	put(RTC_SECOND_ALARM, 0x10);
	assert_int_equal(rtc_deadline(&rtc), 11 * SECOND);
	put(RTC_MINUTE_ALARM, 0x02);
	assert_int_equal(rtc_deadline(&rtc), 131 * SECOND);
	put(RTC_HOUR_ALARM, 0x01);
	assert_int_equal(rtc_deadline(&rtc), 3731 * SECOND);
	put(0x0e, 0x55); /* not one of them */
	assert_int_equal(rtc_deadline(&rtc), 3731 * SECOND);
}

static void alarm_follows_a_new_time(void **state)
{
	(void)state;
	put(RTC_HOUR_ALARM, 0x12);
	put(RTC_B, 0xa2);
	assert_true(rtc_deadline(&rtc) == UINT64_MAX);
	set_time(0x11, 0x59, 0x50);
	put(RTC_B, 0x22);
	assert_int_equal(rtc_deadline(&rtc), 10 * SECOND);
	put(RTC_SECOND, 0x55); /* without SET too */
	assert_int_equal(rtc_deadline(&rtc), 5 * SECOND);
}

static uint64_t seed = 88172645463325252ull;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* The alarm search against trying second after second. */
static void alarm_search_by_force(void **state)
{
	uint8_t bytes[RTC_BYTES] = {0};

	(void)state;
	for (unsigned run = 0; run < 300; run++) {
		uint64_t from = CALENDAR_1970 + rnd() % (1ull << 32), at = from + 1;
		uint8_t h = rnd() % 26, m = rnd() % 63, s = rnd() % 63;

		bytes[RTC_B] = RTC_B_BINARY | RTC_B_24_HOURS;
		bytes[RTC_HOUR_ALARM] = rnd() & 1 ? h : 0xff;
		bytes[RTC_MINUTE_ALARM] = rnd() & 1 ? m : 0xff;
		bytes[RTC_SECOND_ALARM] = rnd() & 1 ? s : 0xff;
		for (; at <= from + 2 * 86400; at++) {
			if ((bytes[RTC_HOUR_ALARM] == 0xff || h == at / 3600 % 24) &&
				(bytes[RTC_MINUTE_ALARM] == 0xff || m == at / 60 % 60) &&
				(bytes[RTC_SECOND_ALARM] == 0xff || s == at % 60))
				break;
		}
		if (at > from + 2 * 86400)
			at = UINT64_MAX;
		assert_true(rtc_time_alarm(bytes, from) == at);
	}
}

static void random_operations(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t r = rnd(), offset = r >> 8 & 15 ? r >> 12 & 1 : rnd();
		unsigned bytes = 1u << (r >> 20 & 3);

		if (r & 1)
			rtc_write(&rtc, offset, bytes, r & 2 ? rnd() : rnd() & 0x0f);
		else
			(void)rtc_read(&rtc, offset, bytes);
		if ((r >> 24 & 3) == 0)
			to(now + (rnd() >> (28 + (r >> 32 & 31))));
		if ((r >> 26 & 3) == 0 && rtc_deadline(&rtc) != UINT64_MAX) {
			to(rtc_deadline(&rtc));
			assert_true(rtc_irq(&rtc));
		}
		assert_true(rtc_deadline(&rtc) > rtc.now);
	}
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(update_interrupt),
		TEST(no_alarm_at_power_on),
		TEST(enabling_late),
		TEST(periodic_rates),
		TEST(periodic_stops_with_the_divider_not_with_set),
		TEST(missed_interrupts_are_one),
		TEST(alarms),
		TEST(alarm_comes_once_a_day),
		TEST(alarm_follows_its_bytes),
		TEST(alarm_follows_a_new_time),
		TEST(alarm_search_by_force),
		TEST(random_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
