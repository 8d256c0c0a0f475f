/* SPDX-License-Identifier: MIT */
/*
 * A model of an 82540EM or 82574L, with the memory that it reaches, a clock and a wire. It
 * fails the test when its driver does what the manual forbids.
 */
#ifndef TEST_UNIT_E1000_MODEL_H
#define TEST_UNIT_E1000_MODEL_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <string.h>
#include "../../drivers/net/e1000.h"
#include "../../drivers/net/e1000_regs.h"

#define MODEL_BASE 0x7f000000ull /* physical */
#define MODEL_SIZE (8192u + 2u * sizeof(struct frame_ring) + 4096u)
#define MODEL_WIRE 1024u

struct model_frame {
	size_t size;
	uint8_t data[1600];
};

static struct model {
	enum e1000_kind kind;
	uint32_t reg[E1000_REGISTERS / 4];
	uint64_t time_us;
	uint16_t eeprom[3];
	bool no_address;        /* RAL and RAH are not filled by a reset */
	bool no_eeprom;         /* reading it never ends */
	bool never_resets;      /* CTRL.RST stays */
	bool gone;              /* everything reads as ones */
	bool holds;             /* does not send */
	bool master_stays;      /* GIO master is never done */
	bool keeps;             /* a reset leaves registers as they are, as QEMU's */
	unsigned resets, tells; /* and writes of a tail */
	uint64_t reset_end, quiet_since;
	struct model_frame wire[MODEL_WIRE]; /* what was sent */
	unsigned sent;
} model;

static uint8_t model_memory[MODEL_SIZE] __attribute__((aligned(4096)));

/* The bytes at a physical address; those of others fail the test. */
static inline uint8_t *model_at(uint64_t physical, uint64_t size)
{
	assert_true(physical >= MODEL_BASE && size <= MODEL_SIZE &&
		    physical - MODEL_BASE <= MODEL_SIZE - size);
	return model_memory + (physical - MODEL_BASE);
}

static inline uint32_t *model_reg(uint32_t reg)
{
	return &model.reg[reg / 4];
}

static inline bool model_interrupts(void)
{
	return (*model_reg(E1000_ICR) & *model_reg(E1000_IMS)) != 0;
}

static inline void model_cause(uint32_t causes)
{
	*model_reg(E1000_ICR) |= causes;
	if (model.kind == E1000_82574 && model_interrupts())
		*model_reg(E1000_ICR) |= E1000_CAUSE_ASSERTED_82574;
}

static inline void model_link(bool up, uint32_t speed)
{
	uint32_t *status = model_reg(E1000_STATUS);

	*status = (*status & ~0xc2u) | (up ? E1000_STATUS_LINK : 0) | speed << 6;
	model_cause(E1000_CAUSE_LINK);
}

static inline void model_reset(void)
{
	uint32_t status = *model_reg(E1000_STATUS);

	model.resets++;
	model.reset_end = model.time_us + 1000;
	if (model.keeps)
		return;
	memset(model.reg, 0, sizeof(model.reg));
	*model_reg(E1000_STATUS) = status;
	*model_reg(E1000_RAL) = 0x33221102;
	if (model.no_address)
		return;
	*model_reg(E1000_RAL) = model.eeprom[0] | (uint32_t)model.eeprom[1] << 16;
	*model_reg(E1000_RAH) = model.eeprom[2] | E1000_RAH_VALID;
}

/* A card as firmware left it: in the middle of something. */
static inline void model_make(enum e1000_kind kind)
{
	memset(&model, 0, sizeof(model));
	memset(model_memory, 0xa5, sizeof(model_memory));
	model.kind = kind;
	model.time_us = 1000000;
	model.eeprom[0] = 0x5452;
	model.eeprom[1] = 0x1200;
	model.eeprom[2] = 0x9a34;
	for (unsigned i = 0; i < E1000_REGISTERS / 4; i++)
		model.reg[i] = 0x11111110;
	*model_reg(E1000_STATUS) = E1000_STATUS_LINK | 2 << 6;
	*model_reg(E1000_CTRL) = E1000_CTRL_LINK;
}

/* --- sending and receiving --- */

static inline struct e1000_descriptor *model_descriptor(uint32_t base, uint32_t index)
{
	uint64_t physical = *model_reg(base) | (uint64_t)*model_reg(base + 4) << 32;

	assert_int_equal(*model_reg(base + 8), E1000_RING_BYTES);
	assert_int_equal(physical % 16, 0);
	return (struct e1000_descriptor *)model_at(physical + index * 16, 16);
}

/* Sends what there is, or only `most` frames. */
static inline void model_transmit(unsigned most)
{
	uint32_t *head = model_reg(E1000_TDH);

	assert_true(*model_reg(E1000_TCTL) & E1000_TCTL_ENABLE);
	for (; *head != *model_reg(E1000_TDT) && most != 0; most--) {
		struct e1000_descriptor *d = model_descriptor(E1000_TDBAL, *head);
		struct model_frame *frame = &model.wire[model.sent++ % MODEL_WIRE];

		assert_int_equal(d->command, 0x0b);
		assert_int_equal(d->checksum_offset | d->errors | d->special, 0);
		assert_true(d->length >= 60 && d->length <= FRAME_MAX);
		frame->size = d->length;
		memcpy(frame->data, model_at(d->address, d->length), d->length);
		d->status = E1000_DONE;
		*head = (*head + 1) % NIC_RING;
		model_cause(E1000_CAUSE_SENT);
	}
}

