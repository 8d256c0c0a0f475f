/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/ioapic.c */
/* The I/O APIC: registers, edges, levels with remote IRR, messages. */
#include "vmm/dev/ioapic.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define MASKED 0x10000u
#define LEVEL 0x8000u
#define REMOTE_IRR 0x4000u

static struct ioapic io;
static struct apic_message last;
static unsigned sent;
static bool taken;

static bool send(void *ctx, const struct apic_message *message)
{
	assert_ptr_equal(ctx, &sent);
	last = *message;
	sent++;
	return taken;
}

static int setup(void **state)
{
	(void)state;
	ioapic_init(&io, send, &sent);
	sent = 0;
	taken = true;
	return 0;
}

static uint32_t get(unsigned reg)
{
	ioapic_write(&io, 0, 4, reg);
	return (uint32_t)ioapic_read(&io, 0x10, 4);
}

static void put(unsigned reg, uint32_t value)
{
	ioapic_write(&io, 0, 4, reg);
	ioapic_write(&io, 0x10, 4, value);
}

static void entry(unsigned pin, uint32_t low, uint32_t high)
{
	put(0x11 + 2 * pin, high);
	put(0x10 + 2 * pin, low);
}

struct register_row {
	unsigned reg;
	uint32_t reset, written; /* after writing all ones, masked entries first */
};

static void registers(void **state)
{
	static const struct register_row rows[] = {
		{0x00, 0, 0x0f000000},
		{0x01, 0x00170020, 0x00170020},
		{0x02, 0, 0x0f000000}, /* mirrors the ID written above */
		{0x03, 0, 0},
		{0x0f, 0, 0},
		{0x10, MASKED, 0x1afff},
		{0x11, 0, 0xff000000},
		{0x3e, MASKED, 0x1afff},
		{0x3f, 0, 0xff000000},
		{0x40, 0, 0},
		{0xff, 0, 0},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_int_equal(get(rows[i].reg), rows[i].reset);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		if (rows[i].reg != 2)
			put(rows[i].reg, UINT32_MAX);
		assert_int_equal(get(rows[i].reg), rows[i].written);
	}
	for (unsigned pin = 1; pin < IOAPIC_PINS - 1; pin++) {
		assert_int_equal(get(0x10 + 2 * pin), MASKED);
		assert_int_equal(get(0x11 + 2 * pin), 0);
	}
	assert_int_equal(sent, 0);
}

struct access_row {
	uint64_t offset;
	unsigned bytes;
	uint64_t value;
};

/* Reads of every width with the version register selected. */
static void read_access(void **state)
{
	static const struct access_row rows[] = {
		{0x00, 1, 0x01},
		{0x00, 4, 0x01},
		{0x00, 8, 0x01},
		{0x01, 1, 0},
		{0x10, 4, 0x00170020},
		{0x10, 8, 0x00170020},
		{0x10, 1, 0x20},
		{0x12, 2, 0x17},
		{0x13, 8, 0},
		{0x14, 4, 0},
		{0x40, 4, 0},
		{0xfff, 1, 0},
		{UINT64_MAX, 8, 0},
	};

	(void)state;
	(void)get(1);
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
		assert_true(ioapic_read(&io, rows[i].offset, rows[i].bytes) == rows[i].value);
}

static void write_access(void **state)
{
	(void)state;
	ioapic_write(&io, 0, 1, 0x110); /* the select register has eight bits */
	assert_int_equal(io.select, 0x10);
	ioapic_write(&io, 0x10, 1, 0x33); /* narrow window writes: ignored */
	ioapic_write(&io, 0x10, 2, 0x33);
	ioapic_write(&io, 0x12, 4, 0x33);
	ioapic_write(&io, 1, 4, 0x33);
	ioapic_write(&io, UINT64_MAX, 8, 0x33);
	assert_int_equal(io.select, 0x10);
	assert_int_equal(get(0x10), MASKED);
	ioapic_write(&io, 0x10, 8, 0x10033);
	assert_int_equal(get(0x10), 0x10033);
}

struct message_row {
	uint32_t low, high;
	struct apic_message message;
};

