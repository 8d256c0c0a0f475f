/* SPDX-License-Identifier: MIT */
/* One counter of an 8254: see pit_counter.h. */
#include "vmm/dev/pit_counter.h"

#include "lib/string.h"

/* "Control Word Format", "Read-Back Command" */
#define CONTROL_BCD 0x01u
#define CONTROL_MODE(word) ((word) >> 1 & 7)
#define CONTROL_ACCESS(word) ((word) >> 4 & 3)
#define STATUS_OUT 0x80u
#define STATUS_NULL_COUNT 0x40u

#define ACCESS_LOW 1u
#define ACCESS_HIGH 2u
#define ACCESS_BOTH 3u

enum pit_mode {
	PIT_TERMINAL_COUNT = 0,
	PIT_ONE_SHOT = 1,
	PIT_RATE = 2,
	PIT_SQUARE = 3,
	PIT_SOFTWARE_STROBE = 4,
	PIT_HARDWARE_STROBE = 5,
};

void pit_counter_init(struct pit_counter *counter, bool gate)
{
	memset(counter, 0, sizeof *counter);
	counter->access = ACCESS_BOTH;
	counter->gate = gate;
}

static bool pit_is_periodic(const struct pit_counter *counter)
{
	return counter->mode == PIT_RATE || counter->mode == PIT_SQUARE;
}

/* Modes that count only after a rising gate. */
static bool pit_is_triggered(const struct pit_counter *counter)
{
	return counter->mode == PIT_ONE_SHOT || counter->mode == PIT_HARDWARE_STROBE;
}

static bool pit_is_strobe(const struct pit_counter *counter)
{
	return counter->mode >= PIT_SOFTWARE_STROBE;
}

/* Clocks since the load, negative before it, which the gate does not hold up. */
static int64_t pit_elapsed(const struct pit_counter *counter, uint64_t tick)
{
	int64_t elapsed = (int64_t)(tick - counter->start);

	return counter->stopped && elapsed >= 0 ? counter->held : elapsed;
}

/* Position in the period of modes 2 and 3; `elapsed` is not negative. */
static uint32_t pit_position(const struct pit_counter *counter, int64_t elapsed)
{
	return (uint32_t)((uint64_t)elapsed % counter->from);
}

/* Mode 3 is high for this many ticks, then low for the rest of the period. */
static uint32_t pit_high_part(uint32_t count)
{
	return (count + 1) / 2;
}

bool pit_counter_out(const struct pit_counter *counter, uint64_t tick)
{
	int64_t elapsed = pit_elapsed(counter, tick), from = counter->from;

	if (!counter->from)
		return counter->mode != PIT_TERMINAL_COUNT;
	if (counter->stopped && pit_is_periodic(counter))
		return true;
	if (elapsed < 0)
		return counter->out_before;
	switch (counter->mode) {
	case PIT_TERMINAL_COUNT:
	case PIT_ONE_SHOT:
		return elapsed >= from;
	case PIT_RATE:
		return pit_position(counter, elapsed) != from - 1;
	case PIT_SQUARE:
		return pit_position(counter, elapsed) < pit_high_part(counter->from);
	default:
		return elapsed != from;
	}
}

/* Mode 3 counts down by two, twice a period, from the even number below. */
static uint32_t pit_square_value(uint32_t from, uint32_t position)
{
	uint32_t high = pit_high_part(from);

	if (position >= high)
		position -= high;
	return (from & ~1u) - 2 * position;
}

static uint16_t pit_bcd(uint32_t value)
{
	uint32_t digits = 0;

	for (unsigned shift = 0; shift < 16; shift += 4, value /= 10)
		digits |= value % 10 << shift;
	return (uint16_t)digits;
}

uint16_t pit_counter_value(const struct pit_counter *counter, uint64_t tick)
{
	uint32_t modulus = counter->bcd ? 10000 : 65536, value;
	int64_t elapsed = pit_elapsed(counter, tick);

	if (!counter->from)
		return 0;
	if (elapsed < 0)
		elapsed = 0;
	if (counter->mode == PIT_SQUARE)
		value = pit_square_value(counter->from, pit_position(counter, elapsed));
	else if (counter->mode == PIT_RATE)
		value = counter->from - pit_position(counter, elapsed);
	else
		value = counter->from + modulus - (uint32_t)((uint64_t)elapsed % modulus);
	value %= modulus;
	return counter->bcd ? pit_bcd(value) : (uint16_t)value;
}

