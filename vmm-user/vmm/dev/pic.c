/* SPDX-License-Identifier: MIT */
/* 8259A pair: see pic.h. */
#include "vmm/dev/pic.h"

#include "lib/string.h"
#include "vmm/dev/ones.h"

#define PIC_CASCADE 2u /* the master's input that carries the slave */
#define PIC_SPURIOUS 7u

/* "Initialization Command Words" */
#define ICW1_IC4 0x01u
#define ICW1_SINGLE 0x02u
#define ICW1 0x10u
#define ICW4_AUTO_EOI 0x02u
#define ICW4_SPECIAL_NESTED 0x10u

/* "Operation Control Words" */
#define OCW3 0x08u
#define OCW2_ROTATE 0x80u
#define OCW2_SPECIFIC 0x40u
#define OCW2_EOI 0x20u
#define OCW3_SET_SPECIAL 0x40u
#define OCW3_SPECIAL 0x20u
#define OCW3_POLL 0x04u
#define OCW3_READ 0x02u
#define OCW3_ISR 0x01u

/* Inputs that the chipset lets be level-triggered: ICH9 13.4.9, 13.4.10. */
static const uint8_t pic_elcr_mask[2] = {0xf8, 0xde};

static uint8_t pic_irr(const struct pic_chip *chip)
{
	return (chip->edges & ~chip->elcr) | (chip->lines & chip->elcr);
}

/* Position of the highest-priority bit in `set`, counted from the highest
 * priority there is; 8 for none. */
static unsigned pic_rank(const struct pic_chip *chip, uint8_t set)
{
	for (unsigned i = 0; i < 8; i++)
		if (set >> ((chip->lowest + 1 + i) & 7) & 1)
			return i;
	return 8;
}

static unsigned pic_input(const struct pic_chip *chip, unsigned rank)
{
	return (chip->lowest + 1 + rank) & 7;
}

/* In special fully nested mode the slave may interrupt its own service. */
static bool pic_nests(const struct pic_chip *chip, unsigned input)
{
	return (chip->icw4 & ICW4_SPECIAL_NESTED) && input == PIC_CASCADE;
}

/* The input that may interrupt now, or -1. "Fully Nested Mode", "Special Mask
 * Mode", "The Special Fully Nested Mode". */
static int pic_request(const struct pic_chip *chip)
{
	uint8_t blocking = chip->special_mask ? chip->isr & ~chip->imr : chip->isr;
	unsigned rank = pic_rank(chip, pic_irr(chip) & ~chip->imr);
	unsigned limit = pic_rank(chip, blocking), input = pic_input(chip, rank);

	if (rank == 8 || rank > limit)
		return -1;
	if (rank == limit && !pic_nests(chip, input))
		return -1;
	return (int)input;
}

static void pic_chip_line(struct pic_chip *chip, unsigned input, bool level)
{
	uint8_t bit = (uint8_t)(1u << input);

	if (!level) {
		chip->edges &= ~bit;
		chip->lines &= ~bit;
		return;
	}
	if (!(chip->lines & bit))
		chip->edges |= bit;
	chip->lines |= bit;
}

/* The slave's INT output drives the master's input 2. */
static void pic_cascade(struct pic *pic)
{
	pic_chip_line(&pic->chip[0], PIC_CASCADE, pic_request(&pic->chip[1]) >= 0);
}

void pic_init(struct pic *pic)
{
	memset(pic, 0, sizeof *pic);
	pic->chip[0].lowest = pic->chip[1].lowest = 7;
}

void pic_set_line(struct pic *pic, unsigned irq, bool level)
{
	if (irq >= PIC_IRQS || irq == PIC_CASCADE)
		return;
	pic_chip_line(&pic->chip[irq / 8], irq % 8, level);
	pic_cascade(pic);
}

bool pic_irq(const struct pic *pic)
{
	return pic_request(&pic->chip[0]) >= 0;
}

/* One chip's INTA sequence: returns its input, PIC_SPURIOUS with *real false if
 * none asks any more. */
static unsigned pic_acknowledge(struct pic_chip *chip, bool *real)
{
	int input = pic_request(chip);

	*real = input >= 0;
	if (input < 0)
		return PIC_SPURIOUS;
	chip->edges &= ~(1u << input);
	if (!(chip->icw4 & ICW4_AUTO_EOI))
		chip->isr |= 1u << input;
	else if (chip->rotate_auto)
		chip->lowest = (uint8_t)input;
	return (unsigned)input;
}

/* INT of the slave falls with its INTA, so that a further request is an edge. */
static unsigned pic_acknowledge_slave(struct pic *pic, bool *real)
{
	unsigned input = pic_acknowledge(&pic->chip[1], real);

	pic_chip_line(&pic->chip[0], PIC_CASCADE, false);
	pic_cascade(pic);
	return input;
}

uint8_t pic_accept(struct pic *pic)
{
	bool real;
	unsigned input = pic_acknowledge(&pic->chip[0], &real);

	if (!real || input != PIC_CASCADE || (pic->chip[0].icw1 & ICW1_SINGLE))
		return (uint8_t)(pic->chip[0].base + input);
	input = pic_acknowledge_slave(pic, &real);
	return (uint8_t)(pic->chip[1].base + input);
}

