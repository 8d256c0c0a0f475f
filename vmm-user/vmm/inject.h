/* SPDX-License-Identifier: MIT */
/*
 * Events for the guest: which one is injected with the next entry, and which
 * window to ask for so that the others get their turn. Pure.
 *
 * Order: what was being delivered when the guest left; an exception that the
 * emulation raised; NMI; external interrupt.
 * Source: Intel SDM vol. 3A section 6.9 "Priority Among Concurrent Events",
 * 6.15 "Exception and Interrupt Reference" (table 6-5 "Conditions for
 * Generating a Double Fault"); vol. 3C section 26.3.1.5 "Checks on Guest
 * Non-Register State".
 */
#ifndef VMM_INJECT_H
#define VMM_INJECT_H

#include "vmm/cpu.h"

/* As in abi/vcpu.h: EVENT_*; info 0 is no event. */
struct event {
	uint32_t info, error, length;
};

/* What waits. Interrupts wait in their controllers. */
struct inject {
	struct event again;     /* its delivery was interrupted */
	struct event exception; /* raised by emulation */
	bool nmi;
	bool nmi_blocked; /* beyond what the state page says */
};

enum inject_kind { INJECT_NONE = 0, INJECT_AGAIN, INJECT_EXCEPTION, INJECT_NMI, INJECT_INTERRUPT };

struct inject_choice {
	enum inject_kind kind;
	uint32_t windows; /* WINDOW_* for what has to wait */
};

/* Chooses for a guest in *state. `interrupt`: a controller has one; `busy`: an
 * event is already set to be injected. Needs GROUP_RFLAGS and GROUP_INTR in
 * state->valid; without them only windows are asked for. */
struct inject_choice inject_choose(
	const struct inject *inject, const struct vcpu_state *state, bool interrupt, bool busy);

/* The event that delivers *fault; `protected`: CR0.PE, without which no error
 * code is pushed. */
struct event event_of_fault(const struct fault *fault, bool protected);

/* What an exception `second` during the delivery of `first` becomes: second, a
 * double fault, or an event with info 0: the guest shuts down. */
struct event event_merge(const struct event *first, const struct event *second);

#endif
