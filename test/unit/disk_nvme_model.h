/* SPDX-License-Identifier: MIT */
/*
 * A model of an NVM Express controller: registers, two pairs of queues, namespaces 1 and
 * 7 on the bytes of disk_model.h. It checks what a driver may not do, and does wrong what
 * a test asks it to.
 */
#ifndef TEST_UNIT_DISK_NVME_MODEL_H
#define TEST_UNIT_DISK_NVME_MODEL_H

#include "disk_model.h"
#include "../../drivers/disk/nvme_disk.h"

#define MODEL_CAP (0x1full | 1ull << 16 | 4ull << 24 | 1ull << 37) /* 32 entries, 2 s */
#define MODEL_HELD 64u

struct model_queue {
	uint64_t submission, completion;
	uint32_t entries, tail, head, put;
	bool phase, submits, completes;
};

struct model_namespace {
	uint32_t number, format; /* LBAF 3, which is the one in use */
	uint64_t sectors;
	uint8_t attributes;
};

static struct {
	uint64_t cap;
	uint32_t vs, cc, csts, aqa, masked;
	uint64_t asq, acq;
	struct model_queue queue[2];
	struct model_namespace namespace[3];
	uint32_t namespaces, count; /* NN */
	uint8_t transfer, cache, sizes;
	uint16_t optional;
	/* commands that wait to be done, if `hold` is set */
	bool hold;
	uint32_t held[MODEL_HELD][16];
	unsigned holds;
	/* what goes wrong */
	bool gone, stuck_off, stuck_on, dies_at_start, list_descends;
	unsigned fail, hang, die, admin_hang, admin_wrong; /* commands to come, 1: the next */
	unsigned fails;                                    /* as many as this, from `fail` on */
	uint16_t status;                                   /* of those that fail */
	/* what was seen */
	unsigned commands, resets, pieces, status_reads;
	uint16_t last_id;
} nvm;

static inline uint32_t stride(void)
{
	return 4u << (nvm.cap >> 32 & 0xf);
}

static inline void model_post(
	struct model_queue *q, uint32_t result, uint32_t queue, uint32_t id, uint16_t status)
{
	uint32_t *entry = (uint32_t *)dma_at(q->completion + q->put * 16ull, 16);

	entry[0] = result;
	entry[1] = 0;
	entry[2] = queue << 16;
	entry[3] = (id & 0xffff) | (uint32_t)q->phase << 16 | (uint32_t)status << 17;
	q->put = (q->put + 1) % q->entries;
	q->phase ^= q->put == 0;
}

/* The driver's memory of a command. */
static inline void model_data(const uint32_t *command, uint32_t bytes, bool to_disk, uint8_t *disk)
{
	uint64_t first = command[6] | (uint64_t)command[7] << 32;
	uint64_t second = command[8] | (uint64_t)command[9] << 32, page;
	uint32_t size = 4096 - first % 4096, done = 0;

	assert_int_equal(first % 4, 0);
	for (nvm.pieces = 0; done < bytes; nvm.pieces++, size = 4096) {
		if (size > bytes - done)
			size = bytes - done;
		page = first;
		if (nvm.pieces == 1 && bytes - done <= 4096)
			page = second;
		else if (nvm.pieces >= 1)
			memcpy(&page, dma_at(second + (nvm.pieces - 1) * 8, 8), 8);
		if (nvm.pieces >= 1)
			assert_int_equal(page % 4096, 0);
		if (to_disk)
			memcpy(disk + done, dma_at(page, size), size);
		else
			memcpy(dma_at(page, size), disk + done, size);
		done += size;
	}
	/* a list may not cross a page */
	if (nvm.pieces > 2)
		assert_true(second % 8 == 0 && second % 4096 + (nvm.pieces - 1) * 8 <= 4096);
}

static inline const struct model_namespace *model_namespace(uint32_t number)
{
	for (unsigned i = 0; i < nvm.namespaces; i++)
		if (nvm.namespace[i].number == number)
			return &nvm.namespace[i];
	return NULL;
}

static inline uint16_t model_transfer(const uint32_t *command)
{
	uint64_t sector = command[10] | (uint64_t)command[11] << 32;
	uint32_t count = (command[12] & 0xffff) + 1;
	const struct model_namespace *ns = model_namespace(command[1]);

	assert_int_equal(command[12] >> 16 | command[13] | command[14] | command[15], 0);
	if (ns == NULL || sector + count > ns->sectors || sector + count > DISK_SECTORS)
		return 0x4080;
	if (nvm.transfer)
		assert_true(count * 512 <= 4096u << nvm.transfer);
	model_data(command, count * 512, (command[0] & 0xff) == 1, disk_bytes + sector * 512);
	return 0;
}

