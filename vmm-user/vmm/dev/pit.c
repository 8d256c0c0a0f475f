/* SPDX-License-Identifier: MIT */
/* 8254 interval timer and port 0x61: see pit.h. */
#include "vmm/dev/pit.h"

#include "lib/string.h"
#include "vmm/dev/ones.h"

#define PIT_CONTROL 3u
#define NS_PER_SECOND 1000000000ull

/* "Control Word Format", "Read-Back Command" */
#define CONTROL_SELECT(word) ((word) >> 6)
#define CONTROL_READ_BACK 3u
#define CONTROL_ACCESS_MASK 0x30u
#define READ_BACK_NO_COUNT 0x20u
#define READ_BACK_NO_STATUS 0x10u

/* NMI status and control register */
#define PORT61_GATE2 0x01u
#define PORT61_WRITABLE 0x0fu
#define PORT61_REFRESH 0x10u
#define PORT61_OUT2 0x20u
#define PIT_REFRESH_NS 15085ull

/* Input clocks in `ns` nanoseconds, rounded down. Seconds and the rest apart, so
 * that nothing overflows and no 128-bit division is needed. */
static uint64_t pit_ns_to_tick(uint64_t ns)
{
	return ns / NS_PER_SECOND * PIT_HZ + ns % NS_PER_SECOND * PIT_HZ / NS_PER_SECOND;
}

/* First nanosecond at which `tick` clocks have passed. */
static uint64_t pit_tick_to_ns(uint64_t tick)
{
	uint64_t seconds = tick / PIT_HZ, rest = tick % PIT_HZ;

	if (seconds >= UINT64_MAX / NS_PER_SECOND)
		return UINT64_MAX;
	return seconds * NS_PER_SECOND + (rest * NS_PER_SECOND + PIT_HZ - 1) / PIT_HZ;
}

void pit_init(struct pit *pit)
{
	memset(pit, 0, sizeof *pit);
	pit_counter_init(&pit->counter[0], true);
	pit_counter_init(&pit->counter[1], true);
	pit_counter_init(&pit->counter[2], false);
}

bool pit_irq(const struct pit *pit)
{
	return pit->irq;
}

/* Shows rising edges on IRQ 0: a high level falls first, and rises with the next
 * call. `edge` is one that still has to rise. */
static void pit_show_rises(struct pit *pit, uint64_t rises)
{
	rises += pit->edge;
	if (!rises)
		return;
	pit->lost += rises - 1;
	pit->edge = pit->irq;
	pit->irq = !pit->irq;
}

void pit_advance(struct pit *pit, uint64_t now_ns)
{
	uint64_t before = pit->tick;

	if (now_ns > pit->now)
		pit->now = now_ns;
	pit->tick = pit_ns_to_tick(pit->now);
	pit_show_rises(pit, pit_counter_advance(&pit->counter[0], before, pit->tick));
	(void)pit_counter_advance(&pit->counter[1], before, pit->tick);
	(void)pit_counter_advance(&pit->counter[2], before, pit->tick);
}

uint64_t pit_deadline(const struct pit *pit)
{
	uint64_t rise = pit_counter_next_rise(&pit->counter[0], pit->tick);

	if (pit->edge)
		return pit->now;
	return rise == PIT_NEVER ? UINT64_MAX : pit_tick_to_ns(rise);
}

/* After a write to counter 0: the level that it gives at once. An edge that is
 * still to be shown rises now. */
static void pit_show_level(struct pit *pit)
{
	pit->irq = pit->counter[0].mode > 1 || pit_counter_out(&pit->counter[0], pit->tick);
	pit->edge = false;
}

static void pit_read_back(struct pit *pit, uint8_t word)
{
	for (unsigned i = 0; i < 3; i++) {
		if (!(word >> (i + 1) & 1))
			continue;
		if (!(word & READ_BACK_NO_COUNT))
			pit_counter_latch(&pit->counter[i], pit->tick);
		if (!(word & READ_BACK_NO_STATUS))
			pit_counter_latch_status(&pit->counter[i], pit->tick);
	}
}

static void pit_write_control(struct pit *pit, uint8_t word)
{
	unsigned i = CONTROL_SELECT(word);

	if (i == CONTROL_READ_BACK)
		pit_read_back(pit, word);
	else if (word & CONTROL_ACCESS_MASK)
		pit_counter_control(&pit->counter[i], word);
	else
		pit_counter_latch(&pit->counter[i], pit->tick);
}

static void pit_write_byte(struct pit *pit, unsigned offset, uint8_t value)
{
	if (offset == PIT_PORT61) {
		pit->port61 = value & PORT61_WRITABLE;
		pit_counter_gate(&pit->counter[2], pit->tick, value & PORT61_GATE2);
		return;
	}
	if (offset == PIT_CONTROL)
		pit_write_control(pit, value);
	else
		pit_counter_write(&pit->counter[offset], pit->tick, value);
	pit_show_level(pit);
}

static uint8_t pit_read_port61(const struct pit *pit)
{
	bool refresh = pit->now / PIT_REFRESH_NS & 1;
	bool out2 = pit_counter_out(&pit->counter[2], pit->tick);

	return (uint8_t)(pit->port61 | (refresh ? PORT61_REFRESH : 0) | (out2 ? PORT61_OUT2 : 0));
}

static uint8_t pit_read_byte(struct pit *pit, unsigned offset)
{
	if (offset == PIT_PORT61)
		return pit_read_port61(pit);
	if (offset == PIT_CONTROL)
		return 0xff;
	return pit_counter_read(&pit->counter[offset], pit->tick);
}

/* Bytes of an access that lie in the window of `offset`. */
static unsigned pit_span(uint64_t offset, unsigned bytes)
{
	unsigned left;

	if (offset > PIT_PORT61)
		return 0;
	left = offset == PIT_PORT61 ? 1 : PIT_PORT61 - (unsigned)offset;
	return bytes < left ? bytes : left;
}

uint64_t pit_read(struct pit *pit, uint64_t offset, unsigned bytes)
{
	unsigned span = pit_span(offset, bytes);
	uint64_t value = UINT64_MAX;

	for (unsigned i = 0; i < span; i++) {
		value &= ~(0xffull << 8 * i);
		value |= (uint64_t)pit_read_byte(pit, (unsigned)offset + i) << 8 * i;
	}
	return value & ones_read(bytes);
}

void pit_write(struct pit *pit, uint64_t offset, unsigned bytes, uint64_t value)
{
	unsigned span = pit_span(offset, bytes);

	for (unsigned i = 0; i < span; i++)
		pit_write_byte(pit, (unsigned)offset + i, (uint8_t)(value >> 8 * i));
}
