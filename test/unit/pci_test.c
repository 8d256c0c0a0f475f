/* SPDX-License-Identifier: MIT */
/* PCI bus 0 by ports and by memory, its BARs, and the reset control register. */
#include "vmm/dev/pci.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/compiler.h"

/* LINK: vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c */

/* A function with a BAR of one page that remembers its last access. */
struct card {
	struct pci_function function;
	uint64_t offset, value;
	unsigned bytes, writes;
};

static uint64_t card_read(void *ctx, uint64_t offset, unsigned bytes)
{
	struct card *card = ctx;

	card->offset = offset;
	card->bytes = bytes;
	return 0x1122334455667788;
}

static void card_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	struct card *card = ctx;

	card->offset = offset;
	card->bytes = bytes;
	card->value = value;
	card->writes++;
}

static void card_init(struct card *card, uint32_t bar)
{
	static const struct pci_identity id = {.vendor = 0x1234,
		.device = 0x5678,
		.subsystem_vendor = 0x9abc,
		.subsystem = 0xdef0,
		.revision = 7,
		.class_code = 0x010203};

	*card = (struct card){0};
	pci_function_init(&card->function, &id);
	if (bar)
		pci_function_set_bar(&card->function, bar);
	card->function.read = card_read;
	card->function.write = card_write;
	card->function.ctx = card;
}

static uint32_t ecam(struct pci *p, unsigned device, unsigned offset, unsigned bytes)
{
	return (uint32_t)pci_ecam_read(p, device << 15 | offset, bytes);
}

static void ecam_put(
	struct pci *p, unsigned device, unsigned offset, unsigned bytes, uint32_t value)
{
	pci_ecam_write(p, device << 15 | offset, bytes, value);
}

static struct card card[3];

/* Two cards: devices 1 and 2. */
static struct pci *bus(void)
{
	static struct pci p;

	pci_init(&p);
	for (unsigned i = 0; i < 2; i++) {
		card_init(&card[i], 0x1000);
		assert_int_equal(pci_add(&p, &card[i].function), STATUS_OK);
	}
	return &p;
}

static void the_bus_has_a_bridge_and_its_cards(void **state)
{
	static const struct {
		unsigned device, offset, bytes;
		uint32_t want;
	} rows[] = {
		{0, 0x00, 4, 0x00081b36},
		{0, 0x08, 4, 0x06000000},
		{0, 0x0e, 1, 0}, /* one function, type 0 */
		{0, 0x10, 4, 0},
		{1, 0x00, 4, 0x56781234},
		{1, 0x02, 2, 0x5678},
		{1, 0x03, 1, 0x56},
		{1, 0x04, 2, 0},
		{1, 0x08, 4, 0x01020307},
		{1, 0x10, 4, 0xc0000000},
		{1, 0x14, 4, 0},
		{1, 0x2c, 4, 0xdef09abc},
		{1, 0x3d, 1, 0}, /* no interrupt pin */
		{1, 0xfc, 4, 0},
		{1, 0x100, 4, 0}, /* no extended capability */
		{1, 0xffc, 4, 0},
		{2, 0x00, 4, 0x56781234},
		{2, 0x10, 4, 0xc0001000},
		{3, 0x00, 4, 0xffffffff},
		{31, 0x00, 2, 0xffff},
	};
	struct pci *p = bus();

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		if (ecam(p, rows[i].device, rows[i].offset, rows[i].bytes) != rows[i].want)
			fail_msg("row %u by memory", i);
		if (rows[i].offset > 0xff)
			continue;
		pci_write(p, 0, 4, 0x80000000u | rows[i].device << 11 | (rows[i].offset & 0xfc));
		if (pci_read(p, 4 + (rows[i].offset & 3), rows[i].bytes) != rows[i].want)
			fail_msg("row %u by ports", i);
	}
}

