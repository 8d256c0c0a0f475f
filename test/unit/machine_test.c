/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/lock.c vmm-user/vmm/machine.c vmm-user/vmm/machine_devices.c vmm-user/vmm/machine_irq.c vmm-user/vmm/bus.c vmm-user/vmm/clock.c vmm-user/vmm/guest_memory.c vmm-user/vmm/dev/acpi_pm.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/calendar.c vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/ioapic.c vmm-user/vmm/dev/kbd.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/dev/pic.c vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c vmm-user/vmm/dev/postcode.c vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/uart.c */
/* clang-format on */
#include "machine_fixture.h"

/* The 8259 pair as a PC's firmware programs it, all but `mask` let through. */
static void pic_setup(uint8_t master, uint8_t slave)
{
	out(0x20, 0x11), out(0x21, 0x20), out(0x21, 4), out(0x21, 1), out(0x21, master);
	out(0xa0, 0x11), out(0xa1, 0x28), out(0xa1, 2), out(0xa1, 1), out(0xa1, slave);
}

/* Who answers where: a read that is not all ones, or a value that comes back. */
static const struct {
	uint16_t port;
	int written; /* -1: nothing */
	uint8_t reads;
} ports[] = {
	{0x21, 0x5a, 0x5a},
	{0xa1, 0xa5, 0xa5},
	{0x61, 1, 0x01},
	{0x64, -1, 0x18 & 0x14},
	{0x80, 0x77, 0x77},
	{0x92, 2, 2},
	{0xb2, 0x12, 0x12},
	{0xed, 0x34, 0x34},
	{0xf4, -1, 0},
	{0x3ff, 0x99, 0x99},
	{0x3f9, 1, 1},
	{0x4d0, 0x08, 0x08},
	{0x4d1, 0x02, 0x02},
	{0x604, -1, 1},
	{0xcf9, 2, 2},
};

static void test_ports(void **state)
{
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
		setup(state);
		if (ports[i].written >= 0)
			out(ports[i].port, (uint8_t)ports[i].written);
		if (ports[i].port == 0x64 || ports[i].port == 0x61)
			assert_int_not_equal(in(ports[i].port), 0xff);
		else if (in(ports[i].port) != ports[i].reads)
			fail_msg("port %#x", ports[i].port);
		assert_int_equal(c.ports.unassigned_reads + c.ports.unassigned_writes, 0);
	}
	assert_int_equal(in(0x2f8), 0xff);
	assert_int_equal(c.ports.unassigned_reads, 1);
	assert_int_equal(bus_read(&c.mmio, 0xd0000000, 4), 0xffffffff);
	assert_int_equal(c.mmio.unassigned_reads, 1);
	assert_int_equal(bus_read(&c.ports, 0xcfc, 4), 0xffffffff);
	assert_int_equal(c.ports.unassigned_reads, 1); /* an empty slot is no missing port */
}

/* Without firmware's help: the PIT by way of 8259, LINT0 and the local APIC. */
static void test_pit_to_processor(void **state)
{
	(void)state;
	pic_setup(0xfe, 0xff);
	out(0x43, 0x34), out(0x40, 0xa9), out(0x40, 4); /* mode 2, 1193: 1 ms */
	assert_true(irq());                             /* the control word lets the output rise */
	assert_int_equal(machine_take(&c), 0x20);
	out(0x20, 0x20);
	c.due = false;
	assert_false(irq());
	assert_in_range(machine_deadline(&c), START + 990000, START + 1010000);
	now = machine_deadline(&c);
	machine_advance(&c);
	assert_true(c.due);
	assert_true(irq());
	assert_int_equal(machine_take(&c), 0x20);
	assert_false(irq());
	assert_true(machine_deadline(&c) > now);
	/* a second edge waits for the end of the first */
	now = machine_deadline(&c);
	machine_advance(&c);
	assert_false(irq());
	out(0x20, 0x20);
	assert_true(irq());
	assert_int_equal(machine_take(&c), 0x20);
}

/* Before anybody has programmed the 8259 it must not use vectors below 32. */
static void test_masked_at_first(void **state)
{
	(void)state;
	out(0x3fc, 8), out(0x3f9, 2);
	assert_true(uart_irq(&m.uart));
	assert_false(irq());
}

/* The PIT's gate in port 0x61 is wired. */
static void test_port_61(void **state)
{
	(void)state;
	out(0x61, 1);
	out(0x43, 0xb0), out(0x42, 10), out(0x42, 0);
	assert_false(in(0x61) & 0x20);
	now += 1000000;
	assert_true(in(0x61) & 0x20);
}

