/* SPDX-License-Identifier: MIT */
/*
 * Faults and requests of components. IPC stays on its CPU, so there is one server
 * thread per CPU; they answer the calls and note the first event of each component.
 * The main thread, signalled by one bit per component, does the work.
 *
 * What only the main thread may do (creating things, as it destroys them) the
 * server passes on, and waits. So nothing of struct init is touched by two threads.
 * A component can have no more than one request for each number (of a virtual CPU, of a
 * grant) passed on: the main thread's time is not its to spend.
 *
 * State, and what guards it: the notes, see note.h; one request per server, which is
 * the server's while `pending` is clear and the main thread's while it is set.
 */
#ifndef INIT_EVENT_H
#define INIT_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "init/memory.h"
#include "init/note.h"
#include "lib/compiler.h"

/* INIT_VCPU or INIT_GRANT, passed on to the main thread. */
struct request {
	uint32_t component, kind; /* enum init_request */
	uint32_t number;          /* of the virtual CPU, or of the grant */
	uint64_t word[3];         /* what follows it */
};

/* Starts the server threads of CPUs 0 to cpus-1 (at most PLAN_CPUS). `stacks` is a
 * page for each, which stays theirs. */
MUST_CHECK enum status event_open(uint32_t cpus, const struct memory_region *stacks);

/* Creates the two portals of component `index`, whose domain exists and pays, for
 * its threads on `cpu`. */
MUST_CHECK enum status event_create_portals(uint32_t index, uint32_t cpu);

/* Creates in `slot` a fault portal for the thread of virtual CPU `vcpu` on `cpu`. */
MUST_CHECK enum status event_create_fault_portal(
	uint32_t index, uint32_t cpu, uint32_t vcpu, uint64_t slot);

/* The noted event of component `index`; false if there is none. Leaves it noted. */
bool event_get(uint32_t index, struct event *event);

/* The request that waits at the server of `cpu`, or false. Those of components that
 * are gone are answered here. event_answer() has to follow. */
bool event_request(uint32_t cpu, struct request *request);

/* Answers the request of the server of `cpu`; it goes on. */
void event_answer(uint32_t cpu, enum status status);

/*
 * Forgets the event, after the component has been destroyed. Calls of its former
 * threads that are still under way are ignored from now on.
 */
void event_forget(uint32_t index);

#endif
