/* SPDX-License-Identifier: MIT */
/*
 * Hardware virtualization behind one table of operations, chosen at boot: VMX
 * (vmx*.c) or SVM.
 *
 * A struct guest is the mechanism half of a vCPU. Life: virt->init, then any
 * number of enter/exit rounds, virt->unload before it moves or goes, virt->fini.
 * All calls are made on the CPU the guest is bound to, interrupts off; a guest
 * is never entered on two CPUs at once. User input (the state page) can make an
 * entry fail, never the kernel.
 *
 * Round:  entry.S resume -> virt_enter(guest) [applies state, enters]
 *         exit    -> virt entry stub saves the general registers into
 *                    guest->state->gpr -> virt->exit(guest, &exit)
 *                    -> upcall kernel_guest_exit() or the interrupt's upcall
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

struct guest {
	struct vcpu_state *state; /* kernel address of the shared state page */
	hpa_t second_level;       /* root of the EPT or NPT */
	uint64_t host_cr3;        /* of the VMM's address space */
	uint32_t tag;             /* VPID or ASID; unique among live guests, not 0 */
	uint32_t pad;
	void *control;     /* VMCS or VMCB page */
	void *msr_bitmap;  /* one page (VMX), shared by all guests */
	void *fpu;         /* XSAVE area, 64-byte aligned; NULL until first used */
	uint64_t xcr0;     /* loaded with fpu; validated */
	bool launched;     /* VMX: VMLAUNCH has succeeded on this VMCS */
	uint64_t msr[5];   /* star lstar cstar fmask kernel_gs_base, while not loaded */
	uint64_t cr2;      /* VMX: while not loaded */
	uint64_t dr[4];   /* breakpoint addresses */
	bool breakpoints; /* some are enabled */
	uint64_t vmcs_cr3; /* VMX: the host CR3 that is in the VMCS */
};

/* What an exit means to the kernel. */
enum guest_exit_kind {
	GUEST_EXIT_USER = 0,  /* for the VMM: reason in `reason`, state stored */
	GUEST_EXIT_INTERRUPT, /* external interrupt acknowledged: `vector` */
	GUEST_EXIT_NMI,       /* host NMI */
	GUEST_EXIT_PREEMPTED, /* time to look for interrupts */
	GUEST_EXIT_MACHINE_CHECK
};

struct ptab_format;
struct regs;

struct guest_exit {
	enum guest_exit_kind kind;
	uint32_t vector;
	uint64_t reason;
};

struct virt_ops {
	enum boot_virt id;
	const char *name;
	const struct ptab_format *format; /* of the second level */
	/* Switches virtualization on for this CPU, or names the missing feature in
	 * `missing` (text of at most BOOT_FEATURE_TEXT bytes) and returns
	 * STATUS_NO_FEATURE. */
	enum status (*cpu_init)(char *missing);
	enum status (*init)(struct guest *, struct page_source *) MUST_CHECK;
	void (*fini)(struct guest *, struct page_source *);
	/* Loads the dirty groups and everything else that must be right before the
	 * entry instruction. false: refused; reason stored, nothing entered. */
	bool (*prepare)(struct guest *);
	/* Enters; comes back only through the exit stub. NORETURN in effect. */
	void (*enter)(struct guest *);
	/* First thing after the exit stub. Stores what the VMM wants. */
	void (*exit)(struct guest *, struct guest_exit *);
	/* Ends the guest's stay for a reason of the kernel's own (EXIT_SIGNAL and the
	 * like) after an interrupt exit: leave(), then the state stored that the VMM
	 * wants for `reason`. */
	void (*report)(struct guest *, uint64_t reason);
	/* The system-call MSRs become the host's again. Before anything else than
	 * this guest goes on; does nothing where percpu()->guest_msrs says so. */
	void (*leave)(struct guest *);
	/* Takes the guest's registers (FPU, MSRs, current VMCS) out of the CPU. */
	void (*unload)(struct guest *);
	/* No cached translation of this second-level root survives on this CPU. */
	void (*flush_second_level)(hpa_t root);
};

/* The back end in use, or NULL if guests cannot run on this machine. */
extern const struct virt_ops *virt;

extern const struct virt_ops vmx_ops;

/* From entry.S: the current frame goes on inside `guest`. If the CPU does not
 * take the guest's state, goes on with the frame of its VMM. */
NORETURN void virt_enter(struct guest *guest);

/* entry.S: goes on with `regs`, on an empty stack. */
NORETURN void resume(struct regs *regs);

/* entry.S: lets the interrupts in that wait; then the current frame goes on. */
NORETURN void resume_open(void);

/* From the exit stub: `guest` was left. Returns the frame to go on with. */
struct regs *virt_exited(struct guest *guest);

#endif
