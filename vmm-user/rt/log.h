/* SPDX-License-Identifier: MIT */
/*
 * One line of text per call, for people. State: where lines go, set once.
 * Only the main thread may log: lines to the kernel log pass through its UTCB.
 */
#ifndef RT_LOG_H
#define RT_LOG_H

#include <stdint.h>
#include "abi/start.h"
#include "lib/compiler.h"

#define LOG_LINE 240u /* bytes of a line; more is cut */

/*
 * Chooses where lines go: the kernel log if the component has it (PLAN_LOG),
 * else its first CHANNEL_DIAG channel, else nowhere. Kernel-log lines begin
 * with the component's name.
 */
void log_open(const struct start_info *info);

/* Sends lines to log object `slot` through the UTCB at `utcb`; `name` may be "". */
void log_open_kernel(uint64_t slot, void *utcb, const char *name);

/* Writes a line; `format` has no newline. Dropped whole if the channel is full. */
PRINTF(1, 2) void rt_log(const char *format, ...);

/* Writes a line and stops the component by an invalid opcode. */
PRINTF(1, 2) NORETURN void rt_panic(const char *format, ...);

#endif
