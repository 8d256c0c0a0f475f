/* SPDX-License-Identifier: MIT */
#include "domain.h"

#include "assert.h"
#include "destroy.h"
#include "smp.h"

/* Objects of a new account: as many per page as the whole machine has. */
static enum status domain_fund(struct domain *domain, struct account *from, uint32_t pages)
{
	uint32_t free_pages = from->pages_limit - from->pages_used;
	uint64_t objects = from->objects_limit - from->objects_used;

	if (pages == 0 || pages > free_pages)
		return STATUS_NO_MEMORY;
	objects = objects * pages / free_pages;
	return account_fund(&domain->account, from, pages, (uint32_t)objects);
}

enum status domain_create(
	struct domain *payer, uint32_t pages, uint32_t objects, struct domain **out)
{
	static struct domain root;
	struct domain *domain;
	enum status status = STATUS_OK;

	if (payer && payer->depth == DOMAIN_DEPTH_MAX)
		return STATUS_TOO_DEEP;
	domain = payer ? account_object(&payer->account, sizeof(*domain)) : &root;
	if (!domain)
		return STATUS_NO_MEMORY;
	domain->depth = payer ? payer->depth + 1 : 0;
	account_init(&domain->account, payer ? 0 : pages, payer ? 0 : objects);
	list_init(&domain->owned);
	object_enter(&domain->object, OBJECT_DOMAIN, payer);
	if (payer)
		status = domain_fund(domain, &payer->account, pages);
	if (status == STATUS_OK)
		status =
			space_init_host(&domain->space, &domain->account.source, domain->object.id);
	if (status == STATUS_OK) {
		*out = domain;
		return STATUS_OK;
	}
	object_leave(&domain->object);
	if (payer) {
		account_refund(&payer->account, &domain->account);
		account_object_free(&payer->account, domain);
	}
	return status;
}

/* The youngest object at the bottom: child domains are emptied before they go.
 * All on the way there are dying: what has been emptied is not filled again. */
static struct domain *domain_deepest(struct domain *domain)
{
	for (;;) {
		struct object *last;

		domain->object.dying = true;
		if (list_empty(&domain->owned))
			return domain;
		last = CONTAINER_OF(domain->owned.prev, struct object, owned);
		if (last->type != OBJECT_DOMAIN)
			return domain;
		domain = CONTAINER_OF(last, struct domain, object);
	}
}

/* Frees what an empty domain still has; true when it is gone. */
static bool domain_fini_step(struct domain *domain)
{
	struct domain *payer = domain->object.owner;

	ASSERT(payer);
	if (!space_fini_step(&domain->space))
		return false;
	capspace_free(&domain->caps, &domain->account);
	object_leave(&domain->object);
	smp_grace();
	account_refund(&payer->account, &domain->account);
	account_object_free(&payer->account, domain);
	return true;
}

bool domain_destroy_step(struct domain *domain)
{
	struct domain *bottom = domain_deepest(domain);

	if (list_empty(&bottom->owned))
		return domain_fini_step(bottom) && bottom == domain;
	(void)destroy_step(CONTAINER_OF(bottom->owned.prev, struct object, owned));
	return false;
}

bool domain_within(const struct domain *inner, const struct domain *outer)
{
	while (inner && inner != outer)
		inner = inner->object.owner;
	return inner != NULL;
}

struct object *domain_object(struct domain *domain, uint64_t slot, enum object_type type,
	unsigned rights, enum status *status)
{
	struct object *object = domain_get(domain, slot, type, rights);

	if (unlikely(!object))
		*status = domain_get(domain, slot, type, 0) ? STATUS_NO_RIGHT : STATUS_BAD_CAP;
	return object;
}
