/* SPDX-License-Identifier: MIT */
/* A virtio block device of the machine as a disk: see virtio_blk.h. */
#include "virtio_blk.h"
#include "lib/string.h"

/* Features and configuration. */
enum { SIZE_MAX_FEATURE = 1, READONLY = 5, BLOCK_SIZE = 6, FLUSH = 9, DISCARD = 13 };
enum {
	CONFIG_CAPACITY = 0,
	CONFIG_SIZE_MAX = 8,
	CONFIG_BLOCK_SIZE = 20,
	CONFIG_DISCARD_SECTORS = 36,
	CONFIG_DISCARD_SEGMENTS = 40
};
#define WANTED (BIT(SIZE_MAX_FEATURE) | BIT(READONLY) | BIT(BLOCK_SIZE) | BIT(FLUSH) | BIT(DISCARD))
#define CAPACITY_MAX (1ull << 48)

/* Requests. */
enum { TYPE_READ = 0, TYPE_WRITE = 1, TYPE_FLUSH = 4, TYPE_ID = 8, TYPE_DISCARD = 11 };
#define STATUS_OK 0u
#define STATUS_NONE 0xffu
#define ID_BYTES 20u

/* The memory: a page of rings, a page of requests. */
#define ENTRIES 64u
#define PIECES 3u /* of a request, at most */
#define PAGE 4096u
#define REQUEST 64u /* bytes of each: header, status, range */
#define STATUS_AT 16u
#define RANGE_AT 32u
#define SLOT_ID VIRTIO_BLK_SLOTS
#define ID_MS 2000u
#define HEALTH_US 100000u

struct header {
	uint32_t type, reserved;
	uint64_t sector;
};

struct range {
	uint64_t sector;
	uint32_t sectors, flags;
};

static uint64_t now_us(const struct virtio_blk *disk)
{
	return disk->unit.clock->now_us(disk->unit.clock->ctx);
}

/* --- requests --- */

static struct unit_memory request_at(const struct virtio_blk *disk, uint32_t index)
{
	return (struct unit_memory){
		disk->requests.at + index * REQUEST, disk->requests.physical + index * REQUEST};
}

/* Header; data, if there is any; status. There is room for as many as there are slots. */
static bool request_put(struct virtio_blk *disk, uint32_t index, uint32_t type, uint64_t sector,
	const struct virtq_piece *data)
{
	struct unit_memory own = request_at(disk, index);
	const struct header header = {type, 0, sector};
	struct virtq_piece piece[PIECES] = {{own.physical, sizeof(header)}};
	uint32_t out = 1, in = 1, count = 1;

	memcpy(own.at, &header, sizeof(header));
	own.at[STATUS_AT] = STATUS_NONE;
	if (data->bytes != 0) {
		piece[count++] = *data;
		out += type == TYPE_WRITE || type == TYPE_DISCARD;
		in += type == TYPE_READ || type == TYPE_ID;
	}
	piece[count] = (struct virtq_piece){own.physical + STATUS_AT, 1};
	if (!virtq_put(&disk->queue, piece, out, in, index))
		return false;
	virtio_notify(&disk->virtio, &disk->queue);
	return true;
}

/* Sends the next request of the slot's order. */
static void slot_send(struct virtio_blk *disk, struct virtio_blk_slot *slot)
{
	static const uint32_t types[] = {[ORDER_READ] = TYPE_READ,
		[ORDER_WRITE] = TYPE_WRITE,
		[ORDER_FLUSH] = TYPE_FLUSH,
		[ORDER_DISCARD] = TYPE_DISCARD};
	const struct order *order = &slot->order;
	uint32_t index = (uint32_t)(slot - disk->slot), sectors = order->sectors;
	uint32_t most = order->op == ORDER_DISCARD ? disk->most_discard : disk->most_sectors;
	struct unit_memory own = request_at(disk, index);
	struct virtq_piece data = {order->physical, 0};

	slot->sent = sectors < most ? sectors : most; /* a flush has none */
	slot->since_us = now_us(disk);
	slot->state = VIRTIO_BLK_SENT;
	slot->tries++;
	if (order->op == ORDER_DISCARD) {
		const struct range range = {order->sector, slot->sent, 0};

		memcpy(own.at + RANGE_AT, &range, sizeof(range));
		data = (struct virtq_piece){own.physical + RANGE_AT, sizeof(range)};
	} else if (order->op != ORDER_FLUSH) {
		data.bytes = slot->sent * ATA_SECTOR;
	}
	slot->written = 1 + (order->op == ORDER_READ ? data.bytes : 0);
	/* One that does not fit has a device that broke its queue: it is reset. */
	(void)request_put(disk, index, types[order->op],
		order->op == ORDER_READ || order->op == ORDER_WRITE ? order->sector : 0, &data);
}

