/* SPDX-License-Identifier: MIT */
/*
 * What the parts of the SVM back end share. Reading order: svm_cpu.c (switching it
 * on), svm_guest.c (the VMCB of a new guest, permission maps), svm_state.c (the
 * state page to and from the VMCB), svm.c (entry, exit, address-space tags),
 * svm_entry.S.
 *
 * Neither next RIP, decode assists, flush by ASID nor VMCB clean bits are needed.
 * The first two are passed on where the CPU has them; a guest's translations end by
 * a fresh ASID, so the third would save nothing; the fourth is not used.
 *
 * Source: AMD APM vol. 2 chapter 15 "Secure Virtual Machine", appendices B, C.
 */
#ifndef ARCH_SVM_H
#define ARCH_SVM_H

#include "guest.h"
#include "vmcb.h"

#include <stdint.h>

static inline struct vmcb *svm_vmcb(const struct guest *guest)
{
	return guest->control;
}

/* --- svm_cpu.c --- */

/* ASIDs that guests may have: 1 to the machine's last. */
extern uint32_t svm_asid_last;

enum status svm_cpu_init(char *missing);

/* --- svm_guest.c --- */

/* Opens what guests use without an exit in the MSR permission map. Once, at boot. */
void svm_maps_init(void);

enum status svm_guest_init(struct guest *, struct page_source *) MUST_CHECK;

/* --- svm_state.c --- */

/* Gives the fields that a VMM can load their values of zeroes, or the nearest. */
void svm_state_reset(struct guest *);

/* Loads `groups` of the state page into the VMCB, `guest` and the CPU, where all of
 * the guest is. Returns 0; or, with nothing changed, the group with a value that would
 * harm ring 0 itself. All other bad values make the entry fail. */
uint32_t svm_state_load(struct guest *, uint32_t groups) MUST_CHECK;

/* The event whose delivery the exit interrupted, as to be injected; 0: none. Nor one of
 * INT n, INT3 or INTO: RIP is still at the instruction, which is executed again. */
uint64_t svm_event_again(const struct vmcb *);

/* Stores `groups` of the VMCB in the state page. */
void svm_state_store(struct guest *, uint32_t groups);

/* --- svm.c --- */

/* From svm_entry: `guest` was left, its registers but RAX are stored. Returns the frame
 * to go on with. */
struct regs *svm_exited(struct guest *guest);

/* --- svm_entry.S --- */

/* Loads the general registers but RAX from the state page and enters. `vmcb`, `host`:
 * physical addresses of the guest's VMCB and of the host's state for VMLOAD. Only as the
 * last step of a function: no register is kept. */
struct regs *svm_entry(struct guest *guest, uint64_t vmcb, uint64_t host);

#endif
