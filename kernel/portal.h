/* SPDX-License-Identifier: MIT */
/* A portal: an entry point into a server thread, with an id the server chose. */
#ifndef KERNEL_PORTAL_H
#define KERNEL_PORTAL_H

#include "object.h"
#include "regs.h"

struct thread;

struct portal {
	struct object object;
	struct handle server; /* a thread */
	struct entry_point entry;
};

/* A portal into `server`, which has no scheduling context of its own. */
enum status portal_create(struct domain *payer, struct thread *server, uint64_t entry, uint64_t id,
	struct portal **out) MUST_CHECK;
void portal_release(struct object *object);

#endif