static void slot_end(struct virtio_blk_slot *slot, bool good)
{
	slot->state = VIRTIO_BLK_ENDED;
	slot->good = good;
}

static void slot_answer(struct virtio_blk *disk, uint32_t index, uint32_t written)
{
	struct virtio_blk_slot *slot = &disk->slot[index];
	struct order *order = &slot->order;
	bool good = written >= slot->written && request_at(disk, index).at[STATUS_AT] == STATUS_OK;

	if (!good || order->sectors <= slot->sent) {
		slot_end(slot, good);
		return;
	}
	order->sectors -= slot->sent;
	order->sector += slot->sent;
	order->physical += (uint64_t)slot->sent * ATA_SECTOR;
	slot->tries = 0;
	slot_send(disk, slot);
}

/* Takes what the device has done. It can only be what it was given: virtq.h. */
static void answers_take(struct virtio_blk *disk)
{
	uint32_t index, written;

	while (!disk->gone && virtq_take(&disk->queue, &index, &written))
		if (index < VIRTIO_BLK_SLOTS)
			slot_answer(disk, index, written);
}

/* --- start and reset --- */

static enum virtio_blk_refusal start_device(struct virtio_blk *disk)
{
	static const enum virtio_blk_refusal refusal[VIRTIO_RESULTS] = {
		[VIRTIO_OPENED] = VIRTIO_BLK_TAKEN,
		[VIRTIO_SILENT] = VIRTIO_BLK_SILENT,
		[VIRTIO_OLD] = VIRTIO_BLK_OLD,
		[VIRTIO_REFUSED] = VIRTIO_BLK_FEATURES};
	enum virtio_result result = virtio_open(&disk->virtio, &disk->io, &disk->caps, WANTED);

	if (result != VIRTIO_OPENED)
		return refusal[result];
	if (!virtio_queue_open(&disk->virtio, 0, &disk->rings, ENTRIES, &disk->queue))
		return VIRTIO_BLK_NO_QUEUE;
	disk->slots = disk->queue.size / PIECES;
	if (disk->slots > VIRTIO_BLK_SLOTS)
		disk->slots = VIRTIO_BLK_SLOTS;
	if (disk->slots == 0)
		return VIRTIO_BLK_NO_QUEUE;
	virtq_interrupts(&disk->queue, disk->interrupts);
	return virtio_ready(&disk->virtio) ? VIRTIO_BLK_TAKEN : VIRTIO_BLK_SILENT;
}

static void reset(struct virtio_blk *disk)
{
	disk->gone = start_device(disk) != VIRTIO_BLK_TAKEN;
	if (disk->gone)
		(void)virtio_reset(&disk->virtio);
	for (uint32_t i = 0; i < VIRTIO_BLK_SLOTS; i++) {
		struct virtio_blk_slot *slot = &disk->slot[i];

		if (slot->state != VIRTIO_BLK_SENT)
			continue;
		if (!disk->gone && i < disk->slots && slot->tries < VIRTIO_BLK_TRIES)
			slot_send(disk, slot);
		else
			slot_end(slot, false);
	}
}

static uint64_t config(const struct virtio_blk *disk, uint32_t feature, uint32_t at, uint64_t other)
{
	uint64_t value;

	if (!virtio_has(&disk->virtio, feature))
		return other;
	return virtio_config(&disk->virtio, at, 4, &value) ? value : 0;
}

