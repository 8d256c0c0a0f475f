/* SPDX-License-Identifier: MIT */
#include "space.h"

#include "cpu.h"
#include "cr.h"
#include "lib/string.h"
#include "percpu.h"
#include "pool.h"
#include "ports.h"
#include "reserved.h"
#include "smp.h"

#define KERNEL_FIRST 256u /* root entries of the kernel's half */
#define GUEST_END BIT(48)

/* The kernel's half, as every host address space has it: set once, by boot. */
static const uint64_t *kernel_root;
static bool use_pcid;

void space_boot(hpa_t root, bool pcid)
{
	kernel_root = pool_ptr(root);
	use_pcid = pcid;
}

enum status space_init_host(struct space *space, struct page_source *source, uint32_t id)
{
	uint64_t *root = source->take(source, POOL_TABLE);
	uint64_t tag = use_pcid && id <= CR3_PCID ? id : 0;

	if (!root)
		return STATUS_NO_MEMORY;
	memcpy(root + KERNEL_FIRST, kernel_root + KERNEL_FIRST,
		(PTAB_ENTRIES - KERNEL_FIRST) * sizeof(*root));
	*space = (struct space){
		.format = &ptab_host,
		.source = source,
		.root = pool_hpa(root),
		.end = USER_END,
		.cr3 = pool_hpa(root).raw | (tag ? tag | CR3_NO_FLUSH : 0),
		.iomap_base = IOMAP_NONE,
		.stale = ~0u, /* the last owner of the tag may have left translations */
	};
	return STATUS_OK;
}

enum status space_init_guest(struct space *space, struct page_source *source)
{
	void *root;

	if (!virt)
		return STATUS_NO_FEATURE;
	root = source->take(source, POOL_TABLE);
	if (!root)
		return STATUS_NO_MEMORY;
	*space = (struct space){
		.format = virt->format,
		.source = source,
		.root = pool_hpa(root),
		.end = GUEST_END,
	};
	return STATUS_OK;
}

/* The CPUs that have `space` (host) loaded. Before, its `stale` was changed or its
 * last thread has gone: who loads it later sees that. */
static uint32_t space_loaded(const struct space *space)
{
	uint32_t loaded = 0;

	for (uint32_t left = smp_cpus(); left; left &= left - 1) {
		const struct percpu *cpu = cpu_window((uint32_t)__builtin_ctz(left));

		if (__atomic_load_n(&cpu->cr3, __ATOMIC_SEQ_CST) == space->cr3)
			loaded |= cpu->bit;
	}
	return loaded;
}

/* On each CPU that had a dying space loaded when it was asked: it may be on its way
 * back to ring 3 with another since. */
static void space_unload(void *argument)
{
	static uint8_t *const none[2];
	const struct space *space = argument;

	if (percpu()->cr3 != space->cr3)
		return;
	percpu()->cr3 = pool_hpa(kernel_root).raw;
	writecr3(percpu()->cr3);
	ports_load(none);
}

/* On each CPU: the window may still have the bitmap of a space that goes. */
static void space_forget_ports(void *space)
{
	ports_forget(((struct space *)space)->ports);
}

static void space_flush_guest(void *space)
{
	virt->flush_second_level(((struct space *)space)->root);
}

bool space_fini_step(struct space *space)
{
	unsigned last = space->format == &ptab_host ? KERNEL_FIRST - 1 : PTAB_ENTRIES - 1;

	if (!space->root.raw)
		return true;
	/* Once, on every CPU: one that is about to leave it says already that it has. */
	if (space->format == &ptab_host && space->end) {
		smp_run(~0u, space_unload, space);
		space->end = 0;
	}
	if (!ptab_destroy_step(space->format, space->root, 0, last, space->source))
		return false;
	if (space->format != &ptab_host)
		smp_run(space->cpus, space_flush_guest, space);
	if (space->ports[1])
		smp_run(~0u, space_forget_ports, space);
	for (unsigned i = 0; i < 2; i++)
		if (space->ports[i])
			space->source->give(space->source, space->ports[i]);
	space->source->give(space->source, pool_ptr(space->root));
	*space = (struct space){0};
	return true;
}

/* On a CPU that has `space` loaded: its translations end. */
static void space_flush(void *argument)
{
	struct space *space = argument;

	if (percpu()->cr3 != space->cr3)
		return;
	__atomic_and_fetch(&space->stale, ~percpu()->bit, __ATOMIC_RELAXED);
	writecr3(space_cr3(space));
}

void space_switch_more(struct space *space)
{
	if (__atomic_load_n(&space->stale, __ATOMIC_RELAXED) & percpu()->bit)
		space_flush(space);
	ports_load(space->ports);
}

void space_load(struct space *space)
{
	/* If it was stale, space_flush() would have come. */
	if (percpu()->cr3 != space->cr3 && !space_switch(space))
		space_switch_more(space);
}

