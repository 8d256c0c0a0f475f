/* SPDX-License-Identifier: MIT */
/* A clock that stands at the end of 28 February 2000, for tests. */
#ifndef TEST_UNIT_RTC_FIXTURE_H
#define TEST_UNIT_RTC_FIXTURE_H

#include "vmm/dev/rtc.h"
#include "vmm/dev/rtc_time.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define SECOND 1000000000ull
#define MS 1000000ull
#define US 1000ull
#define START 951782399ull /* Mon 2000-02-28 23:59:59 */

static struct rtc rtc;
static uint64_t now;

static inline int setup(void **state)
{
	(void)state;
	rtc_init(&rtc, START, 512ull << 20, 0);
	now = 0;
	return 0;
}

static inline unsigned get(unsigned index)
{
	rtc_write(&rtc, 0, 1, index);
	return (unsigned)rtc_read(&rtc, 1, 1);
}

static inline void put(unsigned index, unsigned value)
{
	rtc_write(&rtc, 0, 1, index);
	rtc_write(&rtc, 1, 1, value);
}

static inline void to(uint64_t ns)
{
	now = ns;
	rtc_advance(&rtc, now);
}

static inline void set_time(unsigned hour, unsigned minute, unsigned second)
{
	put(RTC_HOUR, hour);
	put(RTC_MINUTE, minute);
	put(RTC_SECOND, second);
}

#endif