static void messages(void **state)
{
#define MESSAGE(dest, log, lvl, vec, mode)                                                         \
	{                                                                                          \
		.destination = dest, .logical = log, .level = lvl, .vector = vec,                  \
		.delivery = mode, .source = APIC_NO_SOURCE                                         \
	}
	static const struct message_row rows[] = {
		{0x0031, 0x00000000, MESSAGE(0, false, false, 0x31, APIC_FIXED)},
		{0x0931, 0x03000000, MESSAGE(3, true, false, 0x31, APIC_LOWEST)},
		{0x8931, 0x03000000, MESSAGE(3, true, true, 0x31, APIC_LOWEST)},
		{0x2031, 0x03000000, MESSAGE(3, false, false, 0x31, APIC_FIXED)}, /* polarity */
		{0x0231, 0x01000000, MESSAGE(1, false, false, 0x31, APIC_SMI)},
		{0x0431, 0x01000000, MESSAGE(1, false, false, 0x31, APIC_NMI)},
		{0x8431, 0x01000000, MESSAGE(1, false, false, 0x31, APIC_NMI)},
		{0x0531, 0x01000000, MESSAGE(1, false, false, 0x31, APIC_INIT)},
		{0x0731, 0x01000000, MESSAGE(1, false, false, 0x31, APIC_EXTINT)},
		{0x80ff, 0xff000000, MESSAGE(APIC_BROADCAST, false, true, 0xff, APIC_FIXED)},
		{0x0831, 0xff000000, MESSAGE(APIC_BROADCAST, true, false, 0x31, APIC_FIXED)},
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)setup(state);
		entry(i, rows[i].low, rows[i].high);
		ioapic_set_pin(&io, i, true);
		assert_int_equal(sent, 1);
		assert_int_equal(last.destination, rows[i].message.destination);
		assert_int_equal(last.logical, rows[i].message.logical);
		assert_int_equal(last.level, rows[i].message.level);
		assert_int_equal(last.vector, rows[i].message.vector);
		assert_int_equal(last.delivery, rows[i].message.delivery);
		assert_int_equal(last.shorthand, APIC_TO_DESTINATION);
		assert_int_equal(last.source, APIC_NO_SOURCE);
		assert_int_equal(get(0x10 + 2 * i) & REMOTE_IRR, last.level ? REMOTE_IRR : 0);
	}
}

static void edge_is_sent_once(void **state)
{
	(void)state;
	entry(2, 0x30, 0);
	ioapic_set_pin(&io, 2, true);
	ioapic_set_pin(&io, 2, true);
	assert_int_equal(sent, 1);
	ioapic_set_pin(&io, 2, false);
	assert_int_equal(sent, 1);
	ioapic_set_pin(&io, 2, true);
	assert_int_equal(sent, 2);
	ioapic_eoi(&io, 0x30);
	assert_int_equal(sent, 2);
}

static void masked_edge_is_lost(void **state)
{
	(void)state;
	entry(2, MASKED | 0x30, 0);
	ioapic_set_pin(&io, 2, true);
	entry(2, 0x30, 0);
	assert_int_equal(sent, 0);
	ioapic_set_pin(&io, 2, false);
	ioapic_set_pin(&io, 2, true);
	assert_int_equal(sent, 1);
}

static void level_waits_for_the_eoi(void **state)
{
	(void)state;
	entry(9, LEVEL | 0x40, 0);
	ioapic_set_pin(&io, 9, true);
	ioapic_set_pin(&io, 9, true);
	assert_int_equal(sent, 1);
	assert_int_equal(get(0x10 + 18), LEVEL | REMOTE_IRR | 0x40);
	ioapic_eoi(&io, 0x41); /* another vector */
	assert_int_equal(sent, 1);
	ioapic_eoi(&io, 0x40); /* still high: again */
	assert_int_equal(sent, 2);
	assert_int_equal(get(0x10 + 18), LEVEL | REMOTE_IRR | 0x40);
	ioapic_set_pin(&io, 9, false);
	ioapic_set_pin(&io, 9, true); /* not before the EOI */
	assert_int_equal(sent, 2);
	ioapic_set_pin(&io, 9, false);
	ioapic_eoi(&io, 0x40);
	assert_int_equal(sent, 2);
	assert_int_equal(get(0x10 + 18), LEVEL | 0x40);
}

static void eoi_register_does_the_same(void **state)
{
	(void)state;
	entry(9, LEVEL | 0x40, 0);
	entry(10, LEVEL | 0x40, 0); /* a shared vector */
	entry(11, LEVEL | 0x41, 0);
	for (unsigned pin = 9; pin < 12; pin++)
		ioapic_set_pin(&io, pin, true);
	assert_int_equal(sent, 3);
	ioapic_set_pin(&io, 9, false);
	ioapic_write(&io, 0x40, 4, 0x40);
	assert_int_equal(sent, 4);
	assert_int_equal(get(0x10 + 18) & REMOTE_IRR, 0);
	assert_int_equal(get(0x10 + 20) & REMOTE_IRR, REMOTE_IRR);
	assert_int_equal(get(0x10 + 22) & REMOTE_IRR, REMOTE_IRR);
}