void space_commit(struct space *space, struct ptab_change *change)
{
	if (change->flush && space->format != &ptab_host) {
		smp_run(space->cpus, space_flush_guest, space);
	} else if (change->flush) {
		__atomic_store_n(&space->stale, ~0u, __ATOMIC_SEQ_CST);
		smp_run(space_loaded(space), space_flush, space);
	}
	ptab_change_free(change, space->source);
}

enum status space_map(struct space *space, const struct ptab_leaf *leaf, struct ptab_change *change)
{
	if (leaf->va >= space->end || ptab_size(leaf->level) > space->end - leaf->va)
		return STATUS_BAD_ARG;
	return ptab_map(space->format, space->root, leaf, space->source, change);
}

enum status space_unmap(
	struct space *space, uint64_t va, uint64_t size, struct ptab_change *change, uint64_t *span)
{
	if (va >= space->end || size > space->end - va)
		return STATUS_BAD_ARG;
	return ptab_unmap(space->format, space->root, va, size, space->source, change, span);
}

bool space_lookup(const struct space *space, uint64_t va, struct ptab_leaf *leaf)
{
	return va < space->end && ptab_lookup(space->format, space->root, va, leaf);
}

static bool space_leaf_bad(const struct ptab_leaf *leaf)
{
	if (leaf->level == 0 && pool_contains(leaf->pa))
		return pool_use_of(leaf->pa) != POOL_SHARED;
	return reserved_overlaps(leaf->pa, ptab_size(leaf->level));
}

uint64_t space_audit(const struct space *space, uint64_t *bad)
{
	uint64_t va = 0, leaves = 0;
	struct ptab_leaf leaf;

	*bad = UINT64_MAX;
	while (ptab_next(space->format, space->root, &va, &leaf) && leaf.va < space->end) {
		if (space_leaf_bad(&leaf) && *bad == UINT64_MAX)
			*bad = leaf.va;
		leaves++;
	}
	return leaves;
}

#define PORTS_PER_PAGE (IO_PORTS / 2)

/* A part of a range of ports: the bits of one word of the bitmap. */
struct port_word {
	uint64_t *word, mask;
	uint32_t next; /* the first port after it */
};

static struct port_word port_word(const struct space *space, uint32_t first, uint32_t end)
{
	uint64_t *page = (uint64_t *)space->ports[first / PORTS_PER_PAGE];
	uint32_t next = (first | 63) + 1;

	if (next > end)
		next = end;
	return (struct port_word){.word = &page[first % PORTS_PER_PAGE / 64],
		.mask = BITS((next - 1) % 64, first % 64),
		.next = next};
}

/* Both pages of the bitmap, everything denied. */
static enum status space_ports_create(struct space *space)
{
	struct page_source *source = space->source;
	uint8_t *low = source->take(source, POOL_HARDWARE);
	uint8_t *high = low ? source->take(source, POOL_HARDWARE) : NULL;

	if (!high) {
		if (low)
			source->give(source, low);
		return STATUS_NO_MEMORY;
	}
	space->ports[0] = memset(low, 0xff, PAGE_SIZE);
	space->ports[1] = memset(high, 0xff, PAGE_SIZE);
	/* Whoever sees this sees the bitmap. */
	__atomic_store_n(&space->iomap_base, IOMAP_WINDOW, __ATOMIC_SEQ_CST);
	return STATUS_OK;
}

/* On a CPU that has `space` loaded: it has a bitmap now. */
static void space_show_ports(void *argument)
{
	const struct space *space = argument;

	if (percpu()->cr3 == space->cr3)
		ports_load(space->ports);
}

enum status space_ports_set(struct space *space, uint32_t first, uint32_t count, bool allow)
{
	bool created = !space->ports[1];

	if (first >= IO_PORTS || count > IO_PORTS - first)
		return STATUS_BAD_ARG;
	if (created) {
		enum status status = allow ? space_ports_create(space) : STATUS_OK;

		if (status != STATUS_OK || !allow)
			return status;
	}
	for (uint32_t port = first; port < first + count;) {
		struct port_word part = port_word(space, port, first + count);

		*part.word = allow ? *part.word & ~part.mask : *part.word | part.mask;
		port = part.next;
	}
	if (created)
		smp_run(space_loaded(space), space_show_ports, space);
	return STATUS_OK;
}

bool space_ports_allowed(const struct space *space, uint32_t first, uint32_t count)
{
	if (first >= IO_PORTS || count > IO_PORTS - first || (count && !space->ports[1]))
		return false;
	for (uint32_t port = first; port < first + count;) {
		struct port_word part = port_word(space, port, first + count);

		if (*part.word & part.mask)
			return false;
		port = part.next;
	}
	return true;
}