static inline uint16_t model_dataset(const uint32_t *command)
{
	uint64_t range[2];

	assert_true(command[10] == 0 && command[11] == 4);
	memcpy(range, dma_at(command[6] | (uint64_t)command[7] << 32, 16), 16);
	trimmed_first = range[1];
	trimmed_count = range[0] >> 32;
	return 0;
}

static inline uint16_t model_io(const uint32_t *command)
{
	if (nvm.fail && --nvm.fail == 0) {
		nvm.fail = nvm.fails > 1 ? 1 : 0;
		nvm.fails -= nvm.fails > 0;
		return nvm.status;
	}
	switch (command[0] & 0xff) {
	case 0:
		model_flushes++;
		return 0;
	case 1:
	case 2:
		return model_transfer(command);
	case 9:
		return model_dataset(command);
	default:
		return 0x4001;
	}
}

static inline void model_identify_controller(uint8_t *page)
{
	memset(page + 4, ' ', 60);
	memcpy(page + 4, " SER-1", 6);
	memcpy(page + 24, "MODEL OF A DISK", 15);
	page[77] = nvm.transfer;
	page[512] = nvm.sizes;
	page[513] = 0x44;
	memcpy(page + 516, &nvm.count, 4);
	memcpy(page + 520, &nvm.optional, 2);
	page[525] = nvm.cache;
}

static inline void model_identify_list(uint32_t after, uint8_t *page)
{
	unsigned count = 0;

	if (nvm.list_descends)
		memcpy(page, &after, 4);
	for (unsigned i = 0; i < nvm.namespaces && !nvm.list_descends; i++)
		if (nvm.namespace[i].number > after)
			memcpy(page + 4 * count++, &nvm.namespace[i].number, 4);
}

static inline uint16_t model_identify(const uint32_t *command)
{
	uint8_t *page = dma_at(command[6] | (uint64_t)command[7] << 32, 4096);
	const struct model_namespace *ns = model_namespace(command[1]);

	assert_int_equal(command[6] % 4096, 0);
	memset(page, 0, 4096);
	if (command[10] == 1) {
		model_identify_controller(page);
	} else if (command[10] == 2) {
		model_identify_list(command[1], page);
	} else {
		assert_int_equal(command[10], 0);
		if (ns == NULL)
			return command[1] > nvm.count ? 0x400b : 0; /* inactive: zeroes */
		memcpy(page, &ns->sectors, 8);
		page[25] = 3;
		page[26] = 3;
		page[99] = ns->attributes;
		memcpy(page + 128 + 12, &ns->format, 4);
	}
	return 0;
}

static inline uint16_t model_create(const uint32_t *command, bool completion)
{
	uint32_t entries = (command[10] >> 16) + 1;
	uint64_t at = command[6] | (uint64_t)command[7] << 32;
	struct model_queue *q = &nvm.queue[1];

	assert_int_equal(command[10] & 0xffff, 1);
	assert_int_equal(at % 4096, 0);
	assert_true(entries >= 2 && entries <= (nvm.cap & 0xffff) + 1);
	if (completion) {
		assert_int_equal(command[11], 3);
		*q = (struct model_queue){
			.completion = at, .entries = entries, .phase = true, .completes = true};
		return 0;
	}
	assert_true(command[11] == 0x10001 && q->completes);
	q->submission = at;
	q->submits = true;
	return 0;
}

static inline uint16_t model_admin(const uint32_t *command)
{
	switch (command[0] & 0xff) {
	case 1:
		return model_create(command, false);
	case 5:
		return model_create(command, true);
	case 6:
		return model_identify(command);
	case 9:
		return command[10] == 7 ? 0 : 0x4002;
	default:
		return 0x4001;
	}
}

/* Does a command of the namespaces and answers it. */
static inline void model_answer(const uint32_t *command)
{
	model_post(&nvm.queue[1], 0, 1, command[0] >> 16, model_io(command));
}

static inline void model_command(unsigned index, const uint32_t *command)
{
	if (index == 0) {
		if (nvm.admin_hang && --nvm.admin_hang == 0)
			return;
		uint16_t status = model_admin(command);
		bool wrong = nvm.admin_wrong && --nvm.admin_wrong == 0;

		model_post(&nvm.queue[0], 0, 0, (command[0] >> 16) + wrong, status);
		return;
	}
	nvm.commands++;
	nvm.last_id = (uint16_t)(command[0] >> 16);
	assert_int_equal(command[0] & 0xff00, 0);
	if (nvm.die && --nvm.die == 0) {
		nvm.csts |= 2;
		return;
	}
	if (nvm.hang && --nvm.hang == 0)
		return;
	if (nvm.hold) {
		assert_true(nvm.holds < MODEL_HELD);
		memcpy(nvm.held[nvm.holds++], command, 64);
	} else {
		model_answer(command);
	}
}

