/* SPDX-License-Identifier: MIT */
#include "destroy.h"

#include "assert.h"
#include "domain.h"
#include "gspace.h"
#include "irq.h"
#include "message.h"
#include "notification.h"
#include "portal.h"
#include "sc.h"
#include "sched.h"
#include "smp.h"
#include "thread.h"
#include "vcpu.h"

/*
 * The end of an object: it leaves the table; a grace period, after which no other
 * CPU has a pointer to it; `unlink` undoes its ties, on the CPU whose own it is, and
 * so may not use smp_run(); `release` gives its memory back.
 */
struct kind {
	void (*unlink)(struct object *);
	void (*release)(struct object *);
};

static const struct kind kinds[OBJECT_COUNT] = {
	[OBJECT_THREAD] = {thread_unlink, thread_release},
	[OBJECT_SC] = {sc_unlink, sc_release},
	[OBJECT_PORTAL] = {NULL, portal_release},
	[OBJECT_NOTIFICATION] = {notification_unlink, notification_release},
	[OBJECT_VCPU] = {vcpu_unlink, vcpu_release},
	[OBJECT_IRQ] = {NULL, irq_release},
};

static void destroy_unlink(void *argument)
{
	struct object *object = argument;

	/* Its own message may have been sent; nobody sends another any more. */
	message_receive_all(cpu_this());
	kinds[object->type].unlink(object);
}

bool destroy_step(struct object *object)
{
	if (object->type == OBJECT_DOMAIN)
		return domain_destroy_step(CONTAINER_OF(object, struct domain, object));
	if (object->type == OBJECT_GSPACE)
		return gspace_destroy_step(CONTAINER_OF(object, struct gspace, object));
	ASSERT(kinds[object->type].release);
	object_leave(object);
	smp_grace();
	if (kinds[object->type].unlink)
		smp_run(object->home, destroy_unlink, object);
	kinds[object->type].release(object);
	return true;
}
