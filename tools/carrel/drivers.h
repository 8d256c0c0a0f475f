/* SPDX-License-Identifier: MIT */
/* The drivers that a plan can have, and the rights of each. Constant tables. */
#ifndef CARREL_DRIVERS_H
#define CARREL_DRIVERS_H

#include "abi/plan.h"

/* The components that every plan has. */
enum { COMPONENT_SERIAL = 0, COMPONENT_POWER, COMPONENT_DRIVERS };

struct driver {
	const char *name;
	uint32_t flags, account_pages, heap_pages;
	const struct plan_right *right;
	uint32_t rights;
};

extern const struct driver driver_serial, driver_power, driver_disk, driver_nic;

#endif
