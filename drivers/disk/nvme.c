/* SPDX-License-Identifier: MIT */
/* An NVM Express controller: see nvme.h for states and sources. */
#include "nvme.h"
#include "lib/string.h"

/* Registers. */
enum {
	CAP = 0x00,
	CAP_HIGH = 0x04,
	VS = 0x08,
	INTMS = 0x0c,
	INTMC = 0x10,
	CC = 0x14,
	CSTS = 0x1c,
	AQA = 0x24,
	ASQ = 0x28,
	ACQ = 0x30,
	DOORBELLS = 0x1000
};
#define VERSION_LISTS 0x00010100u
#define CC_ENABLE BIT(0)
#define CC_ENTRIES (6u << 16 | 4u << 20) /* 64 and 16 bytes; pages of 4096 */
#define CSTS_READY BIT(0)
#define CSTS_FATAL BIT(1)
#define NOBODY 0xffffffffu

/* The memory: the pairs of queues, and behind the one's submissions the lists. */
#define ADMIN_SUBMISSION 0x0000u
#define ADMIN_COMPLETION 0x1000u
#define IO_SUBMISSION 0x2000u
#define IO_COMPLETION 0x3000u
#define ADMIN_ENTRIES 4u
#define IO_ENTRIES 32u
#define LISTS (IO_SUBMISSION + IO_ENTRIES * (uint32_t)sizeof(struct nvme_entry))
#define ADMIN_QUEUE 0u
#define IO_QUEUE 1u
#define ADMIN_MS 5000u

static uint32_t reg_read(const struct nvme *nvme, uint32_t reg)
{
	return nvme->io.read(nvme->io.ctx, reg);
}

static void reg_write(const struct nvme *nvme, uint32_t reg, uint32_t value)
{
	nvme->io.write(nvme->io.ctx, reg, value);
}

static void reg_write64(const struct nvme *nvme, uint32_t reg, uint64_t value)
{
	reg_write(nvme, reg, (uint32_t)value);
	reg_write(nvme, reg + 4, (uint32_t)(value >> 32));
}

static uint32_t doorbell(const struct nvme *nvme, uint32_t queue, bool completion)
{
	return DOORBELLS + (2 * queue + completion) * nvme->caps.stride;
}

bool nvme_is_failed(const struct nvme *nvme)
{
	return (reg_read(nvme, CSTS) & CSTS_FATAL) != 0; /* so says also who is not there */
}

/* --- administration --- */

static bool has_answer(void *ctx)
{
	const struct nvme *nvme = ctx;
	struct nvme_queue look = nvme->admin; /* a copy: nothing is taken */
	struct nvme_answer answer;

	return nvme_queue_take(&look, &answer);
}

/* One at a time, so all have the same number. */
static bool admin_do(struct nvme *nvme, const struct nvme_entry *entry)
{
	struct nvme_answer answer;

	if (nvme->broken)
		return false;
	reg_write(nvme, doorbell(nvme, ADMIN_QUEUE, false), nvme_queue_put(&nvme->admin, 0, entry));
	if (!unit_wait(nvme->clock, ADMIN_MS, has_answer, nvme) ||
		!nvme_queue_take(&nvme->admin, &answer)) {
		nvme->broken = true; /* it may still answer: nothing more is asked before a reset */
		return false;
	}
	reg_write(nvme, doorbell(nvme, ADMIN_QUEUE, true), nvme->admin.head);
	nvme->broken = answer.id != 0 || answer.queue != ADMIN_QUEUE;
	return !nvme->broken && nvme_error_of(answer.status) == NVME_OK;
}

bool nvme_ask(struct nvme *nvme, enum nvme_cns cns, uint32_t namespace)
{
	struct nvme_entry entry = nvme_identify(cns, namespace, nvme->page.physical);

	memset(nvme->page.at, 0, NVME_PAGE);
	return !nvme->gone && admin_do(nvme, &entry);
}

uint32_t nvme_next(struct nvme *nvme, uint32_t after)
{
	uint32_t next;

	if (nvme->numbered)
		return after < nvme->identity.namespaces ? after + 1 : 0;
	if (!nvme_ask(nvme, NVME_CNS_ACTIVE, after))
		return 0;
	memcpy(&next, nvme->page.at, sizeof(next));
	return next > after ? next : 0;
}

/* --- reset and start --- */

static bool is_off(void *nvme)
{
	return (reg_read(nvme, CSTS) & CSTS_READY) == 0;
}

static bool is_on(void *nvme)
{
	return (reg_read(nvme, CSTS) & (CSTS_READY | CSTS_FATAL)) != 0;
}

bool nvme_stop(struct nvme *nvme)
{
	if (reg_read(nvme, CSTS) == NOBODY)
		return false;
	reg_write(nvme, INTMS, ~0u);
	reg_write(nvme, CC, reg_read(nvme, CC) & ~(uint32_t)CC_ENABLE);
	return unit_wait(nvme->clock, nvme->caps.ready_ms, is_off, nvme);
}

