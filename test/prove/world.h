/* SPDX-License-Identifier: MIT */
/*
 * A world for the system calls: one object of each type, but two domains and three
 * threads, in any state that the kernel leaves them in. Links between them lead to
 * any object of the right type; where a driver needs less or more, it says so.
 *
 * What a slot of a capability table holds is left open at each look: nothing, or any
 * rights to any object, alive or not.
 */
#ifndef PROVE_WORLD_H
#define PROVE_WORLD_H

#define percpu(nothing) percpu_by_gs(nothing)
#include "percpu.h"
#undef percpu
static struct percpu here;
static inline struct percpu *percpu(void)
{
	return &here;
}

#include "object.h"

#define capspace_get capspace_get_kept
#include "capspace.h"
#undef capspace_get
static struct cap capspace_get(const struct capspace *space, uint64_t slot);

#include "domain.h"
#include "gspace.h"
#include "irq.h"
#include "notification.h"
#include "portal.h"
#include "sched.h"
#include "thread.h"
#include "vcpu.h"

#include "lib/string.h"

#include "__fc_builtin.h"

/* Names of objects, and the last two for ids that no object has. */
enum {
	NOTHING,
	HOME,
	AWAY,
	CURRENT,
	SERVER,
	THIRD,
	PORTAL,
	NOTIFICATION,
	GSPACE,
	VCPU,
	IRQ,
	SC,
	MEMORY,
	IRQ_CONTROL,
	LOG,
	FREE,
	FREE_TOO,
	NAMES
};

struct object_names object_names;
static struct object_entry names[NAMES];

/* Each a variable of its own, so that a step out of one does not end in the next. */
static struct domain home, away;
static struct thread caller, server, third;
static struct utcb caller_utcb, server_utcb, third_utcb;
static struct domain *const domains[] = {&home, &away};
static struct thread *const threads[] = {&caller, &server, &third};
static struct utcb *const utcbs[] = {&caller_utcb, &server_utcb, &third_utcb};
static struct portal portal;
static struct notification notification;
static struct gspace gspace;
static struct vcpu vcpu;
static struct vcpu_state state_page;
static struct irq irq;
static struct sc sc;
static struct object memory, irq_control, log_object;
static struct cpu cpu_here, cpu_there;
static uint64_t slots[CAP_LEAF_SLOTS];
static uint8_t ports[PAGE_SIZE];

#define HERE (&cpu_here)
#define CALLER (&caller) /* whose call it is */

static inline uint64_t any(void)
{
	return Frama_C_unsigned_long_interval(0, UINT64_MAX);
}

static inline uint32_t any32(void)
{
	return Frama_C_unsigned_int_interval(0, UINT32_MAX);
}

static inline bool maybe(void)
{
	return Frama_C_interval(0, 1);
}

/* To an object with name `id`, which may have gone: the table's generation is any. */
static inline struct ref ref_any(unsigned id)
{
	uint64_t generation = Frama_C_unsigned_long_interval(1, 2);

	return (struct ref){(uint64_t)id << REF_ID_SHIFT | generation << REF_GENERATION_SHIFT};
}

/* The bits of its id that tell an object from others; 0 if a driver need not know. */
static unsigned telling = ~0u;

static struct cap capspace_get(const struct capspace *space, uint64_t slot)
{
	unsigned id = Frama_C_unsigned_int_interval(NOTHING, LOG), known = id & telling;

	(void)capspace_get_kept(space, slot);
	/*@ split known; */
	id = (id & ~telling) | known;
	if (id == NOTHING)
		return (struct cap){0};
	return cap_make(ref_any(id), Frama_C_unsigned_int_interval(0, RIGHT_ALL));
}

static inline struct domain *domain_any(void)
{
	return domains[Frama_C_interval(0, 1)];
}

static inline struct thread *thread_any(void)
{
	return threads[Frama_C_interval(0, 2)];
}

static inline struct cpu *cpu_any(void)
{
	return maybe() ? &cpu_here : &cpu_there;
}

static inline void object_make(struct object *object, unsigned id, enum object_type type)
{
	Frama_C_make_unknown((char *)object, sizeof(*object));
	object->id = id;
	object->type_and_dying = (uint16_t)(type + 256 * Frama_C_interval(0, 1));
	object->owner = domain_any();
	list_init(&object->owned);
	names[id].object = object;
}

static inline void space_make(struct space *space, const struct ptab_format *format, uint64_t end)
{
	Frama_C_make_unknown((char *)space, sizeof(*space));
	space->format = format;
	space->end = end;
	space->ports[0] = space->ports[1] = maybe() ? ports : NULL;
}

static inline void domain_make(struct domain *domain, unsigned id)
{
	Frama_C_make_unknown((char *)domain, sizeof(*domain));
	object_make(&domain->object, id, OBJECT_DOMAIN);
	space_make(&domain->space, &ptab_host, USER_END);
	for (unsigned i = 0; i < CAP_LEAVES; i++)
		domain->caps.leaf[i] = maybe() ? slots : NULL;
	list_init(&domain->owned);
}

