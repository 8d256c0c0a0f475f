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

/* ROL ... SAR of `a` by `count`, which is masked as the CPU masks it. OF after
 * counts over 1, and what the manual calls undefined, is as the CPUs do it. */
uint64_t alu_shift(enum insn_op op, unsigned bytes, uint64_t a, unsigned count, uint64_t *rflags);

/* Signed product, cut to `bytes`; CF and OF tell whether something was cut. */
uint64_t alu_multiply(unsigned bytes, uint64_t a, uint64_t b, uint64_t *rflags);

/* Number of the lowest (BSF) or highest (BSR) set bit of `a`, which is not 0. */
unsigned alu_scan(enum insn_op op, uint64_t a);

/* Whether condition `code` (the low four bits of Jcc, SETcc, CMOVcc) holds.
 * Source: Intel SDM vol. 1 appendix B "EFLAGS Condition Codes". */
bool alu_condition(unsigned code, uint64_t rflags);

/* The low `bytes` of `value`, sign-extended to 64 bits. */
uint64_t alu_sign_extend(uint64_t value, unsigned bytes);

#endif
