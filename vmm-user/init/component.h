/* SPDX-License-Identifier: MIT */
/* Creates and destroys the domain of a component. State: init->component[]. */
#ifndef INIT_COMPONENT_H
#define INIT_COMPONENT_H

#include <stdbool.h>
#include <stdint.h>

struct init;

#define PROBLEM_TEXT 200u

/* Why a component could not be created. */
struct component_problem {
	uint32_t code; /* enum guest_kill */
	char text[PROBLEM_TEXT];
};

/*
 * Creates component `index` with exactly what the plan lists and starts its main
 * thread. Returns false with `problem` filled in if that fails; everything taken
 * has then been given back.
 */
bool component_create(struct init *init, uint32_t index, struct component_problem *problem);

/*
 * Destroys component `index` in whatever state it is: its domain with all its
 * threads and spaces goes, its memory returns, its events are forgotten.
 */
void component_destroy(struct init *init, uint32_t index);

#endif
