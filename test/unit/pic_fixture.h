/* SPDX-License-Identifier: MIT */
/* A pair of 8259As set up as Linux does it, for tests. */
#ifndef TEST_UNIT_PIC_FIXTURE_H
#define TEST_UNIT_PIC_FIXTURE_H

#include "vmm/dev/pic.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define COMMAND(which) ((which) ? PIC_SLAVE : PIC_MASTER)
#define DATA(which) (COMMAND(which) + 1)
#define EOI 0x20u
#define READ_IRR 0x0au
#define READ_ISR 0x0bu
#define POLL 0x0cu

static struct pic pic;

static inline void out(unsigned offset, unsigned value)
{
	pic_write(&pic, offset, 1, value);
}

static inline unsigned in(unsigned offset)
{
	return (unsigned)pic_read(&pic, offset, 1);
}

static inline unsigned irr(unsigned which)
{
	out(COMMAND(which), READ_IRR);
	return in(COMMAND(which));
}

static inline unsigned isr(unsigned which)
{
	out(COMMAND(which), READ_ISR);
	return in(COMMAND(which));
}

static inline void chip_setup(unsigned which, unsigned base, unsigned icw3, unsigned icw4)
{
	out(COMMAND(which), 0x11);
	out(DATA(which), base);
	out(DATA(which), icw3);
	out(DATA(which), icw4);
	out(DATA(which), 0);
}

/* As Linux does it: vectors 0x30 and 0x38, nothing masked. */
static inline int setup(void **state)
{
	(void)state;
	pic_init(&pic);
	chip_setup(0, 0x30, 0x04, 0x01);
	chip_setup(1, 0x38, 0x02, 0x01);
	return 0;
}

static inline void pulse(unsigned irq)
{
	pic_set_line(&pic, irq, false);
	pic_set_line(&pic, irq, true);
}

static inline void expect_int(unsigned vector)
{
	assert_true(pic_irq(&pic));
	assert_int_equal(pic_accept(&pic), vector);
}

#endif
