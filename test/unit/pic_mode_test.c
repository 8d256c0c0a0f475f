/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/pic.c */
/* The 8259A pair: priorities, rotation, special modes, poll. */
#include "test/unit/pic_fixture.h"

/* Priorities: with `served` in service, does `asking` interrupt? */
static void nesting(void **state)
{
	for (unsigned served = 0; served < 16; served++) {
		for (unsigned asking = 0; asking < 16; asking++) {
			/* Order: 0 1 8..15 3..7 */
			unsigned a = asking < 2 ? asking : asking >= 8 ? asking - 6 : asking + 7;
			unsigned s = served < 2 ? served : served >= 8 ? served - 6 : served + 7;
			bool same_chip_line = served >= 8 && asking >= 8;

			if (served == 2 || asking == 2 || served == asking)
				continue;
			(void)setup(state);
			pulse(served);
			expect_int(0x30 + served);
			pulse(asking);
			/* The master blocks the whole slave while IR2 is served. */
			assert_int_equal(pic_irq(&pic), a < s && !same_chip_line);
		}
	}
}

static void special_fully_nested_lets_the_slave_nest(void **state)
{
	(void)state;
	chip_setup(0, 0x30, 0x04, 0x11);
	pulse(12);
	expect_int(0x3c);
	pulse(14);
	assert_false(pic_irq(&pic));
	pulse(3); /* lower than the slave: not let through */
	assert_false(pic_irq(&pic));
	pulse(10);
	expect_int(0x3a);
}

struct ocw2_row {
	uint8_t served, ocw2, isr_after, lowest_after;
};

/* Inputs 2, 4 and 6 of the slave in service (set by hand), priorities as at reset. */
static void ocw2_rows(void **state)
{
	static const struct ocw2_row rows[] = {
		{0x54, 0x20, 0x50, 7}, /* non-specific EOI */
		{0x54, 0x64, 0x44, 7}, /* specific EOI of 4 */
		{0x54, 0x61, 0x54, 7}, /* of one that is not in service */
		{0x54, 0xa0, 0x50, 2}, /* rotate on non-specific EOI */
		{0x54, 0xe6, 0x14, 6}, /* rotate on specific EOI */
		{0x54, 0xc3, 0x54, 3}, /* set priority */
		{0x54, 0x43, 0x54, 7}, /* no operation */
		{0x54, 0x80, 0x54, 7}, /* rotate in AEOI: set */
		{0x54, 0x00, 0x54, 7}, /* and clear */
		{0x00, 0x20, 0x00, 7}, /* nothing in service */
		{0x00, 0xa0, 0x00, 7},
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)setup(state);
		pic.chip[1].isr = rows[i].served;
		out(PIC_SLAVE, rows[i].ocw2);
		assert_int_equal(isr(1), rows[i].isr_after);
		assert_int_equal(pic.chip[1].lowest, rows[i].lowest_after);
	}
}

static void rotation_changes_the_order(void **state)
{
	(void)state;
	out(PIC_MASTER, 0xc3); /* 4 is now the highest, 3 the lowest */
	for (unsigned irq = 0; irq < 8; irq++)
		pulse(irq);
	for (unsigned i = 4; i < 12; i++) {
		if (i % 8 == 2)
			continue;
		expect_int(0x30 + i % 8);
		out(PIC_MASTER, EOI);
	}
	assert_false(pic_irq(&pic));
}

static void auto_eoi_leaves_nothing_in_service(void **state)
{
	(void)state;
	chip_setup(0, 0x30, 0x04, 0x03);
	chip_setup(1, 0x38, 0x02, 0x03);
	pulse(1);
	expect_int(0x31);
	assert_int_equal(isr(0), 0);
	pulse(10);
	pulse(9);
	expect_int(0x39);
	expect_int(0x3a); /* the slave's INT fell and rose between */
	assert_int_equal(isr(0) | isr(1), 0);
	assert_false(pic_irq(&pic));
}

static void rotation_in_auto_eoi(void **state)
{
	(void)state;
	chip_setup(0, 0x30, 0x04, 0x03);
	out(PIC_MASTER, 0x80);
	pulse(0);
	expect_int(0x30);
	pulse(0);
	pulse(1);
	expect_int(0x31); /* 0 went to the end of the queue */
	expect_int(0x30);
	out(PIC_MASTER, 0x00);
	pulse(5);
	expect_int(0x35);
	assert_int_equal(pic.chip[0].lowest, 0);
}

static void special_mask_mode(void **state)
{
	(void)state;
	pulse(1);
	expect_int(0x31);
	pulse(6);
	assert_false(pic_irq(&pic));
	out(PIC_MASTER + 1, 0x02);
	assert_false(pic_irq(&pic));
	out(PIC_MASTER, 0x68); /* set: the masked one in service blocks nothing */
	expect_int(0x36);
	out(PIC_MASTER, EOI); /* non-specific: not the masked one */
	assert_int_equal(isr(0), 0x02);
	pulse(7);
	assert_true(pic_irq(&pic));
	out(PIC_MASTER, 0x08); /* ESMM clear: SMM stands */
	assert_true(pic_irq(&pic));
	out(PIC_MASTER, 0x48);
	assert_false(pic_irq(&pic));
	out(PIC_MASTER, 0x61);
	expect_int(0x37);
}

static void poll_is_an_acknowledge(void **state)
{
	(void)state;
	out(PIC_MASTER, POLL);
	assert_int_equal(in(PIC_MASTER), 0);
	pulse(0);
	out(PIC_MASTER, POLL);
	assert_int_equal(in(PIC_MASTER), 0x80);
	out(PIC_MASTER, EOI);
	pulse(6);
	out(PIC_MASTER, POLL);
	assert_int_equal(in(PIC_MASTER), 0x86);
	assert_int_equal(isr(0), 0x40);
	assert_false(pic_irq(&pic));
	out(PIC_MASTER, EOI);
	pulse(13);
	out(PIC_MASTER, POLL);
	assert_int_equal(in(PIC_MASTER + 1), 0x82); /* at either address */
	out(PIC_SLAVE, POLL);
	assert_int_equal(in(PIC_SLAVE), 0x85);
	assert_int_equal(isr(0), 0x04);
	assert_int_equal(isr(1), 0x20);
}

static void ocw3_selects_what_is_read(void **state)
{
	(void)state;
	pulse(3);
	expect_int(0x33);
	pulse(4);
	assert_int_equal(isr(0), 0x08);
	assert_int_equal(in(PIC_MASTER), 0x08);
	out(PIC_MASTER, 0x08); /* RR clear: the choice stands */
	assert_int_equal(in(PIC_MASTER), 0x08);
	assert_int_equal(irr(0), 0x10);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nesting),
		TEST(special_fully_nested_lets_the_slave_nest),
		TEST(ocw2_rows),
		TEST(rotation_changes_the_order),
		TEST(auto_eoi_leaves_nothing_in_service),
		TEST(rotation_in_auto_eoi),
		TEST(special_mask_mode),
		TEST(poll_is_an_acknowledge),
		TEST(ocw3_selects_what_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
