/* SPDX-License-Identifier: MIT */
/*
 * String instructions: MOVS, CMPS, STOS, LODS, SCAS with REP, and the walk of
 * index and count registers that INS and OUTS (io.h) share with them.
 * Source: Intel SDM vol. 1 section 7.3.9.1 "String Instructions" and 7.3.9.2
 * "Repeated String Operations".
 */
#ifndef VMM_EMULATE_STRING_H
#define VMM_EMULATE_STRING_H

#include "vmm/emulate.h"

/* The part of emulate_insn() for FORM_STRING. */
enum emulate_result emulate_string(
	struct guest_cpu *cpu, const struct insn *insn, struct fault *fault) MUST_CHECK;

/* The count register, of `address_bytes`; its decrement. */
uint64_t string_count(const struct vcpu_state *state, unsigned address_bytes);
void string_count_down(struct vcpu_state *state, unsigned address_bytes);

/* Moves index register `gpr` by one element of `bytes`, up or down by DF. */
void string_advance(struct vcpu_state *state, unsigned gpr, unsigned address_bytes, unsigned bytes);

#endif
