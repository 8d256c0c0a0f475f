/* SPDX-License-Identifier: MIT */
/*
 * Executes one decoded instruction on the guest's state, as the CPU would have:
 * operands through access.h, results, flags, RIP.
 *
 * State: none of its own. Needs valid in the state page: GROUP_RIP, GROUP_RSP,
 * GROUP_RFLAGS, GROUP_INTR, GROUP_CS_SS, GROUP_SEGMENTS, GROUP_CR, GROUP_EFER.
 * Source: Intel SDM vol. 2 (each instruction's "Operation"); flags from vol. 1
 * appendix A "EFLAGS Cross-Reference".
 */
#ifndef VMM_EMULATE_H
#define VMM_EMULATE_H

#include "vmm/decode.h"

/* REP iterations in one call; the rest comes back with the next exit. */
#define EMULATE_REP_MAX 256u

enum emulate_result {
	EMULATE_DONE = 0, /* RIP is behind the instruction */
	EMULATE_AGAIN,    /* a REP stopped half way; RIP is still at it */
	EMULATE_FAULT,    /* *fault has to be raised; nothing of this step happened */
	EMULATE_UNKNOWN   /* not an instruction that we have */
};

/* Executes *insn. */
enum emulate_result emulate_insn(
	struct guest_cpu *cpu, const struct insn *insn, struct fault *fault) MUST_CHECK;

/* Fetches, decodes and executes the instruction at CS:RIP. */
enum emulate_result emulate_step(struct guest_cpu *cpu, struct fault *fault) MUST_CHECK;

#endif
