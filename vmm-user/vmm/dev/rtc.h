/* SPDX-License-Identifier: MIT */
/*
 * MC146818A real-time clock with 128 bytes of CMOS memory.
 *
 * Model: time and date in BCD or binary, 12 or 24 hours, century in byte 0x32;
 * alarm with don't-care, periodic and update-ended interrupts; UIP is set for
 * RTC_UIP_NS before each second begins. The time is computed from that of the
 * last rtc_advance(); while SET (B.7) or a divider reset (A.6:4 = 11x) holds the
 * clock the bytes are plain memory. After a divider reset the first second ends
 * half a second later. Missed interrupts are not made up for.
 * State: index, NMI mask, bytes, flags of register C, the clock's base.
 * Written times that no calendar has (31 February, 25 o'clock) run on from there.
 * Missing: square wave, daylight saving, RAM bank 2 (ports 0x72, 0x73), crystals
 * other than 32768 Hz (A.6:4 = 000, 001 run like 010).
 * Ignored bits: B.3 SQWE, B.0 DSE (stored). The index is write-only.
 * Locks: none; whoever calls holds the machine.
 * Source: Motorola MC146818A datasheet, "Address Map", "Interrupts", "Update
 * Cycle", "Registers"; Intel ICH9 datasheet, 13.6 "Real Time Clock Registers".
 *
 * Protocol of the machine: rtc_advance(now) before every access and when
 * rtc_deadline() has come; rtc_irq() to IRQ 8 after each and after an access.
 */
#ifndef VMM_DEV_RTC_H
#define VMM_DEV_RTC_H

#include <stdbool.h>
#include <stdint.h>

#define RTC_BYTES 128u
#define RTC_UIP_NS 2228000ull /* 244 us of warning, 1984 us of update */

struct rtc {
	uint8_t index; /* bits 6:0 of port 0x70 */
	bool nmi_masked;
	uint8_t bytes[RTC_BYTES]; /* time bytes are current only while held */
	uint8_t flags;            /* register C bits 6:4 */
	uint8_t weekday_shift;    /* the guest's day of week against the calendar's */
	uint64_t now;             /* ns */
	uint64_t base_ns;         /* when `base_seconds` began; modulo 2^64 */
	uint64_t base_seconds;    /* time at base_ns, as calendar_seconds() counts */
	uint64_t alarm_seconds;   /* next match of the alarm, UINT64_MAX for none */
};

/* Power-on at 0 ns: `unix_seconds` is the time since 1970 to show, from 0 to
 * 253402300799 (the end of the year 9999), else 0 is taken.
 * `low` and `high` are the bytes of RAM below and above 4 GiB, for the memory
 * size bytes 0x15-0x18, 0x30, 0x31, 0x34, 0x35 and 0x5b-0x5d. 24 h, BCD. */
void rtc_init(struct rtc *rtc, uint64_t unix_seconds, uint64_t low, uint64_t high);

/* `offset` 0 (port 0x70) or 1 (0x71). Wider accesses are split into bytes; those
 * past the window read 0xff and drop what is written. */
uint64_t rtc_read(struct rtc *rtc, uint64_t offset, unsigned bytes);
void rtc_write(struct rtc *rtc, uint64_t offset, unsigned bytes, uint64_t value);

/* Level of IRQ 8 (register C's IRQF). Pure. */
bool rtc_irq(const struct rtc *rtc);

/* Whether port 0x70 bit 7 keeps NMIs from the CPU. Pure. */
bool rtc_nmi_masked(const struct rtc *rtc);

/* Lets time reach `now_ns` (going back is ignored). */
void rtc_advance(struct rtc *rtc, uint64_t now_ns);

/* Absolute ns at which IRQ 8 next rises by itself, or UINT64_MAX. */
uint64_t rtc_deadline(const struct rtc *rtc);

#endif
