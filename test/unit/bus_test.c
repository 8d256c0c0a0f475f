/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/bus.c */
#include "vmm/bus.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* The device notes what it was asked. */
static struct access {
	void *ctx;
	uint64_t offset, value;
	unsigned bytes;
	bool write;
} seen[16];
static unsigned seen_count;

static uint64_t device_read(void *ctx, uint64_t offset, unsigned bytes)
{
	assert_true(seen_count < 16);
	seen[seen_count++] = (struct access){ctx, offset, 0, bytes, false};
	return 0xfedcba9876543210ull + (offset << 4);
}

static void device_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	assert_true(seen_count < 16);
	seen[seen_count++] = (struct access){ctx, offset, value, bytes, true};
}

static struct access reported;
static unsigned reports;

static void report(const struct bus *bus, uint64_t address, unsigned bytes, bool write)
{
	reported = (struct access){(void *)bus, address, 0, bytes, write};
	reports++;
}

static struct bus bus;

static int setup(void **state)
{
	(void)state;
	bus_init(&bus, "port", report);
	seen_count = reports = 0;
	return 0;
}

static enum status add(uint64_t base, uint64_t size, unsigned width)
{
	struct bus_device device = {.name = "d",
		.base = base,
		.size = size,
		.width = width,
		.read = device_read,
		.write = device_write,
		.ctx = (void *)(uintptr_t)base};

	return bus_add(&bus, &device);
}

static const struct {
	uint64_t base, size;
	enum status status;
} adds[] = {
	{0x100, 0x10, STATUS_OK},
	{0x100, 0x10, STATUS_IN_USE},
	{0x10f, 1, STATUS_IN_USE},
	{0xff, 2, STATUS_IN_USE},
	{0, 0x1000, STATUS_IN_USE},
	{0x104, 1, STATUS_IN_USE},
	{0x110, 1, STATUS_OK},
	{0xff, 1, STATUS_OK},
	{0x200, 0, STATUS_BAD_ARG},
	{UINT64_MAX, 2, STATUS_BAD_ARG},
	{UINT64_MAX - 0xf, 0x10, STATUS_OK},
	{0, 0xff, STATUS_OK},
};

static void test_add(void **state)
{
	struct bus_device no_write = {.name = "d", .base = 0x300, .size = 1, .read = device_read};
	unsigned good = 0;

	(void)state;
	for (size_t i = 0; i < sizeof adds / sizeof adds[0]; i++) {
		assert_int_equal(add(adds[i].base, adds[i].size, 0), adds[i].status);
		good += adds[i].status == STATUS_OK;
		assert_int_equal(bus.devices, good);
	}
	assert_int_equal(bus_add(&bus, &no_write), STATUS_BAD_ARG);
	for (unsigned i = 1; i < bus.devices; i++)
		assert_true(bus.device[i - 1].base < bus.device[i].base);
}

static void test_full(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BUS_DEVICES; i++)
		assert_int_equal(add(0x1000 - 16 * i, 8, 0), STATUS_OK);
	assert_int_equal(add(0x2000, 8, 0), STATUS_NO_MEMORY);
	for (unsigned i = 0; i < BUS_DEVICES; i++) {
		assert_int_equal(bus_find(&bus, 0x1000 - 16 * i)->base, 0x1000 - 16 * i);
		assert_int_equal(bus_find(&bus, 0x1007 - 16 * i)->base, 0x1000 - 16 * i);
		assert_null(bus_find(&bus, 0x1008 - 16 * i));
	}
}

static void test_access(void **state)
{
	(void)state;
	assert_int_equal(add(0x60, 8, 0), STATUS_OK);
	assert_int_equal(bus_read(&bus, 0x62, 1), 0x30);
	assert_int_equal(bus_read(&bus, 0x62, 2), 0x3230);
	assert_int_equal(bus_read(&bus, 0x60, 4), 0x76543210);
	assert_int_equal(bus_read(&bus, 0x60, 8), 0xfedcba9876543210ull);
	bus_write(&bus, 0x67, 2, 0x12345678);
	assert_int_equal(seen_count, 5);
	assert_int_equal(seen[4].offset, 7);
	assert_int_equal(seen[4].bytes, 2);
	assert_int_equal(seen[4].value, 0x5678);
	assert_ptr_equal(seen[4].ctx, (void *)0x60);
	assert_int_equal(reports, 0);
}

/* A 16-bit write to an 8-bit device and its neighbour, as on an ISA bus. */
static void test_split(void **state)
{
	(void)state;
	assert_int_equal(add(0x70, 2, 1), STATUS_OK);
	assert_int_equal(add(0x72, 1, 1), STATUS_OK);
	bus_write(&bus, 0x70, 4, 0x44332211);
	assert_int_equal(seen_count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(seen[i].value, 0x11 * (i + 1));
	assert_int_equal(seen[1].offset, 1);
	assert_int_equal(seen[2].offset, 0);
	assert_int_equal(bus.unassigned_writes, 1);
	assert_int_equal(reported.offset, 0x73);
	assert_int_equal(bus_read(&bus, 0x70, 2), 0x2010);
	assert_int_equal(bus_read(&bus, 0x72, 2), 0xff10);
}

static void test_unassigned(void **state)
{
	static const uint64_t ones[][2] = {
		{1, 0xff}, {2, 0xffff}, {4, 0xffffffff}, {8, UINT64_MAX}};

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(bus_read(&bus, 0x80, (unsigned)ones[i][0]), ones[i][1]);
	assert_int_equal(bus.unassigned_reads, 4);
	assert_int_equal(reports, 1);
	assert_false(reported.write);
	bus_write(&bus, 0x81, 2, 5);
	assert_int_equal(bus.unassigned_writes, 1);
	assert_int_equal(reports, 2);
	assert_int_equal(reported.offset, 0x81);
	assert_int_equal(reported.bytes, 2);
	assert_true(reported.write);
	for (unsigned i = 0; i < 2 * SEEN_MAX; i++)
		bus_write(&bus, 0x1000 + i, 1, 0);
	assert_int_equal(reports, SEEN_MAX);
	assert_int_equal(bus.unassigned_writes, 1 + 2 * SEEN_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_add, setup),
		cmocka_unit_test_setup(test_full, setup),
		cmocka_unit_test_setup(test_access, setup),
		cmocka_unit_test_setup(test_split, setup),
		cmocka_unit_test_setup(test_unassigned, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
