/* SPDX-License-Identifier: MIT */
/* Dates against seconds: see calendar.h. */
#include "vmm/dev/calendar.h"

#define DAYS_400_YEARS 146097u
#define DAYS_100_YEARS 36524u
#define DAYS_4_YEARS 1461u
#define DAYS_YEAR 365u
#define WEEKDAY_OF_DAY_0 3u /* 1 March of -400 was a Wednesday */

/* Days before a month in a year that begins in March (0 = March). The lengths
 * 31 30 31 30 31 repeat every five months, which is 153 days. */
static uint64_t calendar_month_start(unsigned march_month)
{
	return (153u * march_month + 2) / 5;
}

uint64_t calendar_seconds(const struct calendar *date)
{
	unsigned month = date->month ? (date->month - 1) % 12 : 0; /* 0 = January */
	unsigned march_month = (month + 10) % 12;
	uint64_t year = date->year + 400ull - (month < 2), days;

	days = year * DAYS_YEAR + year / 4 - year / 100 + year / 400;
	days += calendar_month_start(march_month) + (date->day ? date->day - 1 : 0);
	return days * CALENDAR_DAY + date->hour * 3600ull + date->minute * 60ull + date->second;
}

/* Years in `days` of one 400-year cycle; what is left goes to *rest. The last
 * century and the last year of four have a day more: hence the limits to 3. */
static unsigned calendar_years(unsigned days, unsigned *rest)
{
	unsigned centuries = days / DAYS_100_YEARS, fours, years;

	centuries -= centuries == 4;
	days -= centuries * DAYS_100_YEARS;
	fours = days / DAYS_4_YEARS;
	days -= fours * DAYS_4_YEARS;
	years = days / DAYS_YEAR;
	years -= years == 4;
	*rest = days - years * DAYS_YEAR;
	return centuries * 100 + fours * 4 + years;
}

struct calendar calendar_date(uint64_t seconds)
{
	uint64_t days = seconds / CALENDAR_DAY;
	unsigned rest = (unsigned)(seconds % CALENDAR_DAY), of_year, march_month, month;
	uint64_t year = days / DAYS_400_YEARS * 400;

	year += calendar_years((unsigned)(days % DAYS_400_YEARS), &of_year);
	march_month = (5 * of_year + 2) / 153;
	month = (march_month + 2) % 12; /* 0 = January */
	return (struct calendar){
		.year = (unsigned)(year + (month < 2) - 400),
		.month = month + 1,
		.day = of_year - (unsigned)calendar_month_start(march_month) + 1,
		.weekday = (unsigned)((days + WEEKDAY_OF_DAY_0) % 7),
		.hour = rest / 3600,
		.minute = rest / 60 % 60,
		.second = rest % 60,
	};
}