static bool enable(struct nvme *nvme)
{
	nvme_queue_reset(&nvme->admin, ADMIN_ENTRIES);
	reg_write(nvme, AQA, (ADMIN_ENTRIES - 1) << 16 | (ADMIN_ENTRIES - 1));
	reg_write64(nvme, ASQ, nvme->admin.submission.physical);
	reg_write64(nvme, ACQ, nvme->admin.completion.physical);
	reg_write(nvme, CC, CC_ENTRIES);
	reg_write(nvme, CC, CC_ENTRIES | CC_ENABLE);
	return unit_wait(nvme->clock, nvme->caps.ready_ms, is_on, nvme) && !nvme_is_failed(nvme);
}

/* Whether it likes to be told the number of queues does not matter: it has one. */
static bool queues_create(struct nvme *nvme)
{
	uint32_t entries = nvme->caps.entries < IO_ENTRIES ? nvme->caps.entries : IO_ENTRIES;
	struct nvme_entry number = nvme_one_queue();
	struct nvme_entry completion =
		nvme_create_completion(entries, nvme->queue.completion.physical);
	struct nvme_entry submission =
		nvme_create_submission(entries, nvme->queue.submission.physical);

	nvme_queue_reset(&nvme->queue, entries);
	nvme->slots = entries - 1 < NVME_SLOTS ? entries - 1 : NVME_SLOTS;
	(void)admin_do(nvme, &number);
	return admin_do(nvme, &completion) && admin_do(nvme, &submission);
}

bool nvme_restart(struct nvme *nvme)
{
	if (nvme->gone)
		return false;
	nvme->broken = false;
	nvme->gone = !nvme_stop(nvme) || !enable(nvme) || !queues_create(nvme);
	if (nvme->gone)
		(void)nvme_stop(nvme);
	else if (nvme->interrupts)
		nvme_interrupts(nvme);
	return !nvme->gone;
}

static struct unit_memory part(const struct unit_memory *memory, uint32_t offset)
{
	return (struct unit_memory){memory->at + offset, memory->physical + offset};
}

static enum nvme_refusal caps_take(struct nvme *nvme)
{
	uint64_t cap = reg_read(nvme, CAP) | (uint64_t)reg_read(nvme, CAP_HIGH) << 32;
	enum nvme_refusal refusal = nvme_caps_read(cap, &nvme->caps);

	if (refusal == NVME_TAKEN && doorbell(nvme, IO_QUEUE, true) + 4 > NVME_REGISTERS)
		return NVME_FAR;
	return refusal;
}

static enum nvme_refusal begin(struct nvme *nvme)
{
	enum nvme_refusal refusal = caps_take(nvme);

	if (refusal != NVME_TAKEN)
		return refusal;
	if (!nvme_restart(nvme) || !nvme_ask(nvme, NVME_CNS_CONTROLLER, 0))
		return NVME_SILENT;
	nvme->numbered = reg_read(nvme, VS) < VERSION_LISTS;
	return nvme_identity_read(nvme->page.at, &nvme->identity) ? NVME_TAKEN : NVME_NONSENSE;
}

enum nvme_refusal nvme_open(struct nvme *nvme, const struct nvme_io *io,
	const struct unit_clock *clock, const struct unit_memory *memory,
	const struct unit_memory *page)
{
	enum nvme_refusal refusal;

	memset(nvme, 0, sizeof(*nvme));
	nvme->io = *io;
	nvme->clock = clock;
	nvme->page = *page;
	nvme->admin.submission = part(memory, ADMIN_SUBMISSION);
	nvme->admin.completion = part(memory, ADMIN_COMPLETION);
	nvme->queue.submission = part(memory, IO_SUBMISSION);
	nvme->queue.completion = part(memory, IO_COMPLETION);
	nvme->lists = part(memory, LISTS);
	refusal = begin(nvme);
	if (refusal != NVME_TAKEN)
		(void)nvme_stop(nvme);
	return refusal;
}

/* --- the namespaces' queue --- */

void nvme_send(struct nvme *nvme, uint16_t id, const struct nvme_entry *entry)
{
	reg_write(nvme, doorbell(nvme, IO_QUEUE, false), nvme_queue_put(&nvme->queue, id, entry));
}

bool nvme_take(struct nvme *nvme, struct nvme_answer *answer)
{
	if (nvme->broken || nvme->gone || !nvme_queue_take(&nvme->queue, answer))
		return false;
	nvme->broken = answer->queue != IO_QUEUE;
	return !nvme->broken;
}

void nvme_took(struct nvme *nvme)
{
	reg_write(nvme, doorbell(nvme, IO_QUEUE, true), nvme->queue.head);
}

void nvme_interrupts(struct nvme *nvme)
{
	nvme->interrupts = true;
	reg_write(nvme, INTMC, 1);
}

_Static_assert(LISTS + NVME_SLOTS * NVME_LIST <= IO_COMPLETION, "a page for both");
_Static_assert(IO_COMPLETION + NVME_PAGE == NVME_MEMORY, "that is all of it");
