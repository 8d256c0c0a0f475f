/* SPDX-License-Identifier: MIT */
#include "gspace.h"

#include "domain.h"
#include "vcpu.h"
#include "virt.h"

enum status gspace_create(struct domain *payer, struct gspace **out)
{
	struct gspace *gspace = account_object(&payer->account, sizeof(*gspace));
	enum status status;

	if (!gspace)
		return STATUS_NO_MEMORY;
	status = space_init_guest(&gspace->space, &payer->account.source);
	if (status != STATUS_OK) {
		account_object_free(&payer->account, gspace);
		return status;
	}
	list_init(&gspace->vcpus);
	object_enter(&gspace->object, OBJECT_GSPACE, payer);
	*out = gspace;
	return STATUS_OK;
}

void gspace_destroy(struct object *object)
{
	struct gspace *gspace = CONTAINER_OF(object, struct gspace, object);

	while (!list_empty(&gspace->vcpus))
		vcpu_detach(CONTAINER_OF(gspace->vcpus.next, struct vcpu, in_gspace));
	virt->flush_second_level(gspace->space.root);
	while (!space_fini_step(&gspace->space))
		;
	object_leave(object);
	account_object_free(&object->owner->account, gspace);
}
