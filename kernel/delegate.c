/* SPDX-License-Identifier: MIT */
#include "delegate.h"

#include "console.h"
#include "domain.h"
#include "gspace.h"
#include "reserved.h"
#include "syscall.h"

#define DELEGATE_MEMORY_RIGHTS (MEM_R | MEM_W | MEM_X | MEM_UC | MEM_WC)
#define PORT_STEP 4096u /* ports in one go */

/*
 * What is left to do stands in the frame and nowhere else: arguments 2 to 4 (base
 * in the source, base in the target, count) are results as well, and move on as
 * the work goes.
 */
static void delegate_advance(struct regs *regs, uint64_t units)
{
	regs_set_args234(
		regs, regs_arg2(regs) + units, regs_arg3(regs) + units, regs_arg4(regs) - units);
}

static struct domain *delegate_domain(struct object *object)
{
	return CONTAINER_OF(object, struct domain, object);
}

/* What `source` has at `va`: *leaf gets physical address and attributes. Returns
 * how many bytes from there on are one piece; 0: nothing is there. */
static uint64_t delegate_source(
	struct object *source, uint64_t va, unsigned rights, bool guest, struct ptab_leaf *leaf)
{
	uint64_t size, within;

	if (source->type == OBJECT_MEMORY) {
		leaf->pa = hpa(va);
		leaf->attr = rights;
		return ~va & ~PAGE_MASK;
	}
	if (!space_lookup(&delegate_domain(source)->space, va, leaf) || !(leaf->attr & MEM_R))
		return 0;
	size = ptab_size(leaf->level);
	within = va & (size - 1);
	leaf->pa.raw += within;
	leaf->attr &= rights | MEM_UC | MEM_WC;
	/* What a guest executes never has the host's rights. */
	if (guest)
		leaf->attr |= rights & MEM_X;
	return size - within;
}

static unsigned delegate_level(uint64_t va, uint64_t pa, uint64_t size, unsigned leaf_levels)
{
	unsigned level = 2;

	if (size < ptab_size(1))
		return 0;
	while (level > 0 && (!(leaf_levels & BIT(level)) || ((va | pa) & (ptab_size(level) - 1)) ||
				    size < ptab_size(level)))
		level--;
	return level;
}

/* Maps one leaf, or skips a page that the source does not have. */
static enum status delegate_map_step(struct regs *regs, struct object *source, struct space *space,
	unsigned rights, struct ptab_change *change)
{
	uint64_t first = regs_arg2(regs), wanted = regs_arg4(regs) << PAGE_SHIFT, size;
	bool guest = space->format != &ptab_host;
	struct ptab_leaf leaf;
	enum status status;

	if (first >> (64 - PAGE_SHIFT))
		return STATUS_BAD_ARG;
	size = delegate_source(source, first << PAGE_SHIFT, rights, guest, &leaf);
	if (size == 0) {
		delegate_advance(regs, 1);
		return STATUS_OK;
	}
	if (wanted < size)
		size = wanted;
	leaf.va = regs_arg3(regs) << PAGE_SHIFT;
	leaf.attr |= guest ? 0 : PTAB_USER;
	leaf.level = delegate_level(leaf.va, leaf.pa.raw, size, space->format->leaf_levels);
	if (reserved_overlaps(leaf.pa, ptab_size(leaf.level))) {
		if (leaf.level == 0 || reserved_overlaps(leaf.pa, PAGE_SIZE))
			return STATUS_BAD_ARG;
		leaf.level = 0;
	}
	do
		status = space_map(space, &leaf, change);
	while (status == STATUS_IN_USE && leaf.level-- > 0);
	if (status == STATUS_OK)
		delegate_advance(regs, 1ull << 9 * leaf.level);
	return status;
}

static enum status delegate_unmap_step(
	struct regs *regs, struct space *space, struct ptab_change *change)
{
	uint64_t span;
	enum status status = space_unmap(
		space, regs_arg3(regs) << PAGE_SHIFT, regs_arg4(regs) << PAGE_SHIFT, change, &span);

	if (status == STATUS_OK)
		delegate_advance(regs, span >> PAGE_SHIFT);
	return status;
}

/*@ requires from: source->type == OBJECT_DOMAIN || source->type == OBJECT_MEMORY;
    requires to: target->type == OBJECT_DOMAIN || target->type == OBJECT_GSPACE; */
static NOINLINE enum status delegate_memory(
	struct regs *regs, struct object *source, struct object *target, unsigned rights)
{
	struct space *space = target->type == OBJECT_GSPACE
				      ? &CONTAINER_OF(target, struct gspace, object)->space
				      : &delegate_domain(target)->space;
	uint64_t end = space->end >> PAGE_SHIFT, to = regs_arg3(regs);
	struct ptab_change change;
	enum status status = STATUS_OK;

