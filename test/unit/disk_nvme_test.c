/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/nvme.c drivers/disk/nvme_disk.c drivers/disk/nvme_queue.c */
/* LINK: drivers/disk/nvme_command.c drivers/disk/order.c drivers/disk/ata.c drivers/disk/unit.c */
/*
 * The NVM Express driver on a model of the controller, that answers: what it finds, what
 * disks do, several orders at once. disk_nvme_bad_test.c has what goes wrong.
 */
#include "disk_nvme_model.h"
#include "disk_nvme_fixture.h"

static void disk_is_found_and_works(void **state)
{
	(void)state;
	assert_int_equal(nvm.resets, 1); /* it ran */
	identity_is_read(&disk.unit);
	assert_false(disk.unit.readonly);
	unit_works(&disk.unit, 0x10000);
	assert_int_equal(nvm.pieces, 1);
	assert_int_equal(nvm.resets, 1);
}

/* All transfers of 1 to 128 sectors, from the begin of a page and from inside. */
static void transfers_are_whole(void **state)
{
	static const uint32_t at[] = {0x10000, 0x10200, 0x10ffc, 0x10e04};
	struct ata_command command;

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		for (uint32_t sectors = 1; sectors <= 128; sectors++) {
			memset(dma + 0x10000, 0xee, 0x20000);
			command = ata_transfer(
				&disk.unit.identity, false, sectors, sectors, DMA_BASE + at[i]);
			assert_true(unit_do(&disk.unit, &command, 1000));
			assert_memory_equal(dma + at[i], disk_bytes + sectors * 512, sectors * 512);
			assert_int_equal(dma[at[i] + sectors * 512], 0xee);
			assert_true(at[i] == 0x10000 || dma[at[i] - 1] == 0xee);
		}
	}
}

/* A controller that takes no more than 8 KiB at once. */
static void small_transfers_are_several_commands(void **state)
{
	struct unit_memory memory = dma_memory(0x10000);
	struct ata_command command;

	(void)state;
	nvm.transfer = 1;
	again();
	assert_int_equal(nvme.identity.most_sectors, 16);
	unit_works(&disk.unit, 0x10000);
	nvm.commands = 0;
	for (unsigned i = 0; i < 40 * 512; i++)
		memory.at[i] = (uint8_t)(i * 7);
	command = ata_transfer(&disk.unit.identity, true, 100, 40, memory.physical);
	assert_true(unit_do(&disk.unit, &command, 1000));
	assert_int_equal(nvm.commands, 3);
	assert_memory_equal(memory.at, disk_bytes + 100 * 512, 40 * 512);
	/* an error in the second one is the order's */
	nvm.fail = 2;
	nvm.status = 0x4281;
	assert_false(unit_do(&disk.unit, &command, 1000));
	/* discards are not transfers */
	nvm.commands = 0;
	command = ata_trim(5, 1500, disk.unit.buffer.at, disk.unit.buffer.physical);
	assert_true(unit_do(&disk.unit, &command, 1000));
	assert_int_equal(nvm.commands, 1);
	assert_int_equal(trimmed_count, 1500);
}

/* Each of its commands may fail for a while. */
static void small_transfers_are_tried_again(void **state)
{
	struct order order = {ORDER_READ, 0, 128, DMA_BASE + 0x10000};

	(void)state;
	nvm.transfer = 1;
	again();
	nvm.hold = true;
	nvm.status = 0x0082;
	assert_true(nvme_begin(&disk, 0, &order));
	for (unsigned i = 0; i < 8 * NVME_TRIES; i++) {
		assert_int_equal(nvme_look(&disk, 0), UNIT_BUSY);
		nvm.fail = i % NVME_TRIES != 2;
		model_release(0);
	}
	assert_int_equal(nvme_look(&disk, 0), UNIT_DONE);
	assert_memory_equal(dma + 0x10000, disk_bytes, 65536);
}

static void begin_read(uint32_t tag)
{
	struct order order = {ORDER_READ, tag * 8, 8, DMA_BASE + 0x10000 + tag * 4096};

	assert_true(nvme_begin(&disk, tag, &order));
}

