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

bool gspace_destroy_step(struct gspace *gspace)
{
	hpa_t root = gspace->space.root;

	gspace->object.dying = true;
	if (!list_empty(&gspace->vcpus)) {
		vcpu_detach(CONTAINER_OF(gspace->vcpus.next, struct vcpu, in_gspace));
		return false;
	}
	/* No guest runs on these tables any more, but one may on the same root later. */
	if (!space_fini_step(&gspace->space))
		return false;
	virt->flush_second_level(root);
	object_leave(&gspace->object);
	account_object_free(&gspace->object.owner->account, gspace);
	return true;
}
