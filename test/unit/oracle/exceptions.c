/* SPDX-License-Identifier: MIT */
/* Excused differences: see exceptions.h. */
#include "exceptions.h"

#include <string.h>

#define TWO_BYTE 0x0f00u

/* The sample, taken apart once more. */
struct parts {
	enum code_size mode;
	bool p66, p67, f3, rep, lock;
	uint8_t rex;
	unsigned opcode; /* with TWO_BYTE: after 0F */
	uint8_t modrm, sib;
};

static bool part_prefix(struct parts *p, uint8_t byte)
{
	p->p66 |= byte == 0x66;
	p->p67 |= byte == 0x67;
	p->lock |= byte == 0xf0;
	if ((byte | 1) == 0xf3) {
		p->rep = true;
		p->f3 = byte == 0xf3;
	}
	return memchr("\x66\x67\xf0\xf2\xf3\x26\x2e\x36\x3e\x64\x65", byte, 11);
}

static struct parts parts_of(const struct sample *sample)
{
	struct parts p = {.mode = sample->mode};
	unsigned at = 0;

	for (; at < SAMPLE_BYTES - 4; at++) {
		uint8_t byte = sample->bytes[at];
		bool rex = p.mode == CODE_64 && byte >> 4 == 4;

		if (!rex && !part_prefix(&p, byte))
			break;
		p.rex = rex ? byte : 0;
	}
	p.opcode = sample->bytes[at++];
	if (p.opcode == 0x0f)
		p.opcode = TWO_BYTE | sample->bytes[at++];
	p.modrm = sample->bytes[at++];
	p.sib = sample->bytes[at];
	return p;
}

static bool is_segment_move(const struct parts *p)
{
	return p->opcode == 0x8c || p->opcode == 0x8e;
}

static bool is_wide_imul(const struct parts *p)
{
	return (p->opcode | 1) == 0xf7 && (p->modrm >> 3 & 7) == 5;
}

static bool is_lock_cr0(const struct parts *p)
{
	return p->lock && (p->opcode | 2) == (TWO_BYTE | 0x22) && (p->modrm >> 3 & 7) == 0;
}

static bool is_movsxd_16(const struct parts *p)
{
	return p->opcode == 0x63 && p->p66 && !(p->rex & 8);
}

static bool is_no_base(const struct parts *p)
{
	return p->mode == CODE_64 && p->p67 && p->rex & 1 && (p->modrm & 0xc7) == 4 &&
	       (p->sib & 7) == 5;
}

static bool is_string_66_rep(const struct parts *p)
{
	return p->p66 && p->rep && (p->opcode >> 4 == 0xa || (p->opcode | 2) == 0x6f);
}

static bool is_wide_port_string(const struct parts *p)
{
	return (p->opcode | 2) == 0x6f && p->rex & 8 && (p->p66 || p->p67);
}

static bool is_pause(const struct parts *p)
{
	return p->opcode == 0x90 && p->f3;
}

static struct {
	const char *what, *why;
	bool (*fits)(const struct parts *p);
	unsigned long excused;
} exceptions[] = {
	/* What decode.h says is missing. */
	{"refused", "MOV of segment registers is not decoded", is_segment_move, 0},
	{"refused", "IMUL of rDX:rAX is not decoded", is_wide_imul, 0},
	/* AMD APM vol. 3 "MOV CRn": LOCK MOV CR0 is MOV CR8, where CPUID shows AltMovCr8. */
	{"Zydis refuses", "LOCK MOV CR0 is MOV CR8", is_lock_cr0, 0},
	{"Capstone refuses", "LOCK MOV CR0 is MOV CR8", is_lock_cr0, 0},
	/* SDM vol. 2B "MOVSX/MOVSXD": MOVSXD r16, r/m16. */
	{"size of the memory operand", "Zydis has MOVSXD r16 read 32 bits", is_movsxd_16, 0},
	/* SDM vol. 2A table 2-5 "Special Cases of REX Encodings". */
	{"displacement", "Zydis 4.0 has R13D as base where none is", is_no_base, 0},
	/* 66 sets the size of the elements, whatever else is there. */
	{"Capstone's mnemonic", "Capstone 4 forgets 66 beside F2, F3", is_string_66_rep, 0},
	{"Capstone refuses", "Capstone 4 forgets 66 beside F2, F3", is_string_66_rep, 0},
	/* SDM vol. 2A "INS", vol. 2B "OUTS": REX.W wins over 66, and means 32 bits here. */
	{"Capstone's mnemonic", "Capstone 4 has 16 bits for REX.W and 66 or 67",
		is_wide_port_string, 0},
	/* A NOP in all but timing; whether REX.B makes it XCHG differs among processors. */
	{"Capstone's mnemonic", "Capstone 4 has PAUSE as NOP or XCHG", is_pause, 0},
};

bool exception_excuses(const struct sample *sample, const char *what)
{
	struct parts parts = parts_of(sample);

	for (unsigned i = 0; i < ARRAY_SIZE(exceptions); i++) {
		if (strcmp(exceptions[i].what, what) || !exceptions[i].fits(&parts))
			continue;
		exceptions[i].excused++;
		return true;
	}
	return false;
}

const char *exception_unused(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(exceptions); i++)
		if (!exceptions[i].excused)
			return exceptions[i].why;
	return NULL;
}
