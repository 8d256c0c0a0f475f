/* SPDX-License-Identifier: MIT */
#include "portal.h"

#include "domain.h"
#include "lib/addr.h"
#include "thread.h"

enum status portal_create(struct domain *payer, struct thread *server, uint64_t entry, uint64_t id,
	struct portal **out)
{
	struct portal *portal;

	if (entry >= USER_END)
		return STATUS_BAD_ARG;
	if (server->sc)
		return STATUS_IN_USE;
	portal = account_object(&payer->account, sizeof(*portal));
	if (!portal)
		return STATUS_NO_MEMORY;
	portal->server = ref_handle(object_ref(&server->object));
	portal->entry = (struct entry_point){entry, id};
	object_enter(&portal->object, OBJECT_PORTAL, payer);
	*out = portal;
	return STATUS_OK;
}

void portal_release(struct object *object)
{
	account_object_free(&object->owner->account, CONTAINER_OF(object, struct portal, object));
}
