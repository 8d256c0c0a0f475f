/* SPDX-License-Identifier: MIT */
/*
 * Stand-ins for what lies below the system calls: scheduler, address spaces, accounts,
 * other CPUs, devices. Each may answer whatever it can, and looks at what it is given
 * as the real one would. A driver that is about one of them leaves it out.
 */
#ifndef PROVE_OUTSIDE_H
#define PROVE_OUTSIDE_H

struct ptab_format ptab_host = {.leaf_levels = 3}, ptab_ept = {.leaf_levels = 7};

static inline enum status status_any(void)
{
	return Frama_C_interval(STATUS_OK, STATUS_COUNT - 1);
}

/* What runs next is the scheduler's choice. */
struct regs *sched_next(struct cpu *cpu)
{
	cpu->decisions++;
	cpu->resched = maybe();
	return maybe() ? &thread_any()->regs : &cpu->idle;
}

void sched_wake(struct thread *thread)
{
	list_init(&thread->blocked);
	thread->cpu->resched = maybe();
}

void sched_remove(struct sc *of)
{
	of->state = SC_BLOCKED;
	HERE->resched = maybe();
}

void sched_ready(struct sc *of)
{
	of->state = SC_READY;
	of->cpu->resched = maybe();
}

void sched_renew(struct sc *of)
{
	sched_ready(of);
}

void sched_arm(struct cpu *cpu)
{
	cpu->since = any();
}

uint64_t time_from_us(uint64_t us)
{
	(void)us;
	return Frama_C_unsigned_long_interval(0, UINT64_MAX / 2);
}

struct cpu *cpu_get(uint64_t id)
{
	(void)id;
	return maybe() ? cpu_any() : NULL;
}

/* Objects and pages. Their end is that of the memory, so that nothing lies behind. */
static uint64_t fresh_object[128], fresh_page[512];

void *account_object(struct account *account, size_t size)
{
	void *object = (char *)fresh_object + (sizeof(fresh_object) - size);

	account->objects_used = any32();
	if (maybe())
		return NULL;
	return memset(object, 0, size);
}

void account_object_free(struct account *account, void *object)
{
	account->objects_used = any32();
	*(char *)object = 0;
}

void *account_page(struct account *account, unsigned use)
{
	(void)use;
	account->pages_used = any32();
	return maybe() ? memset(fresh_page, 0, sizeof(fresh_page)) : NULL;
}

void account_page_free(struct account *account, void *page)
{
	account->pages_used = any32();
	Frama_C_make_unknown(page, PAGE_SIZE); /* wants it valid */
}

void space_load(struct space *space)
{
	here.cr3 = space->cr3;
}

void space_switch_more(struct space *space)
{
	here.cr3 = space->cr3;
}

bool space_lookup(const struct space *space, uint64_t va, struct ptab_leaf *leaf)
{
	unsigned level = Frama_C_unsigned_int_interval(0, 2);

	if (va >= space->end || maybe())
		return false;
	leaf->va = va & ~(ptab_size(level) - 1);
	leaf->pa = hpa(any() & ~PAGE_MASK);
	leaf->level = level;
	leaf->attr = any32();
	return true;
}

enum status space_map(struct space *space, const struct ptab_leaf *leaf, struct ptab_change *change)
{
	space->stale = leaf->attr;
	change->flush = maybe();
	return status_any();
}

void space_commit(struct space *space, struct ptab_change *change)
{
	space->stale = 0;
	ptab_change_init(change);
}

void smp_grace(void) {}
void smp_lock(void) {}
void smp_unlock(void) {}

void smp_run(uint32_t mask, void (*run)(void *), void *argument)
{
	(void)mask;
	if (maybe())
		run(argument);
}

void smp_send(uint32_t id)
{
	(void)id;
}

static void guest_leave(struct guest *guest)
{
	*guest->state = (struct vcpu_state){0};
	here.inside = NULL;
}

static void guest_report(struct guest *guest, uint64_t reason)
{
	guest->state->exit_reason = reason;
}

static enum status guest_init(struct guest *guest, struct page_source *source)
{
	(void)source;
	guest->control = NULL;
	return status_any();
}

static void guest_fini(struct guest *guest, struct page_source *source)
{
	(void)source;
	guest->control = NULL;
}

static const struct virt_ops machine = {.init = guest_init,
	.fini = guest_fini,
	.report = guest_report,
	.leave = guest_leave,
	.unload = guest_leave};
const struct virt_ops *virt;

#endif