/* Answers held command `index`. */
static inline void model_release(unsigned index)
{
	assert_true(index < nvm.holds);
	model_answer(nvm.held[index]);
	memmove(nvm.held[index], nvm.held[index + 1], (--nvm.holds - index) * sizeof(*nvm.held));
}

static inline void model_doorbell(uint32_t offset, uint32_t value)
{
	uint32_t number = (offset - 0x1000) / stride(), index = number / 2;
	struct model_queue *q = &nvm.queue[index & 1];
	uint32_t command[16];

	assert_true((offset - 0x1000) % stride() == 0 && index < 2 && value < q->entries);
	if ((nvm.csts & 3) != 1)
		return;
	if (number & 1) {
		q->head = value;
		return;
	}
	assert_true(q->submits);
	while (q->tail != value) {
		memcpy(command, dma_at(q->submission + q->tail * 64ull, 64), 64);
		q->tail = (q->tail + 1) % q->entries;
		model_command(index, command);
	}
}

static inline void model_enable(uint32_t value)
{
	bool was = nvm.cc & 1, is = value & 1;

	nvm.cc = value;
	if (was && !is) {
		nvm.resets++;
		nvm.holds = 0;
		memset(nvm.queue, 0, sizeof nvm.queue);
		nvm.csts = nvm.stuck_on ? 1 : 0;
	}
	if (was || !is)
		return;
	assert_int_equal(value, 0x460001);
	assert_int_equal(nvm.asq % 4096 + nvm.acq % 4096, 0);
	nvm.queue[0] = (struct model_queue){.submission = nvm.asq,
		.completion = nvm.acq,
		.entries = (nvm.aqa & 0xfff) + 1,
		.phase = true,
		.submits = true,
		.completes = true};
	assert_int_equal(nvm.aqa >> 16, nvm.aqa & 0xfff);
	nvm.csts = nvm.stuck_off ? 0 : nvm.dies_at_start ? 2 : 1;
}

static inline uint32_t model_read(void *ctx, uint32_t offset)
{
	assert_ptr_equal(ctx, &nvm);
	assert_true(offset < 0x1000 && offset % 4 == 0);
	if (nvm.gone)
		return 0xffffffff;
	switch (offset) {
	case 0x00:
		return (uint32_t)nvm.cap;
	case 0x04:
		return (uint32_t)(nvm.cap >> 32);
	case 0x08:
		return nvm.vs;
	case 0x14:
		return nvm.cc;
	case 0x1c:
		nvm.status_reads++;
		return nvm.csts;
	default:
		return 0;
	}
}

static inline void model_write(void *ctx, uint32_t offset, uint32_t value)
{
	(void)ctx;
	assert_true(offset + 4 <= NVME_REGISTERS && offset % 4 == 0);
	switch (nvm.gone ? 0 : offset) {
	case 0x0c:
		nvm.masked |= value;
		break;
	case 0x10:
		nvm.masked &= ~value;
		break;
	case 0x14:
		model_enable(value);
		break;
	case 0x24:
		nvm.aqa = value;
		break;
	case 0x28:
		nvm.asq = value;
		break;
	case 0x30:
		nvm.acq = value;
		break;
	default:
		if (offset >= 0x1000 && !nvm.gone)
			model_doorbell(offset, value);
		assert_true((offset != 0x2c && offset != 0x34) || value == 0);
		break;
	}
}

static const struct nvme_io model_io_table = {model_read, model_write, &nvm};

/* As the firmware left it: running, with its own queues. */
static inline void nvm_reset(void)
{
	model_reset();
	memset(&nvm, 0, sizeof nvm);
	nvm.cap = MODEL_CAP;
	nvm.vs = 0x10400;
	nvm.cc = 0x460001;
	nvm.csts = 1;
	nvm.count = 9;
	nvm.sizes = 0x66;
	nvm.optional = 4;
	nvm.cache = 1;
	nvm.namespaces = 2;
	nvm.namespace[0] = (struct model_namespace){1, 9u << 16, DISK_SECTORS, 0};
	nvm.namespace[1] = (struct model_namespace){7, 9u << 16, 1000, 0};
}

#endif
