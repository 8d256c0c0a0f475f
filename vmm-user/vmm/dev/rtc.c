/* SPDX-License-Identifier: MIT */
/* MC146818A real-time clock: see rtc.h. */
#include "vmm/dev/rtc.h"

#include "lib/string.h"
#include "vmm/dev/ones.h"
#include "vmm/dev/rtc_time.h"

/* "Registers" */
#define A_UIP 0x80u
#define A_DIVIDER 0x70u
#define A_DIVIDER_RESET 0x60u
#define A_RATE 0x0fu
#define B_SET 0x80u
#define B_UIE 0x10u
#define C_IRQF 0x80u
#define C_PF 0x40u
#define C_AF 0x20u
#define C_UF 0x10u
#define D_VALID 0x80u

#define PORT_NMI_MASK 0x80u

#define NS_PER_SECOND 1000000000ull
#define RTC_HZ 32768ull
#define RTC_FIRST_NS 500000000ull /* from divider reset to the first second */
#define RTC_YEAR_END 253402300799ull

static bool rtc_divider_reset(const struct rtc *rtc)
{
	return (rtc->bytes[RTC_A] & A_DIVIDER_RESET) == A_DIVIDER_RESET;
}

/* Whether the time stands, and its bytes are plain memory. */
static bool rtc_held(const struct rtc *rtc)
{
	return (rtc->bytes[RTC_B] & B_SET) || rtc_divider_reset(rtc);
}

/* The divider chain and the seconds, `ns` being at or after base_ns. */
static uint64_t rtc_chain(const struct rtc *rtc, uint64_t ns)
{
	uint64_t gone = ns - rtc->base_ns;

	return gone / NS_PER_SECOND * RTC_HZ + gone % NS_PER_SECOND * RTC_HZ / NS_PER_SECOND;
}

static uint64_t rtc_seconds(const struct rtc *rtc, uint64_t ns)
{
	return rtc->base_seconds + (ns - rtc->base_ns) / NS_PER_SECOND;
}

/* Chain clocks between periodic interrupts, or 0: "Periodic Interrupt Rate". */
static uint64_t rtc_period(const struct rtc *rtc)
{
	unsigned rate = rtc->bytes[RTC_A] & A_RATE;

	if (!rate || rtc_divider_reset(rtc))
		return 0;
	return 1ull << (rate < 3 ? rate + 6 : rate - 1);
}

bool rtc_irq(const struct rtc *rtc)
{
	return rtc->flags & rtc->bytes[RTC_B] & (C_PF | C_AF | C_UF);
}

bool rtc_nmi_masked(const struct rtc *rtc)
{
	return rtc->nmi_masked;
}

/* Brings the time bytes up to date, unless they stand. */
static void rtc_refresh(struct rtc *rtc)
{
	if (!rtc_held(rtc))
		rtc_time_store(rtc->bytes, rtc_seconds(rtc, rtc->now), rtc->weekday_shift);
}

static void rtc_find_alarm(struct rtc *rtc)
{
	rtc->alarm_seconds = rtc_time_alarm(rtc->bytes, rtc_seconds(rtc, rtc->now));
}

/* The clock runs on from the time bytes; the phase of the second stays. */
static void rtc_adopt(struct rtc *rtc)
{
	rtc->base_ns = rtc->now - (rtc->now - rtc->base_ns) % NS_PER_SECOND;
	rtc->base_seconds = rtc_time_load(rtc->bytes, &rtc->weekday_shift);
	rtc_find_alarm(rtc);
}

static void rtc_advance_seconds(struct rtc *rtc, uint64_t before)
{
	uint64_t seconds = rtc_seconds(rtc, rtc->now);

	if (seconds == rtc_seconds(rtc, before))
		return;
	rtc->flags |= C_UF;
	if (rtc->alarm_seconds > seconds)
		return;
	rtc->flags |= C_AF;
	rtc_find_alarm(rtc);
}

void rtc_advance(struct rtc *rtc, uint64_t now_ns)
{
	uint64_t before = rtc->now, period = rtc_period(rtc);

	if (now_ns <= before)
		return;
	rtc->now = now_ns;
	if (period && rtc_chain(rtc, now_ns) / period != rtc_chain(rtc, before) / period)
		rtc->flags |= C_PF;
	if (!rtc_held(rtc))
		rtc_advance_seconds(rtc, before);
}

/* Nanosecond at which `seconds` and `chain` clocks of the next one have passed
 * since base_ns; UINT64_MAX if out of range. */
static uint64_t rtc_ns(const struct rtc *rtc, uint64_t seconds, uint64_t chain)
{
	uint64_t gone = rtc->now - rtc->base_ns, at;

	if (seconds > (UINT64_MAX - NS_PER_SECOND) / NS_PER_SECOND)
		return UINT64_MAX;
	at = seconds * NS_PER_SECOND + (chain * NS_PER_SECOND + RTC_HZ - 1) / RTC_HZ;
	return at - gone > UINT64_MAX - rtc->now ? UINT64_MAX : rtc->now + (at - gone);
}