static void read_is_whole(uint32_t tag)
{
	assert_int_equal(nvme_look(&disk, tag), UNIT_DONE);
	assert_memory_equal(dma + 0x10000 + tag * 4096, disk_bytes + tag * 8 * 512, 4096);
}

/* As many orders as there are slots, answered in any order, round after round. */
static void orders_are_under_way_at_once(void **state)
{
	struct order order = {ORDER_READ, 0, 1, DMA_BASE + 0x10000};
	uint32_t random = 1;

	(void)state;
	nvm.hold = true;
	nvm.status_reads = 0;
	for (unsigned round = 0; round < 300; round++) {
		for (uint32_t tag = 0; tag < NVME_SLOTS; tag++)
			begin_read(tag);
		assert_false(nvme_begin(&disk, NVME_SLOTS, &order));
		assert_int_equal(nvme_look(&disk, 0), UNIT_BUSY);
		while (nvm.holds > 0) {
			model_release((random >> 16) % nvm.holds);
			random = random * 1103515245 + 12345;
			if (random & 0x10000)
				assert_true(nvme_interrupt(&nvme));
		}
		for (uint32_t tag = 0; tag < NVME_SLOTS; tag++)
			read_is_whole(tag);
		assert_int_equal(nvme_look(&disk, 3), UNIT_FAILED); /* it is over */
	}
	assert_int_equal(nvm.resets, 1);
	assert_int_equal(nvm.status_reads, 0); /* they are slow */
}

static void a_tag_names_one_order(void **state)
{
	struct order order = {ORDER_FLUSH, 0, 0, 0};

	(void)state;
	nvm.hold = true;
	begin_read(4);
	assert_false(nvme_begin(&disk, 4, &order));
	assert_true(nvme_begin(&second, 4, &order));
	assert_int_equal(nvm.holds, 2);
	model_release(1);
	assert_int_equal(nvme_look(&disk, 4), UNIT_BUSY);
	assert_int_equal(nvme_look(&second, 4), UNIT_DONE);
	model_release(0);
	read_is_whole(4);
}

/* A queue of two entries holds one command. */
static void short_queues_will_do(void **state)
{
	struct order order = {ORDER_READ, 0, 1, DMA_BASE + 0x10000};

	(void)state;
	nvm.cap = (MODEL_CAP & ~0xffffull) | 1;
	again();
	for (unsigned i = 0; i < 50; i++)
		unit_works(&disk.unit, 0x10000);
	nvm.hold = true;
	begin_read(1);
	assert_false(nvme_begin(&disk, 2, &order));
	model_release(0);
	read_is_whole(1);
}

static void doorbells_may_be_apart(void **state)
{
	(void)state;
	nvm.cap = MODEL_CAP | 8ull << 32;
	again();
	unit_works(&disk.unit, 0x10000);
}

static void interrupt_is_taken_once(void **state)
{
	(void)state;
	assert_int_equal(nvm.masked, 0xffffffff);
	nvme_interrupts(&nvme);
	assert_int_equal(nvm.masked, 0xfffffffe);
	assert_false(nvme_interrupt(&nvme));
	begin_read(0);
	assert_int_equal(nvm.queue[1].head, 0);
	assert_true(nvme_interrupt(&nvme));
	assert_int_equal(nvm.queue[1].head, 1); /* which takes the line back */
	assert_false(nvme_interrupt(&nvme));
	read_is_whole(0);
}

static void namespaces_are_listed(void **state)
{
	struct unit_memory buffer = dma_memory(0x5000);

	(void)state;
	assert_int_equal(nvme_next(&nvme, 0), 1);
	assert_int_equal(nvme_next(&nvme, 1), 7);
	assert_int_equal(nvme_next(&nvme, 7), 0);
	assert_int_equal(second.unit.identity.sectors, 1000);
	assert_string_equal(second.unit.identity.serial, " SER-1/7");
	nvm.list_descends = true;
	assert_int_equal(nvme_next(&nvme, 5), 0);
	/* before 1.1 they have numbers only */
	nvm.vs = 0x10000;
	again();
	assert_int_equal(nvme_next(&nvme, 0), 1);
	assert_int_equal(nvme_next(&nvme, 1), 2);
	assert_int_equal(nvme_disk_open(&nvme, 2, &buffer, &second), NVME_INACTIVE);
	assert_int_equal(nvme_next(&nvme, 9), 0);
	assert_int_equal(nvme_next(&nvme, ~0u), 0);
	nvm.count = ~0u;
	again();
	assert_int_equal(nvme_next(&nvme, ~0u - 1), ~0u);
	assert_int_equal(nvme_next(&nvme, ~0u), 0);
}

