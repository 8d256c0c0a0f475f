/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/calendar.c */
/* The RTC: registers, time in every format, setting it, update cycle, CMOS bytes. */
#include "test/unit/rtc_fixture.h"

struct register_row {
	unsigned index, reset, written; /* after writing 0xff while nothing is held */
};

static void registers(void **state)
{
	static const struct register_row rows[] = {
		{RTC_SECOND_ALARM, 0, 0xff},
		{RTC_MINUTE_ALARM, 0, 0xff},
		{RTC_HOUR_ALARM, 0, 0xff},
		{RTC_C, 0, 0},
		{RTC_D, 0x80, 0x80},
		{RTC_A, 0x26, 0x7f},
		{RTC_B, 0x02, 0xef}, /* SET clears UIE */
		{0x0e, 0, 0xff},
		{0x0f, 0, 0xff},
		{0x7f, 0, 0xff},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(get(rows[i].index), rows[i].reset);
		put(rows[i].index, 0xff);
		assert_int_equal(get(rows[i].index), rows[i].written);
	}
}

static void index_port(void **state)
{
	(void)state;
	assert_int_equal(rtc_read(&rtc, 0, 1), 0xff);
	rtc_write(&rtc, 0, 1, 0x8f);
	assert_true(rtc_nmi_masked(&rtc));
	rtc_write(&rtc, 1, 1, 0x5a);
	assert_int_equal(get(0x0f), 0x5a);
	assert_false(rtc_nmi_masked(&rtc));
	rtc_write(&rtc, 0, 2, 0x330f); /* index and data in one */
	assert_int_equal(get(0x0f), 0x33);
	assert_int_equal(rtc_read(&rtc, 0, 2), 0x33ff);
	assert_int_equal(rtc_read(&rtc, 0, 4), 0xffff33ff);
	assert_int_equal(rtc_read(&rtc, 1, 4), 0xffffff33);
	assert_int_equal(rtc_read(&rtc, 2, 2), 0xffff);
	assert_true(rtc_read(&rtc, UINT64_MAX, 8) == UINT64_MAX);
	rtc_write(&rtc, 2, 1, 0x77);
	rtc_write(&rtc, UINT64_MAX, 8, 0x77);
	assert_int_equal(get(0x0f), 0x33);
}

struct memory_row {
	uint64_t low, high;
	unsigned above_1m, above_16m, above_4g;
};

static void memory_size_bytes(void **state)
{
	static const struct memory_row rows[] = {
		{0, 0, 0, 0, 0},
		{1ull << 20, 0, 0, 0, 0},
		{16ull << 20, 0, 15360, 0, 0},
		{64ull << 20, 0, 64512, 768, 0},
		{100ull << 20, 0, 65535, 1344, 0},
		{512ull << 20, 0, 65535, 7936, 0},
		{3ull << 30, 1ull << 30, 65535, 48896, 16384},
		{3ull << 30, UINT64_MAX, 65535, 48896, 0xffffff},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		unsigned sum = 0;

		rtc_init(&rtc, START, rows[i].low, rows[i].high);
		assert_int_equal(get(0x15) | get(0x16) << 8, 640);
		assert_int_equal(get(0x17) | get(0x18) << 8, rows[i].above_1m);
		assert_int_equal(get(0x30) | get(0x31) << 8, rows[i].above_1m);
		assert_int_equal(get(0x34) | get(0x35) << 8, rows[i].above_16m);
		assert_int_equal(get(0x5b) | get(0x5c) << 8 | get(0x5d) << 16, rows[i].above_4g);
		for (unsigned j = 0x10; j < 0x2e; j++)
			sum += get(j);
		assert_int_equal(get(0x2e) << 8 | get(0x2f), sum);
	}
}

