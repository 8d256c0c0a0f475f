/* SPDX-License-Identifier: MIT */
/* Writes ACPI machine language; see aml.h. No locks. */
#include "vmm/load/aml.h"
#include "lib/string.h"

enum {
	OP_ZERO = 0x00,
	OP_ONE = 0x01,
	OP_NAME = 0x08,
	OP_BYTE = 0x0a,
	OP_DWORD = 0x0c,
	OP_SCOPE = 0x10,
	OP_BUFFER = 0x11,
	OP_PACKAGE = 0x12,
	OP_EXTENDED = 0x5b,
	OP_DEVICE = 0x82 /* after OP_EXTENDED */
};

enum { RESOURCE_IO = 0x47, RESOURCE_IRQ = 0x22, RESOURCE_END = 0x79, IO_DECODE_16 = 1 };

#define LENGTH_BYTES 2u /* of every package length here: up to 4095 bytes */

void aml_init(struct aml *a, void *data, size_t size)
{
	*a = (struct aml){.data = data, .size = size};
}

static void raw(struct aml *a, const void *from, size_t size)
{
	if (a->full || size > a->size - a->used) {
		a->full = true;
		return;
	}
	memcpy(a->data + a->used, from, size);
	a->used += size;
}

static void raw_byte(struct aml *a, unsigned value)
{
	uint8_t byte = (uint8_t)value;
	raw(a, &byte, 1);
}

static void name(struct aml *a, const char *text)
{
	raw(a, text, strlen(text));
}

/* Leaves room for the length; aml_end() fills it in. */
static void length_begin(struct aml *a)
{
	static const uint8_t room[LENGTH_BYTES];
	if (a->depth == AML_DEPTH) {
		a->full = true;
		return;
	}
	a->open[a->depth++] = a->used;
	raw(a, room, sizeof(room));
}

/* Bits 7..6 of the first byte count the bytes that follow it; its bits 3..0 are
 * the low bits of the length, which includes the length field itself. */
void aml_end(struct aml *a)
{
	if (a->full || a->depth == 0) {
		a->full = true;
		return;
	}
	size_t at = a->open[--a->depth], length = a->used - at;
	a->data[at] = (uint8_t)((LENGTH_BYTES - 1) << 6 | (length & 0xf));
	a->data[at + 1] = (uint8_t)(length >> 4);
}

void aml_scope_begin(struct aml *a, const char *text)
{
	raw_byte(a, OP_SCOPE);
	length_begin(a);
	name(a, text);
}

void aml_device_begin(struct aml *a, const char *text)
{
	raw_byte(a, OP_EXTENDED);
	raw_byte(a, OP_DEVICE);
	length_begin(a);
	name(a, text);
}

void aml_package_begin(struct aml *a, const char *text, uint8_t elements)
{
	raw_byte(a, OP_NAME);
	name(a, text);
	raw_byte(a, OP_PACKAGE);
	length_begin(a);
	raw_byte(a, elements);
}

void aml_byte(struct aml *a, uint8_t value)
{
	if (value > 1)
		raw_byte(a, OP_BYTE);
	raw_byte(a, value);
}

void aml_name_byte(struct aml *a, const char *text, uint8_t value)
{
	raw_byte(a, OP_NAME);
	name(a, text);
	aml_byte(a, value);
}

static unsigned hex_digit(char digit)
{
	return (unsigned)(digit <= '9' ? digit - '0' : digit - 'A' + 10);
}

/* Section 19.5.36 "EISAID": five bits a letter, four a digit, in big-endian order. */
void aml_name_eisaid(struct aml *a, const char *text, const char *id)
{
	unsigned letters = (id[0] & 0x1fu) << 10 | (id[1] & 0x1fu) << 5 | (id[2] & 0x1fu);
	raw_byte(a, OP_NAME);
	name(a, text);
	raw_byte(a, OP_DWORD);
	raw_byte(a, letters >> 8);
	raw_byte(a, letters);
	raw_byte(a, hex_digit(id[3]) << 4 | hex_digit(id[4]));
	raw_byte(a, hex_digit(id[5]) << 4 | hex_digit(id[6]));
}

void aml_name_buffer(struct aml *a, const char *text, const uint8_t *data, uint8_t size)
{
	raw_byte(a, OP_NAME);
	name(a, text);
	raw_byte(a, OP_BUFFER);
	length_begin(a);
	aml_byte(a, size);
	raw(a, data, size);
	aml_end(a);
}

void aml_resources(struct aml *a, uint16_t port, uint8_t length, unsigned irq)
{
	const uint8_t low = (uint8_t)port, high = (uint8_t)(port >> 8);
	const unsigned lines = 1u << irq;
	const uint8_t template[] = {
		RESOURCE_IO, IO_DECODE_16, low, high, low, high, 1, length, /* ports */
		RESOURCE_IRQ, (uint8_t)lines, (uint8_t)(lines >> 8),        /* as a mask */
		RESOURCE_END, 0                                             /* no checksum */
	};
	aml_name_buffer(a, "_CRS", template, sizeof(template));
}

_Static_assert(OP_ZERO == 0 && OP_ONE == 1, "aml_byte() writes small values as they are");
