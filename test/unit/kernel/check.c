/* SPDX-License-Identifier: MIT */
/* Invariants of the kernel layer; check.h lists them. */
#include "check.h"

#include "gspace.h"
#include "ipc.h"
#include "irq.h"
#include "notification.h"
#include "user.h"
#include "vcpu.h"

#include <string.h>

#define CHAIN_MAX 10000u

/* Whose account paid for each page of the pool, as this check has found out. */
static const struct domain *paid_by[FAKE_PAGES];
static uint64_t pages_claimed, pages_limit, objects_limit;
static unsigned timeouts_found;
static const void *root_page[1 + ROOT_STACK_PAGES];

/* The next link of the chain, as thread_next(), without its side effect. */
static const struct thread *chain_next(const struct thread *thread)
{
	struct object *object;

	if (thread->state == THREAD_CALLING)
		return thread->callee;
	object = thread->state == THREAD_HELPING ? object_find(thread->helping) : NULL;
	if (!object || CONTAINER_OF(object, struct thread, object)->state == THREAD_IDLE ||
		CONTAINER_OF(object, struct thread, object)->decision != thread->helped)
		return NULL;
	return CONTAINER_OF(object, struct thread, object);
}

static const struct thread *chain_leaf(const struct thread *thread)
{
	for (unsigned links = 0; links <= IPC_DEPTH_MAX; links++) {
		const struct thread *next = chain_next(thread);

		if (!next)
			return thread;
		thread = next;
	}
	fail_msg("a chain of calls is too long or a circle");
	return NULL;
}

void check_running(void)
{
	struct cpu *cpu = cpu_this();
	struct thread *thread = running();

	/* Many contexts are tried a few at a time. */
	if (cpu->resched) {
		assert_ptr_equal(cpu_frame, &cpu->idle);
		assert_true(fake_armed <= fake_now);
		return;
	}
	assert_ptr_not_equal(cpu_frame, &cpu->dead);
	if (!thread) {
		assert_ptr_equal(cpu_frame, &cpu->idle);
		assert_null(cpu->current);
		assert_true(cpu->ready.ready == 0);
		return;
	}
	assert_int_equal(thread->state, THREAD_RUNNABLE);
	assert_non_null(cpu->current);
	assert_int_equal(cpu->current->state, SC_CURRENT);
	assert_ptr_equal(chain_leaf(cpu->current->thread), thread);
	assert_true(percpu()->cr3 == thread->domain->space.cr3);
	assert_false(thread->domain->space.stale & percpu()->bit);
	/* Only the guest's own VMM sees what of it is in the CPU. */
	if (percpu()->inside)
		assert_ptr_equal(cpu_frame, fake_guests.frame);
	if (cpu_frame->resume == RESUME_GUEST)
		assert_ptr_equal(thread->vcpu->thread, thread);
}

static unsigned list_length(const struct list *head)
{
	unsigned length = 0;

	for (const struct list *node = head->next; node != head; node = node->next) {
		assert_ptr_equal(node->next->prev, node);
		assert_ptr_equal(node->prev->next, node);
		assert_true(length++ < CHAIN_MAX);
	}
	return length;
}

static bool list_contains(const struct list *head, const struct list *node)
{
	for (const struct list *at = head->next; at != head; at = at->next)
		if (at == node)
			return true;
	return false;
}

static unsigned page_number(const void *page)
{
	return (unsigned)((pool_hpa(page).raw - FAKE_POOL) / PAGE_SIZE);
}

static void claim(const struct domain *domain, const void *page, enum pool_use use)
{
	unsigned i = page_number(page);

	assert_int_equal(fake_page_use(page), use);
	assert_null(paid_by[i]);
	paid_by[i] = domain;
	pages_claimed++;
}

static void claim_slab(const struct domain *domain, const struct object *object)
{
	const void *page = (const void *)((uintptr_t)object & ~(uintptr_t)PAGE_MASK);

	if (paid_by[page_number(page)] != domain)
		claim(domain, page, POOL_OBJECT);
}

