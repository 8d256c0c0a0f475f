/* SPDX-License-Identifier: MIT */
/* Offsets for assembly. Compiled to assembler text, from which the Makefile
 * makes asm-offsets.h; never linked. */
#include "percpu.h"
#include "regs.h"
#include "virt.h"

#include <stddef.h>

#define DEFINE(name, value) __asm__ volatile("->" #name " %0" : : "i"(value))

void asm_offsets(void);

void asm_offsets(void)
{
	DEFINE(REGS_RAX, offsetof(struct regs, rax));
	DEFINE(REGS_RCX, offsetof(struct regs, rcx));
	DEFINE(REGS_RDX, offsetof(struct regs, rdx));
	DEFINE(REGS_RBX, offsetof(struct regs, rbx));
	DEFINE(REGS_RSP, offsetof(struct regs, rsp));
	DEFINE(REGS_RBP, offsetof(struct regs, rbp));
	DEFINE(REGS_RSI, offsetof(struct regs, rsi));
	DEFINE(REGS_RDI, offsetof(struct regs, rdi));
	DEFINE(REGS_R8, offsetof(struct regs, r8));
	DEFINE(REGS_R9, offsetof(struct regs, r9));
	DEFINE(REGS_R10, offsetof(struct regs, r10));
	DEFINE(REGS_R11, offsetof(struct regs, r11));
	DEFINE(REGS_R12, offsetof(struct regs, r12));
	DEFINE(REGS_R13, offsetof(struct regs, r13));
	DEFINE(REGS_R14, offsetof(struct regs, r14));
	DEFINE(REGS_R15, offsetof(struct regs, r15));
	DEFINE(REGS_RIP, offsetof(struct regs, rip));
	DEFINE(REGS_RFLAGS, offsetof(struct regs, rflags));
	DEFINE(REGS_RESUME, offsetof(struct regs, resume));
	DEFINE(REGS_GUEST, offsetof(struct regs, guest));
	DEFINE(PERCPU_REGS, offsetof(struct percpu, regs));
	DEFINE(PERCPU_KERNEL_STACK, offsetof(struct percpu, stack_top));
	DEFINE(PERCPU_USER_RSP, offsetof(struct percpu, user_rsp));
	DEFINE(PERCPU_INSIDE, offsetof(struct percpu, inside));
	DEFINE(VIRT_ENTER, offsetof(struct virt_ops, enter));
	DEFINE(GUEST_STATE, offsetof(struct guest, state));
	DEFINE(STATE_GPR, offsetof(struct vcpu_state, gpr));
}
