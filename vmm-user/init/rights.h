/* SPDX-License-Identifier: MIT */
/* The rights to hardware that the plan lists for a component. */
#ifndef INIT_RIGHTS_H
#define INIT_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/boot.h"
#include "abi/status.h"
#include "lib/compiler.h"

struct init;

/*
 * Grants ports, interrupts (START_SLOT_IRQ onward) and device memory (one range
 * after the other from START_FREE_ADDR) to component `index`, whose domain
 * exists. A PLAN_POWER component also gets the FADT's PM1 control ports. Device
 * memory must lie outside of all RAM and modules: STATUS_NO_RIGHT otherwise.
 */
MUST_CHECK enum status rights_grant(const struct init *init, uint32_t index);

/* True if no byte of the range is RAM or a module, as far as the boot says. Pure. */
bool rights_is_device(const struct boot_info *boot, uint64_t base, uint64_t size);

#endif
