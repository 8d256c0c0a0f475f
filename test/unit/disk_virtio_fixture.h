/* SPDX-License-Identifier: MIT */
/* The driver of virtio disks, open on a model of one. */
#ifndef TEST_UNIT_DISK_VIRTIO_FIXTURE_H
#define TEST_UNIT_DISK_VIRTIO_FIXTURE_H

#include "virtio_host_model.h"
#include "../../drivers/disk/virtio_blk.h"

#define FEATURES (1ull << 32 | 1ull << 6 | 1ull << 9 | 1ull << 13)
#define AT (DMA_BASE + 0x10000)

static struct virtio_blk disk;
static struct {
	unsigned requests, fail, id_fails; /* fail: requests to come, 1: the next */
	uint8_t status;
	bool mute;                                 /* it writes no status */
	uint32_t less, most_sectors, most_discard; /* bytes that it says it has not written */
	uint32_t last_bytes;
	char id[21];
} blk;

/* Does what the header says. */
static inline uint8_t request_do(
	uint32_t type, uint64_t sector, const struct host_piece *data, bool has_data)
{
	struct {
		uint64_t sector;
		uint32_t sectors, flags;
	} range;

	if (type != 8 && blk.fail && --blk.fail == 0)
		return blk.status;
	switch (type) {
	case 0:
	case 1:
		assert_true(has_data && data->bytes % 512 == 0 && data->writes == (type == 0));
		assert_true(blk.most_sectors == 0 || data->bytes <= blk.most_sectors * 512);
		if (sector + data->bytes / 512 > DISK_SECTORS)
			return 1;
		if (type == 0)
			memcpy(data->at, disk_bytes + sector * 512, data->bytes);
		else
			memcpy(disk_bytes + sector * 512, data->at, data->bytes);
		return 0;
	case 4:
		assert_true(!has_data && sector == 0);
		model_flushes++;
		return 0;
	case 8:
		assert_true(has_data && data->bytes == 20 && data->writes);
		memcpy(data->at, blk.id, 20);
		return blk.id_fails ? 2 : 0;
	case 11:
		assert_true(has_data && data->bytes == 16 && !data->writes);
		memcpy(&range, data->at, 16);
		assert_true(range.flags == 0 && range.sectors <= blk.most_discard && sector == 0);
		trimmed_first = trimmed_count == 0 ? range.sector : trimmed_first;
		trimmed_count += range.sectors;
		return 0;
	default:
		return 2;
	}
}

static inline uint32_t host_serve(const struct host_piece *piece, unsigned count)
{
	uint32_t type, bytes = 1;
	uint64_t sector;
	uint8_t status;

	assert_true(count == 2 || count == 3);
	assert_int_equal(piece[0].bytes, 16);
	assert_true(piece[count - 1].bytes == 1 && piece[count - 1].writes && !piece[0].writes);
	memcpy(&type, piece[0].at, 4);
	memcpy(&sector, piece[0].at + 8, 8);
	blk.requests++;
	status = request_do(type, sector, &piece[1], count == 3);
	if (!blk.mute)
		*piece[count - 1].at = status;
	if (count == 3 && piece[1].writes)
		bytes += blk.last_bytes = piece[1].bytes;
	return bytes - blk.less;
}

static inline void config_put(uint32_t at, uint64_t value, uint32_t bytes)
{
	memcpy(host.config + at, &value, bytes);
}

static inline enum virtio_blk_refusal open_disk(void)
{
	struct unit_memory memory = dma_memory(0), buffer = dma_memory(0x4000);

	return virtio_blk_open(&disk, &host_io, &host_caps, &model_clock, &memory, &buffer);
}

static inline void blk_reset(void)
{
	host_reset();
	memset(&blk, 0, sizeof blk);
	host.offered = FEATURES;
	config_put(0, DISK_SECTORS, 8);
	config_put(20, 512, 4);
	config_put(36, blk.most_discard = 4000, 4);
	config_put(40, 1, 4);
	strcpy(blk.id, " SER-1");
	blk.status = 1;
}

static inline int setup(void **state)
{
	(void)state;
	blk_reset();
	return open_disk() != VIRTIO_BLK_TAKEN;
}

static inline bool start_one(void)
{
	struct ata_command command = ata_transfer(&disk.unit.identity, true, 5, 1, AT);

	return disk.unit.ops->start(&disk.unit, &command);
}

static inline enum unit_state poll_one(void)
{
	return disk.unit.ops->poll(&disk.unit);
}

static inline bool write_one(void)
{
	struct ata_command command = ata_transfer(&disk.unit.identity, true, 5, 1, AT);

	return unit_do(&disk.unit, &command, 1000);
}

static inline void works(void)
{
	trimmed_first = trimmed_count = 0;
	unit_works(&disk.unit, 0x10000);
}

#endif
