/* SPDX-License-Identifier: MIT */
/*
 * Rings of descriptors: see e1000_ring.h. Order: a descriptor is filled, then the card is
 * told; it writes a frame, then the descriptor's other fields, then `done`, which is looked
 * at first.
 */
#include "e1000_ring.h"
#include "lib/string.h"

void e1000_ring_reset(struct e1000_ring *ring, uint8_t *memory)
{
	memset(memory, 0, E1000_RING_BYTES);
	*ring = (struct e1000_ring){.at = (struct e1000_descriptor *)memory};
}

/* The next descriptor to fill, cleared, or NULL: all are out. */
static struct e1000_descriptor *fill(struct e1000_ring *ring, uint64_t physical)
{
	struct e1000_descriptor *descriptor = &ring->at[ring->filled % NIC_RING];

	if (ring->filled - ring->done >= NIC_BUFFERS)
		return NULL;
	ring->filled++;
	descriptor->address = physical;
	descriptor->status = 0;
	return descriptor;
}

/* The oldest that is out, if the card is done with it, or NULL. */
static const struct e1000_descriptor *finished(struct e1000_ring *ring)
{
	const struct e1000_descriptor *descriptor = &ring->at[ring->done % NIC_RING];

	if (ring->filled == ring->done)
		return NULL;
	if ((__atomic_load_n(&descriptor->status, __ATOMIC_ACQUIRE) & E1000_DONE) == 0)
		return NULL;
	ring->done++;
	return descriptor;
}

bool e1000_ring_give(struct e1000_ring *ring, uint64_t physical)
{
	return fill(ring, physical) != NULL;
}

bool e1000_ring_take(struct e1000_ring *ring, size_t *size)
{
	const struct e1000_descriptor *descriptor = finished(ring);
	bool begins = !ring->torn;
	uint32_t length;

	if (descriptor == NULL)
		return false;
	length = descriptor->length;
	ring->torn = (descriptor->status & E1000_END) == 0;
	*size = 0;
	if (begins && !ring->torn && (descriptor->errors & E1000_ERRORS) == 0 &&
		length >= FRAME_MIN && length <= FRAME_MAX)
		*size = length;
	return true;
}

bool e1000_ring_send(struct e1000_ring *ring, uint64_t physical, size_t size)
{
	struct e1000_descriptor *descriptor = fill(ring, physical);

	if (descriptor == NULL)
		return false;
	descriptor->length = (uint16_t)size;
	descriptor->command = E1000_COMMAND_END | E1000_COMMAND_CHECKSUM | E1000_COMMAND_REPORT;
	return true;
}

bool e1000_ring_sent(struct e1000_ring *ring)
{
	return finished(ring) != NULL;
}

bool e1000_ring_tell(struct e1000_ring *ring, uint32_t *tail)
{
	if (ring->told == ring->filled)
		return false;
	ring->told = ring->filled;
	*tail = ring->filled % NIC_RING;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return true;
}

_Static_assert(sizeof(struct e1000_descriptor) == 16, "as the card has it");