static void assert_time(const uint8_t *want)
{
	static const uint8_t index[] = {RTC_SECOND, RTC_MINUTE, RTC_HOUR, RTC_WEEKDAY, RTC_DAY,
		RTC_MONTH, RTC_YEAR, RTC_CENTURY};

	for (unsigned i = 0; i < sizeof index; i++)
		assert_int_equal(get(index[i]), want[i]);
}

struct format_row {
	uint8_t b;
	uint64_t unix_seconds;
	uint8_t want[8]; /* s m h weekday day month year century */
};

static void formats(void **state)
{
	static const struct format_row rows[] = {
		{0x02, START, {0x59, 0x59, 0x23, 2, 0x28, 2, 0, 0x20}},
		{0x06, START, {59, 59, 23, 2, 28, 2, 0, 20}},
		{0x00, START, {0x59, 0x59, 0x91, 2, 0x28, 2, 0, 0x20}},
		{0x04, START, {59, 59, 0x8b, 2, 28, 2, 0, 20}},
		{0x02, START + 1, {0, 0, 0, 3, 0x29, 2, 0, 0x20}},
		{0x00, START + 1, {0, 0, 0x12, 3, 0x29, 2, 0, 0x20}}, /* midnight is 12 AM */
		{0x00, START + 43201, {0, 0, 0x92, 3, 0x29, 2, 0, 0x20}},
		{0x04, START + 43201, {0, 0, 0x8c, 3, 29, 2, 0, 20}},
		{0x02, 0, {0, 0, 0, 5, 1, 1, 0x70, 0x19}},
		{0x02, 4102444799, {0x59, 0x59, 0x23, 5, 0x31, 0x12, 0x99, 0x20}},
		{0x02, 253402300799, {0x59, 0x59, 0x23, 6, 0x31, 0x12, 0x99, 0x99}},
		{0x02, 253402300800, {0, 0, 0, 5, 1, 1, 0x70, 0x19}}, /* out of range: 1970 */
		{0x02, UINT64_MAX, {0, 0, 0, 5, 1, 1, 0x70, 0x19}},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		rtc_init(&rtc, rows[i].unix_seconds, 0, 0);
		put(RTC_B, rows[i].b); /* the bytes follow the format */
		assert_time(rows[i].want);
	}
}

static void time_goes_on(void **state)
{
	(void)state;
	to(SECOND - 1);
	assert_time((const uint8_t[]){0x59, 0x59, 0x23, 2, 0x28, 2, 0, 0x20});
	to(SECOND);
	assert_time((const uint8_t[]){0, 0, 0, 3, 0x29, 2, 0, 0x20});
	to(86400 * SECOND + SECOND);
	assert_time((const uint8_t[]){0, 0, 0, 4, 1, 3, 0, 0x20});
	to(5);
	assert_int_equal(get(RTC_DAY), 1);
}

/* A date set byte by byte under SET is taken as a whole, odd orders included. */
static void setting_the_time_under_set(void **state)
{
	(void)state;
	to(300 * MS);
	put(RTC_B, 0x82);
	put(RTC_DAY, 0x31); /* 31 February, for now */
	put(RTC_MONTH, 0x12);
	put(RTC_YEAR, 0x24);
	put(RTC_WEEKDAY, 7);
	set_time(0x10, 0x20, 0x30);
	to(10 * SECOND);
	assert_time((const uint8_t[]){0x30, 0x20, 0x10, 7, 0x31, 0x12, 0x24, 0x20});
	put(RTC_B, 0x02);
	assert_time((const uint8_t[]){0x30, 0x20, 0x10, 7, 0x31, 0x12, 0x24, 0x20});
	to(11 * SECOND - 1); /* the phase of the second has not moved */
	assert_int_equal(get(RTC_SECOND), 0x30);
	to(11 * SECOND);
	assert_int_equal(get(RTC_SECOND), 0x31);
	to(11 * SECOND + 86400 * SECOND);
	assert_time((const uint8_t[]){0x31, 0x20, 0x10, 1, 0x01, 0x01, 0x25, 0x20});
}

