/* SPDX-License-Identifier: MIT */
/*
 * What one component has to tell init's main thread: its first event. Written by the
 * server threads of all CPUs at once, read and cleared by the main thread.
 *
 * Every change is for one generation of the component: a server that goes on with a
 * call of a component which has meanwhile been destroyed and started again changes
 * nothing. What guards what:
 *   state    atomic: generation and progress. The server that moves it from NONE to
 *            CLAIMED owns `event` until it moves it on to NOTED; then nobody writes.
 *            The main thread begins a new generation only when the event is NOTED
 *            or no thread of the component exists.
 *   asked    atomic: generation and a bit for each virtual CPU that was asked for.
 * Pure: no system calls.
 */
#ifndef INIT_NOTE_H
#define INIT_NOTE_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/start.h"
#include "abi/status.h"
#include "lib/compiler.h"

enum event_kind { EVENT_NONE = 0, EVENT_FAULT, EVENT_ENDED };

struct event {
	enum event_kind kind;
	uint32_t vcpu;    /* fault: of which virtual CPU's thread; 0: of the main one */
	uint64_t word[5]; /* fault: as in abi/syscall.h; ended: enum guest_end, code */
};

struct note {
	uint64_t state, asked;
	struct event event;
};

/* Notes the event if it is the first of this generation; false if not. */
bool note_put(struct note *note, uint32_t generation, const struct event *event);

/* The event, if there is one. Leaves it noted. */
bool note_get(const struct note *note, struct event *event);

/* Notes that virtual CPU `vcpu` is asked for. Returns STATUS_IN_USE if it was
 * before in this generation, STATUS_BAD_ARG if no guest can have it, STATUS_ABORTED
 * for an old generation. */
MUST_CHECK enum status note_ask(struct note *note, uint32_t generation, uint64_t vcpu);

uint32_t note_generation(const struct note *note);

/* Forgets everything and begins the next generation. Main thread only. */
void note_forget(struct note *note);

#endif