static void claim_tables(const struct domain *domain, const struct space *space, hpa_t page,
	unsigned level, unsigned last)
{
	const uint64_t *entries = pool_ptr(page);

	claim(domain, entries, POOL_TABLE);
	for (unsigned i = 0; level > 0 && i <= last; i++)
		if (entries[i] & PTAB_PRESENT && !(entries[i] & PTAB_LARGE))
			claim_tables(domain, space, hpa(entries[i] & space->format->address),
				level - 1, PTAB_ENTRIES - 1);
}

static bool in_pool(hpa_t pa, uint64_t size)
{
	return pa.raw + size > FAKE_POOL && pa.raw < FAKE_POOL + FAKE_PAGES * PAGE_SIZE;
}

/* After all of the domain's pages have been claimed. `domain` NULL: a gspace. */
static void check_leaves(const struct domain *domain, const struct space *space)
{
	struct ptab_leaf leaf;
	uint64_t va = 0;

	while (ptab_next(space->format, space->root, &va, &leaf) && leaf.va < space->end) {
		if (domain) {
			assert_true((leaf.attr & (MEM_W | MEM_X)) != (MEM_W | MEM_X));
			assert_int_equal(leaf.attr & (PTAB_USER | PTAB_GLOBAL), PTAB_USER);
		}
		if (!in_pool(leaf.pa, ptab_size(leaf.level)))
			continue;
		assert_int_equal(leaf.level, 0);
		assert_non_null(domain);
		assert_false(leaf.attr & MEM_X);
		assert_int_equal(fake_page_use(pool_ptr(leaf.pa)), POOL_SHARED);
		assert_ptr_equal(paid_by[page_number(pool_ptr(leaf.pa))], domain);
	}
}

static void check_thread(struct object *object)
{
	const struct thread *t = CONTAINER_OF(object, struct thread, object);

	claim(t->domain, t->utcb, POOL_SHARED);
	assert_ptr_equal(t->domain, object->owner);
	assert_true(t->state != THREAD_CALLING || t->callee->caller == t);
	assert_true(!t->caller || (t->caller->state == THREAD_CALLING && t->caller->callee == t));
	/* ipc_reply() looks no further. */
	assert_true(t->state == THREAD_IDLE || t->decision != t->cpu->decisions ||
		    (t->caller && !t->caller->in_fault && !t->sc));
	assert_true(!t->in_fault || t->state == THREAD_CALLING);
	assert_true((t->state == THREAD_WAITING) == (t->waiting != NULL));
	assert_true(!t->waiting || t->waiting->waiter == t);
	assert_true((t->regs.resume == RESUME_GUEST) == (t->vcpu != NULL));
	assert_true(!t->vcpu || (t->vcpu->thread == t && t->state == THREAD_RUNNABLE));
	assert_true(!t->sc || t->sc->thread == t);
	assert_true(t->height <= IPC_DEPTH_MAX);
	assert_true(!chain_next(t) || chain_next(t)->height > t->height);
	assert_true(t->state != THREAD_IDLE || t->height == 0);
	/* Whoever waits for a thread that can run would wait for good. */
	assert_true(list_length(&t->blocked) == 0 ||
		    (t->state != THREAD_RUNNABLE && t->state != THREAD_IDLE));
	assert_true(t->state != THREAD_IDLE || !t->caller);
}

static void check_sc(struct object *object)
{
	struct sc *sc = CONTAINER_OF(object, struct sc, object);
	const struct thread *leaf = sc->thread ? chain_leaf(sc->thread) : NULL;
	bool queued = list_contains(&sc->cpu->ready.queue[sc->priority], &sc->node);

	assert_true(!sc->thread || sc->thread->sc == sc);
	assert_true(queued == (sc->state == SC_READY));
	assert_true((sc->cpu->current == sc) == (sc->state == SC_CURRENT));
	assert_true(timeout_pending(&sc->refill) == (sc->state == SC_THROTTLED));
	check_budget(sc);
	timeouts_found += sc->state == SC_THROTTLED;
	if (sc->state == SC_BLOCKED && leaf) {
		bool waking = list_contains(&sc->cpu->waking, &sc->node);

		assert_true(waking || list_contains(&leaf->blocked, &sc->node));
		assert_true(waking || leaf->state != THREAD_RUNNABLE);
	}
	if (sc->state == SC_BLOCKED && !leaf)
		assert_true(list_empty(&sc->node));
}

