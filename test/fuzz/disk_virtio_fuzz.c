/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/virtio_blk.c drivers/disk/order.c drivers/disk/ata.c drivers/disk/unit.c */
/* LINK: drivers/virtio/virtio.c drivers/virtio/virtq.c drivers/virtio/caps.c */
/* RUNS: 30000 */
/* MAX: 512 */
/*
 * A virtio disk that is hostile: its capabilities, registers, configuration, and what it
 * writes into the rings are the input's, on top of what a good one says (zeros change
 * nothing). The driver reaches nothing outside of the structures that the capabilities
 * name, names no memory to the device but its own and the order's, and every order ends
 * when its time is over.
 */
#include "../../drivers/disk/virtio_blk.h"
#include "fuzz.h"

#define BASE 0x100000000ull
#define SIZE 0x40000u
#define DATA 0x20000u /* of orders; rings, requests and the buffer are below */
#define TAGS 5u
#define HELD 64u

static struct input *input;
static uint8_t *memory, configuration[256], device[64];
static struct virtio_caps caps;
static struct virtio_blk disk;
static uint64_t now, features, areas[3];
static uint32_t status, feature_select, queue_size, holds;
static uint16_t held[HELD], seen, given;
static bool enabled;

static uint64_t clock_now(void *ctx)
{
	(void)ctx;
	return now;
}

static void clock_rest(void *ctx)
{
	(void)ctx;
	now += 50000;
}

static const struct unit_clock fuzz_clock = {clock_now, clock_rest, NULL};

static uint8_t *at(uint64_t physical, uint64_t size)
{
	MUST(physical >= BASE && size <= SIZE && physical - BASE <= SIZE - size);
	return memory + (physical - BASE);
}

/* What a good device says, but for bits of the input. */
static uint32_t tampered(uint32_t value, unsigned bytes)
{
	return input_take(input, 1) & 1 ? value ^ (uint32_t)input_take(input, bytes) : value;
}

/* --- capabilities --- */

static uint32_t config_read(void *ctx, uint32_t reg)
{
	uint32_t value;

	(void)ctx;
	MUST(reg % 4 == 0 && reg < sizeof configuration);
	memcpy(&value, configuration + reg, 4);
	return value;
}

static bool caps_make(void)
{
	static const uint32_t offset[] = {0, 0x3000, 0x1000, 0x2000};
	unsigned changes = (unsigned)input_take(input, 1) % 8;

	memset(configuration, 0, sizeof configuration);
	configuration[6] = 0x10;
	configuration[0x34] = 0x40;
	for (unsigned i = 0; i < 4; i++) {
		const uint32_t cap[5] = {
			0x01140009 + (i << 24) + ((0x40 + (i + 1) % 4 * 0x20) << 8), 4, offset[i],
			0x1000, 4};

		memcpy(configuration + 0x40 + i * 0x20, cap, sizeof cap);
	}
	for (unsigned i = 0; i < changes; i++)
		configuration[input_take(input, 1)] ^= (uint8_t)input_take(input, 1);
	return virtio_caps_read(config_read, NULL, &caps);
}

/* --- registers --- */

static uint32_t common_get(uint32_t offset)
{
	switch (offset) {
	case 0x04:
		return tampered(feature_select == 0 ? 0x2262 : 3, 4);
	case 0x12:
		return tampered(1, 2) & 0xffff;
	case 0x14:
		return tampered(status, 1) & 0xff;
	case 0x15:
		return tampered(0, 1) & 0xff;
	case 0x18:
		return tampered(256, 2) & 0xffff;
	default:
		return (uint32_t)input_take(input, 1);
	}
}

static uint32_t reg_read(void *ctx, enum virtio_part part, uint32_t offset, uint32_t bytes)
{
	uint32_t value = 0;

	(void)ctx;
	MUST(offset % bytes == 0 && bytes <= 4);
	MUST(bytes <= caps.place[part].length && offset <= caps.place[part].length - bytes);
	if (part == VIRTIO_COMMON)
		return common_get(offset);
	if (part == VIRTIO_ISR)
		return tampered(1, 1) & 0xff;
	MUST(part == VIRTIO_DEVICE && offset + bytes <= sizeof device);
	memcpy(&value, device + offset, bytes);
	return value;
}

static void give_back(uint32_t head, uint32_t bytes)
{
	uint32_t entry[2] = {tampered(head, 4), tampered(bytes, 4)};

	if (!enabled)
		return;
	memcpy(at(areas[2] + 4 + given % queue_size * 8ull, 8), entry, 8);
	given = (uint16_t)(given + 1 + (input_take(input, 1) == 0x77));
	memcpy(at(areas[2] + 2, 2), &given, 2);
}

