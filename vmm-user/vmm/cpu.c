/* SPDX-License-Identifier: MIT */
/* A guest's processor: see cpu.h. */
#include "vmm/cpu.h"

/* Outside 64-bit mode RIP is 32 bits wide; what lies above is always zero, so a
 * wrap of EIP must not carry. A 64-bit RIP that leaves the canonical range is
 * caught by the next fetch. */
void cpu_skip(struct vcpu_state *state, unsigned length)
{
	uint64_t rip = state->rip + length;

	if (state->rip <= UINT32_MAX && rip > UINT32_MAX && !(state->segment[SEG_CS].ar & AR_L))
		rip &= UINT32_MAX;
	state->rip = rip;
	state->dirty |= GROUP_RIP;
	if (state->rflags & RFLAGS_RF) {
		state->rflags &= ~RFLAGS_RF;
		state->dirty |= GROUP_RFLAGS;
	}
	if (state->interruptibility & (INTR_BLOCK_STI | INTR_BLOCK_MOV_SS)) {
		state->interruptibility &= ~(INTR_BLOCK_STI | INTR_BLOCK_MOV_SS);
		state->dirty |= GROUP_INTR;
	}
}
