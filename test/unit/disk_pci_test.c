/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/pci.c drivers/disk/ata.c */
/*
 * Finding controllers on a model of the configuration space, with another driver that moves
 * the address between two accesses; and the answers to IDENTIFY that are no disks.
 */
#include "../../drivers/disk/pci.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "../../drivers/disk/ata.h"

static struct function {
	uint16_t address;
	uint32_t reg[16];
} functions[] = {
	{0x0000, {0x12378086, 0, 0x06000002}}, {0x0008, {0x70008086, 0, 0x06010000, 0x800000}},
	{0x0009, {0x70108086, 0x02800001, 0x01018000, 0, 0, 0, 0, 0, 0xc001, [15] = 0x100}},
	{0x000a, {0x70108086, 0, 0x01010000}}, /* no bus master */
	{0x0011, {0x11111111, 0, 0x01060100}}, /* device 2 has no function 0 */
	{0x00fa, {0x29228086, 0x00100407, 0x01060102, [9] = 0xfebf1000, [15] = 0x10a}},
	{0x00f8, {0x29188086, 0, 0x06010002, 0x800000}},
	{0x0120, {0x29228086, 0, 0x01060102, 0x10000}}, /* it says that it is a bridge */
	{0x0200, {0x00101b36, 0, 0x01080202, 0, 0xfeb00004, 0}},
	{0x0208, {0x00101b36, 0, 0x01080102, 0}}, /* an older way to program such memory */
	{0x0210, {0x10421af4, 0, 0x01000001, 0}}, {0x0218, {0x10011af4, 0, 0x01000000, 0}},
	{0x0220, {0x10411af4, 0, 0x02000001, 0}}, /* a network card */
	{0x0228, {0x10428086, 0, 0x01000001, 0}}, /* of somebody else */
};

static uint32_t address, disturb, written;

static uint32_t *reg_at(void)
{
	static uint32_t nothing;

	nothing = 0xffffffff;
	for (unsigned i = 0; i < sizeof functions / sizeof *functions; i++)
		if (address >> 8 == (0x800000u | functions[i].address))
			return &functions[i].reg[address / 4 % 64 % 16];
	return &nothing;
}

static void address_write(void *ctx, uint32_t value)
{
	(void)ctx;
	address = value;
}

static uint32_t address_read(void *ctx)
{
	(void)ctx;
	return address;
}

static uint32_t data_read(void *ctx)
{
	(void)ctx;
	if (disturb && disturb-- % 3 == 0)
		address = 0x80001234;
	return *reg_at();
}

static void data_write(void *ctx, uint32_t value)
{
	(void)ctx;
	assert_int_equal(address & 0xff, 4);
	written = value;
}

static const struct pci_io io = {address_write, address_read, data_read, data_write, NULL};

static void controllers_are_found_in_order(void **state)
{
	struct pci_function found[8];

	(void)state;
	disturb = 3000;
	assert_int_equal(pci_find(&io, found, 8), 5);
	assert_int_equal(found[0].class, PCI_IDE);
	assert_int_equal(found[0].address, 0x09);
	assert_int_equal(found[0].interface, 0x80);
	assert_int_equal(pci_ports(&found[0], 4), 0xc000);
	assert_int_equal(pci_memory(&found[0], 4), 0);
	assert_int_equal(found[1].class, PCI_AHCI);
	assert_int_equal(found[1].address, 0xfa);
	assert_int_equal(found[1].line, 10);
	assert_int_equal(pci_memory(&found[1], 5), 0xfebf1000);
	assert_int_equal(pci_ports(&found[1], 5), 0);
	assert_int_equal(found[2].class, PCI_NVME);
	assert_int_equal(pci_memory(&found[2], 0), 0xfeb00000);
	assert_int_equal(found[3].class, PCI_VIRTIO);
	assert_int_equal(pci_read(&io, &found[3], 0), 0x10421af4);
	assert_int_equal(found[4].class, PCI_VIRTIO);
	assert_int_equal(found[4].address, 0x218);
	assert_int_equal(pci_find(&io, found, 1), 1);
}

static void bars_elsewhere_are_none(void **state)
{
	struct pci_function f = {.bar = {0xfeb00004, 1, 0x10001, 0xfeb00004, 0}};

	(void)state;
	assert_int_equal(pci_memory(&f, 0), 0); /* above 4 GiB */
	assert_int_equal(pci_memory(&f, 3), 0xfeb00000);
	assert_int_equal(pci_ports(&f, 2), 0);
}

/* Status bits are cleared by ones, so none is written. */
static void enabling_writes_the_command_only(void **state)
{
	struct pci_function f = {.address = 0xfa};

	(void)state;
	pci_enable(&io, &f);
	assert_int_equal(written, 0x7);
	f.address = 0x09;
	pci_enable(&io, &f);
	assert_int_equal(written, 0x7);
}

static void identities(void **state)
{
	static const struct {
		unsigned word;
		uint16_t value;
		bool good;
	} rows[] = {{0, 0x8000, false}, {0, 0x0040, true}, {49, 0x200, false}, {49, 0x100, false},
		{83, 0x3400, true}, {106, 0x5000, false}, {106, 0x1000, true}, {106, 0x6003, true},
		{103, 0xffff, false}};
	struct ata_identity id;
	struct ata_command command;

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint16_t word[256] = {[49] = 0x300, [60] = 7, [61] = 1, [83] = 0x7400, [100] = 9};

		word[rows[i].word] = rows[i].value;
		assert_int_equal(ata_identify(word, &id), rows[i].good);
	}
	uint16_t old[256] = {[49] = 0x300, [60] = 0xffff, [61] = 0x0fff, [83] = 0x5000};
	assert_true(ata_identify(old, &id));
	assert_int_equal(id.sectors, 0xfffffff);
	assert_false(id.lba48 || id.flush_ext || id.trim);
	command = ata_transfer(&id, true, 0xabcdef1, 2, 0);
	assert_int_equal(command.code, ATA_WRITE_DMA);
	assert_int_equal(command.device, 0x4a);
	assert_false(command.ext);
	assert_true(ata_flush(&id, &command));
	assert_int_equal(command.code, ATA_FLUSH);
	id.flush = false;
	assert_false(ata_flush(&id, &command));
	uint16_t none[256] = {0}, ones[256];
	memset(ones, 0xff, sizeof ones);
	assert_false(ata_identify(none, &id));
	assert_false(ata_identify(ones, &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(controllers_are_found_in_order),
		cmocka_unit_test(bars_elsewhere_are_none),
		cmocka_unit_test(enabling_writes_the_command_only), cmocka_unit_test(identities)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
