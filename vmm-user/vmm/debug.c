/* SPDX-License-Identifier: MIT */
/* A guest's debug registers: see debug.h. */
#include "vmm/debug.h"

#define DR6_RESET (BITS(31, 16) | BITS(11, 4))
#define DR6_WRITABLE (BITS(3, 0) | BITS(15, 13))
#define DR7_RESET BIT(10)
#define DR7_ZEROES (BITS(12, 11) | BITS(15, 14))
#define DR7_ENABLED(dr7, n) ((dr7) >> (2 * (n)) & 3)
#define DR7_KIND(dr7, n) ((dr7) >> (16 + 4 * (n)) & 3)
#define DR7_LENGTH(dr7, n) (((dr7) >> (18 + 4 * (n)) & 3) + 1)
#define KIND_PORT 2u

/* General detect stays out of the CPU's own DR7: MOV DR exits before it. */
static void debug_load(const struct debug *d, struct vcpu_state *s)
{
	for (unsigned i = 0; i < 4; i++)
		s->dr[i] = d->dr[i];
	s->dr7 = d->dr[7] & ~DR7_GD;
	s->dirty |= GROUP_DR;
}

void debug_init(struct debug *debug, struct vcpu_state *state)
{
	*debug = (struct debug){.dr = {[6] = DR6_RESET, [7] = DR7_RESET}};
	debug_load(debug, state);
}

bool debug_write(struct debug *debug, struct vcpu_state *state, unsigned dr, uint64_t value)
{
	if (dr >= 6 && value >> 32)
		return false;
	if (dr == 6)
		value = (value & DR6_WRITABLE) | DR6_RESET;
	if (dr == 7)
		value = (value & ~DR7_ZEROES) | DR7_RESET;
	debug->dr[dr & 7] = value;
	if (dr != 6)
		debug_load(debug, state);
	return true;
}

void debug_trap(struct debug *debug, uint64_t reasons)
{
	debug->dr[6] |= reasons & DR6_WRITABLE;
	debug->dr[7] &= ~DR7_GD;
}

static bool is_port(const struct debug *d, unsigned n)
{
	return DR7_ENABLED(d->dr[7], n) && DR7_KIND(d->dr[7], n) == KIND_PORT;
}

bool debug_has_ports(const struct debug *debug)
{
	if (!(debug->dr[7] & 0xff))
		return false;
	return is_port(debug, 0) || is_port(debug, 1) || is_port(debug, 2) || is_port(debug, 3);
}

/* The length of a breakpoint aligns its address. */
uint64_t debug_port_hits(const struct debug *debug, uint16_t port, unsigned bytes)
{
	uint64_t hits = 0;

	for (unsigned i = 0; i < 4; i++) {
		uint64_t length = DR7_LENGTH(debug->dr[7], i);
		uint64_t first = debug->dr[i] & ~(length - 1);

		if (is_port(debug, i) && port < first + length && first < (uint64_t)port + bytes)
			hits |= BIT(i);
	}
	return hits;
}