static void test_local_timer(void **state)
{
	(void)state;
	lapic_out(0xf0, 0x1ff);
	lapic_out(0x3e0, 0xb); /* divide by 1 */
	lapic_out(0x320, 0x41);
	c.due = false;
	lapic_out(0x380, 5000);
	assert_true(c.due); /* there is a new deadline */
	assert_in_range(machine_deadline(&c), START + 5000, START + 5001);
	now += 4999;
	machine_advance(&c);
	assert_false(irq());
	now += 2;
	machine_advance(&c);
	assert_true(irq());
	assert_int_equal(machine_take(&c), 0x41);
	assert_int_equal(machine_deadline(&c), CLOCK_NEVER);
}

/* A device's line by way of the I/O APIC, level-triggered, and its EOI. */
static void test_com1_by_ioapic(void **state)
{
	(void)state;
	lapic_out(0xf0, 0x1ff);
	ioapic_out(0x10 + 2 * 4, 0x34 | 1 << 15);
	assert_false(irq());
	c.due = false;
	out(0x3fc, 0x08); /* OUT2 */
	out(0x3f9, 0x02); /* transmitter empty */
	assert_true(c.due);
	assert_true(irq());
	assert_int_equal(machine_take(&c), 0x34);
	assert_false(irq());
	lapic_out(0xb0, 0); /* still asserted: again */
	assert_true(irq());
	assert_int_equal(machine_take(&c), 0x34);
	assert_int_equal(in(0x3fa) & 0xf, 0x02); /* reading tells it is seen */
	lapic_out(0xb0, 0);
	assert_false(irq());
}

static void test_serial(void **state)
{
	(void)state;
	out(0x3f8, 'o'), out(0x3f8, 'k');
	assert_string_equal(sent, "ok");
	out(0x3fa, 1);
	out(0x3fc, 8), out(0x3f9, 1);
	typed = "0123456789abcdefghi";
	c.due = false;
	machine_input(&c);
	assert_false(c.due); /* its line is masked everywhere */
	assert_string_equal(typed, "ghi");
	assert_int_equal(in(0x3f8), '0');
	assert_string_equal(typed, "hi"); /* reading makes room, which is filled at once */
	for (unsigned i = 1; i < 19; i++)
		assert_int_equal(in(0x3f8), "0123456789abcdefghi"[i]);
	assert_false(in(0x3fd) & 1);
	/* a status read is nothing to look at */
	c.due = false;
	in(0x3fd);
	assert_false(c.due);
}

static const struct {
	uint16_t port;
	unsigned bytes;
	uint32_t value;
	enum machine_event event;
} events[] = {
	{0x64, 1, 0xfe, MACHINE_RESET},
	{0x92, 1, 1, MACHINE_RESET},
	{0xcf9, 1, 6, MACHINE_RESET},
	{0x604, 2, 5 << 10 | 1 << 13, MACHINE_POWEROFF},
	{0x604, 2, 1 << 13, MACHINE_NONE},
	{0xf4, 1, 42, MACHINE_DEBUG_EXIT},
	{0x80, 1, 0xfe, MACHINE_NONE},
};

static void test_events(void **state)
{
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
		setup(state);
		bus_write(&c.ports, events[i].port, events[i].bytes, events[i].value);
		if (m.event != events[i].event)
			fail_msg("port %#x: %u", events[i].port, m.event);
		assert_true(c.due || m.event == MACHINE_NONE);
	}
	setup(state);
	out(0xf4, 42);
	assert_int_equal(debugexit_code(&m.debugexit), 42);
}

static void test_nmi(void **state)
{
	(void)state;
	lapic_out(0xf0, 0x1ff);
	lapic_out(0x310, 0);
	lapic_out(0x300, 4 << 8 | 1 << 14); /* NMI to itself, by id */
	assert_true(c.due);
	machine_collect(&c);
	assert_true(c.nmi);
	assert_int_equal(kicks, 0);
}

static void test_clock_speed(void **state)
{
	struct machine_config config = m.config;

	(void)state;
	config.tsc_khz = 0;
	assert_int_equal(machine_init(&m, &config), STATUS_BAD_ARG);
	config.tsc_khz = 2000000;
	assert_int_equal(machine_init(&m, &config), STATUS_OK);
	now += 2000;
	assert_int_equal(machine_now(&m), 1000);
}

