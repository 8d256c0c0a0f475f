/* SPDX-License-Identifier: MIT */
/*
 * Dates of the Gregorian calendar against seconds, for the RTC. Pure functions.
 *
 * Seconds count from the first of March of the year -400 (as if the calendar had
 * always been in force): years that begin in March put the leap day last, and no
 * date from the year 0 on is negative.
 * Source: the calendar's rule (97 leap years in 400 years); arithmetic our own.
 */
#ifndef VMM_DEV_CALENDAR_H
#define VMM_DEV_CALENDAR_H

#include <stdint.h>

#define CALENDAR_DAY 86400ull
#define CALENDAR_1970 ((719468ull + 146097ull) * CALENDAR_DAY) /* 1970-01-01 00:00:00 */

struct calendar {
	unsigned year;       /* 0-... */
	unsigned month, day; /* 1-12, 1-31 */
	unsigned weekday;    /* 0 = Sunday */
	unsigned hour, minute, second;
};

/* Seconds at *date. `weekday` does not count. A month beyond 12 is taken modulo
 * 12 (0 is January), a day 0 is 1; a day, hour, minute or second beyond its range
 * runs over into what follows. Fields up to 99999 are fine. */
uint64_t calendar_seconds(const struct calendar *date);

/* The date at `seconds`, which lie in the year 0 or later. */
struct calendar calendar_date(uint64_t seconds);

#endif
