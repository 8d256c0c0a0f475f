/* SPDX-License-Identifier: MIT */
/*
 * Byte rings: whatever a hostile peer writes to the shared memory, at any time; any
 * counters of our own; data of any length.
 */
/* EVA: -eva-precision 1 -eva-split-return full -eva-slevel-function ring_size:100 */
/* EVA: -kernel-warn-key typing:incompatible-types-call=inactive */
#include "vmm-user/rt/ring.c"

#include "__fc_builtin.h"

#define MEMORY (sizeof(struct ring) + 8u)
#define DATA 10u

static struct {
	uint32_t align[16];
	uint8_t byte[MEMORY];
} memory;

int main(void)
{
	uint64_t bytes = Frama_C_unsigned_long_interval(sizeof(struct ring), MEMORY);
	size_t size = Frama_C_unsigned_long_interval(0, DATA);
	uint8_t buffer[DATA], *data;
	uint8_t *place;
	struct ring_producer producer;
	struct ring_consumer consumer;

	Frama_C_make_unknown((char *)&memory, sizeof(memory));
	Frama_C_make_unknown((char *)buffer, DATA);
	if (Frama_C_interval(0, 1))
		return (int)ring_size(Frama_C_unsigned_long_interval(0, UINT64_MAX));
	/*@ split bytes; */
	/*@ split size; */
	place = memory.byte + (MEMORY - bytes);
	data = buffer + (DATA - size);
	ring_producer_attach(&producer, place, bytes);
	ring_consumer_attach(&consumer, place, bytes);
	producer.head = Frama_C_unsigned_int_interval(0, UINT32_MAX);
	consumer.tail = Frama_C_unsigned_int_interval(0, UINT32_MAX);
	switch (Frama_C_interval(0, 2)) {
	case 0:
		(void)ring_write(&producer, data, size);
		break;
	case 1:
		(void)ring_write_all(&producer, data, size);
		break;
	case 2:
		(void)ring_read(&consumer, data, size);
		break;
	}
	return 0;
}
