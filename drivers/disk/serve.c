/* SPDX-License-Identifier: MIT */
/* The server's end of a block channel. Pure; state in the caller's struct: see serve.h. */
#include "serve.h"
#include "lib/string.h"

void serve_attach(struct serve *serve, void *memory)
{
	memset(serve, 0, sizeof(*serve));
	serve->data = memory;
	serve->client = (struct block_client *)(serve->data + BLOCK_DATA);
	serve->server = (struct block_server *)(serve->data + BLOCK_DATA + 4096);
	for (uint32_t i = 0; i < BLOCK_SLOTS; i++)
		serve->answered[i] = serve->server->answered[i];
	serve->server->wants_signal = 0;
}

static void state_publish(struct serve *serve, enum block_state state, enum block_reason reason)
{
	serve->server->reason = reason;
	__atomic_store_n(&serve->server->state, state, __ATOMIC_RELEASE);
	serve->told = true;
}

void serve_open(struct serve *serve, uint64_t first, uint64_t sectors, bool readonly, bool discards)
{
	serve->first = first;
	serve->sectors = sectors;
	serve->readonly = readonly;
	serve->discards = discards && !readonly;
	serve->server->sectors = sectors;
	serve->server->flags =
		(readonly ? BLOCK_READONLY : 0) | (serve->discards ? BLOCK_CAN_DISCARD : 0);
	state_publish(serve, BLOCK_READY, BLOCK_FOUND);
}

void serve_refuse(struct serve *serve, enum block_reason reason)
{
	serve->sectors = 0;
	serve->readonly = true;
	state_publish(serve, BLOCK_ABSENT, reason);
}

/* The limit of one request, by operation; 0: it is not done here. */
static uint32_t sectors_max(const struct serve *serve, uint32_t op)
{
	switch (op) {
	case BLOCK_READ:
		return BLOCK_SLOT_SECTORS;
	case BLOCK_WRITE:
		return serve->readonly ? 0 : BLOCK_SLOT_SECTORS;
	case BLOCK_DISCARD:
		return serve->discards ? BLOCK_DISCARD_MAX : 0;
	default:
		return 0;
	}
}

static bool request_valid(const struct serve *serve, const struct block_request *request)
{
	if (request->op == BLOCK_FLUSH)
		return serve->sectors > 0;
	return request->sectors > 0 && request->sectors <= sectors_max(serve, request->op) &&
	       request->sector <= serve->sectors &&
	       request->sectors <= serve->sectors - request->sector;
}

static void answer(struct serve *serve, uint32_t slot, uint32_t count, enum block_result result)
{
	serve->answered[slot] = count;
	serve->server->result[slot] = result;
	__atomic_store_n(&serve->server->answered[slot], count, __ATOMIC_RELEASE);
	serve->told = true;
}

/* Looks at one slot. */
static bool slot_take(struct serve *serve, uint32_t slot, struct serve_request *out)
{
	uint32_t count = __atomic_load_n(&serve->client->submitted[slot], __ATOMIC_ACQUIRE);
	struct block_request request;

	if (serve->busy[slot] || count == serve->answered[slot])
		return false;
	request.sector = serve->client->request[slot].sector;
	request.sectors = serve->client->request[slot].sectors;
	request.op = serve->client->request[slot].op;
	if (!request_valid(serve, &request)) {
		answer(serve, slot, count, BLOCK_REFUSED);
		return false;
	}
	serve->busy[slot] = true;
	serve->taken[slot] = count;
	*out = (struct serve_request){slot, (enum block_op)request.op,
		request.op == BLOCK_FLUSH ? 0 : serve->first + request.sector,
		request.op == BLOCK_FLUSH ? 0 : request.sectors};
	return true;
}

bool serve_next(struct serve *serve, struct serve_request *request)
{
	for (uint32_t i = 0; i < BLOCK_SLOTS; i++) {
		uint32_t slot = (serve->next + i) % BLOCK_SLOTS;

		if (!slot_take(serve, slot, request))
			continue;
		serve->next = slot + 1;
		return true;
	}
	return false;
}

void serve_answer(struct serve *serve, uint32_t slot, enum block_result result)
{
	if (slot >= BLOCK_SLOTS || !serve->busy[slot])
		return;
	serve->busy[slot] = false;
	answer(serve, slot, serve->taken[slot], result);
}

void serve_sleep(struct serve *serve)
{
	serve->server->wants_signal = 1;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}

void serve_wake(struct serve *serve)
{
	serve->server->wants_signal = 0;
}

bool serve_must_signal(struct serve *serve)
{
	if (!serve->told)
		return false;
	serve->told = false;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return serve->client->wants_signal != 0;
}
