/* SPDX-License-Identifier: MIT */
/* Instructions to decode: see generate.h. */
#include "generate.h"

#include <string.h>

#define NOISE 400000u
#define SEED 0x9e3779b97f4a7c15ull

static const enum code_size modes[] = {CODE_16, CODE_32, CODE_64};

/* Each alone, what goes together, and what contradicts, in both orders. */
static const struct {
	uint8_t count, byte[3];
} prefixes[] = {{0, {0}}, {1, {0x66}}, {1, {0x67}}, {1, {0xf0}}, {1, {0xf2}}, {1, {0xf3}},
	{1, {0x26}}, {1, {0x2e}}, {1, {0x36}}, {1, {0x3e}}, {1, {0x64}}, {1, {0x65}},
	{2, {0x66, 0x67}}, {2, {0x66, 0xf3}}, {2, {0xf2, 0x66}}, {2, {0xf0, 0x66}},
	{2, {0xf2, 0xf3}}, {2, {0xf3, 0xf2}}, {2, {0xf0, 0xf3}}, {2, {0x67, 0x36}},
	{2, {0x65, 0x2e}}, {2, {0x26, 0x64}}, {2, {0x66, 0x66}}, {3, {0x64, 0x67, 0xf0}}};

static uint64_t seed;

/* xorshift64: Marsaglia, "Xorshift RNGs", Journal of Statistical Software 8 (14). */
static uint64_t draw(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* What does not matter: mostly any bytes, sometimes those at the limits. */
static void fill(struct sample *sample)
{
	uint64_t noise[2] = {draw(), draw()};

	memcpy(sample->bytes, noise, sizeof sample->bytes);
	if (draw() % 8 == 0)
		memset(sample->bytes, draw() & 1 ? 0xff : 0x80, sizeof sample->bytes);
}

/* Returns how many bytes the prefixes take. In 64-bit mode half of the samples get a
 * REX, a few of these in front of the others, where it counts for nothing. */
static unsigned put_prefixes(struct sample *sample, unsigned set)
{
	unsigned at = 0;
	uint64_t chance = draw();
	uint8_t rex = 0x40 | (chance >> 8 & 0xf);

	if (sample->mode == CODE_64 && chance % 16 == 0)
		sample->bytes[at++] = rex;
	for (unsigned i = 0; i < prefixes[set].count; i++)
		sample->bytes[at++] = prefixes[set].byte[i];
	if (sample->mode == CODE_64 && chance % 2)
		sample->bytes[at++] = rex;
	return at;
}

static void put_opcode(struct sample *sample, unsigned set, unsigned opcode, unsigned modrm)
{
	unsigned at;

	fill(sample);
	at = put_prefixes(sample, set);
	if (opcode >> 8)
		sample->bytes[at++] = 0x0f;
	sample->bytes[at++] = (uint8_t)opcode;
	sample->bytes[at] = (uint8_t)modrm;
}

static void one_opcode(
	unsigned opcode, bool thorough, enum code_size mode, void (*visit)(const struct sample *))
{
	unsigned sets = thorough ? ARRAY_SIZE(prefixes) : 1;
	/* The older modes differ in sizes alone: some of the ModRMs per prefix. */
	unsigned step = thorough && mode != CODE_64 ? 4 : 1;
	struct sample sample = {.mode = mode};

	for (unsigned set = 0; set < sets; set++)
		for (unsigned modrm = set % step; modrm < 256; modrm += step) {
			unsigned with = thorough ? set : draw() % ARRAY_SIZE(prefixes);

			put_opcode(&sample, with, opcode, modrm);
			visit(&sample);
		}
}

/* MOV r, m with each SIB below each mod and REX. */
static void every_sib(enum code_size mode, bool prefix, void (*visit)(const struct sample *))
{
	struct sample sample = {.mode = mode};
	unsigned rexes = mode == CODE_64 ? 16 : 1;

	for (unsigned what = 0; what < 256u * 3 * rexes; what++) {
		unsigned at = 0;

		fill(&sample);
		if (prefix)
			sample.bytes[at++] = 0x67;
		if (mode == CODE_64)
			sample.bytes[at++] = 0x40 | what / 768;
		sample.bytes[at++] = 0x8b;
		sample.bytes[at++] = (uint8_t)(what / 256 % 3 << 6 | (draw() & 7) << 3 | 4);
		sample.bytes[at] = (uint8_t)what;
		visit(&sample);
	}
}

void generate(bool (*wanted)(unsigned opcode), void (*visit)(const struct sample *sample))
{
	struct sample sample;

	seed = SEED;
	for (unsigned m = 0; m < ARRAY_SIZE(modes); m++) {
		for (unsigned opcode = 0; opcode < 512; opcode++) {
			unsigned full = opcode < 256 ? opcode : 0x0f00 | (opcode & 0xff);

			one_opcode(full, wanted(full), modes[m], visit);
		}
		every_sib(modes[m], false, visit);
		every_sib(modes[m], true, visit);
	}
	for (unsigned i = 0; i < NOISE; i++) {
		sample.mode = modes[i % ARRAY_SIZE(modes)];
		fill(&sample);
		visit(&sample);
	}
}
