/* SPDX-License-Identifier: MIT */
#include "destroy.h"

#include "assert.h"
#include "domain.h"
#include "gspace.h"
#include "irq.h"
#include "notification.h"
#include "portal.h"
#include "sc.h"
#include "thread.h"
#include "vcpu.h"

/* Each entry frees the object itself, too. */
static void (*const destroy[OBJECT_COUNT])(struct object *) = {
	[OBJECT_THREAD] = thread_destroy,
	[OBJECT_SC] = sc_destroy,
	[OBJECT_PORTAL] = portal_destroy,
	[OBJECT_NOTIFICATION] = notification_destroy,
	[OBJECT_VCPU] = vcpu_destroy,
	[OBJECT_IRQ] = irq_destroy,
};

bool destroy_step(struct object *object)
{
	if (object->type == OBJECT_DOMAIN)
		return domain_destroy_step(CONTAINER_OF(object, struct domain, object));
	if (object->type == OBJECT_GSPACE)
		return gspace_destroy_step(CONTAINER_OF(object, struct gspace, object));
	ASSERT(destroy[object->type]);
	destroy[object->type](object);
	return true;
}
