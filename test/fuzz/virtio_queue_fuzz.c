/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/scatter.c vmm-user/vmm/guest_memory.c */
/* RUNS: 200000 */
/* MAX: 1024 */
/*
 * A queue whose rings and descriptors are any bytes: chains are pieces of RAM, no longer
 * than the queue, and end; what is put is seen, in order; nothing but the used ring is
 * written.
 */
#include "vmm/dev/virtio_queue.h"

#include "fuzz.h"

#define RAM_SIZE 0x1000u
#define STEPS 60u
#define DESCRIPTORS 0x000u
#define AVAILABLE 0x100u
#define USED 0x200u

static uint8_t *ram;
static struct guest_memory mem;
static struct virtio_queue q;
static struct virtio_chain chain;

static void check_chain(void)
{
	uint64_t out = 0, in = 0;

	MUST(chain.head < q.size);
	MUST(chain.out + chain.in > 0 && chain.out + chain.in <= q.size);
	for (unsigned i = 0; i < chain.out + chain.in; i++) {
		const struct piece *p = &chain.piece[i];

		MUST(p->data >= ram && p->size <= RAM_SIZE);
		MUST((size_t)(p->data - ram) <= RAM_SIZE - p->size);
		*(i < chain.out ? &out : &in) += p->size;
	}
	MUST(out == chain.out_bytes && in == chain.in_bytes);
}

/* As a device does: reads what it may read, writes what it may write. */
static void use_chain(struct input *input)
{
	struct scatter out = virtio_chain_out(&chain), in = virtio_chain_in(&chain);
	uint8_t bytes[64];

	MUST(scatter_take(&out, bytes, sizeof bytes) <= chain.out_bytes);
	MUST(scatter_give(&in, bytes, input_take(input, 1) % sizeof bytes) <= chain.in_bytes);
	scatter_skip(&in, (size_t)input_take(input, 1));
	scatter_zero(&in, 16);
}

/* The other virtual CPU of the guest, at any time. */
static void scribble(struct input *input)
{
	ram[input_take(input, 2) % RAM_SIZE] = (uint8_t)input_take(input, 1);
}

/* A descriptor that may well be good, and a chain that is made available. */
static void offer(struct input *input)
{
	uint64_t address = input_take(input, 2) % (RAM_SIZE + 64);
	uint32_t size = (uint32_t)input_take(input, 1);
	unsigned at = (unsigned)input_take(input, 1), flags = at >> 5;
	uint16_t tail[2] = {(uint16_t)flags, (uint16_t)(input_take(input, 1) & 15)}, index;
	uint8_t *ring = ram + AVAILABLE;

	if (flags & 4)
		size &= ~15u;
	memcpy(ram + DESCRIPTORS + 16 * (at & 15), &address, 8);
	memcpy(ram + DESCRIPTORS + 16 * (at & 15) + 8, &size, 4);
	memcpy(ram + DESCRIPTORS + 16 * (at & 15) + 12, tail, 4);
	if (!(tail[1] & 8))
		return;
	memcpy(&index, ring + 2, 2);
	ring[4 + 2 * (index & (q.size - 1))] = (uint8_t)(at & 15);
	index++;
	memcpy(ring + 2, &index, 2);
}

static void step(struct input *input)
{
	uint16_t before = q.next_used;

	switch (input_take(input, 1) % 12) {
	case 0:
	case 1:
	case 2:
		switch (virtio_queue_pop(&q, &chain)) {
		case VIRTIO_POPPED:
			check_chain();
			scribble(input);
			use_chain(input);
			virtio_queue_put(&q, chain.head, (uint32_t)input_take(input, 4));
			break;
		default:
			break;
		}
		break;
	case 3:
		virtio_queue_publish(&q);
		MUST(q.put == 0);
		MUST((uint16_t)(q.next_used - before) <= STEPS);
		break;
	case 4:
		(void)virtio_queue_interrupts(&q);
		MUST(!virtio_queue_interrupts(&q));
		break;
	case 8:
	case 9:
	case 10:
	case 11:
		offer(input);
		break;
	case 5:
		virtio_queue_hush(&q);
		break;
	case 6:
		(void)virtio_queue_listen(&q);
		break;
	default:
		scribble(input);
		break;
	}
}

/* Anywhere near the RAM, or anywhere at all. */
static uint64_t take_address(struct input *input)
{
	uint64_t what = input_take(input, 1);

	return what & 0x80 ? input_take(input, 8)
			   : (what & 0x40 ? what & 15 : 0) + (what & 63) * 64;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	unsigned features = (unsigned)input_take(&input, 1);

	ram = aligned_alloc(4096, RAM_SIZE);
	MUST(ram && guest_memory_init(&mem, ram, RAM_SIZE) == STATUS_OK);
	q = (struct virtio_queue){.memory = &mem, .most = 8};
	virtio_queue_reset(&q);
	q.size = (uint16_t)(1u << (features >> 2 & 3));
	q.descriptors = features & 0x10 ? take_address(&input) : DESCRIPTORS;
	q.available = features & 0x20 ? take_address(&input) : AVAILABLE;
	q.used = features & 0x40 ? take_address(&input) : USED;
	memset(ram, 0, RAM_SIZE);
	if (features & 0x80)
		input_bytes(&input, ram, input.left < 256 ? input.left : 256);
	if (virtio_queue_open(&q, features & 1, features & 2))
		for (unsigned i = 0; i < STEPS && input.left > 0; i++)
			step(&input);
	free(ram);
	return 0;
}
