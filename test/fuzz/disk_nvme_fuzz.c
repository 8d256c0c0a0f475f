/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/nvme.c drivers/disk/nvme_disk.c drivers/disk/nvme_queue.c */
/* LINK: drivers/disk/nvme_command.c drivers/disk/order.c drivers/disk/ata.c drivers/disk/unit.c */
/* RUNS: 30000 */
/* MAX: 512 */
/*
 * An NVM Express controller that is hostile: its registers, what it says of itself and
 * its answers are the input's, on top of what a good one says (zeros change nothing). The
 * driver reaches no register and no memory that is not its own, names no memory to the
 * controller but that of the order, and every order ends when its time is over.
 */
#include "../../drivers/disk/nvme_disk.h"
#include "fuzz.h"

#define BASE 0x100000000ull
#define SIZE 0x40000u
#define DATA 0x20000u /* of orders; queues and pages are below */
#define CAP (0x1full | 1ull << 24 | 1ull << 37)
#define DISKS 2u
#define TAGS 3u

static struct input *input;
static uint8_t *memory;
static uint64_t cap, now;
static uint32_t cc, held[64][16], holds;
static struct {
	uint64_t submission, completion;
	uint32_t entries, tail, put;
	bool phase;
} queues[2];
static struct nvme nvme;
static struct nvme_disk disks[DISKS];

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

/* What a good controller says, but for bits of the input. */
static uint64_t tampered(uint64_t value, unsigned bytes)
{
	return input_take(input, 1) & 1 ? value ^ input_take(input, bytes) : value;
}

static uint32_t reg_read(void *ctx, uint32_t offset)
{
	(void)ctx;
	MUST(offset < 0x40 && offset % 4 == 0);
	switch (offset) {
	case 0x00:
		return (uint32_t)cap;
	case 0x04:
		return (uint32_t)(cap >> 32);
	case 0x08:
		return (uint32_t)tampered(0x10400, 4);
	case 0x14:
		return cc;
	case 0x1c:
		return (uint32_t)tampered(cc & 1, 1);
	default:
		return (uint32_t)input_take(input, 4);
	}
}

static void post(unsigned index, uint32_t id)
{
	uint32_t entry[4] = {(uint32_t)input_take(input, 1), 0, index << 16,
		(id & 0xffff) | (uint32_t)queues[index].phase << 16};

	if (!queues[index].completion || !queues[index].entries)
		return;
	if (input_take(input, 1) & 1) {
		entry[2] ^= (uint32_t)input_take(input, 4);
		entry[3] ^= (uint32_t)input_take(input, 4);
	}
	memcpy(at(queues[index].completion + queues[index].put * 16ull, 16), entry, 16);
	queues[index].put = (queues[index].put + 1) % queues[index].entries;
	queues[index].phase ^= queues[index].put == 0;
}

/* Pages of a command: all of the data area. */
static void data_check(const uint32_t *command)
{
	uint32_t bytes = ((command[12] & 0xffff) + 1) * 512, size, done = 0;
	uint64_t first = command[6] | (uint64_t)command[7] << 32;
	uint64_t second = command[8] | (uint64_t)command[9] << 32, page = first;

	MUST(bytes <= 65536 && command[10] + (command[12] & 0xffff) >= command[10]);
	for (unsigned i = 0; done < bytes; i++) {
		if (i == 1 && bytes - done <= 4096)
			page = second;
		else if (i > 0)
			memcpy(&page, at(second + (i - 1) * 8, 8), 8);
		size = 4096 - page % 4096;
		if (size > bytes - done)
			size = bytes - done;
		MUST(page >= BASE + DATA);
		memset(at(page, size), 0xaa, size);
		done += size;
	}
}

static void io_command(const uint32_t *command)
{
	if ((command[0] & 0xff) == 1 || (command[0] & 0xff) == 2)
		data_check(command);
	MUST(holds < 64);
	if (input_take(input, 1) & 1)
		memcpy(held[holds++], command, 64);
	else
		post(1, command[0] >> 16);
}

static void identify(const uint32_t *command)
{
	uint8_t *page = at(command[6] | (uint64_t)command[7] << 32, 4096);
	unsigned changes = (unsigned)input_take(input, 1) % 8;
	uint64_t sectors = 100000;
	uint32_t next = command[1] + 1;

	if (command[10] == 1) {
		page[512] = 0x66;
		page[513] = 0x44;
		page[520] = 4;
		page[525] = 1;
	} else if (command[10] == 2) {
		memcpy(page, &next, 4);
	} else {
		memcpy(page, &sectors, 8);
		page[130] = 9;
	}
	for (unsigned i = 0; i < changes; i++)
		page[input_take(input, 2) % 4096] = (uint8_t)input_take(input, 1);
}

static void admin_command(const uint32_t *command)
{
	uint64_t physical = command[6] | (uint64_t)command[7] << 32;
	uint32_t opcode = command[0] & 0xff, entries = (command[10] >> 16) + 1;

	if (opcode == 6)
		identify(command);
	if (opcode == 5) {
		queues[1].completion = physical;
		queues[1].entries = entries;
		queues[1].put = 0;
		queues[1].phase = true;
		(void)at(physical, entries * 16);
	}
	if (opcode == 1) {
		queues[1].submission = physical;
		queues[1].tail = 0;
		MUST(entries == queues[1].entries && entries >= 2 && entries <= (cap & 0xffff) + 1);
		(void)at(physical, entries * 64);
	}
	if ((input_take(input, 1) & 7) != 1)
		post(0, command[0] >> 16);
}

