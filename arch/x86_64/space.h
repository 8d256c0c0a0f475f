/* SPDX-License-Identifier: MIT */
/*
 * An address space of any format: the host address space of a domain, or the
 * guest-physical space of a VM. Changes go through the one page-table walker;
 * space_commit() ends every cached translation.
 *
 * States: live (root set), dying (space_fini_step() under way), gone (root 0).
 * Lock: all but space_load() and space_cr3() need the kernel lock. `stale` is
 * atomic: each CPU clears its own bit, without the lock.
 */
#ifndef ARCH_SPACE_H
#define ARCH_SPACE_H

#include "abi/status.h"
#include "cr.h"
#include "lib/addr.h"
#include "lib/compiler.h"
#include "percpu.h"
#include "ptab.h"
#include "virt.h"

#include <stdbool.h>

#define IO_PORTS 65536u

struct space {
	const struct ptab_format *format;
	struct page_source *source;
	hpa_t root;
	uint64_t end;        /* first address that may not be mapped */
	uint64_t cr3;        /* host: root, PCID, and CR3_NO_FLUSH if there is a PCID */
	uint32_t stale;      /* host: CPUs that flush the tag's translations at the next load */
	uint32_t cpus;       /* guest: CPUs that may have translations; grows only */
	uint16_t iomap_base; /* host: for the TSS */
	uint8_t *ports[2];   /* host: I/O permission bitmap, set = denied; NULL: none allowed */
};

/* The kernel's half of host address spaces is that of the tree at `root`. At boot. */
void space_boot(hpa_t root, bool pcid);

/* An empty host address space with the kernel's half in it. `id` is unique among
 * live spaces; small ones become the PCID. */
enum status space_init_host(struct space *, struct page_source *, uint32_t id) MUST_CHECK;

/* An empty guest-physical space; STATUS_NO_FEATURE where guests cannot run. */
enum status space_init_guest(struct space *, struct page_source *) MUST_CHECK;

/* Frees up to a bounded number of table pages; true when nothing is left. */
bool space_fini_step(struct space *);

/* Makes `space` (host) the CPU's current one, with its ports. */
void space_load(struct space *);

/* The same, where it is not the current one yet. False: space_switch_more() has to do
 * the rest. */
MUST_CHECK static inline bool space_switch(struct space *space)
{
	struct percpu *cpu = percpu();
	uint64_t cr3 = space->cr3;

	__atomic_store_n(&cpu->cr3, cr3, __ATOMIC_RELAXED);
	writecr3(cr3);
	/* MOV to CR3 is serializing: space_commit() and space_ports_set() on another CPU
	 * see our CR3, or what they wrote before is seen here. */
	if (unlikely(__atomic_load_n(&space->stale, __ATOMIC_RELAXED) & cpu->bit))
		return false;
	cpu->tss.iomap_base = space->iomap_base;
	return !space->ports[1] || likely(space->ports[1] == cpu->ports && !cpu->tss_short);
}

/* Stale translations, and ports that this CPU has not mapped yet or lost. */
void space_switch_more(struct space *);

/* A value of CR3 that flushes. */
static inline uint64_t space_cr3(const struct space *space)
{
	return space->cr3 & ~CR3_NO_FLUSH;
}

/* Maps one leaf and unmaps one step, as ptab_map() and ptab_unmap(). The change
 * gathers; space_commit() comes before anyone is told that it is done, and before
 * the next step if ptab_change_full(). */
enum status space_map(
	struct space *, const struct ptab_leaf *leaf, struct ptab_change *change) MUST_CHECK;
enum status space_unmap(struct space *, uint64_t va, uint64_t size, struct ptab_change *change,
	uint64_t *span) MUST_CHECK;

/* Ends the cached translations that *change asks for; frees its tables. */
void space_commit(struct space *, struct ptab_change *change);

bool space_lookup(const struct space *, uint64_t va, struct ptab_leaf *leaf);

/* Checks that no page of the kernel's is mapped in `space` but those meant to be
 * seen there (POOL_SHARED). Returns the number of leaves; *bad is the address of the
 * first that is wrong, UINT64_MAX if none. */
uint64_t space_audit(const struct space *, uint64_t *bad);

/* Allows or denies ports first..first+count-1. */
enum status space_ports_set(struct space *, uint32_t first, uint32_t count, bool allow) MUST_CHECK;
bool space_ports_allowed(const struct space *, uint32_t first, uint32_t count);

#endif
