/* SPDX-License-Identifier: MIT */
/* A compiled plan in words, for `carrel plan`. */
#ifndef CARREL_PRINT_H
#define CARREL_PRINT_H

#include "plan.h"

#include <stdio.h>

/* Prints every component with all it is given: memory, files, rights, channels. */
void print_plan(const struct plan *plan, FILE *out);

#endif
