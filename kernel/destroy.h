/* SPDX-License-Identifier: MIT */
/* The end of every kind of object. */
#ifndef KERNEL_DESTROY_H
#define KERNEL_DESTROY_H

#include "object.h"

/* One bounded step of undoing all that ties `object` to others, in whatever state
 * it is, and of giving its memory back to its owner's account. True: it is gone.
 * Only domains and gspaces take more than one; they are dying from the first on. */
/*@ requires owned: \valid(object->owner); */
bool destroy_step(struct object *object);

#endif
