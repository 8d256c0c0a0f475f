/* SPDX-License-Identifier: MIT */
/*
 * ASSERT checks an invariant of our own; it stays on in release builds and has
 * no side effect. User input and hardware refusals are never asserted.
 */
#ifndef ARCH_ASSERT_H
#define ARCH_ASSERT_H

#include "lib/compiler.h"

/* Prints where and what on every console, and halts this CPU for good. */
NORETURN void panic(const char *format, ...) PRINTF(1, 2);

#define ASSERT(condition)                                                                          \
	do {                                                                                       \
		if (unlikely(!(condition)))                                                        \
			panic("%s:%u: %s", __FILE__, (unsigned)__LINE__, #condition);              \
	} while (0)

#endif