/* Other functions of a device, other buses, words that are crossed, a gate that is shut. */
static void what_is_not_there(void **state)
{
	struct pci *p = bus();

	(void)state;
	for (unsigned function = 1; function < 8; function++)
		assert_int_equal(pci_ecam_read(p, 1 << 15 | function << 12, 4), 0xffffffff);
	for (unsigned number = 1; number < 256; number++) {
		pci_write(p, 0, 4, 0x80000800u | number << 16);
		assert_int_equal(pci_read(p, 4, 4), 0xffffffff);
	}
	assert_int_equal(pci_ecam_read(p, PCI_ECAM_SIZE + (1 << 15), 4), 0xffffffff);
	assert_int_equal(ecam(p, 1, 3, 2), 0xffff);
	assert_int_equal(ecam(p, 1, 2, 4), 0xffffffff);
	ecam_put(p, 1, 0x3b, 2, 0x5555);
	assert_int_equal(ecam(p, 1, 0x3c, 1), 0);
	pci_write(p, 0, 4, 0x00000800);
	assert_int_equal(pci_read(p, 4, 4), 0xffffffff);
	pci_write(p, 0, 4, 0x0000083c);
	pci_write(p, 4, 1, 9);
	assert_int_equal(ecam(p, 1, 0x3c, 1), 0);
}

static void only_some_bits_can_be_written(void **state)
{
	struct pci *p = bus();

	(void)state;
	for (unsigned offset = 0; offset < 0x100; offset += 4)
		if (offset != 0x10)
			ecam_put(p, 1, offset, 4, 0xffffffff);
	for (unsigned offset = 0; offset < 0x100; offset += 4) {
		uint32_t want = offset == 0x00   ? 0x56781234
				: offset == 0x04 ? 0x0406
				: offset == 0x08 ? 0x01020307
				: offset == 0x0c ? 0xff
				: offset == 0x10 ? 0xc0000000
				: offset == 0x2c ? 0xdef09abc
				: offset == 0x3c ? 0xff
						 : 0;
		if (ecam(p, 1, offset, 4) != want)
			fail_msg("%#x: %#x", offset, ecam(p, 1, offset, 4));
	}
	ecam_put(p, 0, 0x04, 2, 0xffff);
	assert_int_equal(ecam(p, 0, 0x04, 2), 0x0404); /* the bridge has no memory */
}

static void a_bar_is_sized_and_placed(void **state)
{
	struct pci *p = bus();

	(void)state;
	ecam_put(p, 1, 0x10, 4, 0xffffffff);
	assert_int_equal(ecam(p, 1, 0x10, 4), 0xfffff000);
	ecam_put(p, 1, 0x10, 4, 0xc8765fff);
	assert_int_equal(ecam(p, 1, 0x10, 4), 0xc8765000);
	assert_int_equal(pci_window_read(p, 0x8765000, 4), 0xffffffff); /* off */
	ecam_put(p, 1, 4, 2, 2);
	assert_int_equal(pci_window_read(p, 0x8765010, 4), 0x1122334455667788);
	assert_int_equal(card[0].offset, 0x10);
	assert_int_equal(card[0].bytes, 4);
	pci_window_write(p, 0x8765ffe, 2, 0xabcd);
	assert_int_equal(card[0].offset, 0xffe);
	assert_int_equal(card[0].value, 0xabcd);
	pci_window_write(p, 0x8765ffe, 4, 0x1234); /* over its end */
	pci_window_write(p, 0x8764fff, 2, 0x1234);
	pci_window_write(p, 0x8766000, 1, 0x12);
	assert_int_equal(card[0].writes, 1);
	ecam_put(p, 1, 4, 2, 0);
	pci_window_write(p, 0x8765000, 4, 1);
	assert_int_equal(card[0].writes, 1);
}

