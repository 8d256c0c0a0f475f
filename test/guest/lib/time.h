/* SPDX-License-Identifier: MIT */
/*
 * Waiting, by the TSC. Its frequency comes from CPUID leaf 0x15 when a
 * hypervisor gives it, else from 10 ms of the 8254's counter 2.
 * Source: Intel SDM vol. 3, 18.17.4 "Invariant Time-Keeping".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "cpu.h"

/** TSC ticks per second; measured at the first call. */
uint64_t time_tsc_hz(void);
/** Where that came from: true when CPUID said it. */
bool time_is_told(void);
/** TSC ticks per second as counter 2 of the 8254 shows it over 1 to 50 ms. */
uint64_t time_measure_pit(unsigned ms);
/** Spin for so many microseconds. */
void time_delay_us(uint64_t us);
/** Local APIC timer ticks per second, divided by 1; the timer is stopped. */
uint64_t time_apic_hz(void);
/** Halt for so many microseconds, woken by the local APIC timer (vector 0xef). */
void time_sleep_us(uint64_t us);
/** The TSC value so many microseconds from now. */
uint64_t time_deadline_us(uint64_t us);

/* True as soon as `condition` is, false when it was not within `us`. */
#define TIME_UNTIL(condition, us)                                                                  \
	({                                                                                         \
		uint64_t deadline_ = time_deadline_us(us);                                         \
		bool met_ = false;                                                                 \
		while (!(met_ = (condition)) && rdtsc() < deadline_)                               \
			cpu_pause();                                                               \
		met_ || (condition);                                                               \
	})
