/* SPDX-License-Identifier: MIT */
/* Between the clients' channels and the disks: see desk.h. */
#include "desk.h"

#define COMMAND_US 10000000ull
#define FLUSH_US 60000000ull /* a cache may take long to write */

static void job_answer(struct desk *desk, struct desk_job *job, enum block_result result)
{
	job->held = job->started = false;
	desk->done++;
	desk->errors += result != BLOCK_OK;
	serve_answer(&desk->client[job->client].serve, job->request.slot, result);
}

/* False: there is nothing to be done for it. */
static bool command_make(struct desk *desk, struct unit *unit, struct desk_job *job)
{
	const struct serve_request *request = &job->request;
	uint64_t data =
		desk->client[job->client].physical + (uint64_t)request->slot * BLOCK_SLOT_BYTES;

	if (request->op == BLOCK_FLUSH)
		return ata_flush(&unit->identity, &job->command);
	if (request->op == BLOCK_DISCARD)
		job->command = ata_trim(
			request->sector, request->sectors, unit->buffer.at, unit->buffer.physical);
	else
		job->command = ata_transfer(&unit->identity, request->op == BLOCK_WRITE,
			request->sector, request->sectors, data);
	return true;
}

static bool job_take(struct desk *desk, uint32_t index)
{
	struct desk_job *job = &desk->job[index];

	for (uint32_t i = 0; i < desk->clients; i++) {
		uint32_t client = (desk->next[index] + i) % desk->clients;

		if (desk->client[client].unit != desk->unit[index] ||
			!serve_next(&desk->client[client].serve, &job->request))
			continue;
		desk->next[index] = client + 1;
		job->client = client;
		job->held = true;
		if (!command_make(desk, desk->unit[index], job))
			job_answer(desk, job, BLOCK_OK);
		return true;
	}
	return false;
}

static void job_fail(struct desk *desk, struct unit *unit, struct desk_job *job)
{
	unit->gone = !unit->ops->recover(unit);
	job_answer(desk, job, BLOCK_ERROR);
}

static bool job_look(struct desk *desk, struct unit *unit, struct desk_job *job, uint64_t now)
{
	uint64_t limit = job->request.op == BLOCK_FLUSH ? FLUSH_US : COMMAND_US;
	enum unit_state state = job->started ? unit->ops->poll(unit) : UNIT_BUSY;

	if (state == UNIT_BUSY && now - job->since_us < limit)
		return false;
	if (state == UNIT_DONE) {
		job_answer(desk, job, BLOCK_OK);
		return true;
	}
	desk->timeouts += state == UNIT_BUSY;
	job_fail(desk, unit, job);
	return true;
}

static bool unit_turn(struct desk *desk, uint32_t index, uint64_t now)
{
	struct unit *unit = desk->unit[index];
	struct desk_job *job = &desk->job[index];
	bool moved = job->held && job_look(desk, unit, job, now);

	/* Bounded: clients of a disk that is gone may send for ever. */
	for (uint32_t i = 0; i < BLOCK_SLOTS && !job->held && job_take(desk, index); i++) {
		moved = true;
		job->since_us = now;
		if (unit->gone && job->held)
			job_answer(desk, job, BLOCK_ERROR);
	}
	if (job->held && !job->started) {
		job->started = unit->ops->start(unit, &job->command);
		moved |= job->started;
	}
	return moved;
}

bool desk_turn(struct desk *desk, uint64_t now_us)
{
	bool moved = false;

	for (uint32_t i = 0; i < desk->units; i++)
		moved |= unit_turn(desk, i, now_us);
	return moved;
}

bool desk_busy(const struct desk *desk)
{
	for (uint32_t i = 0; i < desk->units; i++)
		if (desk->job[i].held)
			return true;
	return false;
}
