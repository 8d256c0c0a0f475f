/* SPDX-License-Identifier: MIT */
/*
 * The part of exit_svm.c that looks at instructions: their length and operands, from
 * the hardware if it tells, else from the guest's memory. There they may have changed
 * since; the guest then just goes on.
 */
#ifndef VMM_EXIT_SVM_H
#define VMM_EXIT_SVM_H

#include "vmm/decode_system.h"
#include "vmm/exit.h"

#define SVM_READ_CR 0x00u
#define SVM_WRITE_CR 0x10u
#define SVM_READ_DR 0x20u
#define SVM_WRITE_DR 0x30u

/* What every handler of an instruction exit needs: to skip it, or to raise a fault in
 * its place. */
#define WANT_SKIP (GROUP_RFLAGS | GROUP_INTR)
/* To read an instruction. */
#define WANT_CODE (WANT_SKIP | GROUP_CS_SS | GROUP_CR | GROUP_EFER)
/* What a memory operand needs. */
#define WANT_MEMORY (WANT_CODE | GROUP_RSP | GROUP_SEGMENTS)

/* One exit, while it is decoded. */
struct svm_exit {
	const struct exit_hardware *hardware;
	struct guest_cpu *cpu;
	struct vcpu_state *state;
	struct exit *exit;
	struct insn_system insn; /* if it was read */
};

/* The length of the instruction, which is `op`. false: the exit has become another. */
bool svm_length(struct svm_exit *c, enum system_op op);
/* ... if the hardware said it. */
void svm_length_set(struct svm_exit *c, uint64_t length);

/* All of exit->cr, exit->dr, exit->io for these exits. */
void svm_decode_cr(struct svm_exit *c);
void svm_decode_dr(struct svm_exit *c);
void svm_decode_io(struct svm_exit *c);

#endif
