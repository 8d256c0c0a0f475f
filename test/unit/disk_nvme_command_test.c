/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/nvme_command.c drivers/disk/order.c drivers/disk/ata.c */
/*
 * What NVM Express controllers and namespaces say of themselves, row by row; the pages of
 * transfers; errors; and what ATA commands ask for.
 */
#include "../../drivers/disk/nvme_command.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define CAP (0x3ffull | 2ull << 24 | 1ull << 37)

static void capabilities_are_read(void **state)
{
	static const struct {
		uint64_t cap;
		enum nvme_refusal refusal;
		uint32_t entries, stride, ready_ms;
	} rows[] = {
		{CAP, NVME_TAKEN, 1024, 4, 1000},
		{CAP | 0xffffull, NVME_TAKEN, 65536, 4, 1000},
		{CAP | 0xffull << 24, NVME_TAKEN, 1024, 4, 127500},
		{CAP & ~(0xffull << 24), NVME_TAKEN, 1024, 4, 500},
		{CAP | 15ull << 32, NVME_TAKEN, 1024, 131072, 1000},
		{CAP | 15ull << 52, NVME_TAKEN, 1024, 4, 1000}, /* the largest page */
		{CAP & ~0xffffull, NVME_NONSENSE, 0, 0, 0},
		{CAP & ~(1ull << 37), NVME_NO_COMMANDS, 0, 0, 0},
		{(CAP & ~(1ull << 37)) | 1ull << 44, NVME_NO_COMMANDS, 0, 0, 0}, /* no I/O at all */
		{CAP | 1ull << 48, NVME_LARGE_PAGES, 0, 0, 0},
		{~0ull, NVME_SILENT, 0, 0, 0},
		{0, NVME_NONSENSE, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct nvme_caps caps = {0, 0, 0};

		assert_int_equal(nvme_caps_read(rows[i].cap, &caps), rows[i].refusal);
		assert_int_equal(caps.entries, rows[i].entries);
		assert_int_equal(caps.stride, rows[i].stride);
		assert_int_equal(caps.ready_ms, rows[i].ready_ms);
	}
}

static void controller_is_read(void **state)
{
	static const struct {
		uint8_t shift;
		uint32_t sectors;
	} rows[] = {{0, 128}, {1, 16}, {2, 32}, {3, 64}, {4, 128}, {5, 128}, {8, 128}, {31, 128},
		{32, 128}, {255, 128}};
	uint8_t page[NVME_PAGE] = {[512] = 0x66, [513] = 0x44, [516] = 4, [519] = 1, [520] = 4};
	struct nvme_identity identity;

	(void)state;
	memcpy(page + 4, "S\0\377 E              x", 20);
	memset(page + 24, ' ', 40);
	page[63] = 'y';
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		page[77] = rows[i].shift;
		assert_true(nvme_identity_read(page, &identity));
		assert_int_equal(identity.most_sectors, rows[i].sectors);
	}
	assert_int_equal(identity.namespaces, 0x01000004);
	assert_true(identity.discard && !identity.flush);
	assert_string_equal(identity.serial, "S   E              x");
	assert_int_equal(strlen(identity.model), 40);
	page[520] = 0xfb;
	page[525] = 1;
	assert_true(nvme_identity_read(page, &identity));
	assert_true(!identity.discard && identity.flush);
	page[512] = 0x96; /* longer ones are possible too */
	assert_true(nvme_identity_read(page, &identity));
	page[512] = 0x55;
	assert_false(nvme_identity_read(page, &identity));
	page[512] = 0x77;
	assert_false(nvme_identity_read(page, &identity));
	page[512] = 0x66;
	page[513] = 0x33;
	assert_false(nvme_identity_read(page, &identity));
	page[513] = 0x55;
	assert_false(nvme_identity_read(page, &identity));
}

