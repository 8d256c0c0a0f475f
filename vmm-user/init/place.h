/* SPDX-License-Identifier: MIT */
/*
 * Which component runs on which CPU. Worked out once, when the plan is read, so that
 * a guest that is started again is where it was. Pure; no state.
 */
#ifndef INIT_PLACE_H
#define INIT_PLACE_H

#include <stddef.h>
#include <stdint.h>
#include "abi/plan.h"
#include "abi/start.h"

struct plan;

/* The CPUs of one component. */
struct place {
	uint32_t vcpus;           /* entries of cpu[]; 0: the machine has none of its CPUs */
	uint8_t cpu[START_VCPUS]; /* of each virtual CPU; the main thread is on the first */
	uint64_t missing;         /* CPUs that the plan lists and the machine lacks */
};

/* The CPUs that init uses of those a kernel says it has: 1 to PLAN_CPUS. */
uint32_t place_cpus(uint32_t cpus);

/*
 * Fills place[0..components-1] for a checked plan and a machine with `cpus` CPUs (1
 * to PLAN_CPUS). Virtual CPU i of a component with a list gets the i-th CPU of it
 * that the machine has, from the first again at its end. Then, in the plan's order,
 * each virtual CPU of the others gets the CPU with the least load; among equals one
 * where the guest has least, then the lowest. The load of a virtual CPU is its budget
 * over its period, or 1; that of a driver 0, and drivers without a list are on CPU 0.
 */
void place_all(const struct plan *plan, uint32_t cpus, struct place *place);

/* The CPUs of `place`, as a mask. */
uint64_t place_mask(const struct place *place);

#define PLACE_TEXT 88u /* room for any mask */

/* Writes a mask for people: "0-2,5". */
void place_text(char to[PLACE_TEXT], uint64_t mask);

#endif
