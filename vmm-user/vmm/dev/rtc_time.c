/* SPDX-License-Identifier: MIT */
/* Time, alarm and memory size in the bytes of an RTC: see rtc_time.h. */
#include "vmm/dev/rtc_time.h"

#define HOUR_PM 0x80u
#define ALARM_ANY 0xc0u

bool rtc_time_is_time(unsigned index)
{
	return index == RTC_CENTURY || (index <= RTC_YEAR && !rtc_time_is_alarm(index));
}

bool rtc_time_is_alarm(unsigned index)
{
	return index == RTC_SECOND_ALARM || index == RTC_MINUTE_ALARM || index == RTC_HOUR_ALARM;
}

static uint8_t rtc_encode(const uint8_t *bytes, unsigned value)
{
	if (bytes[RTC_B] & RTC_B_BINARY)
		return (uint8_t)value;
	return (uint8_t)(value / 10 << 4 | value % 10);
}

static unsigned rtc_decode(const uint8_t *bytes, uint8_t byte)
{
	if (bytes[RTC_B] & RTC_B_BINARY)
		return byte;
	return (byte >> 4) * 10u + (byte & 15);
}

static uint8_t rtc_encode_hour(const uint8_t *bytes, unsigned hour)
{
	unsigned twelve = hour % 12 ? hour % 12 : 12;

	if (bytes[RTC_B] & RTC_B_24_HOURS)
		return rtc_encode(bytes, hour);
	return (uint8_t)(rtc_encode(bytes, twelve) | (hour >= 12 ? HOUR_PM : 0));
}

static unsigned rtc_decode_hour(const uint8_t *bytes, uint8_t byte)
{
	unsigned hour;

	if (bytes[RTC_B] & RTC_B_24_HOURS)
		return rtc_decode(bytes, byte);
	hour = rtc_decode(bytes, byte & (uint8_t)~HOUR_PM);
	return (hour == 12 ? 0 : hour) + (byte & HOUR_PM ? 12 : 0);
}

void rtc_time_store(uint8_t *bytes, uint64_t seconds, unsigned weekday_shift)
{
	struct calendar date = calendar_date(seconds);

	bytes[RTC_SECOND] = rtc_encode(bytes, date.second);
	bytes[RTC_MINUTE] = rtc_encode(bytes, date.minute);
	bytes[RTC_HOUR] = rtc_encode_hour(bytes, date.hour);
	bytes[RTC_WEEKDAY] = rtc_encode(bytes, (date.weekday + weekday_shift) % 7 + 1);
	bytes[RTC_DAY] = rtc_encode(bytes, date.day);
	bytes[RTC_MONTH] = rtc_encode(bytes, date.month);
	bytes[RTC_YEAR] = rtc_encode(bytes, date.year % 100);
	bytes[RTC_CENTURY] = rtc_encode(bytes, date.year / 100 % 100);
}

uint64_t rtc_time_load(const uint8_t *bytes, uint8_t *weekday_shift)
{
	unsigned weekday = rtc_decode(bytes, bytes[RTC_WEEKDAY]) + 6; /* 0 = Sunday, mod 7 */
	unsigned century = rtc_decode(bytes, bytes[RTC_CENTURY]);
	struct calendar date = {
		.year = (century * 100 + rtc_decode(bytes, bytes[RTC_YEAR])) % 10000,
		.month = rtc_decode(bytes, bytes[RTC_MONTH]),
		.day = rtc_decode(bytes, bytes[RTC_DAY]),
		.hour = rtc_decode_hour(bytes, bytes[RTC_HOUR]),
		.minute = rtc_decode(bytes, bytes[RTC_MINUTE]),
		.second = rtc_decode(bytes, bytes[RTC_SECOND]),
	};
	uint64_t seconds = calendar_seconds(&date);

	*weekday_shift = (uint8_t)((weekday + 7 - calendar_date(seconds).weekday) % 7);
	return seconds;
}

