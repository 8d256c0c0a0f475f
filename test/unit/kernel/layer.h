/* SPDX-License-Identifier: MIT */
/* What layer.c adds to the kernel layer: a way to boot it more than once. */
#ifndef TEST_KERNEL_LAYER_H
#define TEST_KERNEL_LAYER_H

#include "domain.h"

/* The root domain, once the kernel has started. */
extern struct domain *layer_root;

/* Every static variable of the layer is as after power-on. */
void layer_reset(void);

/* The object table's memory for a machine of `objects`; freed by layer_reset(). */
void *layer_object_table(uint32_t objects);

/* The next object has the last generation of its id. */
void layer_age_id(void);

#endif