/* The next descriptor that the card may fill, or NULL. */
static inline struct e1000_descriptor *model_free(void)
{
	uint32_t rctl = *model_reg(E1000_RCTL);

	if (!(rctl & E1000_RCTL_ENABLE) || !(*model_reg(E1000_STATUS) & E1000_STATUS_LINK))
		return NULL;
	assert_int_equal(rctl & 0x02030020, 0); /* 2048 bytes, no long frames */
	if (*model_reg(E1000_RDH) != *model_reg(E1000_RDT))
		return model_descriptor(E1000_RDBAL, *model_reg(E1000_RDH));
	++*model_reg(E1000_MPC);
	return NULL;
}

static inline void model_filled(void)
{
	*model_reg(E1000_RDH) = (*model_reg(E1000_RDH) + 1) % NIC_RING;
	model_cause(E1000_CAUSE_RECEIVED);
}

/* A frame comes over the wire. Whether it found a buffer. */
static inline bool model_receive(const uint8_t *frame, size_t size)
{
	struct e1000_descriptor *d = model_free();

	if (!d)
		return false;
	assert_int_equal(d->status, 0);
	memcpy(model_at(d->address, FRAME_BUFFER), frame, size);
	d->length = (uint16_t)size;
	d->errors = 0;
	d->status = E1000_DONE | E1000_END;
	model_filled();
	return true;
}

/* --- registers --- */

static inline uint32_t model_read(void *ctx, uint32_t reg)
{
	uint32_t value;

	(void)ctx;
	assert_true(reg % 4 == 0 && reg < E1000_REGISTERS);
	if (model.gone)
		return E1000_GONE;
	value = *model_reg(reg);
	if (reg == E1000_CTRL && (model.never_resets || model.time_us < model.reset_end))
		value |= E1000_CTRL_RESET;
	if (reg == E1000_EECD && model.time_us >= model.reset_end)
		value |= E1000_EECD_LOADED_82574;
	if (reg == E1000_ICR && (model.kind == E1000_8254X || *model_reg(E1000_IMS) == 0 ||
					value & E1000_CAUSE_ASSERTED_82574))
		*model_reg(reg) = 0;
	if (reg >= E1000_CRCERRS && reg < E1000_RXCSUM)
		*model_reg(reg) = 0;
	return value;
}

static inline void model_eeprom(uint32_t value)
{
	bool is_82574 = model.kind == E1000_82574;
	uint32_t word = value >> (is_82574 ? 2 : 8) & 0xff;

	assert_true(value & E1000_EERD_START);
	assert_true(word < 3);
	*model_reg(E1000_EERD) = 0;
	if (model.no_eeprom)
		return;
	*model_reg(E1000_EERD) = (uint32_t)model.eeprom[word] << 16 | (is_82574 ? 2 : 16);
}

static inline void model_ctrl(uint32_t value)
{
	uint32_t *status = model_reg(E1000_STATUS);

	*model_reg(E1000_CTRL) = value & ~E1000_CTRL_RESET;
	if (value & E1000_CTRL_RESET) {
		/* Nobody resets a card that may be in the middle of writing memory. */
		assert_int_equal(*model_reg(E1000_RCTL) | *model_reg(E1000_TCTL), 0);
		assert_true(model.time_us >= model.quiet_since + 10000);
		assert_true(model.kind != E1000_82574 || value & E1000_CTRL_MASTER_DISABLE_82574);
		model_reset();
	}
	*status &= ~E1000_STATUS_MASTER_82574;
	if (!(value & E1000_CTRL_MASTER_DISABLE_82574) || model.master_stays)
		*status |= model.kind == E1000_82574 ? E1000_STATUS_MASTER_82574 : 0;
}

static inline void model_tail(uint32_t reg, uint32_t value)
{
	assert_true(value < NIC_RING);
	*model_reg(reg) = value;
	model.tells++;
	if (reg == E1000_TDT && *model_reg(E1000_TCTL) & E1000_TCTL_ENABLE && !model.holds)
		model_transmit(NIC_RING);
}

static inline void model_write(void *ctx, uint32_t reg, uint32_t value)
{
	(void)ctx;
	assert_true(reg % 4 == 0 && reg < E1000_REGISTERS);
	if (model.gone)
		return;
	if (reg == E1000_CTRL)
		model_ctrl(value);
	else if (reg == E1000_EERD)
		model_eeprom(value);
	else if (reg == E1000_ICR)
		*model_reg(reg) &= ~value;
	else if (reg == E1000_IMS)
		*model_reg(reg) |= value;
	else if (reg == E1000_IMC)
		*model_reg(E1000_IMS) &= ~value;
	else if (reg == E1000_RDT || reg == E1000_TDT)
		model_tail(reg, value);
	else
		*model_reg(reg) = value;
	if (reg == E1000_RCTL || reg == E1000_TCTL)
		model.quiet_since = model.time_us;
	if (reg == E1000_RDH || reg == E1000_TDH) /* only while it stands still */
		assert_int_equal(*model_reg(reg == E1000_RDH ? E1000_RCTL : E1000_TCTL), 0);
}

static inline uint64_t model_now(void *ctx)
{
	(void)ctx;
	return model.time_us;
}

static inline void model_rest(void *ctx)
{
	(void)ctx;
	model.time_us += 50;
}

static const struct nic_io model_io = {
	.read = model_read, .write = model_write, .now_us = model_now, .rest = model_rest};

#endif
