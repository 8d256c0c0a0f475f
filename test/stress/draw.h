/* SPDX-License-Identifier: MIT */
/* Random system calls of the hostile act: mostly plausible, the rest at the edges. */
#ifndef STRESS_DRAW_H
#define STRESS_DRAW_H

#include "stress.h"

#define MORE 40u

/* Slots of the hostile domain. */
enum {
	H_DOMAIN = 1,
	H_NOTIFICATION,
	H_DONE,
	H_ECHO, /* + cpu */
	H_GUARD = H_ECHO + STRESS_CPUS,
	H_THREAD = H_GUARD + STRESS_CPUS,
	H_SC = H_THREAD + STRESS_CPUS,
	H_MORE = H_SC + STRESS_CPUS, /* what it creates */
	H_END = H_MORE + MORE
};

/* What one of its threads knows. */
struct random {
	uint64_t seed;
	unsigned cpu;
	uint8_t type[MORE]; /* of what it has created, by slot */
};

/* Makes up a system call: its argument words, and the call word. */
uint64_t draw_call(struct random *r, struct ipc_words *w);

/* A SYS_CREATE with this first argument has made an object, to be used from now on. */
void draw_note(struct random *r, uint64_t asked);

#endif
