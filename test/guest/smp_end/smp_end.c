/* SPDX-License-Identifier: MIT */
/*
 * The end of one processor's run is the end of the machine, once, whatever the others do
 * meanwhile: the last but one halts, the others loop with accesses to devices.
 *   how=exit    by port 0xf4      how=triple  by a triple fault
 *   how=off     by ACPI           how=reset   by port 0xcf9
 * Source: Intel SDM vol. 3, 6.15 "Interrupt 8: Double Fault Exception"; ACPI
 * Specification 6.4, 4.8.3.2 "PM1 Control Registers".
 */
#include "acpi.h"
#include "boot.h"
#include "smp.h"
#include "test.h"
#include "time.h"

const char test_name[] = "smp_end";

static unsigned cpus;

static void loop(void)
{
	for (;;) {
		outb(0x80, 1);
		(void)inb(0x61);
		(void)apic_read(APIC_TIMER_CURRENT);
	}
}

static void triple(void)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} none = {0, 0};

	__asm__ volatile("lidt %0; int3" ::"m"(none));
}

static void reset(void)
{
	outb(0xcf9, 2);
	outb(0xcf9, 6);
}

static void end(void)
{
	if (boot_is("how", "triple"))
		triple();
	else if (boot_is("how", "off"))
		acpi_poweroff();
	else if (boot_is("how", "reset"))
		reset();
	else
		test_end();
}

void test_main(void)
{
	smp_init();
	cpus = smp_start(2);
	check(cpus >= 2, "processors");
	if (boot_is("how", "triple"))
		test_expect("triple-fault");
	else if (boot_is("how", "off"))
		test_expect("poweroff");
	else if (boot_is("how", "reset"))
		test_expect("reboot");
	serial_drain();
	for (unsigned i = 1; i + 2 < cpus; i++)
		smp_run(i, loop);
	smp_run(cpus - 1, end);
	loop();
}
