/* SPDX-License-Identifier: MIT */
/*
 * The data of one CPU. GS points at it while the CPU is in ring 0.
 *
 * Each field is written by its own CPU only, after start-up. entry.S knows the
 * offsets through asm-offsets.c.
 */
#ifndef ARCH_PERCPU_H
#define ARCH_PERCPU_H

#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

struct regs;
struct guest;

#define CPU_MAX 32u

/* Intel SDM vol. 3A section 7.7 "Task Management in 64-bit Mode". */
struct tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, iomap_base;
} PACKED;

struct percpu {
	struct percpu *self;
	struct regs *regs;  /* frame of the current thread */
	uint64_t stack_top; /* the one kernel stack of this CPU */
	uint32_t id, apic_id;
	uint32_t bit;             /* 1 << id */
	struct guest *loaded;     /* whose VMCS is the current one */
	struct guest *fpu_owner;  /* whose vector registers are in the CPU */
	struct guest *inside;     /* all of whose state is in the CPU: virt->leave() */
	void *kernel;             /* struct cpu of the kernel layer */
	uint64_t cr3;             /* as last loaded; others read it, too */
	uint8_t *ports;           /* high half of the I/O bitmap behind the TSS, or NULL */
	uint64_t timer_armed;     /* deadline in TSC ticks; UINT64_MAX: none */
	uint64_t *gdt;            /* on a page of its own: layout.h */
	uint64_t host_state;      /* SVM: physical address of what VMLOAD gives back */
	uint64_t asid_generation; /* SVM: guests with ASIDs of another one need a new one */
	uint32_t asid_next;       /* SVM: not given to a guest since all were flushed */
	bool tss_short;           /* TR may lack the I/O bitmap: an exit from a guest cut it off */
	struct tss tss;
};

static inline struct percpu *percpu(void)
{
	struct percpu *p;
	__asm__("movq %%gs:0, %0" : "=r"(p));
	return p;
}

#endif
