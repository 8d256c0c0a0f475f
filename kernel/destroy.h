/* SPDX-License-Identifier: MIT */
/* The end of every kind of object that is not a domain. */
#ifndef KERNEL_DESTROY_H
#define KERNEL_DESTROY_H

#include "object.h"

/* Undoes all that ties `object` to others, in whatever state it is, and gives
 * its memory back to its owner's account. Bounded. Not for domains. */
void destroy_object(struct object *object);

#endif
