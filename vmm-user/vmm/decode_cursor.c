/* SPDX-License-Identifier: MIT */
/* Bytes and prefixes of instructions: see decode_cursor.h. */
#include "vmm/decode_cursor.h"

#include "vmm/decode_memory.h"

#define INSN_BYTES 15u

void cursor_init(struct cursor *c, const uint8_t *bytes, size_t size, enum code_size mode)
{
	*c = (struct cursor){.at = bytes,
		.left = size < INSN_BYTES ? size : INSN_BYTES,
		.mode = mode,
		.override = INSN_NO_REG};
}

uint8_t cursor_byte(struct cursor *c)
{
	if (!c->left) {
		c->short_of = true;
		return 0;
	}
	c->left--;
	return *c->at++;
}

uint64_t cursor_number(struct cursor *c, unsigned bytes)
{
	uint64_t value = 0;
	unsigned shift = 64 - 8 * bytes;

	for (unsigned i = 0; i < bytes; i++)
		value |= (uint64_t)cursor_byte(c) << (8 * i);
	return (uint64_t)((int64_t)(value << shift) >> shift);
}

static bool prefix_segment(struct cursor *c, uint8_t byte)
{
	static const struct {
		uint8_t byte, segment;
	} row[] = {{0x26, SEG_ES}, {0x2e, SEG_CS}, {0x36, SEG_SS}, {0x3e, SEG_DS}, {0x64, SEG_FS},
		{0x65, SEG_GS}};

	for (unsigned i = 0; i < ARRAY_SIZE(row); i++) {
		if (row[i].byte != byte)
			continue;
		/* In 64-bit mode only FS and GS have a base; the others are ignored. */
		if (c->mode != CODE_64 || row[i].segment == SEG_FS || row[i].segment == SEG_GS)
			c->override = row[i].segment;
		return true;
	}
	return false;
}

static bool prefix_take(struct cursor *c, uint8_t byte)
{
	switch (byte) {
	case 0x66:
		c->operand_prefix = true;
		return true;
	case 0x67:
		c->address_prefix = true;
		return true;
	case 0xf0:
		c->lock = true;
		return true;
	case 0xf2:
		c->repne = true;
		c->rep = false;
		return true;
	case 0xf3:
		c->rep = true;
		c->repne = false;
		return true;
	default:
		return prefix_segment(c, byte);
	}
}

uint8_t cursor_prefixes(struct cursor *c)
{
	for (;;) {
		uint8_t byte = cursor_byte(c);

		if (c->mode == CODE_64 && (byte & 0xf0) == 0x40)
			c->rex = byte;
		else if (prefix_take(c, byte))
			c->rex = 0;
		else
			return byte;
		if (c->short_of)
			return 0;
	}
}

unsigned cursor_operand_bytes(const struct cursor *c)
{
	if (c->rex & REX_W)
		return 8;
	return c->operand_prefix != (c->mode == CODE_16) ? 2 : 4;
}

unsigned cursor_address_bytes(const struct cursor *c)
{
	if (c->mode == CODE_64)
		return c->address_prefix ? 4 : 8;
	return c->address_prefix != (c->mode == CODE_16) ? 2 : 4;
}
