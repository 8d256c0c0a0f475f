/* SPDX-License-Identifier: MIT */
/*
 * Lists of CPUs as people write them, in the language of Xen's xl.cfg: `1-3`,
 * `0,2`, `all`, `0-3,^1`. A mask is that of plan_component.cpus in abi/plan.h. Pure.
 */
#ifndef CARREL_CPUS_H
#define CARREL_CPUS_H

#include "abi/plan.h"
#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

/* Reads a list. The items count from left to right; a list that begins with an
 * exclusion begins with all CPUs. STATUS_BAD_ARG when it is none, STATUS_BAD_STATE
 * when it leaves no CPU; `*mask` is then not changed. */
enum status cpus_read(const char *text, uint64_t *mask) MUST_CHECK;

/* What was probably meant by a text that is no list: `["1", "3"]`, `1 3`, `3-1`,
 * `1..3`. NULL if nothing; else to be freed. */
char *cpus_suggest(const char *text);

/* "0-3,5", "any", "all,^0": a mask in words; to be freed. */
char *cpus_format(uint64_t mask);

/* Whether init chooses among the CPUs: they were not written down one by one. */
static inline bool cpus_are_open(uint64_t mask)
{
	return mask == 0 || (mask & PLAN_CPUS_OPEN) != 0;
}

/* The CPUs of the mask that a machine with `cpus` CPUs has; never those of "any"
 * left out. 0: it has none. */
uint64_t cpus_there(uint64_t mask, unsigned cpus);

/* The CPUs that are written down and that a machine with `cpus` CPUs lacks. */
uint64_t cpus_missing(uint64_t mask, unsigned cpus);

/* The least number of CPUs of a machine that has all of the list; of an open one,
 * that has one of them. At least 1. */
unsigned cpus_needed(uint64_t mask);

/* The CPU that virtual CPU `index` of a list has; the mask is not open. */
unsigned cpus_turn(uint64_t mask, unsigned index);

#endif