/* Rising edges of OUT from the load up to `tick`. A load in the very clock of a
 * strobe ends it. */
static uint64_t pit_rises(const struct pit_counter *counter, uint64_t tick)
{
	int64_t elapsed = pit_elapsed(counter, tick), from = counter->from;

	if (!counter->from || elapsed < 0)
		return 0;
	if (pit_is_periodic(counter))
		return counter->stopped ? 0 : (uint64_t)(elapsed / from);
	if (!pit_is_strobe(counter))
		return elapsed >= from;
	return (uint64_t)(elapsed > from) + !counter->out_before;
}

/* What the counter is like once `next` took over. In mode 3 that may happen in the
 * middle of a period, with OUT falling: the new period is then half over. */
static struct pit_counter pit_taken_over(const struct pit_counter *counter)
{
	struct pit_counter after = *counter;

	after.from = counter->next;
	after.next = 0;
	after.start = counter->takeover;
	if (pit_position(counter, (int64_t)(counter->takeover - counter->start)))
		after.start -= pit_high_part(after.from);
	return after;
}

static bool pit_takes_over(const struct pit_counter *counter, uint64_t tick)
{
	return counter->next && !counter->stopped && pit_is_periodic(counter) &&
	       tick >= counter->takeover;
}

uint64_t pit_counter_advance(struct pit_counter *counter, uint64_t before, uint64_t tick)
{
	uint64_t rises = 0;

	if (pit_takes_over(counter, tick)) {
		rises = pit_rises(counter, counter->takeover) - pit_rises(counter, before);
		before = counter->takeover;
		*counter = pit_taken_over(counter);
	}
	return rises + pit_rises(counter, tick) - pit_rises(counter, before);
}

static uint64_t pit_rise_after(const struct pit_counter *counter, uint64_t tick)
{
	int64_t elapsed = pit_elapsed(counter, tick), from = counter->from;

	if (!counter->from)
		return PIT_NEVER;
	if (pit_is_strobe(counter) && elapsed < 0 && !counter->out_before)
		return counter->start;
	if (counter->stopped)
		return PIT_NEVER;
	if (pit_is_periodic(counter))
		return counter->start +
		       (uint64_t)(elapsed < 0 ? from : (elapsed / from + 1) * from);
	from += pit_is_strobe(counter);
	return elapsed < from ? counter->start + (uint64_t)from : PIT_NEVER;
}

uint64_t pit_counter_next_rise(const struct pit_counter *counter, uint64_t tick)
{
	uint64_t rise = pit_rise_after(counter, tick);
	struct pit_counter after;

	if (rise == PIT_NEVER || rise <= counter->takeover)
		return rise;
	if (!counter->next || !pit_is_periodic(counter))
		return rise;
	after = pit_taken_over(counter);
	return pit_rise_after(&after, counter->takeover);
}

/* The gate's rise, and the first count, start the counter with the next clock. */
static void pit_load(struct pit_counter *counter, uint64_t tick, uint32_t count)
{
	bool out = counter->mode != PIT_TERMINAL_COUNT && pit_counter_out(counter, tick);

	counter->out_before = out;
	counter->from = count;
	counter->next = 0;
	counter->start = tick + 1;
	counter->held = 0;
	counter->stopped = !counter->gate && !pit_is_triggered(counter);
}

/* Modes 2 and 3 change over at the end of the period, mode 3 of half of it. */
static void pit_set_next(struct pit_counter *counter, uint64_t tick, uint32_t count)
{
	int64_t elapsed = pit_elapsed(counter, tick);
	uint32_t position, end = counter->from;

	if (!counter->from || elapsed < 0) {
		pit_load(counter, tick, count);
		return;
	}
	counter->next = count;
	position = pit_position(counter, elapsed);
	if (counter->mode == PIT_SQUARE && position < pit_high_part(end))
		end = pit_high_part(end);
	counter->takeover = tick + (end - position);
}

