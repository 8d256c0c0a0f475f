/* SPDX-License-Identifier: MIT */
/* What both back ends do with a guest: its pages, its breakpoints, and the rules that
 * hold whatever the hardware. */
#ifndef ARCH_GUEST_H
#define ARCH_GUEST_H

#include "cr.h"
#include "virt.h"

#include <stdbool.h>

/* One load of a word that ring 3 may change at any time. */
#define READ_ONCE(place) (*(const volatile __typeof__(place) *)&(place))

/* Apart, to keep the common case short. */
#define COLD __attribute__((noinline, cold))

/* These always exit. #DB and #AC, because a guest can make the CPU deliver them
 * over and over without an end in between (CVE-2015-8104, CVE-2015-5307). */
#define EXCEPTION_DB BIT(1)
#define EXCEPTION_AC BIT(17)
#define EXCEPTION_MC BIT(18)
#define EXCEPTIONS_OURS (EXCEPTION_DB | EXCEPTION_AC | EXCEPTION_MC)

/* Bits of CR4 whose whole effect is switched between guests. The others (PKE,
 * CET and whatever comes) stay clear, and a guest that tries to set one exits. */
#define CR4_SWITCHED                                                                               \
	(CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_MCE | CR4_PGE | CR4_PCE |  \
		CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_UMIP | CR4_FSGSBASE | CR4_PCIDE | CR4_OSXSAVE |  \
		CR4_SMEP | CR4_SMAP)

/* Takes control page and FPU area, zeroed, the latter as after reset. */
enum status guest_pages_take(struct guest *, struct page_source *) MUST_CHECK;
void guest_pages_give(struct guest *, struct page_source *);

/* Reads dr0 to dr3 of the state page; `dr7` says whether they are in use. The guest's
 * state is in the CPU. */
void guest_take_breakpoints(struct guest *, uint64_t dr7);

/* The breakpoint addresses into DR0 to DR3: nobody else uses these, and an exit
 * disables all breakpoints. */
void guest_load_breakpoints(const struct guest *);

/* Reads xcr0 of the state page; its registers are in the CPU after it. False, with
 * nothing changed: XSETBV would not take it. */
bool guest_take_xcr0(struct guest *) MUST_CHECK;

/* Tells the VMM that the guest cannot be entered. In the qualification: the CPU's error,
 * or, in the high half, the group that was not loaded. The frame to go on with. */
struct regs *guest_refuse(struct guest *, uint32_t error, uint32_t group);

/* A bit that the hardware dictates looks as the guest sees it: as in the shadow. */
static inline uint64_t guest_merge(uint64_t real, uint64_t shadow, uint64_t dictated)
{
	return (real & ~dictated) | (shadow & dictated);
}

#endif
