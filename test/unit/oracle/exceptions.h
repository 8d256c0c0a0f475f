/* SPDX-License-Identifier: MIT */
/* Where our decoders and the oracles differ, and why that is right. */
#ifndef TEST_ORACLE_EXCEPTIONS_H
#define TEST_ORACLE_EXCEPTIONS_H

#include "generate.h"

/* Whether the difference `what` at the sample is an exception. */
bool exception_excuses(const struct sample *sample, const char *what);

/* The reason of an exception that excused nothing so far, or NULL. */
const char *exception_unused(void);

#endif
