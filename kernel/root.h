/* SPDX-License-Identifier: MIT */
/* The root task: the domain that starts with every right there is. */
#ifndef KERNEL_ROOT_H
#define KERNEL_ROOT_H

#include "abi/boot.h"
#include "image.h"
#include "lib/compiler.h"

/* Creates the root domain with all that is left of the pool and `objects` ids,
 * and its first thread. Panics, naming what is missing, if the pool is too small. */
void root_create(const struct boot_info *info, const struct image *image, uint32_t objects);

#endif
