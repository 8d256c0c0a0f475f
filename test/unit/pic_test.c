/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/dev/pic.c */
/* The 8259A pair: registers, initialisation, lines, cascade. */
#include "test/unit/pic_fixture.h"

static void power_on(void **state)
{
	(void)state;
	pic_init(&pic);
	assert_false(pic_irq(&pic));
	for (unsigned offset = 0; offset < 6; offset++)
		assert_int_equal(in(offset), 0);
}

struct access_row {
	unsigned offset, bytes;
	uint64_t write, read;
};

/* Registers at A0 = 1 and the ELCRs: what is written and what is read back, also
 * in accesses that run over a window's end. */
static void register_access(void **state)
{
	static const struct access_row rows[] = {
		{PIC_MASTER + 1, 1, 0xa5, 0xa5},
		{PIC_SLAVE + 1, 1, 0x5a, 0x5a},
		{PIC_ELCR, 1, 0xff, 0xf8},
		{PIC_ELCR + 1, 1, 0xff, 0xde},
		{PIC_ELCR, 2, 0xffff, 0xdef8},
		{PIC_ELCR, 4, 0x00000000, 0xffff0000},
		{PIC_MASTER + 1, 2, 0x12a5, 0xffa5},
		{PIC_SLAVE + 1, 4, 0x12a5, 0xffffffa5},
		{PIC_SLAVE + 1, 8, 0x12a5, 0xffffffffffffffa5},
		{PIC_ELCR + 2, 1, 0, 0xff},
		{1000, 2, 0, 0xffff},
	};

	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		(void)setup(state);
		pic_write(&pic, rows[i].offset, rows[i].bytes, rows[i].write);
		assert_int_equal(pic_read(&pic, rows[i].offset, rows[i].bytes), rows[i].read);
	}
	assert_int_equal(pic_read(&pic, UINT64_MAX, 8), UINT64_MAX);
}

static void window_does_not_reach_the_slave(void **state)
{
	(void)state;
	pic_write(&pic, PIC_MASTER + 1, 4, 0xffffff77);
	assert_int_equal(in(PIC_MASTER + 1), 0x77);
	assert_int_equal(in(PIC_SLAVE + 1), 0);
}

struct icw_row {
	uint8_t icw1;
	unsigned words; /* data writes before OCW1 counts again, ICW2 included */
};

static void initialisation_sequences(void **state)
{
	static const struct icw_row rows[] = {
		{0x11, 3}, {0x10, 2}, {0x13, 2}, {0x12, 1}, {0x19, 3}};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		pic_init(&pic);
		out(PIC_MASTER, rows[i].icw1);
		for (unsigned j = 0; j < rows[i].words; j++)
			out(PIC_MASTER + 1, j ? 1 : 0x47);
		out(PIC_MASTER + 1, 0x80);
		assert_int_equal(in(PIC_MASTER + 1), 0x80);
		pic_set_line(&pic, 3, true);
		expect_int(0x43); /* the low three bits of ICW2 do not count */
	}
}

static void icw1_resets(void **state)
{
	(void)state;
	out(PIC_MASTER + 1, 0x10);
	out(PIC_MASTER, 0xc5); /* lowest priority: 5 */
	out(PIC_MASTER, 0x68); /* special mask */
	pulse(1);
	(void)pic_accept(&pic);
	pulse(6);
	out(PIC_MASTER, 0x11);
	assert_int_equal(in(PIC_MASTER), 0); /* IRR: the edges are forgotten */
	out(PIC_MASTER + 1, 0x50);
	out(PIC_MASTER + 1, 4);
	out(PIC_MASTER + 1, 1);
	assert_int_equal(in(PIC_MASTER + 1), 0);
	assert_int_equal(isr(0), 0);
	assert_false(pic_irq(&pic));
	pic_set_line(&pic, 6, true); /* it was high all the time */
	assert_false(pic_irq(&pic));
	pulse(7);
	pulse(0);
	expect_int(0x50);
	assert_false(pic_irq(&pic));
}

static void every_input_has_its_vector(void **state)
{
	(void)state;
	for (unsigned irq = 0; irq < 16; irq++) {
		if (irq == 2)
			continue;
		(void)setup(state);
		pic_set_line(&pic, irq, true);
		assert_int_equal(irr(irq / 8), 1u << irq % 8);
		assert_int_equal(irr(0) & 4, irq >= 8 ? 4 : 0);
		expect_int(0x30 + irq);
		assert_int_equal(irr(irq / 8), 0);
		assert_int_equal(isr(irq / 8), 1u << irq % 8);
		assert_int_equal(isr(0), irq >= 8 ? 4 : 1u << irq);
		assert_false(pic_irq(&pic));
	}
}

static void cascade_input_and_beyond_are_not_lines(void **state)
{
	(void)state;
	pic_set_line(&pic, 2, true);
	pic_set_line(&pic, 16, true);
	pic_set_line(&pic, UINT32_MAX, true);
	assert_false(pic_irq(&pic));
	assert_int_equal(irr(0) | irr(1), 0);
}

