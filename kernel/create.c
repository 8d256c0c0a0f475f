/* SPDX-License-Identifier: MIT */
#include "create.h"

#include "domain.h"
#include "gspace.h"
#include "irq.h"
#include "notification.h"
#include "portal.h"
#include "sched.h"
#include "syscall.h"
#include "thread.h"
#include "vcpu.h"

/* The arguments of one SYS_CREATE, and what came of it. */
struct create {
	struct thread *current;
	struct domain *payer;
	const struct regs *regs;
	struct object *object; /* out */
};

/* An object named by an argument, from the caller's own table. */
static struct object *create_argument(const struct create *c, uint64_t slot, enum object_type type,
	unsigned rights, enum status *status)
{
	return domain_object(c->current->domain, slot, type, rights, status);
}

static enum status create_domain(struct create *c)
{
	struct domain *domain;
	uint64_t pages = regs_arg2(c->regs), priorities = regs_arg3(c->regs);
	enum status status;

	if (priorities > PRIORITY_COUNT)
		return STATUS_BAD_ARG;
	if (priorities > c->current->domain->priorities)
		return STATUS_NO_RIGHT;
	status = pages > UINT32_MAX ? STATUS_NO_MEMORY
				    : domain_create(c->payer, (uint32_t)pages, 0, &domain);
	if (status != STATUS_OK)
		return status;
	domain->priorities = (uint32_t)priorities;
	c->object = &domain->object;
	return STATUS_OK;
}

static enum status create_thread(struct create *c)
{
	uint64_t pair = regs_arg2(c->regs);
	struct cpu *cpu = cpu_get(pair & UINT32_MAX);
	struct ref portal = ref_none();
	struct thread *thread;
	enum status status = STATUS_OK;

	if (!cpu)
		return STATUS_BAD_ARG;
	if (pair >> 32) {
		struct object *object =
			create_argument(c, pair >> 32, OBJECT_PORTAL, RIGHT_USE, &status);

		if (!object)
			return status;
		portal = object_ref(object);
	}
	status = thread_create(c->payer, cpu, regs_arg3(c->regs), regs_arg4(c->regs),
		regs_arg5(c->regs), portal, &thread);
	if (status == STATUS_OK)
		c->object = &thread->object;
	return status;
}

static struct thread *create_thread_argument(const struct create *c, enum status *status)
{
	struct object *object =
		create_argument(c, regs_arg2(c->regs), OBJECT_THREAD, RIGHT_MODIFY, status);

	return object ? CONTAINER_OF(object, struct thread, object) : NULL;
}

static enum status create_sc(struct create *c)
{
	enum status status;
	struct thread *thread = create_thread_argument(c, &status);
	struct sc *sc;

	if (!thread)
		return status;
	/* CPU time is a right as memory is: nobody makes more of it for himself. */
	if (regs_arg3(c->regs) >= c->current->domain->priorities)
		return regs_arg3(c->regs) < PRIORITY_COUNT ? STATUS_NO_RIGHT : STATUS_BAD_ARG;
	status = sc_create(
		c->payer, thread, regs_arg3(c->regs), regs_arg4(c->regs), regs_arg5(c->regs), &sc);
	if (status == STATUS_OK)
		c->object = &sc->object;
	return status;
}

static enum status create_portal(struct create *c)
{
	enum status status;
	struct thread *thread = create_thread_argument(c, &status);
	struct portal *portal;

	if (!thread)
		return status;
	status = portal_create(c->payer, thread, regs_arg3(c->regs), regs_arg4(c->regs), &portal);
	if (status == STATUS_OK)
		c->object = &portal->object;
	return status;
}

static enum status create_notification(struct create *c)
{
	struct cpu *cpu = cpu_get(regs_arg2(c->regs));
	struct notification *notification;
	enum status status =
		cpu ? notification_create(c->payer, cpu, &notification) : STATUS_BAD_ARG;

	if (status == STATUS_OK)
		c->object = &notification->object;
	return status;
}