static void namespaces_are_read(void **state)
{
	static const struct {
		uint64_t sectors;
		uint8_t flbas;
		uint32_t format;
		enum nvme_refusal refusal;
	} rows[] = {
		{1, 0, 9u << 16, NVME_TAKEN},
		{1ull << 48, 0x0f, 9u << 16, NVME_TAKEN},
		{1000, 0xf2, 9u << 16 | 3u << 24, NVME_TAKEN},
		{0, 0, 9u << 16, NVME_INACTIVE},
		{8, 0, 12u << 16, NVME_LARGE_BLOCKS},
		{8, 0, 0, NVME_LARGE_BLOCKS},
		{8, 0, 255u << 16, NVME_LARGE_BLOCKS},
		{8, 0, 9u << 16 | 8, NVME_METADATA},
		{8, 0x10, 9u << 16 | 0xffff, NVME_METADATA},
		{(1ull << 48) + 1, 0, 9u << 16, NVME_TOO_LARGE},
		{~0ull, 0, 9u << 16, NVME_TOO_LARGE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint8_t page[NVME_PAGE] = {0};
		uint64_t sectors = 0;
		bool readonly = true;

		memcpy(page, &rows[i].sectors, 8);
		page[26] = rows[i].flbas;
		memcpy(page + 128 + 4 * (rows[i].flbas & 15), &rows[i].format, 4);
		assert_int_equal(nvme_namespace_read(page, &sectors, &readonly), rows[i].refusal);
		assert_int_equal(sectors, rows[i].sectors);
		assert_false(readonly);
		page[99] = 1;
		(void)nvme_namespace_read(page, &sectors, &readonly);
		assert_true(readonly);
	}
}

/* Pages of a transfer: PRP entry 2 is one, or where the list of them is. */
static void transfers_name_their_pages(void **state)
{
	static const struct {
		uint64_t physical;
		uint32_t sectors;
		uint64_t second;
		unsigned listed;
	} rows[] = {
		{0x10000, 1, 0, 0},
		{0x10000, 8, 0, 0},
		{0x10e00, 1, 0, 0},
		{0x10e00, 2, 0x11000, 0},
		{0x10000, 9, 0x11000, 0},
		{0x10000, 16, 0x11000, 0},
		{0x10e00, 9, 0x11000, 0},
		{0x10e00, 10, 0xabc00, 2},
		{0x10000, 17, 0xabc00, 2},
		{0x10000, 128, 0xabc00, 15},
		{0x10004, 128, 0xabc00, 16},
		{0x7ffffffe00, 128, 0xabc00, 16},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint64_t list[NVME_LIST / 8 + 1] = {0};
		struct unit_memory memory = {(uint8_t *)list, 0xabc00};
		struct order order = {ORDER_READ, 0x123456789a, rows[i].sectors, rows[i].physical};
		struct nvme_entry entry = nvme_order(3, &order, &memory);

		assert_int_equal(entry.dword[0], 2);
		assert_int_equal(entry.dword[1], 3);
		assert_int_equal(entry.dword[6] | (uint64_t)entry.dword[7] << 32, rows[i].physical);
		assert_int_equal(entry.dword[8] | (uint64_t)entry.dword[9] << 32, rows[i].second);
		assert_int_equal(entry.dword[10], 0x3456789a);
		assert_int_equal(entry.dword[11], 0x12);
		assert_int_equal(entry.dword[12], rows[i].sectors - 1);
		for (unsigned k = 0; k <= NVME_LIST / 8; k++)
			assert_int_equal(list[k],
				k < rows[i].listed ? (rows[i].physical & ~0xfffull) + 4096 * (k + 1)
						   : 0);
	}
}

static void errors_are_told_apart(void **state)
{
	static const struct {
		uint16_t status;
		enum nvme_error error;
	} rows[] = {
		{0x0000, NVME_OK},
		{0x1000, NVME_OK}, /* a delay until it is sent again means nothing then */
		{0x0001, NVME_INVALID},
		{0x4002, NVME_INVALID},
		{0x0003, NVME_INVALID},
		{0x0004, NVME_TRANSIENT},
		{0x0005, NVME_DEVICE},
		{0x0006, NVME_DEVICE},
		{0x0007, NVME_TRANSIENT},
		{0x0008, NVME_TRANSIENT},
		{0x4008, NVME_DEVICE}, /* do not retry */
		{0x000b, NVME_INVALID},
		{0x0013, NVME_INVALID},
		{0x0015, NVME_PROTECTED},
		{0x0020, NVME_PROTECTED},
		{0x0021, NVME_TRANSIENT},
		{0x0080, NVME_REACH},
		{0x0081, NVME_REACH},
		{0x0082, NVME_TRANSIENT},
		{0x0083, NVME_PROTECTED},
		{0x00ff, NVME_DEVICE},
		{0x0100, NVME_INVALID},
		{0x0182, NVME_PROTECTED},
		{0x0280, NVME_MEDIUM},
		{0x4281, NVME_MEDIUM},
		{0x0286, NVME_PROTECTED},
		{0x0300, NVME_DEVICE},
		{0x0700, NVME_DEVICE},
		{0x7fff, NVME_DEVICE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(nvme_error_of(rows[i].status), rows[i].error);
}

static void reasons_have_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < NVME_REFUSALS; i++)
		assert_non_null(nvme_refusal_text((enum nvme_refusal)i));
	assert_string_equal(
		nvme_refusal_text(NVME_LARGE_BLOCKS), "its blocks are not of 512 bytes");
	assert_non_null(nvme_refusal_text((enum nvme_refusal)1000));
}

static void ata_commands_become_orders(void **state)
{
	uint8_t buffer[UNIT_BUFFER];
	struct unit unit = {.identity = {.sectors = 1000, .lba48 = true, .flush_ext = true},
		.buffer = {buffer, 0x5000}};
	struct ata_command command;
	struct order order;

	(void)state;
	command = ata_transfer(&unit.identity, true, 872, 128, 0x70000);
	assert_true(order_of(&unit, &command, &order));
	assert_true(order.op == ORDER_WRITE && order.sector == 872 && order.sectors == 128 &&
		    order.physical == 0x70000);
	command = ata_transfer(&unit.identity, false, 0, 1, 0x70000);
	assert_true(order_of(&unit, &command, &order));
	assert_int_equal(order.op, ORDER_READ);
	assert_true(ata_flush(&unit.identity, &command));
	assert_true(order_of(&unit, &command, &order));
	assert_int_equal(order.op, ORDER_FLUSH);
	command = ata_trim(7, 993, buffer, 0x5000);
	assert_true(order_of(&unit, &command, &order));
	assert_true(order.op == ORDER_DISCARD && order.sector == 7 && order.sectors == 993);
}

static void orders_that_cannot_be_are_refused(void **state)
{
	static const struct ata_command rows[] = {
		{.code = ATA_READ_DMA_EXT, .sector = 1000, .count = 1},
		{.code = ATA_READ_DMA_EXT, .sector = 873, .count = 128},
		{.code = ATA_READ_DMA_EXT, .sector = ~0ull, .count = 2},
		{.code = ATA_WRITE_DMA_EXT, .sector = 0, .count = 0},
		{.code = ATA_WRITE_DMA_EXT, .sector = 0, .count = 129},
		{.code = ATA_WRITE_DMA_EXT, .sector = 0, .count = 1, .physical = 2},
		{.code = ATA_DATA_SET_MANAGEMENT, .physical = 0x5000},
		{.code = ATA_DATA_SET_MANAGEMENT, .physical = 0x6000},
		{.code = ATA_READ_DMA, .count = 1},
		{.code = ATA_IDENTIFY},
	};
	uint8_t buffer[UNIT_BUFFER];
	struct unit unit = {.identity = {.sectors = 1000}, .buffer = {buffer, 0x5000}};
	struct order order;

	(void)state;
	(void)ata_trim(7, 993, buffer, 0x5000);
	assert_false(order_of(&unit, &rows[7], &order));
	(void)ata_trim(7, 994, buffer, 0x5000);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_false(order_of(&unit, &rows[i], &order));
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(capabilities_are_read),
		cmocka_unit_test(controller_is_read), cmocka_unit_test(namespaces_are_read),
		cmocka_unit_test(transfers_name_their_pages),
		cmocka_unit_test(errors_are_told_apart), cmocka_unit_test(reasons_have_words),
		cmocka_unit_test(ata_commands_become_orders),
		cmocka_unit_test(orders_that_cannot_be_are_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