/* Does nothing, and says that it went well. */
static void answer(uint16_t head)
{
	uint32_t bytes = 0;
	bool more = true;

	for (uint16_t i = head, count = 0; more; count++) {
		struct {
			uint64_t physical;
			uint32_t bytes;
			uint16_t flags, next;
		} d;

		MUST(i < queue_size && count < 3);
		memcpy(&d, at(areas[0] + i * 16ull, 16), 16);
		MUST(d.bytes > 0 && d.bytes <= 65536);
		(void)at(d.physical, d.bytes);
		/* neither the rings nor other requests' headers are for it to write */
		MUST(!(d.flags & 2) || d.bytes == 1 || d.physical - BASE >= 0x4000);
		if (d.flags & 2)
			memset(at(d.physical, d.bytes),
				d.bytes == 1 ? (int)input_take(input, 1) : 'x', d.bytes);
		bytes += d.flags & 2 ? d.bytes : 0;
		more = d.flags & 1;
		i = d.next;
	}
	give_back(head, bytes);
}

static void notified(void)
{
	uint16_t index;

	if (!enabled)
		return;
	memcpy(&index, at(areas[1] + 2, 2), 2);
	while (seen != index) {
		uint16_t head;

		memcpy(&head, at(areas[1] + 4 + seen++ % queue_size * 2ull, 2), 2);
		if ((input_take(input, 1) & 1) && holds < HELD)
			held[holds++] = head;
		else
			answer(head);
	}
}

static void status_put(uint32_t value)
{
	status = value;
	if (value != 0)
		return;
	enabled = false;
	holds = seen = given = 0;
	features = 0;
}

static void reg_write(
	void *ctx, enum virtio_part part, uint32_t offset, uint32_t bytes, uint32_t value)
{
	(void)ctx;
	MUST(offset % bytes == 0 && bytes <= 4);
	MUST(bytes <= caps.place[part].length && offset <= caps.place[part].length - bytes);
	if (part == VIRTIO_NOTIFY)
		notified();
	if (part != VIRTIO_COMMON)
		return;
	if (offset == 0x00)
		feature_select = value;
	if (offset == 0x14)
		status_put(value);
	if (offset == 0x18)
		queue_size = value;
	if (offset == 0x1c)
		enabled = true;
	if (offset >= 0x20)
		memcpy((uint8_t *)areas + (offset - 0x20), &value, 4);
}

static const struct virtio_io io = {reg_read, reg_write, clock_now, clock_rest, NULL};

/* --- the driver --- */

static void begin(uint32_t tag)
{
	struct ata_command command = ata_transfer(&disk.unit.identity, input_take(input, 1) & 1,
		input_take(input, 3), (uint32_t)input_take(input, 1),
		BASE + DATA + input_take(input, 2) * 4 % 0x10000);
	struct order order;

	if (input_take(input, 1) & 1)
		command.code = (uint8_t)(input_take(input, 1) & 1 ? ATA_FLUSH_EXT
								  : ATA_DATA_SET_MANAGEMENT);
	if (command.code == ATA_DATA_SET_MANAGEMENT) {
		memset(disk.unit.buffer.at, (int)input_take(input, 1), 8);
		command.physical = disk.unit.buffer.physical;
	}
	if (order_of(&disk.unit, &command, &order) &&
		(order.op != ORDER_DISCARD || disk.unit.identity.trim))
		(void)virtio_blk_begin(&disk, tag, &order);
}

static void step(void)
{
	unsigned what = (unsigned)input_take(input, 1);

	switch (what & 7) {
	case 0:
	case 1:
		begin((what >> 3) % TAGS);
		break;
	case 2:
		(void)virtio_blk_look(&disk, (what >> 3) % TAGS);
		break;
	case 3:
		(void)virtio_blk_interrupt(&disk);
		break;
	case 4:
		if (holds > 0)
			answer(held[--holds]);
		break;
	case 5:
		now += (what >> 3) * 20000ull;
		break;
	case 6:
		(void)disk.unit.ops->recover(&disk.unit);
		break;
	default: /* the used ring; what else it writes over is its own loss */
		if (enabled)
			at(areas[2], 1)[input_take(input, 2) % 518] ^=
				(uint8_t)input_take(input, 1);
		break;
	}
}

static bool open_disk(void)
{
	const uint64_t sectors = 100000;
	const uint32_t limits[] = {65536, 512, 4000, 1};
	unsigned changes = (unsigned)input_take(input, 1) % 8;

	memset(device, 0, sizeof device);
	memcpy(device, &sectors, 8);
	memcpy(device + 8, &limits[0], 4);
	memcpy(device + 20, &limits[1], 4);
	memcpy(device + 36, &limits[2], 8);
	for (unsigned i = 0; i < changes; i++)
		device[input_take(input, 1) % sizeof device] ^= (uint8_t)input_take(input, 1);
	return virtio_blk_open(&disk, &io, &caps, &fuzz_clock, &(struct unit_memory){memory, BASE},
		       &(struct unit_memory){memory + 0x4000, BASE + 0x4000}) == VIRTIO_BLK_TAKEN;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input stream = {data, size};

	input = &stream;
	now = 0;
	memory = calloc(1, SIZE);
	status_put(0);
	if (caps_make() && open_disk()) {
		MUST(disk.unit.identity.sectors > 0 &&
			terminated(disk.unit.identity.serial, ATA_SERIAL));
		while (input->left > 0)
			step();
		(void)disk.unit.ops->recover(&disk.unit);
		for (uint32_t tag = 0; tag < TAGS; tag++)
			MUST(virtio_blk_look(&disk, tag) == UNIT_FAILED);
	}
	free(memory);
	return 0;
}
