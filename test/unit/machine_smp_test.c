/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/lock.c vmm-user/vmm/machine.c vmm-user/vmm/machine_devices.c vmm-user/vmm/machine_irq.c vmm-user/vmm/bus.c vmm-user/vmm/clock.c vmm-user/vmm/guest_memory.c vmm-user/vmm/dev/acpi_pm.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/calendar.c vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/ioapic.c vmm-user/vmm/dev/kbd.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/dev/pic.c vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c vmm-user/vmm/dev/postcode.c vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/uart.c */
/* clang-format on */
/* A machine with two processors: messages, lines, deadlines; on one thread. */
#include "machine_fixture.h"

static void second_out(uint64_t at, uint32_t value)
{
	bus_write(&second.mmio, LAPIC_BASE_DEFAULT + at, 4, value);
}

/* An interrupt from one processor to the other: kicked once, until it has looked. */
static void test_two_processors(void **state)
{
	(void)state;
	lapic_out(0xf0, 0x1ff);
	second_out(0xf0, 0x1ff);
	assert_int_equal(bus_read(&second.mmio, LAPIC_BASE_DEFAULT + 0x20, 4) >> 24, 1);
	c.due = second.due = false;
	lapic_out(0x310, 1 << 24);
	lapic_out(0x300, 0x4041);
	assert_int_equal(kicked, 2);
	lapic_out(0x300, 0x4042);
	assert_int_equal(kicks, 1); /* it is due already */
	assert_true(second.due);
	machine_collect(&second);
	assert_false(second.due);
	assert_true(machine_irq(&second));
	assert_int_equal(machine_take(&second), 0x42);
	lapic_out(0x300, 0x4043);
	assert_int_equal(kicks, 2);
	assert_false(irq());
	c.due = true;
	second_out(0x300, 0x84044); /* to all */
	assert_int_equal(kicks, 2); /* the sender not, and who is due not */
	c.due = false;
	second_out(0x300, 0xc4045); /* to all others */
	assert_int_equal(kicked, 3);
	assert_true(irq());
	assert_int_equal(machine_take(&c), 0x45);
}

/* INIT and STARTUP, and what cancels what. */
static void test_start_messages(void **state)
{
	(void)state;
	assert_int_equal(second.startup, MACHINE_NO_STARTUP);
	lapic_out(0x310, 1 << 24);
	lapic_out(0x300, 0x4500);
	lapic_out(0x300, 0x4607);
	lapic_out(0x300, 0x4609);
	machine_collect(&second);
	assert_true(second.init);
	assert_int_equal(second.startup, 7);
	lapic_out(0x300, 0x460a);
	lapic_out(0x300, 0x4400);
	lapic_out(0x300, 0x4500);
	machine_collect(&second);
	assert_true(second.init);
	assert_false(second.nmi);
	assert_int_equal(second.startup, MACHINE_NO_STARTUP);
	assert_false(c.init);
}

/* A line that the I/O APIC sends to the second, whose EOI comes back. */
static void test_line_to_the_second(void **state)
{
	(void)state;
	second_out(0xf0, 0x1ff);
	ioapic_out(0x10 + 2 * 4, 0x34 | 1 << 15);
	ioapic_out(0x11 + 2 * 4, 1 << 24);
	second.due = false;
	out(0x3fc, 0x08), out(0x3f9, 0x02);
	assert_int_equal(kicked, 2);
	assert_false(irq());
	machine_collect(&second);
	assert_true(machine_irq(&second));
	assert_int_equal(machine_take(&second), 0x34);
	assert_int_equal(bus_read(&second.ports, 0x3fa, 1) & 0xf, 2);
	assert_int_equal(m.ioapic.entry[4] >> 14 & 1, 1);
	second_out(0xb0, 0);
	assert_int_equal(m.ioapic.entry[4] >> 14 & 1, 0);
	machine_collect(&second);
	assert_false(machine_irq(&second));
	assert_int_equal(m.lock.word, 0);
}

/* A device's deadline is the first processor's business, whoever programs it. */
static void test_deadline_by_the_second(void **state)
{
	(void)state;
	assert_int_equal(machine_deadline(&second), CLOCK_NEVER);
	bus_write(&second.ports, 0x43, 1, 0x34);
	bus_write(&second.ports, 0x40, 1, 0xa9);
	bus_write(&second.ports, 0x40, 1, 4);
	assert_int_equal(kicked, 1);
	assert_true(c.due);
	assert_int_equal(machine_deadline(&second), CLOCK_NEVER);
	assert_in_range(machine_deadline(&c), START + 990000, START + 1010000);
	second.due = c.due = false;
	(void)bus_read(&second.ports, 0x3fd, 1);
	(void)bus_read(&second.ports, 0x40, 1);
	assert_false(c.due || second.due); /* nothing to look at */
}

static void test_too_many_processors(void **state)
{
	static struct machine_cpu more[MACHINE_CPUS];

	(void)state;
	for (unsigned i = 2; i < MACHINE_CPUS; i++)
		assert_int_equal(machine_add_cpu(&m, &more[i]), STATUS_OK);
	assert_int_equal(machine_add_cpu(&m, &more[0]), STATUS_NO_MEMORY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_two_processors, setup),
		cmocka_unit_test_setup(test_start_messages, setup),
		cmocka_unit_test_setup(test_line_to_the_second, setup),
		cmocka_unit_test_setup(test_deadline_by_the_second, setup),
		cmocka_unit_test_setup(test_too_many_processors, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