static enum virtio_blk_refusal config_take(struct virtio_blk *disk)
{
	struct ata_identity *identity = &disk->unit.identity;
	uint64_t size = config(disk, SIZE_MAX_FEATURE, CONFIG_SIZE_MAX, UINT32_MAX) / ATA_SECTOR;
	uint64_t discards = config(disk, DISCARD, CONFIG_DISCARD_SECTORS, 0);

	if (!virtio_config(&disk->virtio, CONFIG_CAPACITY, 8, &identity->sectors) ||
		identity->sectors == 0 || identity->sectors > CAPACITY_MAX || size == 0)
		return VIRTIO_BLK_NONSENSE;
	if (config(disk, BLOCK_SIZE, CONFIG_BLOCK_SIZE, ATA_SECTOR) != ATA_SECTOR)
		return VIRTIO_BLK_LARGE_BLOCKS;
	disk->most_sectors = size < ORDER_SECTORS ? (uint32_t)size : ORDER_SECTORS;
	disk->most_discard = (uint32_t)discards;
	disk->unit.readonly = virtio_has(&disk->virtio, READONLY);
	identity->lba48 = true;
	identity->flush_ext = virtio_has(&disk->virtio, FLUSH);
	identity->trim = discards != 0 && !disk->unit.readonly &&
			 config(disk, DISCARD, CONFIG_DISCARD_SEGMENTS, 0) != 0;
	memcpy(identity->model, "virtio disk", sizeof("virtio disk"));
	return VIRTIO_BLK_TAKEN;
}

/* --- orders --- */

static struct virtio_blk_slot *slot_find(struct virtio_blk *disk, uint32_t tag)
{
	for (uint32_t i = 0; i < VIRTIO_BLK_SLOTS; i++)
		if (disk->slot[i].state != VIRTIO_BLK_FREE && disk->slot[i].tag == tag)
			return &disk->slot[i];
	return NULL;
}

bool virtio_blk_begin(struct virtio_blk *disk, uint32_t tag, const struct order *order)
{
	struct virtio_blk_slot *slot = NULL;

	if (slot_find(disk, tag) != NULL)
		return false;
	for (uint32_t i = 0; i < disk->slots && slot == NULL; i++)
		if (disk->slot[i].state == VIRTIO_BLK_FREE)
			slot = &disk->slot[i];
	if (slot == NULL)
		return false;
	*slot = (struct virtio_blk_slot){.tag = tag, .order = *order};
	if (disk->gone ||
		(disk->unit.readonly && (order->op == ORDER_WRITE || order->op == ORDER_DISCARD)))
		slot_end(slot, false);
	else
		slot_send(disk, slot);
	return true;
}

enum unit_state virtio_blk_look(struct virtio_blk *disk, uint32_t tag)
{
	struct virtio_blk_slot *slot = slot_find(disk, tag);

	if (slot == NULL)
		return UNIT_FAILED;
	answers_take(disk);
	if (slot->state == VIRTIO_BLK_SENT &&
		(disk->queue.broken || (now_us(disk) - slot->since_us > HEALTH_US &&
					       virtio_is_failed(&disk->virtio))))
		reset(disk);
	if (slot->state == VIRTIO_BLK_SENT)
		return UNIT_BUSY;
	slot->state = VIRTIO_BLK_FREE;
	return slot->good ? UNIT_DONE : UNIT_FAILED;
}

void virtio_blk_interrupts(struct virtio_blk *disk)
{
	disk->interrupts = true;
	virtq_interrupts(&disk->queue, true);
}

bool virtio_blk_interrupt(struct virtio_blk *disk)
{
	if (virtio_interrupt(&disk->virtio) == 0)
		return false;
	answers_take(disk);
	return true;
}

/* --- the unit --- */

/* An order that cannot be has no slot, so looking at it finds an error. */
static bool start(struct unit *unit, const struct ata_command *command)
{
	struct order order;

	return !order_of(unit, command, &order) ||
	       virtio_blk_begin(CONTAINER_OF(unit, struct virtio_blk, unit), 0, &order);
}

static enum unit_state poll(struct unit *unit)
{
	return virtio_blk_look(CONTAINER_OF(unit, struct virtio_blk, unit), 0);
}

