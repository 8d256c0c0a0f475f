/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the VMX back end share. Reading order: vmx_controls.c (what
 * we ask of the CPU), vmx_cpu.c (switching it on), vmx_guest.c (the VMCS of a
 * new guest), vmx_state.c (the state page to and from the VMCS), vmx.c (entry,
 * exit, and what is loaded on the CPU), vmx_entry.S.
 *
 * Source: Intel SDM vol. 3C chapters 23 to 30, vol. 3D appendices A to C.
 */
#ifndef ARCH_VMX_H
#define ARCH_VMX_H

#include "feature.h"
#include "guest.h"
#include "virt.h"

#include <stdbool.h>
#include <stdint.h>

/* --- vmx_controls.c --- */

enum vmx_control {
	CONTROL_PIN = 0,
	CONTROL_PRIMARY,
	CONTROL_SECONDARY,
	CONTROL_EXIT,
	CONTROL_ENTRY,
	CONTROL_COUNT
};

#define PIN_PREEMPTION_TIMER BIT(6)
#define PRIMARY_INTERRUPT_WINDOW BIT(2)
#define PRIMARY_NMI_WINDOW BIT(22)
#define PRIMARY_SECONDARY BIT(31)
#define SECONDARY_XSAVES BIT(20)
#define ENTRY_IA32E BIT(9)

/* A control word. `must`: its bits that we cannot do without; `want`: the ones
 * that we set where the CPU allows it; `later`: those of `must` that are set for
 * one guest and moment only. */
struct vmx_control_word {
	uint32_t field;      /* enum vmcs32 */
	uint32_t capability; /* number of the capability MSR */
	const struct feature *must;
	uint64_t want, later;
};

extern const struct vmx_control_word vmx_control_words[CONTROL_COUNT];

/* Features of IA32_VMX_BASIC and IA32_VMX_EPT_VPID_CAP that we cannot do without. */
extern const struct feature vmx_basic_features[], vmx_ept_features[];

/* Computes the control word from the value of its capability MSR: low half the
 * bits that must be set, high half those that may be (SDM vol. 3D section A.3
 * "VM-Execution Controls"). False, and the names in `missing`, if a bit that we
 * need may not be. */
bool vmx_control_compute(
	const struct vmx_control_word *, uint64_t capability, uint32_t *value, char *missing);

/* --- vmx_cpu.c --- */

/* What this machine's CPUs can do: what the first one can. A later one that
 * cannot do the same gets no guests. */
struct vmx_machine {
	uint32_t control[CONTROL_COUNT]; /* without the bits that change per guest */
	uint32_t revision;               /* first word of each VMCS */
	uint64_t invept_type, invvpid_type;
	/* Bits that VMX operation dictates in CR0 and CR4: must be set, may be set
	 * (SDM vol. 3D sections A.7 "VMX-Fixed Bits in CR0", A.8 "... in CR4"). */
	uint64_t cr0_set, cr0_allowed, cr4_set, cr4_allowed;
	uint64_t preemption_ticks; /* of the VMX-preemption timer: a millisecond */
	uint64_t page_1g;          /* EPT has pages of 1 GiB */
	void *msr_bitmap;          /* of all guests */
};

extern struct vmx_machine vmx_machine;

enum status vmx_cpu_init(char *missing);

/* --- vmx_guest.c --- */

/* What the exit loads: the host's values of guest->msr[], in its order. */
extern const struct guest_msr vmx_host_msrs[3];

enum status vmx_guest_init(struct guest *, struct page_source *) MUST_CHECK;

/* The EPT pointer for the tables at `root`. */
uint64_t vmx_guest_eptp(hpa_t root);

/* Fills a page with the MSR bitmap that all guests use. */
void vmx_msr_bitmap_fill(uint8_t *page);

/* Makes the VMCS of `guest` the current one. */
void vmx_guest_load(struct guest *);

/* The VMCS is in memory after this, and the current one no more. */
void vmx_guest_clear(struct guest *);

/* No translation of the guest's own survives on this CPU. */
void vmx_guest_flush(struct guest *);

/* --- vmx_state.c --- */

/* For the bits of vmx_machine that are dictated. Before any guest exists. */
void vmx_state_init(void);

/* Loads `groups` of the state page into the VMCS, `guest` and the CPU, where all
 * of the guest is. Returns 0; or, with nothing changed, the group with a value
 * that would harm ring 0 itself. All other bad values make the entry fail. */
uint32_t vmx_state_load(struct guest *, uint32_t groups) MUST_CHECK;

/* Writes zero, or the nearest that is allowed, to each field that a VMM can load. */
void vmx_state_reset(struct guest *);

/* Stores `groups` of the VMCS and of `guest` in the state page. */
void vmx_state_store(struct guest *, uint32_t groups);

/* --- vmx.c --- */

/* KERNEL_GS_BASE goes out of the CPU, if it is the guest's; NULL: nobody's. */
void vmx_leave(struct guest *);

/* From the stub: `guest` was left, its registers are stored. Returns the frame to
 * go on with. */
struct regs *vmx_exited(struct guest *guest);

/* From vmx_entry: the entry instruction failed. `valid`: there is an error number. */
struct regs *vmx_entry_failed(struct guest *, bool valid);

/* --- vmx_entry.S --- */

/* Load the general registers from the state page and enter; the second one a VMCS
 * that was cleared. Only as the last step of a function: if the instruction fails,
 * what vmx_entry_failed() returns comes back, and no register is kept. */
struct regs *vmx_entry(struct guest *);
struct regs *vmx_entry_first(struct guest *);

/* Where exits arrive: HOST_RIP. */
void vmx_exit_stub(void);

#endif
