/* SPDX-License-Identifier: MIT */
/*
 * The bytes of an MC146818A: their numbers, and the time, alarm and memory size
 * as stored in them. Pure functions over an array of RTC_BYTES bytes, whose
 * register B says BCD or binary and 12 or 24 hours.
 * Source: Motorola MC146818A datasheet, "Address Map", table 3 "Time, Calendar,
 * and Alarm Data Modes". The memory size bytes are PC custom, as firmware and
 * its readers use them.
 */
#ifndef VMM_DEV_RTC_TIME_H
#define VMM_DEV_RTC_TIME_H

#include "vmm/dev/calendar.h"

#include <stdbool.h>
#include <stdint.h>

enum rtc_byte {
	RTC_SECOND = 0,
	RTC_SECOND_ALARM,
	RTC_MINUTE,
	RTC_MINUTE_ALARM,
	RTC_HOUR,
	RTC_HOUR_ALARM,
	RTC_WEEKDAY, /* 1 = Sunday */
	RTC_DAY,
	RTC_MONTH,
	RTC_YEAR,
	RTC_A,
	RTC_B,
	RTC_C,
	RTC_D,
	RTC_CENTURY = 0x32,
};

/* Register B's format bits. */
#define RTC_B_24_HOURS 0x02u
#define RTC_B_BINARY 0x04u

/* Whether byte `index` is part of the time (or of the alarm). */
bool rtc_time_is_time(unsigned index);
bool rtc_time_is_alarm(unsigned index);

/* Stores the time `seconds` (calendar_seconds()), its day of week moved on by
 * `weekday_shift` days. */
void rtc_time_store(uint8_t *bytes, uint64_t seconds, unsigned weekday_shift);

/* The time that the bytes say; *weekday_shift becomes how far their day of week
 * is from the calendar's. Any bytes are fine: see calendar_seconds(). */
uint64_t rtc_time_load(const uint8_t *bytes, uint8_t *weekday_shift);

/* The first second after `seconds` that the alarm bytes match, UINT64_MAX if they
 * match none. A byte from 0xc0 on matches everything. */
uint64_t rtc_time_alarm(const uint8_t *bytes, uint64_t seconds);

/* Stores the sizes of RAM below and above 4 GiB, given in bytes, and the checksum. */
void rtc_memory_store(uint8_t *bytes, uint64_t low, uint64_t high);

#endif
