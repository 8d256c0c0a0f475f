/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/rt/ring.c */
/* RUNS: 60000 */
/* MAX: 512 */
/*
 * Both ends of a ring in shared memory, as operations from the input. Until the
 * peer writes a counter of its own choice (hostile), the bytes that come out must
 * be those that went in; after that, only nothing may break.
 */
#include "rt/ring.h"
#include "fuzz.h"

#define BYTES_MAX 512u

struct world {
	uint8_t *memory;
	uint64_t bytes;
	struct ring_producer in;
	struct ring_consumer out;
	uint8_t next_in, next_out; /* the stream counts up */
	bool hostile;
};

static void do_write(struct world *w, size_t size, bool all)
{
	uint8_t data[BYTES_MAX];
	size_t space = ring_space(&w->in), done;

	MUST(space <= w->in.size);
	for (size_t i = 0; i < size; i++)
		data[i] = (uint8_t)(w->next_in + i);
	if (all)
		done = ring_write_all(&w->in, data, size) ? size : 0;
	else
		done = ring_write(&w->in, data, size);
	MUST(done <= size && done <= w->in.size);
	MUST(w->hostile || done == (size <= space ? size : all ? 0 : space));
	w->next_in = (uint8_t)(w->next_in + done);
}

static void do_read(struct world *w, size_t size, bool peek)
{
	uint8_t *data = malloc(size ? size : 1);
	size_t pending = ring_pending(&w->out), done;

	MUST(data && pending <= w->out.size);
	done = peek ? ring_peek(&w->out, data, size) : ring_read(&w->out, data, size);
	MUST(done <= size && done <= w->out.size);
	MUST(w->hostile || done == (size < pending ? size : pending));
	for (size_t i = 0; i < done && !w->hostile; i++)
		MUST(data[i] == (uint8_t)(w->next_out + i));
	w->next_out = (uint8_t)(w->next_out + (peek ? 0 : done));
	free(data);
}

static void do_skip(struct world *w, size_t size)
{
	size_t done = ring_skip(&w->out, size);

	MUST(done <= size);
	w->next_out = (uint8_t)(w->next_out + done);
}

static void do_hostile(struct world *w, struct input *input)
{
	struct ring *ring = (struct ring *)w->memory;
	volatile uint32_t *counter = input_take(input, 1) & 1 ? &ring->head : &ring->tail;

	*counter += (uint32_t)input_take(input, 4);
	w->hostile = true;
}

/* A restarted component takes up its end again: what is in the ring stays. */
static void do_attach(struct world *w, bool producer)
{
	if (producer)
		ring_producer_attach(&w->in, w->memory, w->bytes);
	else
		ring_consumer_attach(&w->out, w->memory, w->bytes);
}

static void step(struct world *w, struct input *input)
{
	unsigned what = (unsigned)input_take(input, 1);
	size_t size = input_take(input, 2) % BYTES_MAX;

	switch (what & 7) {
	case 0:
	case 1:
		do_write(w, size, what & 1);
		break;
	case 2:
	case 3:
		do_read(w, size, what & 1);
		break;
	case 4:
		do_skip(w, size);
		break;
	case 5:
		do_attach(w, size & 1);
		break;
	case 6:
		do_hostile(w, input);
		break;
	default:
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	struct world w = {.bytes = sizeof(struct ring) + 1 + input_take(&input, 1)};
	uint32_t start = (uint32_t)input_take(&input, 4);

	if (posix_memalign((void **)&w.memory, 64, w.bytes))
		abort();
	memset(w.memory, 0, w.bytes);
	((struct ring *)w.memory)->head = start;
	((struct ring *)w.memory)->tail = start;
	do_attach(&w, true);
	do_attach(&w, false);
	MUST(w.in.size == w.out.size && w.in.size + sizeof(struct ring) <= w.bytes);
	while (input.left > 0)
		step(&w, &input);
	free(w.memory);
	return 0;
}
