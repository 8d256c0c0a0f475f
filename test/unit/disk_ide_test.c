/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/ide.c drivers/disk/ata.c drivers/disk/unit.c */
/*
 * The IDE driver on a model of a channel with bus-master DMA: a CD-ROM drive first, a disk
 * second. Each way to fail gives an error, and the channel works after it.
 */
#include "../../drivers/disk/ide.h"
#include "disk_model.h"

static struct {
	uint8_t device, status, control;
	uint16_t reg[6]; /* what was written last below, before that above */
	uint8_t master, master_status;
	uint32_t table;
	uint16_t word[256];
	unsigned at; /* of word, 256: nothing */
	bool pending, floating;
	uint8_t code;
	unsigned fail, hang, dma_error;
	unsigned resets;
} ch;

static bool is_disk(void)
{
	return ch.device & 0x10;
}

static uint64_t sector_of(void)
{
	return (ch.reg[3] & 0xff) | (ch.reg[4] & 0xff) << 8 | (uint64_t)(ch.reg[5] & 0xff) << 16 |
	       (uint64_t)(ch.reg[3] >> 8) << 24 | (uint64_t)(ch.reg[4] >> 8) << 32 |
	       (uint64_t)(ch.reg[5] >> 8) << 40;
}

static void finish(bool good)
{
	ch.pending = false;
	ch.status = good ? 0x50 : 0x51;
	ch.master_status |= 4;
}

/* With the bus master on, or no data to move. */
static void data_move(void)
{
	uint32_t *region = ch.code == ATA_FLUSH_EXT ? NULL : (uint32_t *)dma_at(ch.table, 8);
	uint32_t bytes = region ? (region[1] & 0xffff ? region[1] & 0xffff : 65536) : 0;

	if (ch.hang && --ch.hang == 0)
		return;
	if (region) {
		assert_true(region[1] & 0x80000000);
		assert_true((region[0] & 0xffff) + bytes <= 65536);
	}
	if (ch.dma_error && --ch.dma_error == 0) {
		ch.master_status |= 2;
		finish(true);
		return;
	}
	if (ch.fail && --ch.fail == 0) {
		finish(false);
		return;
	}
	finish(disk_do(ch.code, sector_of(), ch.reg[2], ch.reg[1], !(ch.master & 8),
		region ? dma_at(region[0], bytes) : NULL, bytes));
}

static void command_run(uint8_t code)
{
	assert_false(ch.status & 0x80);
	ch.code = code;
	if (code == ATA_IDENTIFY) {
		identity_fill(ch.word);
		ch.at = 0;
		ch.status = is_disk() ? 0x58 : 0x41;
		return;
	}
	assert_true(is_disk());
	ch.status = 0xd0;
	ch.pending = true;
	if (code == ATA_FLUSH_EXT)
		data_move();
}

static uint8_t in8(void *ctx, uint16_t port)
{
	assert_ptr_equal(ctx, &ch);
	if (ch.floating)
		return 0xff;
	switch (port) {
	case 0x174:
		return is_disk() ? 0 : 0x14;
	case 0x175:
		return is_disk() ? 0 : 0xeb;
	case 0x177:
	case 0x376:
		return ch.status;
	case 0xc00a:
		return ch.master_status;
	default:
		fail_msg("port %x is not read", port);
		return 0;
	}
}

static uint16_t in16(void *ctx, uint16_t port)
{
	(void)ctx;
	assert_int_equal(port, 0x170);
	assert_true(ch.at < 256);
	if (ch.at == 255)
		ch.status = 0x50;
	return ch.word[ch.at++];
}

static void master_put(uint8_t value)
{
	bool begins = (value & 1) && !(ch.master & 1);

	ch.master = value;
	if (begins && ch.pending)
		data_move();
}

