/* SPDX-License-Identifier: MIT */
#include "gspace.h"

#include "domain.h"
#include "sched.h"
#include "smp.h"
#include "vcpu.h"

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
	gspace->object.dying = true;
	if (!list_empty(&gspace->vcpus)) {
		struct vcpu *vcpu = CONTAINER_OF(gspace->vcpus.next, struct vcpu, in_gspace);

		smp_run(vcpu->cpu->bit, vcpu_detach, vcpu);
		return false;
	}
	if (!space_fini_step(&gspace->space))
		return false;
	object_leave(&gspace->object);
	smp_grace();
	account_object_free(&gspace->object.owner->account, gspace);
	return true;
}
