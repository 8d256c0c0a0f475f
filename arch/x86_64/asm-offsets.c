/* SPDX-License-Identifier: MIT */
/* Offsets for assembly. Compiled to assembler text, from which the Makefile
 * makes asm-offsets.h; never linked. */
#include "percpu.h"
#include "regs.h"
#include "virt.h"
#include "vmcb.h"

#include <stddef.h>

#define DEFINE(name, value) __asm__ volatile("->" #name " %0" : : "i"(value))

void asm_offsets(void);

void asm_offsets(void)
{
	DEFINE(REGS_RIP, offsetof(struct regs, rip));
	DEFINE(REGS_RFLAGS, offsetof(struct regs, rflags));
	DEFINE(REGS_RESUME, offsetof(struct regs, resume));
	DEFINE(REGS_GUEST, offsetof(struct regs, guest));
	DEFINE(REGS_ENTRY, offsetof(struct regs, entry));
	DEFINE(REGS_STACK, offsetof(struct regs, stack));
	DEFINE(ENTRY_IP, offsetof(struct entry_point, ip));
	DEFINE(ENTRY_ID, offsetof(struct entry_point, id));
	DEFINE(PERCPU_REGS, offsetof(struct percpu, regs));
	DEFINE(PERCPU_KERNEL_STACK, offsetof(struct percpu, stack_top));
	DEFINE(PERCPU_INSIDE, offsetof(struct percpu, inside));
	DEFINE(VIRT_ENTER, offsetof(struct virt_ops, enter));
	DEFINE(GUEST_STATE, offsetof(struct guest, state));
	DEFINE(GUEST_CONTROL, offsetof(struct guest, control));
	DEFINE(VMCB_SHADOW, offsetof(struct vmcb, shadow));
	DEFINE(SHADOW_ACTIVE_BIT, SHADOW_ACTIVE);
	DEFINE(STATE_GPR, offsetof(struct vcpu_state, gpr));
}
