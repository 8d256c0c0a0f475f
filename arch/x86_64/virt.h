/* SPDX-License-Identifier: MIT */
/*
 * Hardware virtualization behind one table of operations, chosen at boot: VMX
 * (vmx*.c) or SVM.
 *
 * A struct guest is the mechanism half of a vCPU. Life: virt->init, then any
 * number of entries and exits, virt->unload before it moves, runs for another
 * address space or goes, virt->fini. All calls are made on the CPU the guest is
 * bound to, interrupts off; a guest is never entered on two CPUs at once. User
 * input (the state page) can make an entry fail, never the kernel.
 *
 * Round:  entry.S resume -> virt->enter(guest) [applies the state page, enters]
 *         exit -> the back end's stub saves the general registers into
 *                 guest->state->gpr, the back end stores what the VMM wants
 *              -> upcall kernel_guest_exit(), or the interrupt's upcall
 */
#ifndef ARCH_VIRT_H
#define ARCH_VIRT_H

#include "abi/boot.h"
#include "abi/status.h"
#include "abi/vcpu.h"
#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdbool.h>

/* Where a back end takes its pages from: the account of the paying domain. */
struct page_source {
	void *(*take)(struct page_source *, unsigned use); /* enum pool_use; NULL: none left */
	void (*give)(struct page_source *, void *page);
};

/* Intel SDM vol. 3C table 24-15 "Format of an MSR Entry". */
struct guest_msr {
	uint64_t number, value;
};

struct guest {
	struct vcpu_state *state; /* kernel address of the shared state page */
	hpa_t second_level;       /* root of the EPT or NPT */
	uint64_t host_cr3;        /* of the VMM's address space; unload() before it changes */
	uint32_t tag;             /* VPID; unique among live guests, not 0 */
	bool breakpoints;         /* some are enabled */
	uint64_t generation;      /* SVM: of its ASID, percpu()->asid_generation; 0: has none */
	void *control;            /* VMCS or VMCB page */
	void *fpu;                /* XSAVE area, 64-byte aligned */
	uint64_t xcr0;            /* loaded with fpu; validated */
	uint64_t cr2;             /* while not in the guest */
	uint64_t kernel_gs_base;  /* while not in the CPU */
	uint64_t dr[4];           /* breakpoint addresses */
	struct guest_msr msr[3] ALIGNED(16); /* VMX: LSTAR STAR FMASK; the entry loads them */
};

struct ptab_format;
struct regs;

struct virt_ops {
	enum boot_virt id;
	const char *name;
	uint64_t feature;                 /* FEATURE_*: the CPU is of this kind */
	const struct ptab_format *format; /* of the second level */
	/* Switches virtualization on for this CPU, or names the missing feature in
	 * `missing` (text of at most BOOT_FEATURE_TEXT bytes) and returns
	 * STATUS_NO_FEATURE. The first CPU decides what the machine has; a later one
	 * that differs is one that lacks something. */
	enum status (*cpu_init)(char *missing);
	enum status (*init)(struct guest *, struct page_source *) MUST_CHECK;
	void (*fini)(struct guest *, struct page_source *);
	/* Loads the dirty groups and everything else that must be right, and enters.
	 * Comes back only if a state is refused, with the VMM's frame: it is told. */
	struct regs *(*enter)(struct guest *);
	/* Ends the guest's stay for a reason of the kernel's own (EXIT_SIGNAL and the
	 * like) after an interrupt exit: stores the state that the VMM wants for it. */
	void (*report)(struct guest *, uint64_t reason);
	/* What ring 3 could read or change of the guest's registers goes out of the
	 * CPU. Before any thread but the guest's own VMM goes on; percpu()->inside is
	 * the guest to leave. */
	void (*leave)(struct guest *);
	/* Takes all that is the guest's out of the CPU. */
	void (*unload)(struct guest *);
	/* No cached translation of this second-level root survives on this CPU. */
	void (*flush_second_level)(hpa_t root);
};

/* The back end in use, or NULL if guests cannot run on this machine. */
extern const struct virt_ops *virt;

extern const struct virt_ops vmx_ops, svm_ops;

/* entry.S: goes on with `regs`, on an empty stack. */
NORETURN void resume(struct regs *regs);

/* entry.S: lets the interrupts in that wait; then the current frame goes on. */
NORETURN void resume_open(void);

#endif