/* What was answered needs no reset, be it an error. */
static bool recover(struct unit *unit)
{
	struct virtio_blk *disk = CONTAINER_OF(unit, struct virtio_blk, unit);
	bool busy = false;

	for (uint32_t i = 0; i < VIRTIO_BLK_SLOTS; i++) {
		busy |= disk->slot[i].state == VIRTIO_BLK_SENT;
		disk->slot[i].state = VIRTIO_BLK_FREE;
	}
	if (busy)
		reset(disk);
	return !disk->gone;
}

static const struct unit_ops ops = {.start = start, .poll = poll, .recover = recover};

static bool has_answer(void *ctx)
{
	struct virtio_blk *disk = ctx;

	answers_take(disk);
	return disk->queue.under_way == 0 || disk->queue.broken;
}

/* A device need not have one; what it has is at most ID_BYTES of ASCII. */
static bool identifier_ask(struct virtio_blk *disk)
{
	const struct virtq_piece data = {disk->unit.buffer.physical, ID_BYTES};
	char *serial = disk->unit.identity.serial;
	uint32_t length = 0;

	memset(disk->unit.buffer.at, 0, ID_BYTES);
	if (!request_put(disk, SLOT_ID, TYPE_ID, 0, &data) ||
		!unit_wait(disk->unit.clock, ID_MS, has_answer, disk) || disk->queue.broken)
		return false;
	if (request_at(disk, SLOT_ID).at[STATUS_AT] != STATUS_OK)
		return true;
	for (uint32_t i = 0; i < ID_BYTES && disk->unit.buffer.at[i] != 0; i++) {
		uint8_t c = disk->unit.buffer.at[i];

		serial[i] = c > ' ' && c <= '~' ? (char)c : ' ';
		if (serial[i] != ' ')
			length = i + 1;
	}
	serial[length] = 0;
	return true;
}

enum virtio_blk_refusal virtio_blk_open(struct virtio_blk *disk, const struct virtio_io *io,
	const struct virtio_caps *caps, const struct unit_clock *clock,
	const struct unit_memory *memory, const struct unit_memory *buffer)
{
	enum virtio_blk_refusal refusal;

	memset(disk, 0, sizeof(*disk));
	disk->unit.ops = &ops;
	disk->unit.clock = clock;
	disk->unit.buffer = *buffer;
	disk->io = *io;
	disk->caps = *caps;
	disk->rings = (struct virtq_memory){memory->at, memory->physical};
	disk->requests = (struct unit_memory){memory->at + PAGE, memory->physical + PAGE};
	refusal = start_device(disk);
	if (refusal == VIRTIO_BLK_TAKEN)
		refusal = config_take(disk);
	if (refusal == VIRTIO_BLK_TAKEN && !identifier_ask(disk))
		refusal = VIRTIO_BLK_SILENT;
	if (refusal != VIRTIO_BLK_TAKEN)
		(void)virtio_reset(&disk->virtio);
	return refusal;
}

const char *virtio_blk_refusal_text(enum virtio_blk_refusal refusal)
{
	static const char *const text[VIRTIO_BLK_REFUSALS] = {
		[VIRTIO_BLK_TAKEN] = "it is taken",
		[VIRTIO_BLK_SILENT] = "it does not answer",
		[VIRTIO_BLK_OLD] = "it is of the old kind",
		[VIRTIO_BLK_FEATURES] = "it does not take the features that it offers",
		[VIRTIO_BLK_NO_QUEUE] = "it has no queue that is long enough",
		[VIRTIO_BLK_NONSENSE] = "what it says of itself cannot be",
		[VIRTIO_BLK_LARGE_BLOCKS] = "its blocks are not of 512 bytes",
	};

	return (uint32_t)refusal < VIRTIO_BLK_REFUSALS ? text[refusal] : "for an unknown reason";
}

_Static_assert(PIECES * VIRTIO_BLK_SLOTS <= ENTRIES && VIRTQ_BYTES(ENTRIES) <= PAGE &&
		       (SLOT_ID + 1) * REQUEST <= PAGE && 2 * PAGE == VIRTIO_BLK_MEMORY,
	"all requests have room");