/* One card with a BAR, in a machine of its own. */
static uint64_t card_wrote;
static uint64_t card_read(void *ctx, uint64_t offset, unsigned bytes)
{
	(void)ctx, (void)bytes;
	return offset + 0x1000;
}
static void card_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	machine_message(ctx, 0xfee00000, 0x77);
	card_wrote = offset | value << 16 | (uint64_t)bytes << 60;
}

static void test_pci(void **state)
{
	static const struct pci_identity id = {.vendor = 0x1234, .device = 0x5678};
	static struct pci_function card;
	struct machine_config config = m.config;

	assert_int_equal(machine_add_function(&m, &card), STATUS_BAD_STATE); /* too late */
	assert_int_equal(bus_read(&c.mmio, PCI_ECAM, 4), 0xffffffff);
	assert_int_equal(c.mmio.unassigned_reads, 1);
	(void)state;
	pci_function_init(&card, &id);
	pci_function_set_bar(&card, 0x1000);
	card.read = card_read;
	card.write = card_write;
	card.ctx = &m;
	assert_int_equal(machine_init(&m, &config), STATUS_OK);
	assert_int_equal(machine_add_function(&m, &card), STATUS_OK);
	assert_int_equal(machine_add_cpu(&m, &c), STATUS_OK);
	assert_int_equal(bus_read(&c.mmio, PCI_ECAM + 0x8000, 4), 0x56781234);
	assert_int_equal(bus_read(&c.mmio, PCI_ECAM + 0x8000, 8), 0x56781234);
	bus_write(&c.mmio, PCI_ECAM + 0x8004, 2, 6);
	assert_int_equal(bus_read(&c.mmio, PCI_WINDOW + 0x10, 4), 0x1010);
	assert_int_equal(bus_read(&c.mmio, PCI_WINDOW + 0x1000, 4), 0xffffffff);
	bus_write(&c.ports, 0xcf8, 4, 0x80000800);
	assert_int_equal(bus_read(&c.ports, 0xcfe, 2), 0x5678);
	assert_int_equal(c.mmio.unassigned_reads + c.ports.unassigned_reads, 0);
	/* its message reaches the local APIC at once */
	lapic_out(0xf0, 0x1ff);
	c.due = false;
	bus_write(&c.mmio, PCI_WINDOW + 0x20, 2, 0xabcd);
	assert_int_equal(card_wrote, 0x20 | 0xabcd0000 | 2ull << 60);
	assert_true(c.due);
	assert_true(irq());
	assert_int_equal(machine_take(&c), 0x77);
}

/* Only a write to where local APICs are is an interrupt. */
static void test_messages(void **state)
{
	static const struct {
		uint64_t address;
		uint32_t data;
		bool arrives;
	} rows[] = {
		{0xfee00000, 0x55, true},
		{0xfeeff00c, 0x55, true},  /* to everybody, logical */
		{0xfee01000, 0x55, true},  /* to the second */
		{0xfee0f000, 0x55, false}, /* to nobody */
		{0xfed00000, 0x55, false},
		{0x1fee00000, 0x55, false},
		{0x1000, 0x55, false},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		setup(state);
		lapic_out(0xf0, 0x1ff);
		lapic_out(0xe0, 0xffffffff);
		lapic_out(0xd0, 0xff000000);
		bus_write(&second.mmio, LAPIC_BASE_DEFAULT + 0xf0, 4, 0x1ff);
		machine_lock(&c);
		machine_message(&m, rows[i].address, rows[i].data);
		machine_unlock(&c);
		machine_collect(&second);
		if ((irq() || machine_irq(&second)) != rows[i].arrives)
			fail_msg("row %zu", i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_ports, setup),
		cmocka_unit_test_setup(test_pit_to_processor, setup),
		cmocka_unit_test_setup(test_masked_at_first, setup),
		cmocka_unit_test_setup(test_port_61, setup),
		cmocka_unit_test_setup(test_local_timer, setup),
		cmocka_unit_test_setup(test_com1_by_ioapic, setup),
		cmocka_unit_test_setup(test_serial, setup),
		cmocka_unit_test_setup(test_events, setup),
		cmocka_unit_test_setup(test_nmi, setup),
		cmocka_unit_test_setup(test_clock_speed, setup),
		cmocka_unit_test_setup(test_pci, setup),
		cmocka_unit_test_setup(test_messages, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
