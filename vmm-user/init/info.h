/* SPDX-License-Identifier: MIT */
/* Builds the start info of a component (abi/start.h). Pure; no state. */
#ifndef INIT_INFO_H
#define INIT_INFO_H

#include <stdint.h>
#include "abi/boot.h"
#include "abi/start.h"
#include "abi/status.h"
#include "init/place.h"
#include "init/plan.h"
#include "lib/compiler.h"

/*
 * Fills `info` for component `index` of a checked plan, with the CPUs of `place`.
 * `module` are the loaded files in the order of module_list(), `modules` their number. Their
 * addresses are chosen so that large pages can map them. Returns STATUS_BAD_ARG if the command
 * lines are too long together; `info` is then incomplete.
 */
MUST_CHECK enum status info_build(const struct plan *plan, uint32_t index,
	const struct boot_info *boot, const struct place *place,
	const struct boot_module *const *module, uint32_t modules, struct start_info *info);

#endif
