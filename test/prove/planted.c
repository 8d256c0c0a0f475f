/* SPDX-License-Identifier: MIT */
/*
 * No module, but what make prove must refuse. If one of these passes, the script
 * or its options are blind, and no other result of theirs counts.
 */
/* EVA: -eva-precision 1 -eva-split-return full -eva-interprocedural-splits -eva-ilevel 64 */
/* REFUSED: index_bound is Unknown: at < 16 */
/* REFUSED: shift is Unknown */
/* REFUSED: precondition of memcpy is Unknown */
/* REFUSED: initialization is Unknown */
/* REFUSED: postcondition is Unknown */
/* REFUSED: main: user hypothesis is Considered valid */
/* REFUSED: never: never reached */
/* REFUSED: partly: 5 of 6 statements reached */
/* REFUSED: non-terminating */
/* REFUSED: slot_unmasked: index_bound is Unknown */
/* REFUSED: words_unchecked: precondition of words_copy is Unknown: few */
/* REFUSED: object_untyped: mem_access is Unknown */
/* REFUSED: object_dead: mem_access is Unknown */
/* REFUSED: number_unknown: function_pointer is Unknown */
#include "world.h"

#include <stdint.h>

static uint8_t table[16];

static void write_beyond(unsigned at)
{
	if (at <= sizeof(table))
		table[at] = 1;
}

static unsigned shift_far(unsigned by)
{
	return 1u << by;
}

static void copy_beyond(unsigned size)
{
	uint8_t to[8];

	memcpy(to, table, size);
}

static int unset(int which)
{
	int value;

	if (which)
		value = 1;
	return value;
}

/*@ ensures \result < 3; */
static unsigned promise(unsigned x)
{
	return x;
}

static unsigned never(unsigned x)
{
	return x;
}

static unsigned partly(unsigned x)
{
	if (x < 5)
		return 1;
	return x;
}

static void forever(unsigned x)
{
	while (x < 5)
		x = 0;
}

/* What a system call can do wrong, in the world of those that are proven. */
static uint64_t slot_unmasked(const struct capspace *space, uint64_t slot)
{
	return *space->leaf[slot / CAP_LEAF_SLOTS];
}

/*@ requires few: words <= IPC_WORDS_MAX; */
static void words_copy(unsigned words)
{
	memcpy(&server_utcb, &caller_utcb, words * sizeof(uint64_t));
}

static void words_unchecked(void)
{
	words_copy(SYS_WORD_FLAGS(regs_call_word(&CALLER->regs)));
}

static struct object *look(void)
{
	return object_find(cap_ref(capspace_get(&home.caps, any())));
}

static uint64_t object_untyped(void)
{
	struct object *object = look();

	return object ? CONTAINER_OF(object, struct domain, object)->caps.leaf[0] != NULL : 0;
}

static uint32_t object_dead(void)
{
	return look()->id;
}

static void number_unknown(void)
{
	static struct regs *(*const calls[256])(struct thread *) = {thread_activate};

	(void)calls[regs_call_word(&CALLER->regs) & 255](CALLER);
}

static void system_call(void)
{
	world_make();
	switch (Frama_C_interval(0, 4)) {
	case 0:
		(void)slot_unmasked(&home.caps, any());
		break;
	case 1:
		words_unchecked();
		break;
	case 2:
		(void)object_untyped();
		break;
	case 3:
		(void)object_dead();
		break;
	default:
		number_unknown();
	}
}

int main(void)
{
	unsigned any = Frama_C_unsigned_int_interval(0, 100);

	write_beyond(any);
	shift_far(any);
	copy_beyond(any);
	unset(Frama_C_interval(0, 1));
	promise(any);
	partly(2);
	if (maybe())
		system_call();
	if (any == 1)
		forever(any);
	//@ admit any < 100;
	return any > 100 ? never(any) : 0;
}
