/* SPDX-License-Identifier: MIT */
/* The entry of a ring-3 program, called by start.S. */
#ifndef RT_START_H
#define RT_START_H

#include "lib/compiler.h"

/*
 * Written by each program. `info`: struct start_info of a component (two pages),
 * struct boot_info of the root task; read-only. Must not return: a return ends
 * in an invalid opcode, which the fault portal reports.
 */
void component_main(const void *info);

#endif
