/* SPDX-License-Identifier: MIT */
/* PCI configuration ports without devices, and the reset control register. */
#include "vmm/dev/pci.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/compiler.h"

/* LINK: vmm-user/vmm/dev/pci.c */

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
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
