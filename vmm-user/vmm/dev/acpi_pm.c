/* SPDX-License-Identifier: MIT */
/* ACPI fixed hardware; see acpi_pm.h. No locks: one vCPU thread uses it. */
#include "vmm/dev/acpi_pm.h"

/* Offsets of the registers in the block. */
enum { PM_STATUS = 0, PM_ENABLE = 2, PM_CONTROL = 4, PM_TIMER = 8 };

#define STATUS_TMR 0x0001u
#define STATUS_PWRBTN 0x0100u
#define STATUS_ALL (STATUS_TMR | STATUS_PWRBTN)

#define ENABLE_ALL 0x0721u /* TMR GBL PWRBTN SLPBTN RTC */

#define CONTROL_SCI_EN 0x0001u
#define CONTROL_BM_RLD 0x0002u
#define CONTROL_SLP_TYP 0x1c00u
#define CONTROL_SLP_EN 0x2000u
#define CONTROL_KEPT (CONTROL_BM_RLD | CONTROL_SLP_TYP)

#define NS_PER_SECOND 1000000000ull

void acpi_pm_init(struct acpi_pm *pm, unsigned timer_bits)
{
	*pm = (struct acpi_pm){.control = CONTROL_SCI_EN, .timer_bits = timer_bits};
}

/* Ticks since time 0; in two steps, as the product would not fit. */
static uint64_t ticks_at(uint64_t ns)
{
	uint64_t seconds = ns / NS_PER_SECOND, rest = ns % NS_PER_SECOND;
	return seconds * ACPI_PM_TIMER_HZ + rest * ACPI_PM_TIMER_HZ / NS_PER_SECOND;
}

/* The first nanosecond at which the timer has counted `ticks`. */
static uint64_t ns_of(uint64_t ticks)
{
	uint64_t seconds = ticks / ACPI_PM_TIMER_HZ, rest = ticks % ACPI_PM_TIMER_HZ;
	return seconds * NS_PER_SECOND +
	       (rest * NS_PER_SECOND + ACPI_PM_TIMER_HZ - 1) / ACPI_PM_TIMER_HZ;
}

/* How often the top bit has changed. */
static uint64_t changes_at(const struct acpi_pm *pm, uint64_t ns)
{
	return ticks_at(ns) >> (pm->timer_bits - 1);
}

void acpi_pm_advance(struct acpi_pm *pm, uint64_t now_ns)
{
	if (now_ns <= pm->now_ns)
		return;
	if (changes_at(pm, now_ns) != changes_at(pm, pm->now_ns))
		pm->status |= STATUS_TMR;
	pm->now_ns = now_ns;
}

/* Time moves the interrupt only where the timer's is enabled and not yet up. */
uint64_t acpi_pm_deadline(const struct acpi_pm *pm)
{
	if (!(pm->enable & STATUS_TMR) || (pm->status & STATUS_TMR))
		return UINT64_MAX;
	return ns_of((changes_at(pm, pm->now_ns) + 1) << (pm->timer_bits - 1));
}

void acpi_pm_press_power(struct acpi_pm *pm)
{
	pm->status |= STATUS_PWRBTN;
}

bool acpi_pm_irq(const struct acpi_pm *pm)
{
	return pm->status & pm->enable;
}

enum machine_event acpi_pm_event(const struct acpi_pm *pm)
{
	return pm->event;
}

static uint32_t timer_value(const struct acpi_pm *pm)
{
	uint64_t mask = (1ull << pm->timer_bits) - 1;
	return (uint32_t)(ticks_at(pm->now_ns) & mask);
}

/* The register that holds the byte at `offset`, shifted so that it is lowest. */
static uint8_t byte_read(const struct acpi_pm *pm, uint64_t offset)
{
	unsigned shift = 8 * (offset & 1);

	switch (offset & ~1ull) {
	case PM_STATUS:
		return (uint8_t)(pm->status >> shift);
	case PM_ENABLE:
		return (uint8_t)(pm->enable >> shift);
	case PM_CONTROL:
		return (uint8_t)(pm->control >> shift);
	case PM_TIMER:
	case PM_TIMER + 2:
		return (uint8_t)(timer_value(pm) >> 8 * (offset - PM_TIMER));
	case PM_CONTROL + 2: /* in the block, but no register */
		return 0;
	default:
		return 0xff;
	}
}

/* SLP_TYP and SLP_EN are in the same byte. SLP_EN reads 0, SCI_EN always 1. */
static void control_write(struct acpi_pm *pm, unsigned value)
{
	bool sleeps = value & CONTROL_SLP_EN;

	pm->control = (uint16_t)((value & CONTROL_KEPT) | CONTROL_SCI_EN);
	if (sleeps && (value & CONTROL_SLP_TYP) >> 10 == ACPI_PM_S5_TYPE)
		pm->event = MACHINE_POWEROFF;
}

static void byte_write(struct acpi_pm *pm, uint64_t offset, uint8_t byte)
{
	unsigned shift = 8 * (offset & 1);
	unsigned other = 0xff00u >> shift; /* the half that keeps its value */
	unsigned value = (unsigned)byte << shift;

	switch (offset & ~1ull) {
	case PM_STATUS: /* writing 1 clears */
		pm->status &= (uint16_t)~value;
		break;
	case PM_ENABLE:
		pm->enable = (uint16_t)(((pm->enable & other) | value) & ENABLE_ALL);
		break;
	case PM_CONTROL:
		control_write(pm, (pm->control & other) | value);
		break;
	default:
		break;
	}
}

uint64_t acpi_pm_read(struct acpi_pm *pm, uint64_t offset, unsigned bytes)
{
	uint64_t value = 0;
	for (unsigned i = 0; i < bytes && i < 8; i++)
		value |= (uint64_t)byte_read(pm, offset + i) << 8 * i;
	return value;
}

void acpi_pm_write(struct acpi_pm *pm, uint64_t offset, unsigned bytes, uint64_t value)
{
	for (unsigned i = 0; i < bytes && i < 8; i++)
		byte_write(pm, offset + i, (uint8_t)(value >> 8 * i));
}

_Static_assert((STATUS_ALL & ~ENABLE_ALL) == 0, "every event can be enabled");