/* Where the first card's BAR is put, and who then decodes; the second is at 0xc0001000. */
static void bars_in_the_way(void **state)
{
	static const struct {
		uint32_t base;
		bool first, second;
	} rows[] = {
		{0xc0000000, true, true},
		{0xc0001000, false, false}, /* on the other */
		{0xc0002000, true, true},
		{0xcffff000, true, true}, /* the last of the window */
		{0xd0000000, false, true},
		{0xbffff000, false, true}, /* it would be RAM */
		{0xfee00000, false, true}, /* the local APIC */
		{0xe0000000, false, true}, /* configuration space */
		{0xfffff000, false, true},
		{0x00000000, false, true},
	};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pci *p = bus();

		ecam_put(p, 1, 4, 2, 2);
		ecam_put(p, 2, 4, 2, 2);
		ecam_put(p, 1, 0x10, 4, rows[i].base);
		pci_window_write(p, rows[i].base - PCI_WINDOW, 1, 0);
		if (card[0].writes != rows[i].first)
			fail_msg("row %u", i);
		card[1].writes = 0;
		pci_window_write(p, 0x1000, 1, 0);
		if (card[1].writes != rows[i].second)
			fail_msg("row %u: the other", i);
		ecam_put(p, 1, 4, 2, 0); /* out of the way */
		pci_window_write(p, 0x1000, 1, 0);
		assert_int_equal(card[1].writes, rows[i].second + 1u);
	}
}

static void a_full_bus(void **state)
{
	static struct card cards[PCI_DEVICES];
	struct pci p;

	(void)state;
	pci_init(&p);
	for (unsigned i = 0; i < PCI_DEVICES; i++) {
		card_init(&cards[i], 16);
		assert_int_equal(pci_add(&p, &cards[i].function),
			i < PCI_DEVICES - 1 ? STATUS_OK : STATUS_NO_MEMORY);
	}
	assert_int_equal(ecam(&p, 31, 0x10, 4), 0xc0000000 + 30 * 16);
	pci_init(&p);
	card_init(&cards[0], 0x1000);
	card_init(&cards[1], 0x8000000);
	card_init(&cards[2], 0x8000000);
	assert_int_equal(pci_add(&p, &cards[0].function), STATUS_OK);
	assert_int_equal(pci_add(&p, &cards[1].function), STATUS_OK);
	assert_int_equal(ecam(&p, 2, 0x10, 4), 0xc8000000);
	assert_int_equal(pci_add(&p, &cards[2].function), STATUS_NO_MEMORY);
}

static void capabilities_are_chained(void **state)
{
	struct pci_function f;
	struct pci_identity id = {0};

	(void)state;
	pci_function_init(&f, &id);
	assert_int_equal(pci_function_read(&f, 6, 2), 0);
	assert_int_equal(pci_function_add_capability(&f, 0x11, 11), 0x40);
	assert_int_equal(pci_function_add_capability(&f, 0x09, 16), 0x4c);
	assert_int_equal(pci_function_read(&f, 6, 2), 0x10);
	assert_int_equal(pci_function_read(&f, 0x34, 1), 0x40);
	assert_int_equal(pci_function_read(&f, 0x40, 2), 0x4c11);
	assert_int_equal(pci_function_read(&f, 0x4c, 2), 0x0009);
	assert_int_equal(pci_function_add_capability(&f, 0x09, 165), 0);
	assert_int_equal(pci_function_add_capability(&f, 0x09, 164), 0x5c);
	assert_int_equal(pci_function_add_capability(&f, 0x09, 2), 0);
}

static void address_reads_back(void **state)
{
	static const struct {
		uint32_t value, want;
	} rows[] = {
		{0x80000000, 0x80000000},
		{0x00000000, 0x00000000},
		{0xffffffff, 0x80fffffc},
		{0x7fffffff, 0x00fffffc},
		{0x8000f803, 0x8000f800},
	};
	struct pci p;
	(void)state;
	pci_init(&p);
	assert_int_equal(pci_read(&p, 0, 4), 0);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		pci_write(&p, 0, 4, rows[i].value);
		assert_int_equal(pci_read(&p, 0, 4), rows[i].want);
	}
}