/* The least value from `from` on, below `limit`, that an alarm byte allows, or
 * `limit`. `wanted` is what the byte decodes to. */
static unsigned rtc_alarm_field(uint8_t byte, unsigned wanted, unsigned from, unsigned limit)
{
	if (byte >= ALARM_ANY)
		return from;
	return wanted >= from && wanted < limit ? wanted : limit;
}

/* The first second of the day from `from` on that matches, or CALENDAR_DAY. Each
 * field is tried from where the one before it allows: the first hour from the
 * present minute on, later hours from minute 0, and so for seconds. */
static unsigned rtc_alarm_in_day(const uint8_t *bytes, unsigned from)
{
	uint8_t h = bytes[RTC_HOUR_ALARM], m = bytes[RTC_MINUTE_ALARM], s = bytes[RTC_SECOND_ALARM];
	unsigned hours = rtc_decode_hour(bytes, h), minutes = rtc_decode(bytes, m);
	unsigned seconds = rtc_decode(bytes, s);

	while (from < CALENDAR_DAY) {
		unsigned hour = rtc_alarm_field(h, hours, from / 3600, 24);
		unsigned minute, second;

		if (hour != from / 3600) {
			from = hour * 3600;
			continue;
		}
		minute = rtc_alarm_field(m, minutes, from / 60 % 60, 60);
		if (minute != from / 60 % 60) {
			from = hour * 3600 + minute * 60;
			continue;
		}
		second = rtc_alarm_field(s, seconds, from % 60, 60);
		from = from - from % 60 + second;
		if (second < 60)
			break;
	}
	return from;
}

uint64_t rtc_time_alarm(const uint8_t *bytes, uint64_t seconds)
{
	uint64_t day = (seconds + 1) / CALENDAR_DAY * CALENDAR_DAY;
	unsigned found = rtc_alarm_in_day(bytes, (unsigned)((seconds + 1) % CALENDAR_DAY));

	if (found < CALENDAR_DAY)
		return day + found;
	found = rtc_alarm_in_day(bytes, 0);
	return found < CALENDAR_DAY ? day + CALENDAR_DAY + found : UINT64_MAX;
}

/* The PC/AT's sum over 0x10-0x2d, high byte first. */
static void rtc_checksum_store(uint8_t *bytes)
{
	unsigned sum = 0;

	for (unsigned i = 0x10; i < 0x2e; i++)
		sum += bytes[i];
	bytes[0x2e] = (uint8_t)(sum >> 8);
	bytes[0x2f] = (uint8_t)sum;
}

/* Extended memory is counted in KiB from 1 MiB on (16 bits), and in 64 KiB units
 * from 16 MiB on (16 bits) and from 4 GiB on (24 bits). */
void rtc_memory_store(uint8_t *bytes, uint64_t low, uint64_t high)
{
	uint64_t above_1m = low > 1 << 20 ? (low - (1 << 20)) >> 10 : 0;
	uint64_t above_16m = low > 16 << 20 ? (low - (16 << 20)) >> 16 : 0;
	uint64_t above_4g = high >> 16;

	above_1m = above_1m > 0xffff ? 0xffff : above_1m;
	above_16m = above_16m > 0xffff ? 0xffff : above_16m;
	above_4g = above_4g > 0xffffff ? 0xffffff : above_4g;
	bytes[0x15] = 640 & 0xff; /* base memory in KiB */
	bytes[0x16] = 640 >> 8;
	bytes[0x17] = bytes[0x30] = (uint8_t)above_1m;
	bytes[0x18] = bytes[0x31] = (uint8_t)(above_1m >> 8);
	bytes[0x34] = (uint8_t)above_16m;
	bytes[0x35] = (uint8_t)(above_16m >> 8);
	bytes[0x5b] = (uint8_t)above_4g;
	bytes[0x5c] = (uint8_t)(above_4g >> 8);
	bytes[0x5d] = (uint8_t)(above_4g >> 16);
	rtc_checksum_store(bytes);
}