static uint32_t pit_decode(const struct pit_counter *counter, uint16_t raw)
{
	uint32_t value = raw;

	if (counter->bcd)
		value = (raw & 15) + (raw >> 4 & 15) * 10 + (raw >> 8 & 15) * 100 +
			(raw >> 12) * 1000u;
	if (!value)
		value = counter->bcd ? 10000 : 65536;
	if (value == 1 && pit_is_periodic(counter))
		value = 2;
	return value;
}

static void pit_count(struct pit_counter *counter, uint64_t tick, uint16_t raw)
{
	uint32_t count = pit_decode(counter, raw);

	if (pit_is_periodic(counter))
		pit_set_next(counter, tick, count);
	else if (pit_is_triggered(counter))
		counter->next = count;
	else
		pit_load(counter, tick, count);
}

void pit_counter_write(struct pit_counter *counter, uint64_t tick, uint8_t byte)
{
	if (counter->access == ACCESS_LOW) {
		pit_count(counter, tick, byte);
	} else if (counter->access == ACCESS_HIGH) {
		pit_count(counter, tick, (uint16_t)(byte << 8));
	} else if (counter->write_high) {
		counter->write_high = false;
		pit_count(counter, tick, (uint16_t)(byte << 8 | counter->write_low));
	} else {
		counter->write_high = true;
		counter->write_low = byte;
		if (counter->mode == PIT_TERMINAL_COUNT) /* stops counting, OUT falls */
			counter->from = 0;
	}
}

uint8_t pit_counter_read(struct pit_counter *counter, uint64_t tick)
{
	uint16_t value = counter->latched ? counter->latch : pit_counter_value(counter, tick);

	if (counter->status_latched) {
		counter->status_latched = false;
		return counter->status;
	}
	if (counter->access == ACCESS_BOTH && !counter->read_high) {
		counter->read_high = true;
		return (uint8_t)value;
	}
	counter->read_high = false;
	counter->latched = false;
	return (uint8_t)(counter->access == ACCESS_LOW ? value : value >> 8);
}

void pit_counter_control(struct pit_counter *counter, uint8_t word)
{
	bool gate = counter->gate;

	memset(counter, 0, sizeof *counter);
	counter->gate = gate;
	counter->mode = CONTROL_MODE(word) > 5 ? CONTROL_MODE(word) & 3 : CONTROL_MODE(word);
	counter->access = CONTROL_ACCESS(word);
	counter->bcd = word & CONTROL_BCD;
}

void pit_counter_latch(struct pit_counter *counter, uint64_t tick)
{
	if (counter->latched)
		return;
	counter->latch = pit_counter_value(counter, tick);
	counter->latched = true;
}

void pit_counter_latch_status(struct pit_counter *counter, uint64_t tick)
{
	bool null = !counter->from || counter->next || pit_elapsed(counter, tick) < 0;

	if (counter->status_latched)
		return;
	counter->status = (uint8_t)((pit_counter_out(counter, tick) ? STATUS_OUT : 0) |
				    (null ? STATUS_NULL_COUNT : 0) | counter->access << 4 |
				    counter->mode << 1 | (counter->bcd ? CONTROL_BCD : 0));
	counter->status_latched = true;
}

static void pit_gate_rise(struct pit_counter *counter, uint64_t tick)
{
	if (!pit_is_periodic(counter) && !pit_is_triggered(counter)) {
		if ((int64_t)(tick - counter->start) >= 0)
			counter->start = tick - (uint64_t)counter->held;
		counter->stopped = false;
	} else if (counter->from || counter->next) {
		pit_load(counter, tick, counter->next ? counter->next : counter->from);
	}
}

void pit_counter_gate(struct pit_counter *counter, uint64_t tick, bool gate)
{
	int64_t elapsed = pit_elapsed(counter, tick);
	bool was = counter->gate;

	counter->gate = gate;
	if (gate && !was)
		pit_gate_rise(counter, tick);
	if (gate || !was || pit_is_triggered(counter))
		return;
	counter->held = elapsed < 0 ? 0 : elapsed;
	counter->stopped = true;
}