	if (to > end || regs_arg4(regs) > end - to || rights & ~DELEGATE_MEMORY_RIGHTS ||
		(rights && !(rights & MEM_R)))
		return STATUS_BAD_ARG;
	ptab_change_init(&change);
	/* Ends early when tables have gone: each was searched for a last entry. */
	for (unsigned step = SYSCALL_STEPS;
		regs_arg4(regs) && step && status == STATUS_OK && !ptab_change_full(&change);
		step--)
		status = rights ? delegate_map_step(regs, source, space, rights, &change)
				: delegate_unmap_step(regs, space, &change);
	if (change.flush)
		space_commit(space, &change);
	return status;
}

/*@ requires ends: source->type == OBJECT_DOMAIN && target->type == OBJECT_DOMAIN; */
static enum status delegate_ports(
	struct regs *regs, struct object *source, struct object *target, unsigned rights)
{
	uint64_t first = regs_arg2(regs), count = regs_arg4(regs);
	uint32_t step = count < PORT_STEP ? (uint32_t)count : PORT_STEP;
	enum status status;

	if (first != regs_arg3(regs) || first >= IO_PORTS || count > IO_PORTS - first)
		return STATUS_BAD_ARG;
	if (rights && !space_ports_allowed(&delegate_domain(source)->space, (uint32_t)first, step))
		return STATUS_NO_RIGHT;
	status = space_ports_set(
		&delegate_domain(target)->space, (uint32_t)first, step, rights != 0);
	if (status != STATUS_OK)
		return status;
	if (rights && source != target)
		console_yield((uint32_t)first, step);
	delegate_advance(regs, step);
	return STATUS_OK;
}

/*@ requires ends: source->type == OBJECT_DOMAIN && target->type == OBJECT_DOMAIN; */
static enum status delegate_caps(
	struct regs *regs, struct object *source, struct object *target, unsigned mask)
{
	struct domain *from = delegate_domain(source), *domain = delegate_domain(target);

	for (unsigned step = 0; step < SYSCALL_STEPS && regs_arg4(regs); step++) {
		struct cap cap = capspace_get(&from->caps, regs_arg2(regs));
		unsigned rights = cap_rights(cap) & mask;
		uint64_t to = regs_arg3(regs);
		enum status status;

		if (to == 0 || to >= CAP_SLOTS)
			return STATUS_BAD_ARG;
		if (rights) {
			status = capspace_reserve(&domain->caps, &domain->account, to);
			if (status != STATUS_OK)
				return status;
			capspace_set(&domain->caps, to, cap_make(cap_ref(cap), rights));
		} else {
			capspace_set(&domain->caps, to, (struct cap){0});
		}
		delegate_advance(regs, 1);
	}
	return STATUS_OK;
}

#define TYPE(type) (1u << OBJECT_##type)

/* By enum delegate_kind: types that rights may come from and go to. */
static const struct delegation {
	enum status (*run)(
		struct regs *, struct object *source, struct object *target, unsigned rights);
	uint32_t sources, targets;
} delegations[4] = {
	[DELEGATE_MEMORY] = {delegate_memory, TYPE(DOMAIN) | TYPE(MEMORY),
		TYPE(DOMAIN) | TYPE(GSPACE)},
	[DELEGATE_PORT] = {delegate_ports, TYPE(DOMAIN), TYPE(DOMAIN)},
	[DELEGATE_CAP] = {delegate_caps, TYPE(DOMAIN), TYPE(DOMAIN)},
};

/* The object in `slot` if it is of one of `types`, as domain_object(). */
static inline struct object *delegate_end(const struct domain *domain, uint64_t slot,
	unsigned right, unsigned types, enum status *status)
{
	struct cap cap = capspace_get(&domain->caps, slot);
	struct object *object = object_find(cap_ref(cap));

	if (unlikely(!object || !(types >> object->type & 1) || object->dying))
		*status = STATUS_BAD_CAP;
	else if (unlikely(!(cap_rights(cap) & right)))
		*status = STATUS_NO_RIGHT;
	else
		return object;
	return NULL;
}

/*@ requires running: \valid(current->cpu) && \valid(current->domain); */
struct regs *delegate_sys(struct thread *current)
{
	struct regs *regs = &current->regs;
	const struct domain *domain = current->domain;
	uint64_t word = regs_call_word(regs), to = regs_arg1(regs);
	const struct delegation *kind = &delegations[SYS_WORD_FLAGS(word) % 4];
	struct object *source, *target;
	enum status status;

	if (unlikely(SYS_WORD_FLAGS(word) >= DELEGATE_KIND_COUNT))
		return syscall_finish(current, STATUS_BAD_CALL);
	source = delegate_end(domain, SYS_WORD_SLOT(word), RIGHT_USE, kind->sources, &status);
	if (unlikely(!source))
		return syscall_finish(current, status);
	target = delegate_end(domain, to & UINT32_MAX, RIGHT_MODIFY, kind->targets, &status);
	if (unlikely(!target))
		return syscall_finish(current, status);
	status = kind->run(regs, source, target, (unsigned)(to >> 32));
	if (likely(status != STATUS_OK || !regs_arg4(regs)))
		return syscall_finish(current, status);
	regs_restart(regs);
	return current->cpu->resched ? sched_next(current->cpu) : regs;
}

_Static_assert(DELEGATE_KIND_COUNT <= 4, "the kind is masked to two bits");