static void narrow_accesses_do_not_touch_the_address(void **state)
{
	static const struct {
		uint64_t offset;
		unsigned bytes;
	} rows[] = {{0, 1}, {0, 2}, {1, 2}, {2, 1}, {2, 2}, {3, 1}, {0, 8}, {1, 4}};
	struct pci p;
	(void)state;
	pci_init(&p);
	pci_write(&p, 0, 4, 0x80001234);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		pci_write(&p, rows[i].offset, rows[i].bytes, 0);
		uint64_t ones = rows[i].bytes == 8 ? UINT64_MAX : (1ull << 8 * rows[i].bytes) - 1;
		assert_int_equal(pci_read(&p, rows[i].offset, rows[i].bytes), ones);
	}
	assert_int_equal(pci_read(&p, 0, 4), 0x80001234);
	assert_int_equal(pci_event(&p), MACHINE_NONE);
}

/* Every function of every bus, every byte of the window. */
static void a_scan_finds_nothing(void **state)
{
	struct pci p;
	(void)state;
	pci_init(&p);
	for (unsigned function = 0; function < 0x10000; function++) {
		pci_write(&p, 0, 4, 0x80000000u | function << 8);
		assert_int_equal(pci_read(&p, 4, 4), 0xffffffff);
	}
	for (uint64_t offset = 4; offset < 8; offset++) {
		pci_write(&p, offset, 1, 0);
		assert_int_equal(pci_read(&p, offset, 1), 0xff);
	}
	assert_int_equal(pci_read(&p, 6, 2), 0xffff);
}

static void reset_control_resets_when_bit_2_rises(void **state)
{
	static const struct {
		uint8_t first, second, reads;
		enum machine_event event;
	} rows[] = {
		{0x00, 0x00, 0x00, MACHINE_NONE},
		{0x02, 0x00, 0x00, MACHINE_NONE},
		{0x02, 0x02, 0x02, MACHINE_NONE},
		{0xf9, 0xfb, 0x0a, MACHINE_NONE},
		{0x00, 0x04, 0x04, MACHINE_RESET},
		{0x02, 0x06, 0x06, MACHINE_RESET},
		{0x0a, 0x0e, 0x0e, MACHINE_RESET},
		{0x00, PCI_RESET_VALUE, 0x06, MACHINE_RESET},
	};
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct pci p;
		pci_init(&p);
		assert_int_equal(pci_read(&p, 1, 1), 0);
		pci_write(&p, PCI_RESET_PORT - PCI_PORT, 1, rows[i].first);
		assert_int_equal(pci_event(&p), MACHINE_NONE);
		pci_write(&p, PCI_RESET_PORT - PCI_PORT, 1, rows[i].second);
		assert_int_equal(pci_read(&p, 1, 1), rows[i].reads);
		assert_int_equal(pci_event(&p), rows[i].event);
	}
}

static void beyond_the_ports(void **state)
{
	struct pci p;
	(void)state;
	pci_init(&p);
	pci_write(&p, 8, 1, 6);
	pci_write(&p, UINT64_MAX, 8, UINT64_MAX);
	assert_int_equal(pci_read(&p, 8, 8), UINT64_MAX);
	assert_int_equal(pci_read(&p, UINT64_MAX, 1), 0xff);
	assert_int_equal(pci_event(&p), MACHINE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(address_reads_back),
		cmocka_unit_test(narrow_accesses_do_not_touch_the_address),
		cmocka_unit_test(a_scan_finds_nothing),
		cmocka_unit_test(reset_control_resets_when_bit_2_rises),
		cmocka_unit_test(beyond_the_ports),
		cmocka_unit_test(the_bus_has_a_bridge_and_its_cards),
		cmocka_unit_test(what_is_not_there),
		cmocka_unit_test(only_some_bits_can_be_written),
		cmocka_unit_test(a_bar_is_sized_and_placed),
		cmocka_unit_test(bars_in_the_way),
		cmocka_unit_test(a_full_bus),
		cmocka_unit_test(capabilities_are_chained),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
