/* SPDX-License-Identifier: MIT */
/*
 * Faults and requests of components. A server thread answers the calls and notes
 * the first event of each component; the main thread, signalled by one bit per
 * component, does the work. State: one note per component; the server writes it
 * and then publishes `kind`, the main thread reads and clears it.
 */
#ifndef INIT_EVENT_H
#define INIT_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "lib/compiler.h"

enum event_kind { EVENT_NONE = 0, EVENT_FAULT, EVENT_ENDED };

struct event {
	enum event_kind kind;
	uint64_t word[5]; /* fault: as in abi/syscall.h; ended: enum guest_end, code */
};

/* Starts the server thread. */
MUST_CHECK enum status event_open(void);

/* Creates the two portals of component `index`, whose domain exists and pays. */
MUST_CHECK enum status event_create_portals(uint32_t index);

/* The noted event of component `index`; false if there is none. Leaves it noted. */
bool event_get(uint32_t index, struct event *event);

/*
 * Forgets the event, after the component has been destroyed. Calls of its former
 * threads that are still under way are ignored from now on.
 */
void event_forget(uint32_t index);

#endif
