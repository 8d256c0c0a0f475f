/* SPDX-License-Identifier: MIT */
/* A line for people about this guest, from any of the monitor's threads. */
#ifndef VMM_SAY_H
#define VMM_SAY_H

#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

/* As rt_log() of rt/log.h. Takes and gives a lock of its own. */
PRINTF(1, 2) void say(const char *format, ...);

/* Whether no thread has asked for `what` before, and there is room to remember it: what
 * each processor meets anew is said once. */
bool say_first(uint64_t what);

#endif
