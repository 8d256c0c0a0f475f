/* SPDX-License-Identifier: MIT */
/*
 * Arithmetic with the CPU's flags. Pure.
 * Source: Intel SDM vol. 1 section 3.4.3.1 "Status Flags".
 */
#ifndef VMM_ALU_H
#define VMM_ALU_H

#include "vmm/decode.h"

/* Result of `op` (ADD ... CMP, TEST, NOT, NEG, INC, DEC) on operands of `bytes`;
 * operands with one source ignore `b`. *rflags: carry in, status flags out. CMP
 * and TEST return `a`. */
uint64_t alu_compute(enum insn_op op, unsigned bytes, uint64_t a, uint64_t b, uint64_t *rflags);

/* BT, BTS, BTR, BTC on bit `bit` (below 8 * bytes) of `a`: CF is the old bit. */
uint64_t alu_bit(enum insn_op op, uint64_t a, unsigned bit, uint64_t *rflags);

/* The low `bytes` of `value`, sign-extended to 64 bits. */
uint64_t alu_sign_extend(uint64_t value, unsigned bytes);

#endif