static void serials_end_in_the_namespace(void **state)
{
	struct unit_memory buffer = dma_memory(0x5000);

	(void)state;
	memcpy(nvme.identity.serial, "01234567890123456789", ATA_SERIAL);
	nvm.namespaces = 3;
	nvm.namespace[2] = (struct model_namespace){4294967294u, 9u << 16, 10, 0};
	assert_int_equal(nvme_disk_open(&nvme, 4294967294u, &buffer, &second), NVME_TAKEN);
	assert_string_equal(second.unit.identity.serial, "012345678/4294967294");
	nvm.namespace[2].number = 10;
	assert_int_equal(nvme_disk_open(&nvme, 10, &buffer, &second), NVME_TAKEN);
	assert_string_equal(second.unit.identity.serial, "01234567890123456/10");
	assert_int_equal(nvme_disk_open(&nvme, 1, &buffer, &second), NVME_TAKEN);
	assert_string_equal(second.unit.identity.serial, "01234567890123456789");
}

static void namespaces_of_another_kind_are_none(void **state)
{
	static const struct {
		struct model_namespace namespace;
		enum nvme_refusal refusal;
	} rows[] = {
		{{1, 12u << 16, 100, 0}, NVME_LARGE_BLOCKS},
		{{1, 9u << 16 | 8, 100, 0}, NVME_METADATA},
		{{1, 9u << 16, 0, 0}, NVME_INACTIVE},
		{{1, 9u << 16, 1ull << 49, 0}, NVME_TOO_LARGE},
		{{3, 9u << 16, 10, 0}, NVME_INACTIVE},
	};
	struct unit_memory buffer = dma_memory(0x5000);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		nvm.namespace[0] = rows[i].namespace;
		assert_int_equal(nvme_disk_open(&nvme, 1, &buffer, &disk), rows[i].refusal);
	}
	assert_int_equal(nvme_disk_open(&nvme, 10, &buffer, &disk), NVME_SILENT);
}

static void protected_namespace_is_read_only(void **state)
{
	struct ata_command command;

	(void)state;
	nvm.namespace[0].attributes = 1;
	again();
	assert_true(disk.unit.readonly);
	assert_false(disk.unit.identity.trim);
	assert_true(unit_read(&disk.unit, 0, 8));
	nvm.commands = 0;
	command = ata_transfer(&disk.unit.identity, true, 0, 1, DMA_BASE + 0x10000);
	assert_false(unit_do(&disk.unit, &command, 1000));
	command = ata_trim(0, 1, disk.unit.buffer.at, disk.unit.buffer.physical);
	assert_false(unit_do(&disk.unit, &command, 1000));
	assert_int_equal(nvm.commands, 0);
	assert_false(disk.unit.gone);
}

static void no_cache_needs_no_flush(void **state)
{
	struct ata_command command;

	(void)state;
	nvm.cache = 0;
	nvm.optional = 0xffff & ~4;
	again();
	assert_false(ata_flush(&disk.unit.identity, &command));
	assert_false(disk.unit.identity.trim);
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(disk_is_found_and_works), CASE(transfers_are_whole),
		CASE(small_transfers_are_several_commands), CASE(small_transfers_are_tried_again),
		CASE(orders_are_under_way_at_once), CASE(a_tag_names_one_order),
		CASE(short_queues_will_do), CASE(doorbells_may_be_apart),
		CASE(interrupt_is_taken_once), CASE(namespaces_are_listed),
		CASE(serials_end_in_the_namespace), CASE(namespaces_of_another_kind_are_none),
		CASE(protected_namespace_is_read_only), CASE(no_cache_needs_no_flush)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