/* "ICW1": an edge has to come anew; the interrupt mask is cleared. */
static void pic_write_icw1(struct pic_chip *chip, uint8_t value)
{
	uint8_t lines = chip->lines, elcr = chip->elcr, base = chip->base;

	memset(chip, 0, sizeof *chip);
	chip->lines = lines;
	chip->elcr = elcr;
	chip->base = base;
	chip->lowest = 7;
	chip->icw1 = value;
	chip->icw = 2;
}

/* "OCW2": the input meant is named, or the one in service with the highest
 * priority, where special mask mode leaves masked ones alone. */
static void pic_write_ocw2(struct pic_chip *chip, uint8_t value)
{
	uint8_t served = chip->special_mask ? chip->isr & ~chip->imr : chip->isr;
	unsigned rank = pic_rank(chip, served), input = value & 7;

	if (!(value & OCW2_EOI)) {
		if (!(value & OCW2_SPECIFIC))
			chip->rotate_auto = value & OCW2_ROTATE;
		else if (value & OCW2_ROTATE)
			chip->lowest = (uint8_t)input;
		return;
	}
	if (!(value & OCW2_SPECIFIC)) {
		if (rank == 8)
			return;
		input = pic_input(chip, rank);
	}
	chip->isr &= ~(1u << input);
	if (value & OCW2_ROTATE)
		chip->lowest = (uint8_t)input;
}

static void pic_write_ocw3(struct pic_chip *chip, uint8_t value)
{
	if (value & OCW3_SET_SPECIAL)
		chip->special_mask = value & OCW3_SPECIAL;
	if (value & OCW3_POLL)
		chip->poll = true;
	else if (value & OCW3_READ)
		chip->read_isr = value & OCW3_ISR;
}

static void pic_write_command(struct pic_chip *chip, uint8_t value)
{
	if (value & ICW1)
		pic_write_icw1(chip, value);
	else if (value & OCW3)
		pic_write_ocw3(chip, value);
	else
		pic_write_ocw2(chip, value);
}

static void pic_write_data(struct pic_chip *chip, uint8_t value)
{
	uint8_t after_icw3 = chip->icw1 & ICW1_IC4 ? 4 : 0;

	switch (chip->icw) {
	case 2:
		chip->base = value & 0xf8;
		chip->icw = chip->icw1 & ICW1_SINGLE ? after_icw3 : 3;
		break;
	case 3:
		chip->icw3 = value;
		chip->icw = after_icw3;
		break;
	case 4:
		chip->icw4 = value & 0x1f;
		chip->icw = 0;
		break;
	default:
		chip->imr = value;
		break;
	}
}

/* "Poll Command": the read acts as INTA and names the input. */
static uint8_t pic_poll(struct pic *pic, unsigned which)
{
	bool real;
	unsigned input;

	pic->chip[which].poll = false;
	input = which ? pic_acknowledge_slave(pic, &real) : pic_acknowledge(&pic->chip[0], &real);
	return real ? (uint8_t)(0x80 | input) : 0;
}

static uint8_t pic_read_byte(struct pic *pic, unsigned offset)
{
	struct pic_chip *chip = &pic->chip[offset / 2 & 1];

	if (offset >= PIC_ELCR)
		return pic->chip[offset & 1].elcr;
	if (chip->poll)
		return pic_poll(pic, offset / 2);
	if (offset & 1)
		return chip->imr;
	return chip->read_isr ? chip->isr : pic_irr(chip);
}

static void pic_write_byte(struct pic *pic, unsigned offset, uint8_t value)
{
	struct pic_chip *chip = &pic->chip[offset / 2 & 1];

	if (offset >= PIC_ELCR)
		pic->chip[offset & 1].elcr = value & pic_elcr_mask[offset & 1];
	else if (offset & 1)
		pic_write_data(chip, value);
	else
		pic_write_command(chip, value);
	pic_cascade(pic);
}

/* Bytes of an access that lie in the window of `offset`. */
static unsigned pic_span(uint64_t offset, unsigned bytes)
{
	unsigned left = 2 - (offset & 1);

	if (offset > PIC_ELCR + 1)
		return 0;
	return bytes < left ? bytes : left;
}

uint64_t pic_read(struct pic *pic, uint64_t offset, unsigned bytes)
{
	unsigned span = pic_span(offset, bytes);
	uint64_t value = UINT64_MAX;

	for (unsigned i = 0; i < span; i++) {
		value &= ~(0xffull << 8 * i);
		value |= (uint64_t)pic_read_byte(pic, (unsigned)offset + i) << 8 * i;
	}
	return value & ones_read(bytes);
}

void pic_write(struct pic *pic, uint64_t offset, unsigned bytes, uint64_t value)
{
	unsigned span = pic_span(offset, bytes);

	for (unsigned i = 0; i < span; i++)
		pic_write_byte(pic, (unsigned)offset + i, (uint8_t)(value >> 8 * i));
}
