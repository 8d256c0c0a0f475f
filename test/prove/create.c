/* SPDX-License-Identifier: MIT */
/*
 * SYS_CREATE: any type, any arguments, any payer, any table of capabilities. With it
 * the objects that no other driver makes: domains, portals, gspaces, contexts, and the
 * names and shared pages of all.
 */
/* EVA: -eva-precision 2 -eva-split-return full -eva-interprocedural-splits -eva-ilevel 64 */
/* EVA: -eva-slevel-function main:300,domain_create:300,create_sys:1000,create_sc:300 */
#include "world.h"

#include "kernel/capspace.c"
#include "kernel/create.c"
#include "kernel/domain.c"
#include "kernel/gspace.c"
#include "kernel/object.c"
#include "kernel/portal.c"
#include "kernel/sc.c"
#include "kernel/shared.c"

struct object *syscall_object(
	struct thread *current, enum object_type type, unsigned rights, enum status *status)
{
	return domain_object(
		current->domain, SYS_WORD_SLOT(current->regs.rdi), type, rights, status);
}

/* What other drivers are about. */
enum status thread_create(struct domain *domain, struct cpu *cpu, uint64_t utcb_address,
	uint64_t ip, uint64_t sp, struct ref fault_portal, struct thread **out)
{
	enum status status = status_any();

	domain->account.objects_used = cpu->id;
	(void)utcb_address;
	(void)ip;
	(void)sp;
	server.fault_portal = fault_portal;
	if (status == STATUS_OK)
		*out = &server;
	return status;
}

enum status notification_create(struct domain *payer, struct cpu *cpu, struct notification **out)
{
	enum status status = status_any();

	payer->account.objects_used = cpu->id;
	if (status == STATUS_OK)
		*out = &notification;
	return status;
}

enum status vcpu_create(struct domain *payer, struct gspace *in, struct cpu *cpu,
	struct notification *bound, uint64_t state_address, struct vcpu **out)
{
	enum status status = status_any();

	payer->account.objects_used = cpu->id;
	in->space.cpus = cpu->bit;
	(void)state_address;
	if (bound)
		bound->vcpu = &vcpu;
	if (status == STATUS_OK)
		*out = &vcpu;
	return status;
}

enum status irq_create(struct domain *payer, uint32_t gsi, uint32_t flags, struct irq **out)
{
	enum status status = status_any();

	payer->account.objects_used = gsi + flags;
	if (status == STATUS_OK)
		*out = &irq;
	return status;
}

void vcpu_detach(void *argument)
{
	struct vcpu *detached = argument;

	list_remove(&detached->in_gspace);
}

bool destroy_step(struct object *object)
{
	object->owner->account.objects_used = any32(); /* wants one */
	return maybe();
}

void account_init(struct account *account, uint32_t pages, uint32_t objects)
{
	*account = (struct account){.pages_limit = pages, .objects_limit = objects};
}

enum status account_fund(struct account *to, struct account *from, uint32_t pages, uint32_t objects)
{
	to->pages_limit = from->pages_limit + pages;
	to->objects_limit = from->objects_limit + objects;
	return status_any();
}

void account_refund(struct account *to, struct account *from)
{
	to->pages_limit = from->pages_limit;
}

static enum status space_any(struct space *space, const struct ptab_format *format, uint64_t end)
{
	enum status status = status_any();

	if (status == STATUS_OK)
		space_make(space, format, end);
	return status;
}

enum status space_init_host(struct space *space, struct page_source *source, uint32_t id)
{
	(void)source;
	(void)id;
	return space_any(space, &ptab_host, USER_END);
}

enum status space_init_guest(struct space *space, struct page_source *source)
{
	(void)source;
	return space_any(space, &ptab_ept, BIT(48));
}

bool space_fini_step(struct space *space)
{
	space->end = 0;
	return maybe();
}

/* A shared page is a leaf of its own, which can always be taken away. */
enum status space_unmap(
	struct space *space, uint64_t va, uint64_t size, struct ptab_change *change, uint64_t *span)
{
	(void)va;
	space->cpus = 0;
	change->flush = true;
	*span = size;
	return STATUS_OK;
}

hpa_t pool_hpa(const void *page)
{
	return hpa((any() & ~PAGE_MASK) + *(const char *)page); /* wants it valid */
}

/* Names, of which the table may have few or many. */
static void table(void)
{
	static struct object_entry few[NAMES];
	static struct object stray;

	stray.owner = domain_any();
	(void)object_table_bytes(any32());
	object_table_init(few, Frama_C_unsigned_int_interval(2, NAMES));
	object_enter(&stray, OBJECT_LOG, NULL);
	(void)object_next_id();
	few[stray.id].generation = any32();
	object_leave(&stray);
}

/* A domain with nothing in it, with an object, or with a domain that may have one. */
static void domain_go(void)
{
	unsigned inside = Frama_C_unsigned_int_interval(0, 3);

	home.object.owner = &away;
	server.object.owner = &home;
	/*@ split inside; */
	if (inside & 1)
		list_insert(&home.owned, &server.object.owned);
	if (inside & 2)
		list_insert(&away.owned, &home.object.owned);
	away.object.owner = &home; /* as if: the root domain never goes */
	(void)domain_destroy_step(inside & 2 ? &away : &home);
}

static void gspace_go(void)
{
	unsigned used = Frama_C_unsigned_int_interval(0, 1);

	list_init(&gspace.vcpus);
	list_init(&vcpu.in_gspace);
	/*@ split used; */
	if (used)
		list_insert(&gspace.vcpus, &vcpu.in_gspace);
	(void)gspace_destroy_step(&gspace);
}

static void context(void)
{
	unsigned count = Frama_C_unsigned_int_interval(0, SC_PENDING);

	/*@ split count; */
	sc.count = count;
	switch (Frama_C_interval(0, 4)) {
	case 0:
		sc_charge(&sc, any(), any());
		break;
	case 1:
		(void)sc_replenish(&sc, any());
		break;
	case 2:
		sc_unlink(&sc.object);
		break;
	case 3:
		sc_release(&sc.object);
		break;
	default:
		sc_refill(&sc.refill);
	}
}

static void page(void)
{
	void *shared;

	if (shared_map(domain_any(), any(), &shared) == STATUS_OK)
		shared_unmap(domain_any(), any(), shared);
}

int main(void)
{
	struct domain *root;

	world_make();
	virt = &machine;
	switch (Frama_C_interval(0, 7)) {
	case 0:
		(void)create_sys(CALLER);
		break;
	case 1:
		table();
		break;
	case 2:
		domain_go();
		break;
	case 3:
		context();
		break;
	case 4:
		gspace_go();
		break;
	case 5:
		portal_release(&portal.object);
		break;
	case 6:
		page();
		break;
	case 7:
		(void)domain_within(domain_any(), domain_any());
		(void)domain_create(NULL, any32(), any32(), &root);
		break;
	}
	return 0;
}
