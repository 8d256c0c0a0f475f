/* SPDX-License-Identifier: MIT */
#include "delegate.h"

#include "console.h"
#include "domain.h"
#include "gspace.h"
#include "reserved.h"
#include "syscall.h"

#define DELEGATE_MEMORY_RIGHTS (MEM_R | MEM_W | MEM_X | MEM_UC | MEM_WC)

/* One SYS_DELEGATE; first, to and count move on as it goes. */
struct delegate {
	struct thread *current;
	struct object *source, *target;
	unsigned rights;
	uint64_t first, to, count;
};

static struct domain *delegate_domain(struct object *object)
{
	return CONTAINER_OF(object, struct domain, object);
}

static void delegate_advance(struct delegate *d, uint64_t units)
{
	d->first += units;
	d->to += units;
	d->count -= units;
}

/* What the source has at d->first: physical address, attributes, and how many
 * bytes from there on are one piece. *size 0: nothing there. */
static enum status delegate_source(
	const struct delegate *d, hpa_t *pa, unsigned *attr, uint64_t *size)
{
	uint64_t va = d->first << PAGE_SHIFT;
	struct ptab_leaf leaf;

	*size = 0;
	if (d->first >= BIT(64 - PAGE_SHIFT))
		return STATUS_BAD_ARG;
	if (d->source->type == OBJECT_MEMORY) {
		*pa = hpa(va);
		*attr = d->rights;
		*size = ~va & ~PAGE_MASK;
		return STATUS_OK;
	}
	if (!space_lookup(&delegate_domain(d->source)->space, va, &leaf))
		return STATUS_OK;
	*pa = hpa(leaf.pa.raw + (va - leaf.va));
	*attr = leaf.attr & (d->rights | MEM_UC | MEM_WC);
	*size = leaf.va + ptab_size(leaf.level) - va;
	/* What a guest executes never has the host's rights. */
	if (d->target->type == OBJECT_GSPACE)
		*attr |= leaf.attr & MEM_R && d->rights & MEM_X ? MEM_X : 0;
	return STATUS_OK;
}

static unsigned delegate_level(uint64_t va, uint64_t pa, uint64_t size, unsigned leaf_levels)
{
	unsigned level = size < ptab_size(1) ? 0 : 2;

	while (level > 0 && (!(leaf_levels & BIT(level)) || ((va | pa) & (ptab_size(level) - 1)) ||
				    size < ptab_size(level)))
		level--;
	return level;
}

/* Maps one leaf, or skips a page that the source does not have. */
static enum status delegate_map_step(
	struct delegate *d, struct space *space, struct ptab_change *change)
{
	uint64_t size, va = d->to << PAGE_SHIFT;
	uint64_t wanted = d->count << PAGE_SHIFT;
	unsigned attr, level;
	hpa_t pa;
	enum status status = delegate_source(d, &pa, &attr, &size);

	if (status != STATUS_OK)
		return status;
	if (size == 0 || !(attr & MEM_R)) {
		delegate_advance(d, 1);
		return STATUS_OK;
	}
	if (wanted < size)
		size = wanted;
	attr |= space->format == &ptab_host ? PTAB_USER : 0;
	level = delegate_level(va, pa.raw, size, space->format->leaf_levels);
	if (reserved_overlaps(pa, ptab_size(level))) {
		if (level == 0 || reserved_overlaps(pa, PAGE_SIZE))
			return STATUS_BAD_ARG;
		level = 0;
	}
	do
		status = space_map(space, va, pa, level, attr, change);
	while (status == STATUS_IN_USE && level-- > 0);
	if (status == STATUS_OK)
		delegate_advance(d, ptab_size(level) >> PAGE_SHIFT);
	return status;
}

static enum status delegate_unmap_step(
	struct delegate *d, struct space *space, struct ptab_change *change)
{
	uint64_t span;
	enum status status =
		space_unmap(space, d->to << PAGE_SHIFT, d->count << PAGE_SHIFT, change, &span);

	if (status == STATUS_OK)
		delegate_advance(d, span >> PAGE_SHIFT);
	return status;
}

static enum status delegate_memory(struct delegate *d)
{
	struct space *space = d->target->type == OBJECT_GSPACE
				      ? &CONTAINER_OF(d->target, struct gspace, object)->space
				      : &delegate_domain(d->target)->space;
	uint64_t end = space->end >> PAGE_SHIFT;
	struct ptab_change change = {0};
	enum status status = STATUS_OK;