static enum status create_gspace(struct create *c)
{
	struct gspace *gspace;
	enum status status = gspace_create(c->payer, &gspace);

	if (status == STATUS_OK)
		c->object = &gspace->object;
	return status;
}

static enum status create_vcpu(struct create *c)
{
	enum status status = STATUS_OK;
	uint64_t pair = regs_arg3(c->regs);
	struct cpu *cpu = cpu_get(pair & UINT32_MAX);
	struct object *gspace =
		create_argument(c, regs_arg2(c->regs), OBJECT_GSPACE, RIGHT_USE, &status);
	struct object *bound = NULL;
	struct vcpu *vcpu;

	if (!gspace)
		return status;
	if (!cpu)
		return STATUS_BAD_ARG;
	if (pair >> 32) {
		bound = create_argument(c, pair >> 32, OBJECT_NOTIFICATION, RIGHT_WAIT, &status);
		if (!bound)
			return status;
	}
	status = vcpu_create(c->payer, CONTAINER_OF(gspace, struct gspace, object), cpu,
		bound ? CONTAINER_OF(bound, struct notification, object) : NULL, regs_arg4(c->regs),
		&vcpu);
	if (status == STATUS_OK)
		c->object = &vcpu->object;
	return status;
}

static enum status create_irq(struct create *c)
{
	enum status status;
	uint64_t gsi = regs_arg3(c->regs), flags = regs_arg4(c->regs);
	struct irq *irq;

	if (!create_argument(c, regs_arg2(c->regs), OBJECT_IRQ_CONTROL, RIGHT_USE, &status))
		return status;
	if (gsi > UINT32_MAX || flags & ~(uint64_t)(IRQ_LEVEL | IRQ_ACTIVE_LOW))
		return STATUS_BAD_ARG;
	status = irq_create(c->payer, (uint32_t)gsi, (uint32_t)flags, &irq);
	if (status == STATUS_OK)
		c->object = &irq->object;
	return status;
}

static enum status (*const create[OBJECT_COUNT])(struct create *) = {
	[OBJECT_DOMAIN] = create_domain,
	[OBJECT_THREAD] = create_thread,
	[OBJECT_SC] = create_sc,
	[OBJECT_PORTAL] = create_portal,
	[OBJECT_NOTIFICATION] = create_notification,
	[OBJECT_GSPACE] = create_gspace,
	[OBJECT_VCPU] = create_vcpu,
	[OBJECT_IRQ] = create_irq,
};

/* The slot that the new capability goes to must be there and hold nothing alive. */
static enum status create_check_slot(struct domain *domain, uint64_t slot)
{
	enum status status = capspace_reserve(&domain->caps, &domain->account, slot);

	if (status != STATUS_OK)
		return status;
	return object_find(cap_ref(capspace_get(&domain->caps, slot))) ? STATUS_IN_USE : STATUS_OK;
}

/*@ requires running: \valid(current->cpu) && \valid(current->domain); */
struct regs *create_sys(struct thread *current)
{
	uint64_t word = regs_arg1(&current->regs);
	unsigned type = word & 0xff;
	uint64_t slot = word >> 8;
	struct create c = {.current = current, .regs = &current->regs};
	enum status status;
	struct object *payer = syscall_object(current, OBJECT_DOMAIN, RIGHT_MODIFY, &status);

	if (!payer)
		return syscall_finish(current, status);
	if (type >= OBJECT_COUNT || !create[type])
		return syscall_finish(current, STATUS_BAD_CALL);
	c.payer = CONTAINER_OF(payer, struct domain, object);
	status = create_check_slot(current->domain, slot);
	if (status == STATUS_OK)
		status = create[type](&c);
	if (status == STATUS_OK)
		capspace_set(
			&current->domain->caps, slot, cap_make(object_ref(c.object), RIGHT_ALL));
	else
		capspace_unreserve(&current->domain->caps, &current->domain->account, slot);
	return syscall_finish(current, status);
}
