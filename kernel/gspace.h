/* SPDX-License-Identifier: MIT */
/* A guest-physical address space: what the vCPUs bound to it see as memory. */
#ifndef KERNEL_GSPACE_H
#define KERNEL_GSPACE_H

#include "object.h"
#include "space.h"

struct gspace {
	struct object object;
	struct space space;
	struct list vcpus; /* struct vcpu.in_gspace */
};

/* An empty space, charged to `payer`; STATUS_NO_FEATURE where no guests can run. */
enum status gspace_create(struct domain *payer, struct gspace **out) MUST_CHECK;

/* One bounded step of the destruction of `gspace`; true when it is gone. */
bool gspace_destroy_step(struct gspace *gspace);

#endif