static void out8(void *ctx, uint16_t port, uint8_t value)
{
	(void)ctx;
	if (port >= 0x171 && port <= 0x175) {
		ch.reg[port - 0x170] = (uint16_t)(ch.reg[port - 0x170] << 8 | value);
	} else if (port == 0x176) {
		ch.device = value;
	} else if (port == 0x177) {
		command_run(value);
	} else if (port == 0x376) {
		if (value & 4) {
			ch.resets++;
			ch.pending = false;
			ch.device = 0;
		}
		ch.status = value & 4 ? 0xd0 : 0x50;
	} else if (port == 0xc008) {
		master_put(value);
	} else if (port == 0xc00a) {
		ch.master_status &= (uint8_t) ~(value & 6);
	} else {
		fail_msg("port %x is not written", port);
	}
}

static void out32(void *ctx, uint16_t port, uint32_t value)
{
	(void)ctx;
	assert_int_equal(port, 0xc00c);
	ch.table = value;
}

static const struct ide_io io = {in8, in16, out8, out32, &ch};
static const struct ide_ports ports = {.command = 0x170, .control = 0x376, .master = 0xc008};
static struct ide ide;
static struct ide_disk disk;

static int setup(void **state)
{
	struct unit_memory table = dma_memory(0), buffer = dma_memory(0x2000);

	(void)state;
	model_reset();
	memset(&ch, 0, sizeof ch);
	ch.status = 0x50;
	return !ide_open(&ide, &io, &ports, &table, &model_clock) ||
	       !ide_disk_open(&ide, 1, &buffer, &disk);
}

static void disk_is_found_and_works(void **state)
{
	struct unit_memory buffer = dma_memory(0x4000);
	struct ide_disk other;

	(void)state;
	identity_is_read(&disk.unit);
	unit_works(&disk.unit, 0x20000); /* 64 KiB from a bound on */
	assert_false(ide_disk_open(&ide, 0, &buffer, &other));
	unit_works(&disk.unit, 0x20000); /* the channel still does */
}

static void no_channel_is_none(void **state)
{
	struct unit_memory table = dma_memory(0);

	(void)state;
	ch.floating = true;
	assert_false(ide_open(&ide, &io, &ports, &table, &model_clock));
}

static struct ata_command a_write(void)
{
	return ata_transfer(&disk.unit.identity, true, 5, 1, DMA_BASE + 0x20000);
}

static void errors_are_errors_and_the_channel_goes_on(void **state)
{
	struct ata_command command = a_write();

	(void)state;
	ch.fail = 1;
	assert_false(unit_do(&disk.unit, &command, 1000));
	assert_false(disk.unit.gone);
	ch.dma_error = 1;
	assert_false(unit_do(&disk.unit, &command, 1000));
	/* also if the interrupt was taken before */
	ch.dma_error = 1;
	assert_true(disk.unit.ops->start(&disk.unit, &command));
	assert_true(ide_interrupt(&ide));
	assert_int_equal(disk.unit.ops->poll(&disk.unit), UNIT_FAILED);
	assert_true(disk.unit.ops->recover(&disk.unit));
	unit_works(&disk.unit, 0x20000);
}

static void hanging_disk_is_reset(void **state)
{
	struct ata_command command = a_write();
	unsigned resets = ch.resets;

	(void)state;
	ch.hang = 1;
	assert_false(unit_do(&disk.unit, &command, 1000));
	assert_int_equal(ch.resets, resets + 1);
	assert_int_equal(ch.master & 1, 0);
	unit_works(&disk.unit, 0x20000);
}

static void one_command_at_a_time(void **state)
{
	struct ata_command command = a_write();
	struct ide_disk other = disk;

	(void)state;
	other.select = 0;
	ch.hang = 1;
	assert_true(disk.unit.ops->start(&disk.unit, &command));
	assert_false(other.unit.ops->start(&other.unit, &command));
	assert_int_equal(disk.unit.ops->poll(&disk.unit), UNIT_BUSY);
	assert_false(ide_interrupt(&ide));
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(disk_is_found_and_works), CASE(no_channel_is_none),
		CASE(errors_are_errors_and_the_channel_goes_on), CASE(hanging_disk_is_reset),
		CASE(one_command_at_a_time)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
