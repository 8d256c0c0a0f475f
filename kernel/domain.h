/* SPDX-License-Identifier: MIT */
/*
 * A domain: capability table, host address space with I/O ports, and account.
 *
 * Everything charged to a domain's account is in its list `owned` and goes with
 * it, child domains included. Destruction is cut into steps.
 */
#ifndef KERNEL_DOMAIN_H
#define KERNEL_DOMAIN_H

#include "account.h"
#include "capspace.h"
#include "object.h"
#include "space.h"

struct thread;

/* Domains inside each other, the root domain not counted: walks up and down end. */
#define DOMAIN_DEPTH_MAX 16u

struct domain {
	struct object object;
	struct account account;
	struct capspace caps;
	struct space space;
	struct list owned;   /* objects charged to this domain, newest last */
	uint32_t depth;      /* parents, up to the root domain */
	uint32_t priorities; /* its threads may create contexts of priorities below this */
};

/* A domain with its own account of `pages`, charged to `payer` (NULL: the root
 * domain, funded with `pages` and `objects` that the caller has reserved). */
enum status domain_create(
	struct domain *payer, uint32_t pages, uint32_t objects, struct domain **out) MUST_CHECK;

/* One bounded step of the destruction of `domain`; true when it is gone. */
bool domain_destroy_step(struct domain *domain);

/* `inner` is `outer` or was created, directly or not, by it. */
bool domain_within(const struct domain *inner, const struct domain *outer);

/* The object behind `slot` of the domain if it has the type and all of `rights`;
 * else NULL. */
/*@ ensures typed: \result == \null || \result->type == type; */
static inline struct object *domain_get(
	const struct domain *domain, uint64_t slot, enum object_type type, unsigned rights)
{
	struct cap cap = capspace_get(&domain->caps, slot);
	struct object *object;

	if (unlikely((cap_rights(cap) & rights) != rights ||
		     !object_live(ref_handle(cap_ref(cap)), &object)))
		return NULL;
	return likely(object_is(object, type)) ? object : NULL;
}

/* The same; where it is NULL, *status says why. */
struct object *domain_object(struct domain *domain, uint64_t slot, enum object_type type,
	unsigned rights, enum status *status);

#endif