static void masked_level_waits(void **state)
{
	(void)state;
	entry(5, MASKED | LEVEL | 0x50, 0);
	ioapic_set_pin(&io, 5, true);
	assert_int_equal(sent, 0);
	put(0x10 + 10, LEVEL | 0x50);
	assert_int_equal(sent, 1);
	put(0x10 + 10, MASKED | LEVEL | 0x50); /* masking keeps remote IRR */
	assert_int_equal(get(0x10 + 10), MASKED | LEVEL | REMOTE_IRR | 0x50);
	ioapic_eoi(&io, 0x50);
	assert_int_equal(sent, 1);
	put(0x10 + 10, LEVEL | 0x50);
	assert_int_equal(sent, 2);
}

static void untaken_level_is_tried_again(void **state)
{
	(void)state;
	taken = false;
	entry(5, LEVEL | 0x50, 0);
	ioapic_set_pin(&io, 5, true);
	assert_int_equal(get(0x10 + 10) & REMOTE_IRR, 0);
	taken = true;
	ioapic_set_pin(&io, 5, true);
	assert_int_equal(sent, 2);
	assert_int_equal(get(0x10 + 10) & REMOTE_IRR, REMOTE_IRR);
}

/* What Linux does to clear remote IRR: mask and edge, then back to level. */
static void edge_and_back_clears_remote_irr(void **state)
{
	(void)state;
	entry(5, LEVEL | 0x50, 0);
	ioapic_set_pin(&io, 5, true);
	put(0x10 + 10, MASKED | 0x50);
	assert_int_equal(get(0x10 + 10), MASKED | 0x50);
	put(0x10 + 10, MASKED | LEVEL | 0x50);
	assert_int_equal(get(0x10 + 10), MASKED | LEVEL | 0x50);
}

static void remote_irr_is_read_only(void **state)
{
	(void)state;
	entry(5, MASKED | LEVEL | REMOTE_IRR | 0x1000 | 0x50, 0);
	assert_int_equal(get(0x10 + 10), MASKED | LEVEL | 0x50);
	entry(5, LEVEL | 0x50, 0);
	ioapic_set_pin(&io, 5, true);
	put(0x10 + 10, LEVEL | 0x51);
	assert_int_equal(get(0x10 + 10), LEVEL | REMOTE_IRR | 0x51);
}

static void writing_the_destination_keeps_the_rest(void **state)
{
	(void)state;
	entry(5, LEVEL | 0x50, 0x01000000);
	ioapic_set_pin(&io, 5, true);
	put(0x11 + 10, 0x02000000);
	assert_int_equal(get(0x10 + 10), LEVEL | REMOTE_IRR | 0x50);
	ioapic_eoi(&io, 0x50);
	assert_int_equal(last.destination, 2);
}

static void pins_beyond_are_ignored(void **state)
{
	(void)state;
	ioapic_set_pin(&io, IOAPIC_PINS, true);
	ioapic_set_pin(&io, UINT32_MAX, true);
	assert_int_equal(io.pins, 0);
}

static uint64_t seed = 88172645463325252ull;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* Whatever happens, a high unmasked level pin is either taken or has just been
 * refused, and remote IRR stands on level entries only. */
static void check_entries(void)
{
	for (unsigned pin = 0; pin < IOAPIC_PINS; pin++) {
		uint64_t e = io.entry[pin];
		bool level = (e & LEVEL) && (e >> 8 & 7) < 2;

		assert_true(level || !(e & REMOTE_IRR));
		if (level && taken && !(e & MASKED) && (io.pins >> pin & 1))
			assert_true(e & REMOTE_IRR);
		assert_int_equal(e & 0x00fffffffffe1000ull, 0);
	}
}

static void random_operations(void **state)
{
	static const uint64_t offsets[] = {0, 0x10, 0x10, 0x40};

	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t r = rnd(), offset = r >> 8 & 15 ? offsets[r >> 12 & 3] : rnd();
		unsigned bytes = 1u << (r >> 20 & 3);

		switch (r & 3) {
		case 0:
			ioapic_write(&io, offset, bytes, offset ? rnd() : r >> 32 & 63);
			break;
		case 1:
			(void)ioapic_read(&io, offset, bytes);
			break;
		case 2:
			ioapic_set_pin(&io, r >> 32 & 31, r >> 40 & 1);
			break;
		default:
			ioapic_eoi(&io, (uint8_t)(r >> 32));
			break;
		}
		if (i % 16 == 0)
			check_entries();
	}
	assert_true(sent > 1000);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(registers),
		TEST(read_access),
		TEST(write_access),
		TEST(messages),
		TEST(edge_is_sent_once),
		TEST(masked_edge_is_lost),
		TEST(level_waits_for_the_eoi),
		TEST(eoi_register_does_the_same),
		TEST(masked_level_waits),
		TEST(untaken_level_is_tried_again),
		TEST(edge_and_back_clears_remote_irr),
		TEST(remote_irr_is_read_only),
		TEST(writing_the_destination_keeps_the_rest),
		TEST(pins_beyond_are_ignored),
		TEST(random_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
