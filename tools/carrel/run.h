/* SPDX-License-Identifier: MIT */
/* `carrel run`: an ISO, an emulator, a session, a summary. */
#ifndef CARREL_RUN_H
#define CARREL_RUN_H

#include "bundle.h"
#include "options.h"
#include "plan.h"

/* Boots `bundle` as `options` say. `plan` is the plan in it, with no guests if
 * there is none. Everything that fails is said on standard error; returns the
 * exit status of the program. */
int run_machine(
	const struct options *options, const struct bundle *bundle, const struct plan *plan);

#endif
