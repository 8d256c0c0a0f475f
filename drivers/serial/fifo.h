/* SPDX-License-Identifier: MIT */
/* A byte queue inside the driver. Pure; state in the caller's struct. */
#ifndef SERIAL_FIFO_H
#define SERIAL_FIFO_H

#include <stdint.h>

#define FIFO_SIZE 8192u

struct fifo {
	uint32_t head, tail; /* count bytes in and out; wrap at 2^32 */
	uint8_t data[FIFO_SIZE];
};

static inline uint32_t fifo_used(const struct fifo *fifo)
{
	return fifo->head - fifo->tail;
}

static inline uint32_t fifo_free(const struct fifo *fifo)
{
	return FIFO_SIZE - fifo_used(fifo);
}

/* Puts one byte in; dropped if the queue is full. */
static inline void fifo_put(struct fifo *fifo, uint8_t byte)
{
	if (fifo_free(fifo) == 0)
		return;
	fifo->data[fifo->head % FIFO_SIZE] = byte;
	fifo->head++;
}

/* Takes one byte out of a queue that is not empty. */
static inline uint8_t fifo_get(struct fifo *fifo)
{
	return fifo->data[fifo->tail++ % FIFO_SIZE];
}

_Static_assert((FIFO_SIZE & (FIFO_SIZE - 1)) == 0, "counters wrap evenly");

#endif
