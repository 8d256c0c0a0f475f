/* SPDX-License-Identifier: MIT */
/*
 * The clock: a valid time in the format that register B says, standing while
 * SET is on, running otherwise, with update-in-progress and the update,
 * periodic and alarm flags in register C, IRQ8 while one of them is enabled,
 * and battery memory that holds.
 * Source: Motorola MC146818A data sheet, "Register A" to "Register D".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "rtc";

#define RTC_CENTURY 0x32
#define B_SET 0x80
#define B_PIE 0x40
#define B_AIE 0x20
#define B_UIE 0x10
#define B_BINARY 0x04
#define B_24H 0x02
#define C_IRQF 0x80
#define C_PF 0x40
#define C_AF 0x20
#define C_UF 0x10
#define CLOCK (PIC_BASE + 8)
#define SECOND_US 1000000
#define TRIES 5

static bool bcd_is(uint8_t v)
{
	return (v & 15) < 10 && v >> 4 < 10;
}
static uint8_t from_bcd(uint8_t v)
{
	return (v >> 4) * 10 + (v & 15);
}

static void time_check(void)
{
	static const struct {
		const char *name;
		uint8_t index, low, high;
	} rows[] = {{"seconds", 0, 0, 59}, {"minutes", 2, 0, 59}, {"hours", 4, 0, 23},
		{"day of month", 7, 1, 31}, {"month", 8, 1, 12}, {"year", 9, 0, 99}};

	rtc_write(RTC_B, B_24H);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t v;

		(void)TIME_UNTIL(!(rtc_read(RTC_A) & 0x80), 10000);
		v = rtc_read(rows[i].index);
		check(bcd_is(v), "%s is BCD", rows[i].name);
		check_range(rows[i].low, rows[i].high, from_bcd(v), "%s", rows[i].name);
	}
	check_eq(0x80, rtc_read(RTC_D), "register D says the time is valid");
}

static void memory_check(void)
{
	for (unsigned i = 0x40; i < 0x50; i += 5) {
		uint8_t before = rtc_read(i);

		rtc_write(i, i ^ 0x5a);
		check_eq(i ^ 0x5a, rtc_read(i), "memory at 0x%x holds", i);
		rtc_write(i, before);
	}
}

/* With SET on the time can be set and stands; both formats hold. */
static void set_check(void)
{
	static const struct {
		const char *name;
		uint8_t b, hours, seconds, next;
	} rows[] = {{"BCD", B_24H, 0x15, 0x29, 0x30}, {"binary", B_24H | B_BINARY, 15, 29, 30}};
	static const uint8_t date[][2] = {{2, 5}, {7, 8}, {8, 6}, {9, 7}};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint8_t stood;

		rtc_write(RTC_B, rows[i].b | B_SET);
		rtc_write(0, rows[i].seconds);
		rtc_write(4, rows[i].hours);
		for (unsigned d = 0; d < ARRAY_SIZE(date); d++)
			rtc_write(date[d][0], date[d][1]);
		rtc_write(RTC_CENTURY, rows[i].b & B_BINARY ? 20 : 0x20);
		time_delay_us(SECOND_US + SECOND_US / 10);
		stood = rtc_read(0);
		rtc_write(RTC_B, rows[i].b);
		check_eq(rows[i].hours, rtc_read(4), "%s: hours hold", rows[i].name);
		check_eq(rows[i].seconds, stood, "%s: stands while SET is on", rows[i].name);
		check(TIME_UNTIL(rtc_read(0) == rows[i].next, 2 * SECOND_US), "%s: runs afterwards",
			rows[i].name);
	}
	rtc_write(RTC_B, B_24H | B_SET);
	rtc_write(0, 0x10);
	rtc_write(4, 0x15);
	rtc_write(RTC_B, B_24H);
}

/* It lasts 2 ms of each second, in which others may have had the processor. */
static bool update_begins(void)
{
	for (unsigned i = 0; i < TRIES; i++) {
		(void)rtc_read(RTC_C);
		if (TIME_UNTIL(rtc_read(RTC_A) & 0x80, SECOND_US + SECOND_US / 10))
			return true;
	}
	return false;
}

static void update_check(void)
{
	uint8_t flags;

	check(update_begins(), "update in progress is seen");
	check(TIME_UNTIL(!(rtc_read(RTC_A) & 0x80), 10000), "the update ends");
	time_delay_us(500);
	flags = rtc_read(RTC_C);
	if (boot_is_bochs())
		check_skip("update flag", "Bochs 2.7 only sets it when it interrupts");
	else
		check_eq(C_UF, flags & (C_UF | C_IRQF), "update flag without an interrupt");
	check_eq(0, rtc_read(RTC_C), "reading register C clears it");
}

static void update_irq_check(void)
{
	irq_clear();
	(void)rtc_read(RTC_C);
	rtc_write(RTC_B, B_24H | B_UIE);
	cpu_sti();
	check(TIME_UNTIL(irq_total, SECOND_US + SECOND_US / 10), "update interrupt");
	cpu_cli();
	check_eq(C_UF | C_IRQF, rtc_read(RTC_C) & (C_UF | C_IRQF), "its flags");
	rtc_write(RTC_B, B_24H);
}

static void periodic_check(void)
{
	uint64_t start, us;

	rtc_write(RTC_A, 0x26); /* 1024 Hz */
	irq_clear();
	(void)rtc_read(RTC_C);
	rtc_write(RTC_B, B_24H | B_PIE);
	cpu_sti();
	(void)TIME_UNTIL(irq_total, 100000);
	time_delay_us(5000);
	check_eq(1, irq_total, "no second interrupt before register C is read");
	/* Some clocks make up for what was missed; this one shall begin anew. */
	rtc_write(RTC_B, B_24H);
	(void)rtc_read(RTC_C);
	irq_clear();
	rtc_write(RTC_B, B_24H | B_PIE);
	start = rdtsc();
	for (unsigned i = 0; i < 20; i++) {
		unsigned before = irq_total;

		(void)rtc_read(RTC_C);
		(void)TIME_UNTIL(irq_total > before, 100000);
	}
	us = (rdtsc() - start) * 1000000 / time_tsc_hz();
	cpu_cli();
	rtc_write(RTC_B, B_24H);
	(void)rtc_read(RTC_C);
	/* The first may come before the first read. */
	check_range(20, 21, irq_total, "one interrupt per read of register C");
	check_range(15000, SECOND_US, us, "twenty periods of 1/1024 s in us");
}

/* An alarm of 0xff in all three fields falls due every second. */
static void alarm_check(void)
{
	irq_clear();
	for (unsigned i = 1; i < 6; i += 2)
		rtc_write(i, 0xff);
	(void)rtc_read(RTC_C);
	rtc_write(RTC_B, B_24H | B_AIE);
	cpu_sti();
	check(TIME_UNTIL(irq_total, SECOND_US + SECOND_US / 10), "alarm interrupt");
	cpu_cli();
	check_eq(C_AF | C_IRQF, rtc_read(RTC_C) & (C_AF | C_IRQF), "its flags");
	rtc_write(RTC_B, B_24H);
}

void test_main(void)
{
	apic_init();
	ioapic_mask_all();
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	irq_install(CLOCK, IRQ_EOI_PIC);
	irq_install(PIC_BASE + 7, IRQ_EOI_NONE);
	pic_mask((uint16_t)~0x104);
	rtc_write(RTC_A, 0x20);
	time_check();
	memory_check();
	set_check();
	update_check();
	update_irq_check();
	periodic_check();
	alarm_check();
}
