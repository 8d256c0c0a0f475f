/* SPDX-License-Identifier: MIT */
/*
 * A pair of 8259A interrupt controllers, cascaded as in a PC, with the ELCR.
 *
 * Model: fully nested, special fully nested and special mask mode, rotation,
 * specific and non-specific EOI, automatic EOI, poll. An edge request lasts
 * while its line is high and it was not acknowledged, as on the chip; a request
 * gone before INTA gives IRQ 7 (or 15) without an in-service bit.
 * State: per chip IRR edge latches, lines, IMR, ISR, ELCR, priority, ICWs.
 * Missing: 8080 mode (ICW4.0 = 0 behaves as 8086 mode), buffered mode.
 * Ignored bits: ICW1.LTIM and ADI (the ELCR decides), ICW1.SNGL but for the
 * missing ICW3, ICW3 (stored; the slave sits on IR2), ICW4.0, ICW4.3:2.
 * Locks: none; whoever calls holds the machine.
 * Source: Intel 8259A datasheet, "Programming the 8259A", "Operation Command
 * Words", "Poll Command"; Intel ICH9 datasheet, 13.4 "8259 Interrupt Controller
 * (PIC) Registers", for ELCR1 and ELCR2.
 */
#ifndef VMM_DEV_PIC_H
#define VMM_DEV_PIC_H

#include <stdbool.h>
#include <stdint.h>

/* Offsets for pic_read/pic_write: three windows of two ports each. */
#define PIC_MASTER 0u /* ports 0x20, 0x21 */
#define PIC_SLAVE 2u  /* ports 0xa0, 0xa1 */
#define PIC_ELCR 4u   /* ports 0x4d0, 0x4d1 */
#define PIC_IRQS 16u

struct pic_chip {
	uint8_t lines, edges; /* input levels; rising edges not acknowledged */
	uint8_t imr, isr, elcr;
	uint8_t base;   /* ICW2: vector of input 0 */
	uint8_t lowest; /* input with the lowest priority */
	uint8_t icw;    /* ICW expected next at A0 = 1: 2, 3, 4, or 0 for OCW1 */
	uint8_t icw1, icw3, icw4;
	bool read_isr, poll, special_mask, rotate_auto;
};

struct pic {
	struct pic_chip chip[2]; /* master, slave */
};

/* Power-on state: everything clear (not initialised: all inputs unmasked). */
void pic_init(struct pic *pic);

/* `offset` is PIC_MASTER, PIC_SLAVE or PIC_ELCR plus 0 or 1. Wider accesses are
 * split into bytes; those past the window read 0xff and drop what is written. */
uint64_t pic_read(struct pic *pic, uint64_t offset, unsigned bytes);
void pic_write(struct pic *pic, uint64_t offset, unsigned bytes, uint64_t value);

/* Level of input `irq`, 0-15. IRQ 2 (the cascade) and numbers above are ignored. */
void pic_set_line(struct pic *pic, unsigned irq, bool level);

/* The master's INT output. Pure. */
bool pic_irq(const struct pic *pic);

/* One INTA cycle: returns the vector. INT falls during the cycle: whoever is fed
 * by pic_irq() as an edge has to be shown false, then pic_irq() again. */
uint8_t pic_accept(struct pic *pic);

#endif