static void mask_holds_back_and_lets_go(void **state)
{
	(void)state;
	out(PIC_MASTER + 1, 0xff);
	pulse(5);
	assert_false(pic_irq(&pic));
	assert_int_equal(irr(0), 0x20);
	out(PIC_MASTER + 1, 0xdf);
	expect_int(0x35);
}

static void masked_cascade_hides_the_slave(void **state)
{
	(void)state;
	out(PIC_MASTER + 1, 0x04);
	pulse(9);
	assert_false(pic_irq(&pic));
	out(PIC_MASTER + 1, 0);
	expect_int(0x39);
}

static void edge_needs_a_new_rise(void **state)
{
	(void)state;
	pic_set_line(&pic, 4, true);
	expect_int(0x34);
	out(PIC_MASTER, EOI);
	pic_set_line(&pic, 4, true);
	assert_false(pic_irq(&pic));
	pulse(4);
	expect_int(0x34);
}

static void level_asks_while_high(void **state)
{
	(void)state;
	out(PIC_ELCR, 0x20);
	pic_set_line(&pic, 5, true);
	expect_int(0x35);
	assert_false(pic_irq(&pic));
	assert_int_equal(irr(0), 0x20);
	out(PIC_MASTER, EOI);
	expect_int(0x35);
	pic_set_line(&pic, 5, false);
	out(PIC_MASTER, EOI);
	assert_false(pic_irq(&pic));
}

static void level_on_the_slave_comes_again(void **state)
{
	(void)state;
	out(PIC_ELCR + 1, 0x08);
	pic_set_line(&pic, 11, true);
	expect_int(0x3b);
	out(PIC_SLAVE, EOI);
	assert_false(pic_irq(&pic)); /* the master still serves IR2 */
	out(PIC_MASTER, EOI);
	expect_int(0x3b);
	pic_set_line(&pic, 11, false);
	out(PIC_SLAVE, EOI);
	out(PIC_MASTER, EOI);
	assert_false(pic_irq(&pic));
}

static void gone_request_is_spurious(void **state)
{
	(void)state;
	pic_set_line(&pic, 3, true);
	pic_set_line(&pic, 3, false);
	assert_false(pic_irq(&pic));
	assert_int_equal(pic_accept(&pic), 0x37);
	assert_int_equal(isr(0), 0);
	pulse(3); /* nothing is blocked by it */
	expect_int(0x33);
}

/* INTA of the master has chosen the slave, whose request is masked by then. The
 * line between them is levelled at once here, so it takes AEOI on neither. */
static void spurious_on_the_slave(void **state)
{
	(void)state;
	pulse(10);
	pic.chip[1].imr = 0xff; /* behind the cascade's back */
	assert_int_equal(pic_accept(&pic), 0x3f);
	assert_int_equal(isr(1), 0);
	assert_int_equal(isr(0), 0x04); /* the master needs its EOI */
}

static void two_slave_requests_in_turn(void **state)
{
	(void)state;
	pulse(14);
	pulse(8);
	expect_int(0x38);
	assert_false(pic_irq(&pic));
	out(PIC_SLAVE, EOI);
	out(PIC_MASTER, EOI);
	expect_int(0x3e);
	out(PIC_SLAVE, EOI);
	out(PIC_MASTER, EOI);
	assert_false(pic_irq(&pic));
}

/* Linux probes for the chip by reading back the mask. */
static void linux_probe(void **state)
{
	(void)state;
	out(PIC_SLAVE + 1, 0xff);
	out(PIC_MASTER + 1, 0xfb);
	assert_int_equal(in(PIC_MASTER + 1), 0xfb);
}

static uint64_t seed = 88172645463325252ull;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* Whatever the guest does: an offered interrupt is a real one. */
static void random_operations(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t r = rnd(), offset = r >> 8 & 15 ? r >> 12 & 7 : rnd();
		unsigned bytes = 1u << (r >> 20 & 3);

		switch (r & 3) {
		case 0:
			pic_write(&pic, offset, bytes, rnd());
			break;
		case 1:
			(void)pic_read(&pic, offset, bytes);
			break;
		case 2:
			pic_set_line(&pic, r >> 32 & 31, r >> 40 & 1);
			break;
		default:
			if (pic_irq(&pic)) {
				unsigned vector = pic_accept(&pic);

				assert_true((vector & 0xf8) == pic.chip[0].base ||
					    (vector & 0xf8) == pic.chip[1].base);
			}
			break;
		}
		for (unsigned c = 0; c < 2; c++) {
			assert_int_equal(pic.chip[c].edges & ~pic.chip[c].lines, 0);
			assert_in_range(pic.chip[c].lowest, 0, 7);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(power_on),
		TEST(register_access),
		TEST(window_does_not_reach_the_slave),
		TEST(initialisation_sequences),
		TEST(icw1_resets),
		TEST(every_input_has_its_vector),
		TEST(cascade_input_and_beyond_are_not_lines),
		TEST(mask_holds_back_and_lets_go),
		TEST(masked_cascade_hides_the_slave),
		TEST(edge_needs_a_new_rise),
		TEST(level_asks_while_high),
		TEST(level_on_the_slave_comes_again),
		TEST(gone_request_is_spurious),
		TEST(spurious_on_the_slave),
		TEST(two_slave_requests_in_turn),
		TEST(linux_probe),
		TEST(random_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