static void check_portal(struct object *object)
{
	(void)object;
}

static void check_notification(struct object *object)
{
	struct notification *n = CONTAINER_OF(object, struct notification, object);

	assert_true(!n->waiter || n->waiter->waiting == n);
	assert_true(!n->waiter || !(n->word & n->mask));
	assert_true(!n->vcpu || n->vcpu->notification == n);
	assert_true(!n->vcpu || !n->vcpu->thread || n->word == 0);
	timeouts_found += timeout_pending(&n->timer);
}

static void check_gspace(struct object *object)
{
	const struct gspace *g = CONTAINER_OF(object, struct gspace, object);

	list_length(&g->vcpus);
	claim_tables(object->owner, &g->space, g->space.root, 3, PTAB_ENTRIES - 1);
	check_leaves(NULL, &g->space);
}

static void check_vcpu(struct object *object)
{
	const struct vcpu *v = CONTAINER_OF(object, struct vcpu, object);

	claim(object->owner, v->guest.state, POOL_SHARED);
	claim(object->owner, v->guest.control, POOL_HARDWARE);
	claim(object->owner, v->guest.fpu, POOL_HARDWARE);
	assert_true(!v->notification || v->notification->vcpu == v);
	assert_true(!v->thread || v->thread->vcpu == v);
	assert_true(!v->thread || !list_empty(&v->in_gspace));
}

static void check_irq(struct object *object)
{
	assert_true(fake_lines[CONTAINER_OF(object, struct irq, object)->line].open);
}

static void check_domain(struct object *object);

static void (*const check_object[OBJECT_COUNT])(struct object *) = {
	[OBJECT_DOMAIN] = check_domain,
	[OBJECT_THREAD] = check_thread,
	[OBJECT_SC] = check_sc,
	[OBJECT_PORTAL] = check_portal,
	[OBJECT_NOTIFICATION] = check_notification,
	[OBJECT_GSPACE] = check_gspace,
	[OBJECT_VCPU] = check_vcpu,
	[OBJECT_IRQ] = check_irq,
};

static void *mapped_page(const struct domain *domain, uint64_t va)
{
	struct ptab_leaf leaf;

	assert_true(space_lookup(&domain->space, va, &leaf));
	return pool_ptr(leaf.pa);
}

/* Pages that only the root domain has: boot information and stack. */
void check_start(void)
{
	root_page[0] = mapped_page(layer_root, BOOT_INFO_ADDR);
	for (unsigned page = 1; page <= ROOT_STACK_PAGES; page++)
		root_page[page] = mapped_page(layer_root, ROOT_STACK_TOP - page * PAGE_SIZE);
}

static void claim_domain(const struct domain *domain)
{
	for (unsigned i = 0; i < CAP_LEAVES; i++)
		if (domain->caps.leaf[i])
			claim(domain, domain->caps.leaf[i], POOL_OBJECT);
	for (unsigned i = 0; i < 2; i++)
		if (domain->space.ports[i])
			claim(domain, domain->space.ports[i], POOL_HARDWARE);
	if (domain->space.root.raw)
		claim_tables(domain, &domain->space, domain->space.root, 3, 255);
	for (unsigned i = 0; domain == layer_root && i < ARRAY_SIZE(root_page); i++)
		claim(domain, root_page[i], POOL_SHARED);
}