	if (d->to > end || d->count > end - d->to || d->rights & ~DELEGATE_MEMORY_RIGHTS ||
		(d->rights && !(d->rights & MEM_R)))
		return STATUS_BAD_ARG;
	for (unsigned step = 0; step < SYSCALL_STEPS && d->count && status == STATUS_OK; step++) {
		if (ptab_change_full(&change))
			space_commit(space, &change);
		status = d->rights ? delegate_map_step(d, space, &change)
				   : delegate_unmap_step(d, space, &change);
	}
	space_commit(space, &change);
	return status;
}

static enum status delegate_ports(struct delegate *d)
{
	const struct space *source = &delegate_domain(d->source)->space;
	enum status status;

	if (d->first != d->to || d->first >= IO_PORTS || d->count > IO_PORTS - d->first)
		return STATUS_BAD_ARG;
	if (d->rights && !space_ports_allowed(source, (uint32_t)d->first, (uint32_t)d->count))
		return STATUS_NO_RIGHT;
	status = space_ports_set(&delegate_domain(d->target)->space, (uint32_t)d->first,
		(uint32_t)d->count, d->rights);
	if (status != STATUS_OK)
		return status;
	if (d->rights && d->source != d->target)
		console_yield((uint32_t)d->first, (uint32_t)d->count);
	delegate_advance(d, d->count);
	return STATUS_OK;
}

static enum status delegate_caps(struct delegate *d)
{
	struct domain *target = delegate_domain(d->target);

	for (unsigned step = 0; step < SYSCALL_STEPS && d->count; step++) {
		struct cap cap = capspace_get(&delegate_domain(d->source)->caps, d->first);
		unsigned rights = cap_rights(cap) & d->rights;
		enum status status;

		if (d->to == 0 || d->to >= CAP_SLOTS)
			return STATUS_BAD_ARG;
		if (rights) {
			status = capspace_reserve(&target->caps, &target->account, d->to);
			if (status != STATUS_OK)
				return status;
			capspace_set(&target->caps, d->to, cap_make(cap_ref(cap), rights));
		} else {
			capspace_set(&target->caps, d->to, (struct cap){0});
		}
		delegate_advance(d, 1);
	}
	return STATUS_OK;
}

static enum status (*const delegate[DELEGATE_KIND_COUNT])(struct delegate *) = {
	[DELEGATE_MEMORY] = delegate_memory,
	[DELEGATE_PORT] = delegate_ports,
	[DELEGATE_CAP] = delegate_caps,
};

/* The object in `slot` if it is one of the kinds allowed for this end. */
static struct object *delegate_end(struct thread *current, uint64_t slot, unsigned right,
	bool memory, enum object_type other, enum status *status)
{
	struct object *object = domain_object(current->domain, slot, OBJECT_DOMAIN, right, status);

	if (!object && *status == STATUS_BAD_CAP && memory)
		object = domain_object(current->domain, slot, other, right, status);
	return object;
}

struct regs *delegate_sys(struct thread *current)
{
	const struct regs *regs = &current->regs;
	uint64_t word = regs_call_word(regs);
	unsigned kind = SYS_WORD_FLAGS(word);
	struct delegate d = {
		.current = current,
		.rights = (unsigned)(regs_arg1(regs) >> 32),
		.first = regs_arg2(regs),
		.to = regs_arg3(regs),
		.count = regs_arg4(regs),
	};
	bool memory = kind == DELEGATE_MEMORY;
	enum status status;

	if (kind >= DELEGATE_KIND_COUNT)
		return syscall_finish(current, STATUS_BAD_CALL);
	d.source = delegate_end(
		current, SYS_WORD_SLOT(word), RIGHT_USE, memory, OBJECT_MEMORY, &status);
	if (!d.source)
		return syscall_finish(current, status);
	d.target = delegate_end(current, regs_arg1(regs) & UINT32_MAX, RIGHT_MODIFY, memory,
		OBJECT_GSPACE, &status);
	if (!d.target)
		return syscall_finish(current, status);
	status = delegate[kind](&d);
	regs_set_args234(&current->regs, d.first, d.to, d.count);
	if (status == STATUS_OK && d.count) {
		regs_restart(&current->regs);
		return current->cpu->resched ? sched_next(current->cpu) : &current->regs;
	}
	return syscall_finish(current, status);
}