/* Each byte alone, without SET, some time after the bytes were last looked at. */
static void each_byte_is_written_alone(void **state)
{
	static const struct {
		uint8_t index, value;
	} rows[] = {{RTC_SECOND, 0x33}, {RTC_MINUTE, 0x44}, {RTC_HOUR, 0x05}, {RTC_WEEKDAY, 1},
		{RTC_DAY, 0x09}, {RTC_MONTH, 0x11}, {RTC_YEAR, 0x77}, {RTC_CENTURY, 0x21}};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		/* second minute hour weekday day month year century */
		uint8_t want[8] = {0x01, 0x00, 0x00, 0, 0x29, 0x02, 0x00, 0x20};

		(void)setup(state);
		to(2 * SECOND);
		put(rows[i].index, rows[i].value);
		want[3] = (uint8_t)get(RTC_WEEKDAY);
		want[i] = rows[i].value;
		if (rows[i].index == RTC_YEAR || rows[i].index == RTC_CENTURY) {
			want[4] = 0x01; /* no leap years: 29 February runs on */
			want[5] = 0x03;
		}
		assert_time(want);
	}
}

static void writing_a_byte_without_set(void **state)
{
	(void)state;
	put(RTC_MINUTE, 0x10);
	assert_time((const uint8_t[]){0x59, 0x10, 0x23, 2, 0x28, 2, 0, 0x20});
	put(RTC_CENTURY, 0x19);
	assert_int_equal(get(RTC_CENTURY), 0x19);
	put(RTC_SECOND, 0xff); /* 165 seconds run on */
	assert_int_equal(get(RTC_SECOND), 0x45);
	assert_int_equal(get(RTC_MINUTE), 0x12);
}

/* Linux sets the clock half a second early: divider reset, then let go. */
static void divider_reset_begins_half_a_second_in(void **state)
{
	(void)state;
	to(700 * MS);
	put(RTC_B, 0x82);
	put(RTC_A, 0x76);
	set_time(1, 2, 3);
	put(RTC_B, 0x02);
	to(5 * SECOND);
	assert_int_equal(get(RTC_SECOND), 3); /* still held by the divider */
	assert_int_equal(get(RTC_A), 0x76);
	put(RTC_A, 0x26);
	to(5 * SECOND + 499 * MS);
	assert_int_equal(get(RTC_SECOND), 3);
	to(5 * SECOND + 500 * MS);
	assert_int_equal(get(RTC_SECOND), 4);
}

static void divider_reset_before_half_a_second_of_life(void **state)
{
	(void)state;
	put(RTC_A, 0x66);
	put(RTC_A, 0x26);
	assert_int_equal(get(RTC_SECOND), 0x59);
	to(500 * MS);
	assert_int_equal(get(RTC_SECOND), 0);
}

static void uip_before_each_second(void **state)
{
	(void)state;
	for (unsigned i = 1; i < 4; i++) {
		to(i * SECOND - RTC_UIP_NS - 1);
		assert_int_equal(get(RTC_A), 0x26);
		to(i * SECOND - RTC_UIP_NS);
		assert_int_equal(get(RTC_A), 0xa6);
		to(i * SECOND - 1);
		assert_int_equal(get(RTC_A), 0xa6);
		to(i * SECOND);
		assert_int_equal(get(RTC_A), 0x26);
	}
	put(RTC_B, 0x82);
	to(4 * SECOND - 1);
	assert_int_equal(get(RTC_A), 0x26);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers),
		TEST(index_port),
		TEST(memory_size_bytes),
		TEST(formats),
		TEST(time_goes_on),
		TEST(setting_the_time_under_set),
		TEST(each_byte_is_written_alone),
		TEST(writing_a_byte_without_set),
		TEST(divider_reset_begins_half_a_second_in),
		TEST(divider_reset_before_half_a_second_of_life),
		TEST(uip_before_each_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