static uint64_t rtc_next_periodic(const struct rtc *rtc)
{
	uint64_t period = rtc_period(rtc), next;

	if (!period)
		return UINT64_MAX;
	next = (rtc_chain(rtc, rtc->now) / period + 1) * period;
	return rtc_ns(rtc, next / RTC_HZ, next % RTC_HZ);
}

static uint64_t rtc_next_second(const struct rtc *rtc)
{
	return rtc_ns(rtc, (rtc->now - rtc->base_ns) / NS_PER_SECOND + 1, 0);
}

uint64_t rtc_deadline(const struct rtc *rtc)
{
	uint8_t enabled = rtc->bytes[RTC_B];
	uint64_t periodic = enabled & C_PF ? rtc_next_periodic(rtc) : UINT64_MAX;

	if (rtc_irq(rtc))
		return UINT64_MAX;
	if (rtc_held(rtc))
		return periodic;
	if (enabled & C_UF && rtc_next_second(rtc) < periodic)
		return rtc_next_second(rtc);
	if (enabled & C_AF && rtc->alarm_seconds != UINT64_MAX) {
		uint64_t alarm = rtc_ns(rtc, rtc->alarm_seconds - rtc->base_seconds, 0);

		return alarm < periodic ? alarm : periodic;
	}
	return periodic;
}

/* "UIP - Update in Progress" */
static bool rtc_updating(const struct rtc *rtc)
{
	uint64_t phase = (rtc->now - rtc->base_ns) % NS_PER_SECOND;

	return !rtc_held(rtc) && phase >= NS_PER_SECOND - RTC_UIP_NS;
}

static uint8_t rtc_read_data(struct rtc *rtc)
{
	uint8_t flags = rtc->flags;

	switch (rtc->index) {
	case RTC_A:
		return (uint8_t)(rtc->bytes[RTC_A] | (rtc_updating(rtc) ? A_UIP : 0));
	case RTC_C:
		flags |= rtc_irq(rtc) ? C_IRQF : 0;
		rtc->flags = 0;
		return flags;
	case RTC_D:
		return D_VALID;
	default:
		rtc_refresh(rtc);
		return rtc->bytes[rtc->index];
	}
}

/* A divider let go begins a second that is half over. */
static void rtc_write_a(struct rtc *rtc, uint8_t value)
{
	bool was_reset = rtc_divider_reset(rtc);

	rtc_refresh(rtc);
	rtc->bytes[RTC_A] = value & (A_DIVIDER | A_RATE);
	if (!was_reset || rtc_divider_reset(rtc))
		return;
	rtc->base_ns = rtc->now - RTC_FIRST_NS;
	rtc_adopt(rtc);
}

/* SET clears UIE; letting it go adopts what was written meanwhile. The alarm is
 * looked for anew, since the format may have changed. */
static void rtc_write_b(struct rtc *rtc, uint8_t value)
{
	bool was_held = rtc_held(rtc);

	rtc_refresh(rtc);
	if (value & B_SET)
		value &= (uint8_t)~B_UIE;
	rtc->bytes[RTC_B] = value;
	if (rtc_held(rtc))
		return;
	if (was_held)
		rtc_adopt(rtc);
	rtc_find_alarm(rtc);
}

static void rtc_write_data(struct rtc *rtc, uint8_t value)
{
	if (rtc->index == RTC_A) {
		rtc_write_a(rtc, value);
		return;
	}
	if (rtc->index == RTC_B) {
		rtc_write_b(rtc, value);
		return;
	}
	if (rtc->index == RTC_C || rtc->index == RTC_D)
		return;
	rtc_refresh(rtc);
	rtc->bytes[rtc->index] = value;
	if (rtc_time_is_alarm(rtc->index))
		rtc_find_alarm(rtc);
	else if (rtc_time_is_time(rtc->index) && !rtc_held(rtc))
		rtc_adopt(rtc);
}

uint64_t rtc_read(struct rtc *rtc, uint64_t offset, unsigned bytes)
{
	uint64_t ones = ones_read(bytes);

	if (offset > 1 || offset + bytes <= 1)
		return ones;
	if (offset == 1)
		return (ones & ~0xffull) | rtc_read_data(rtc);
	return (ones & ~0xff00ull) | (uint64_t)rtc_read_data(rtc) << 8;
}

void rtc_write(struct rtc *rtc, uint64_t offset, unsigned bytes, uint64_t value)
{
	if (offset == 0) {
		rtc->index = value & (RTC_BYTES - 1);
		rtc->nmi_masked = value & PORT_NMI_MASK;
		value >>= 8;
	}
	if (offset <= 1 && offset + bytes > 1)
		rtc_write_data(rtc, (uint8_t)value);
}

void rtc_init(struct rtc *rtc, uint64_t unix_seconds, uint64_t low, uint64_t high)
{
	memset(rtc, 0, sizeof *rtc);
	if (unix_seconds > RTC_YEAR_END)
		unix_seconds = 0;
	rtc->bytes[RTC_A] = 0x26; /* 32768 Hz, 1024 Hz: as firmware leaves it */
	rtc->bytes[RTC_B] = 0x02; /* BCD, 24 hours */
	rtc->base_seconds = CALENDAR_1970 + unix_seconds;
	rtc_memory_store(rtc->bytes, low, high);
	rtc_find_alarm(rtc);
}
