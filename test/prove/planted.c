/* SPDX-License-Identifier: MIT */
/*
 * No module, but what make prove must refuse. If one of these passes, the script
 * or its options are blind, and no other result of theirs counts.
 */
/* EVA: -eva-precision 1 */
/* REFUSED: index_bound is Unknown: at < 16 */
/* REFUSED: shift is Unknown */
/* REFUSED: precondition of memcpy is Unknown */
/* REFUSED: initialization is Unknown */
/* REFUSED: postcondition is Unknown */
/* REFUSED: main: user hypothesis is Considered valid */
/* REFUSED: never: never reached */
/* REFUSED: partly: 5 of 6 statements reached */
/* REFUSED: non-terminating */
#include "__fc_builtin.h"
#include "lib/string.h"

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

int main(void)
{
	unsigned any = Frama_C_unsigned_int_interval(0, 100);

	write_beyond(any);
	shift_far(any);
	copy_beyond(any);
	unset(Frama_C_interval(0, 1));
	promise(any);
	partly(2);
	if (any == 1)
		forever(any);
	//@ admit any < 100;
	return any > 100 ? never(any) : 0;
}