static void check_domain(struct object *object)
{
	const struct domain *domain = CONTAINER_OF(object, struct domain, object);
	uint64_t before = pages_claimed, objects = 0, own;
	struct list *node;

	claim_domain(domain);
	for (unsigned class = 0; class < SLAB_CLASSES; class ++)
		list_length(&domain->account.partial[class]);
	list_length(&domain->owned);
	for (node = domain->owned.next; node != &domain->owned; node = node->next)
		claim_slab(domain, CONTAINER_OF(node, struct object, owned));
	own = pages_claimed - before;
	for (node = domain->owned.next; node != &domain->owned; node = node->next) {
		struct object *owned = CONTAINER_OF(node, struct object, owned);

		objects++;
		assert_ptr_equal(owned->owner, domain);
		assert_ptr_equal(object_find(object_ref(owned)), owned);
		before = pages_claimed;
		check_object[owned->type](owned);
		own += owned->type == OBJECT_DOMAIN ? 0 : pages_claimed - before;
	}
	assert_int_equal(domain->account.pages_used, own);
	assert_int_equal(domain->account.objects_used, objects);
	pages_limit += domain->account.pages_limit;
	objects_limit += domain->account.objects_limit;
	if (domain->space.root.raw)
		check_leaves(domain, &domain->space);
}

static void check_cpu(unsigned id)
{
	const struct cpu *cpu = cpu_get(id);

	if (!cpu)
		return;
	for (unsigned p = 0; p < PRIORITY_COUNT; p++)
		assert_true(list_length(&cpu->ready.queue[p]) == 0 || cpu->ready.ready >> p & 1);
	for (uint64_t left = cpu->ready.ready; left; left &= left - 1)
		assert_false(list_empty(&cpu->ready.queue[__builtin_ctzll(left)]));
	assert_int_equal(check_timeouts(cpu->timeouts.head.left, &cpu->timeouts.head),
		id ? 0 : timeouts_found);
	/* Nobody comes before the one that runs. */
	assert_true(!cpu->current || runqueue_highest(&cpu->ready) <= (int)cpu->current->priority);
}

void check_all(void)
{
	memset(paid_by, 0, sizeof(paid_by));
	pages_claimed = 0;
	pages_limit = 0;
	objects_limit = 0;
	timeouts_found = 0;
	check_domain(&layer_root->object);
	assert_int_equal(pages_claimed, fake_pages_taken());
	assert_int_equal(pages_limit, FAKE_PAGES - 1);
	assert_int_equal(objects_limit, kernel_objects(FAKE_PAGES) - 8);
	check_cpu(0);
	assert_true(list_empty(&cpu_this()->waking) || fake_armed <= fake_now);
	check_running();
}

/* Tables of `space` below the one at `page`. */
static unsigned tables_below(const struct space *space, hpa_t page, unsigned level, unsigned last)
{
	const uint64_t *entries = pool_ptr(page);
	unsigned count = 0;

	for (unsigned i = 0; level > 0 && i <= last; i++)
		if (entries[i] & PTAB_PRESENT && !(entries[i] & PTAB_LARGE))
			count += 1 + tables_below(space, hpa(entries[i] & space->format->address),
					     level - 1, PTAB_ENTRIES - 1);
	return count;
}

struct balance check_balance(void)
{
	const struct account *a = &layer_root->account;
	unsigned tables = tables_below(&layer_root->space, layer_root->space.root, 3, 255);

	for (unsigned i = 0; i < CAP_LEAVES; i++)
		tables += layer_root->caps.leaf[i] != NULL;
	return (struct balance){a->pages_used - tables, a->pages_limit, a->objects_used,
		a->objects_limit, fake_pages_taken() - tables};
}

void check_same_balance(const struct balance *start)
{
	struct balance now = check_balance();

	assert_int_equal(now.pages_used, start->pages_used);
	assert_int_equal(now.pages_limit, start->pages_limit);
	assert_int_equal(now.objects_used, start->objects_used);
	assert_int_equal(now.objects_limit, start->objects_limit);
	assert_int_equal(now.taken, start->taken);
}
