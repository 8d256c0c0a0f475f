/* SPDX-License-Identifier: MIT */
/*
 * Writing SLP_TYP of S5 and SLP_EN to the PM1a control port, both found by the
 * tables, must power the machine off.
 * Source: ACPI Specification 6.4, 4.8.3.2.1 "PM1 Control Registers".
 */
#include "acpi.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "poweroff";

void test_main(void)
{
	uint16_t port = acpi_pm1a_control();
	int type = acpi_sleep_type();

	print("PM1a control 0x%x, sleep type %d\n", port, type);
	if (!port || type < 0)
		test_error("no FADT or no \\_S5");
	/* Without SLP_EN nothing may happen. */
	outw(port, type << 10);
	test_expect("poweroff");
	acpi_poweroff();
	check(false, "still here after power-off");
}
