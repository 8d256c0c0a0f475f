/* SPDX-License-Identifier: MIT */
/*
 * ACPI fixed hardware: the PM1a event and control registers and the PM timer.
 *
 *   offset 0  PM1_STS (2)   2  PM1_EN (2)   4  PM1_CNT (2)   8  PM_TMR (4)
 *
 * Model: always in ACPI mode (SCI_EN reads 1), power button, timer of 24 or 32
 *   bits at 3.579545 MHz with its status bit at each change of the top bit,
 *   power-off by SLP_EN with SLP_TYP of S5.
 * State: struct acpi_pm; time enters by acpi_pm_advance() only.
 * Missing: general purpose events, the global lock handshake, RTC and sleep
 *   button events, sleep states other than S5, legacy mode (the SMI command
 *   port 0xB2 is a plain sink: see dev/postcode.h).
 * Ignored bits: PM1_STS other than TMR, PWRBTN; PM1_CNT GBL_RLS; SLP_EN with a
 *   type other than S5; writes to the timer.
 * Source: ACPI Specification 5.0a, section 4.8.3 "ACPI Register Model" (4.8.3.1
 *   "PM1 Event Grouping", 4.8.3.2 "PM1 Control Grouping", 4.8.3.3 "Power
 *   Management Timer").
 */
#ifndef VMM_DEV_ACPI_PM_H
#define VMM_DEV_ACPI_PM_H

#include "vmm/dev/event.h"

#include <stdbool.h>
#include <stdint.h>

#define ACPI_PM_PORT 0x600u /* base of the block, as the FADT says */
#define ACPI_PM_PORTS 12u
#define ACPI_PM_SCI 9u     /* interrupt line, level, active high */
#define ACPI_PM_S5_TYPE 5u /* SLP_TYP of the power-off state, as \_S5 says */
#define ACPI_PM_TIMER_HZ 3579545ull

struct acpi_pm {
	uint16_t status, enable, control;
	unsigned timer_bits; /* 24 or 32 */
	uint64_t now_ns;
	enum machine_event event;
};

/* Power-on state at time 0. `timer_bits`: 24 or 32; the FADT here says 32. */
void acpi_pm_init(struct acpi_pm *, unsigned timer_bits);

/* Guest access at `offset` from ACPI_PM_PORT, 1, 2, 4 or 8 bytes, as consecutive
 * bytes; call acpi_pm_advance() before. */
uint64_t acpi_pm_read(struct acpi_pm *, uint64_t offset, unsigned bytes);
void acpi_pm_write(struct acpi_pm *, uint64_t offset, unsigned bytes, uint64_t value);

/* Moves time to `now_ns` (absolute, since acpi_pm_init(); an earlier time than
 * before is ignored). */
void acpi_pm_advance(struct acpi_pm *, uint64_t now_ns);

/* When acpi_pm_advance() must be called next for the interrupt to be in time,
 * in absolute ns; UINT64_MAX: no need. */
uint64_t acpi_pm_deadline(const struct acpi_pm *);

/* The user asks the guest to shut down. */
void acpi_pm_press_power(struct acpi_pm *);

/* Level of ACPI_PM_SCI. */
bool acpi_pm_irq(const struct acpi_pm *);

/* MACHINE_POWEROFF once the guest asked for S5. */
enum machine_event acpi_pm_event(const struct acpi_pm *);

#endif
