/* SPDX-License-Identifier: MIT */
/*
 * NMIs are blocked from the delivery of one until the IRET of its handler. Hardware
 * that does not keep this (SVM) can only say when the guest is at an IRET, before it
 * is executed:
 *
 *   open ── NMI injected ──► blocked ── at an IRET ──► leaving ── RIP has moved ──► open
 *
 * Nor does it tell when an NMI can come that has to wait for something else: the guest
 * is interrupted soon, and looked at again. An NMI is late then, never too early.
 *
 * State: struct nmi, one per vCPU. Locks: its thread's own. Pure.
 * Source: AMD APM vol. 2 section 8.1.3 "Masking External Interrupts", section 15.20
 * "Event Injection".
 */
#ifndef VMM_NMI_H
#define VMM_NMI_H

#include <stdbool.h>
#include <stdint.h>

enum nmi_state { NMI_OPEN = 0, NMI_BLOCKED, NMI_LEAVING };

struct nmi {
	bool ours; /* else the hardware keeps all this, and the rest is not used */
	bool soon; /* one waits, and no exit of the guest's will tell when it can come */
	enum nmi_state state;
	uint64_t iret; /* NMI_LEAVING: where that is */
};

/* The guest is about to execute the IRET at `rip`. */
void nmi_iret(struct nmi *nmi, uint64_t rip);

/* Whether an NMI has to wait for an IRET of the guest, which is at `rip`. */
bool nmi_blocked(struct nmi *nmi, uint64_t rip);

/* What was chosen to inject is an NMI, or not; others wait for `windows` (WINDOW_*).
 * The windows to ask the hardware for. */
uint32_t nmi_windows(struct nmi *nmi, bool injected, uint32_t windows);

/* INIT came. */
void nmi_reset(struct nmi *nmi);

#endif