static inline void thread_make(unsigned index)
{
	struct thread *thread = threads[index];

	Frama_C_make_unknown((char *)thread, sizeof(*thread));
	object_make(&thread->object, CURRENT + index, OBJECT_THREAD);
	thread->regs.guest = maybe() ? &vcpu.guest : NULL;
	thread->regs.entry = &portal.entry;
	thread->domain = domain_any();
	thread->cpu = index == 0 ? HERE : cpu_any();
	thread->state = Frama_C_interval(THREAD_IDLE, THREAD_STOPPED);
	thread->in_fault = maybe();
	Frama_C_make_unknown((char *)utcbs[index], sizeof(*utcbs[index]));
	thread->utcb = utcbs[index];
	thread->callee = thread_any();
	thread->caller = maybe() ? thread_any() : NULL;
	thread->helping = ref_any(Frama_C_unsigned_int_interval(CURRENT, THIRD));
	thread->waiting = maybe() ? &notification : NULL;
	thread->vcpu = maybe() ? &vcpu : NULL;
	thread->sc = maybe() ? &sc : NULL;
	list_init(&thread->blocked);
	thread->fault_portal = maybe() ? ref_any(PORTAL) : ref_none();
}

static inline void vcpu_make(void)
{
	Frama_C_make_unknown((char *)&vcpu, sizeof(vcpu));
	object_make(&vcpu.object, VCPU, OBJECT_VCPU);
	vcpu.guest.state = &state_page;
	vcpu.cpu = cpu_any();
	list_init(&vcpu.in_gspace);
	vcpu.notification = maybe() ? &notification : NULL;
	vcpu.thread = maybe() ? thread_any() : NULL;
	vcpu.poked = maybe();
}

static inline void notification_make(void)
{
	Frama_C_make_unknown((char *)&notification, sizeof(notification));
	object_make(&notification.object, NOTIFICATION, OBJECT_NOTIFICATION);
	notification.cpu = cpu_any();
	notification.waiter = maybe() ? thread_any() : NULL;
	notification.vcpu = maybe() ? &vcpu : NULL;
}

static inline void cpu_make(struct cpu *cpu)
{
	Frama_C_make_unknown((char *)cpu, sizeof(*cpu));
	cpu->current = maybe() ? &sc : NULL;
	cpu->resched = maybe();
	cpu->inbox = NULL;
}

static inline void world_make(void)
{
	Frama_C_make_unknown((char *)names, sizeof(names));
	Frama_C_make_unknown((char *)slots, sizeof(slots));
	Frama_C_make_unknown((char *)&here, sizeof(here));
	object_names.entry = names;
	object_names.free = FREE;
	names[NOTHING] = (struct object_entry){NULL, 1, 0};
	names[FREE].next_free = maybe() ? FREE_TOO : 0;
	cpu_make(HERE);
	cpu_make(&cpu_there);
	here.kernel = HERE;
	here.regs = maybe() ? &CALLER->regs : &HERE->dead;
	here.inside = maybe() ? &vcpu.guest : NULL;
	here.ports = maybe() ? ports : NULL;
	here.tss_short = maybe();
	domain_make(&home, HOME);
	domain_make(&away, AWAY);
	home.object.owner = maybe() ? domain_any() : NULL;
	for (unsigned i = 0; i < 3; i++)
		thread_make(i);
	notification_make();
	vcpu_make();
	Frama_C_make_unknown((char *)&portal, sizeof(portal));
	object_make(&portal.object, PORTAL, OBJECT_PORTAL);
	portal.server.entry = &names[Frama_C_unsigned_int_interval(CURRENT, THIRD)];
	Frama_C_make_unknown((char *)&gspace, sizeof(gspace));
	object_make(&gspace.object, GSPACE, OBJECT_GSPACE);
	space_make(&gspace.space, &ptab_ept, BIT(48));
	list_init(&gspace.vcpus);
	if (maybe())
		list_insert(&gspace.vcpus, &vcpu.in_gspace);
	Frama_C_make_unknown((char *)&irq, sizeof(irq));
	object_make(&irq.object, IRQ, OBJECT_IRQ);
	irq.line = Frama_C_unsigned_int_interval(0, 63);
	irq.notification = maybe() ? ref_any(NOTIFICATION) : ref_none();
	Frama_C_make_unknown((char *)&sc, sizeof(sc));
	object_make(&sc.object, SC, OBJECT_SC);
	sc.cpu = cpu_any();
	sc.thread = maybe() ? thread_any() : NULL;
	object_make(&memory, MEMORY, OBJECT_MEMORY);
	object_make(&irq_control, IRQ_CONTROL, OBJECT_IRQ_CONTROL);
	object_make(&log_object, LOG, OBJECT_LOG);
	memory.owner = irq_control.owner = log_object.owner = NULL;
}

#include "outside.h"

#endif