static void doorbell(uint32_t offset, uint32_t value)
{
	uint32_t number = (offset - 0x1000) / (4u << (cap >> 32 & 15)), index = number / 2;

	MUST(number < 4 && (offset - 0x1000) % (4u << (cap >> 32 & 15)) == 0);
	if ((number & 1) || !(cc & 1) || !queues[index].submission)
		return;
	MUST(value < queues[index].entries);
	while (queues[index].tail != value) {
		uint32_t command[16];

		memcpy(command, at(queues[index].submission + queues[index].tail * 64ull, 64), 64);
		queues[index].tail = (queues[index].tail + 1) % queues[index].entries;
		(index ? io_command : admin_command)(command);
	}
}

static void reg_write(void *ctx, uint32_t offset, uint32_t value)
{
	(void)ctx;
	MUST(offset + 4 <= NVME_REGISTERS && offset % 4 == 0);
	if (offset >= 0x1000)
		doorbell(offset, value);
	if (offset == 0x14) {
		holds = 0;
		cc = value;
		queues[1].submission = queues[1].completion = queues[0].tail = queues[0].put = 0;
		queues[0].phase = true;
	}
	if (offset == 0x24)
		queues[0].entries = (value & 0xfff) + 1;
	if (offset == 0x28)
		queues[0].submission = BASE + (value - (uint32_t)BASE);
	if (offset == 0x30)
		queues[0].completion = BASE + (value - (uint32_t)BASE);
}

static void begin(struct nvme_disk *disk, uint32_t tag)
{
	struct ata_command command = ata_transfer(&disk->unit.identity, input_take(input, 1) & 1,
		input_take(input, 3), (uint32_t)input_take(input, 1),
		BASE + DATA + input_take(input, 2) * 4 % 0x10000);
	struct order order;

	if (input_take(input, 1) & 1)
		command.code = (uint8_t)(input_take(input, 1) & 1 ? ATA_FLUSH_EXT
								  : ATA_DATA_SET_MANAGEMENT);
	if (command.code == ATA_DATA_SET_MANAGEMENT)
		command.physical = disk->unit.buffer.physical;
	if (order_of(&disk->unit, &command, &order))
		(void)nvme_begin(disk, tag, &order);
}

static void step(void)
{
	unsigned what = (unsigned)input_take(input, 1), index = what >> 3 & 1;
	struct nvme_disk *disk = &disks[index];
	uint32_t id;

	switch (what & 7) {
	case 0:
	case 1:
		begin(disk, (what >> 4) % TAGS);
		break;
	case 2:
		(void)nvme_look(disk, (what >> 4) % TAGS);
		break;
	case 3:
		(void)nvme_interrupt(&nvme);
		break;
	case 4:
		if (holds > 0) {
			id = held[0][0] >> 16;
			memmove(held[0], held[1], --holds * sizeof(*held));
			post(1, id);
		}
		break;
	case 5:
		now += (what >> 3) * 20000ull;
		break;
	case 6:
		if (what & 0x80)
			(void)disk->unit.ops->recover(&disk->unit);
		else
			(void)nvme_next(&nvme, (uint32_t)input_take(input, 4));
		break;
	default:
		memory[0x3000 + input_take(input, 2) % 512] ^= (uint8_t)input_take(input, 1);
		break;
	}
}

/* When all orders' time is over nothing of them is left. */
static void end(void)
{
	for (unsigned i = 0; i < DISKS; i++) {
		(void)disks[i].unit.ops->recover(&disks[i].unit);
		for (uint32_t tag = 0; tag < TAGS; tag++)
			MUST(nvme_look(&disks[i], tag) == UNIT_FAILED);
	}
	for (unsigned i = 0; i < NVME_SLOTS; i++)
		MUST(nvme.slot[i].state == NVME_FREE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct nvme_io io = {reg_read, reg_write, NULL};
	struct input stream = {data, size};
	struct unit_memory page;
	bool good;

	input = &stream;
	memory = calloc(1, SIZE);
	memset(queues, 0, sizeof queues);
	cc = holds = 0;
	now = 0;
	cap = CAP ^ input_take(input, 8);
	page = (struct unit_memory){memory + 0x4000, BASE + 0x4000};
	good = nvme_open(&nvme, &io, &fuzz_clock, &(struct unit_memory){memory, BASE}, &page) ==
	       NVME_TAKEN;
	for (unsigned i = 0; i < DISKS && good; i++) {
		page = (struct unit_memory){memory + 0x5000 + i * 4096, BASE + 0x5000 + i * 4096};
		good = nvme_disk_open(&nvme, i * 99 + 1, &page, &disks[i]) == NVME_TAKEN;
	}
	for (unsigned i = 0; good && i < DISKS; i++)
		MUST(disks[i].unit.identity.sectors > 0 &&
			terminated(disks[i].unit.identity.serial, ATA_SERIAL) &&
			terminated(disks[i].unit.identity.model, ATA_MODEL));
	while (good && input->left > 0)
		step();
	if (good)
		end();
	free(memory);
	return 0;
}
