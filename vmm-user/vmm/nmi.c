/* SPDX-License-Identifier: MIT */
/* Blocking of NMIs: see nmi.h. */
#include "vmm/nmi.h"

#include "abi/vcpu.h"

void nmi_iret(struct nmi *nmi, uint64_t rip)
{
	if (nmi->state != NMI_BLOCKED)
		return;
	nmi->state = NMI_LEAVING;
	nmi->iret = rip;
}

/* An IRET that faults has let NMIs in as well. */
bool nmi_blocked(struct nmi *nmi, uint64_t rip)
{
	if (nmi->state == NMI_LEAVING && nmi->iret != rip)
		nmi->state = NMI_OPEN;
	return nmi->state != NMI_OPEN;
}

/* The IRET is asked for whether or not an NMI waits: one that comes later must not wait
 * for the IRET after it. */
uint32_t nmi_windows(struct nmi *nmi, bool injected, uint32_t windows)
{
	if (!nmi->ours)
		return windows;
	if (injected)
		nmi->state = NMI_BLOCKED;
	nmi->soon = windows & WINDOW_NMI && nmi->state != NMI_BLOCKED;
	windows &= ~WINDOW_NMI;
	return nmi->state == NMI_BLOCKED ? windows | WINDOW_NMI : windows;
}

void nmi_reset(struct nmi *nmi)
{
	nmi->state = NMI_OPEN;
	nmi->soon = false;
}
