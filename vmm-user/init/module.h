/* SPDX-License-Identifier: MIT */
/* The files that GRUB loaded, found by the names that the plan uses. Pure. */
#ifndef INIT_MODULE_H
#define INIT_MODULE_H

#include <stdint.h>
#include "abi/boot.h"
#include "abi/start.h"
#include "init/plan.h"

/* The loaded file of this name (compared as far as abi/boot.h keeps names), or NULL. */
const struct boot_module *module_named(const struct boot_info *boot, const char *name);

/*
 * The loaded file of entry `index` of the plan's modules, or NULL: not loaded,
 * or its size is not the plan's. *problem then says which, for people.
 */
const struct boot_module *module_find(const struct boot_info *boot, const struct plan *plan,
	uint32_t index, const char **problem);

/*
 * The plan's module indices that a guest sees, in the order of its start info:
 * kernel, initrd, multiboot modules. Returns how many; START_MODULES at most.
 */
uint32_t module_list(const struct plan_component *component, uint32_t list[START_MODULES]);

#endif
