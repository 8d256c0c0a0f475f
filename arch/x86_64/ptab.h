/* SPDX-License-Identifier: MIT */
/*
 * The one page-table walker, for every table format of the CPU: host (Intel SDM
 * vol. 3A section 4.5 "4-Level Paging and 5-Level Paging"), EPT (SDM vol. 3C
 * section 28.3 "The Extended Page Table Mechanism (EPT)") and NPT (AMD APM
 * vol. 2 section 15.25 "Nested Paging").
 *
 * A tree is named by its format and the address of its root page, which the
 * caller owns. Every other table page comes from a page source. A level is
 * counted from the leaves: 0 is 4 KiB, 1 is 2 MiB, 2 is 1 GiB, 3 the root.
 *
 *   Each change of a tree is ONE compare-exchange of one entry: a branch that
 *   needs new tables is built aside and linked when it is complete. So whoever
 *   walks the tree, at any instant, sees the old mapping or the new one.
 *
 * No table below the root is ever empty: the unmap that takes the last entry
 * unlinks the table. Accessed and dirty bits are preset, so that the CPU itself
 * never writes to a table.
 *
 * Locks: none inside; whoever calls keeps other callers out of the same tree, the
 * CPUs' own walks need no care. The kernel lock does so for the trees of spaces.
 * The kernel's half is changed by boot alone; afterwards each CPU replaces leaves
 * of its own window (window.h), entries that no other CPU touches.
 */
#ifndef ARCH_PTAB_H
#define ARCH_PTAB_H

#include "abi/status.h"
#include "abi/syscall.h"
#include "lib/addr.h"
#include "lib/compiler.h"
#include "virt.h"

#include <stdbool.h>
#include <stdint.h>

#define PTAB_ENTRIES 512u
#define PTAB_LEVELS 4u

/* Attributes of a leaf: MEM_R, MEM_W, MEM_X, one of MEM_UC and MEM_WC or none
 * for write-back (abi/syscall.h), and two bits of a host entry, moved up: */
#define PTAB_HOST_SHIFT 16
#define PTAB_USER (4u << PTAB_HOST_SHIFT)       /* ring 3 reaches it */
#define PTAB_GLOBAL (0x100u << PTAB_HOST_SHIFT) /* survives a switch of the address space */

/*
 * IA32_PAT as the kernel programs it on every CPU, so that the two bits PCD:PWT
 * of an entry name the type: 0 WB, 1 WC, 2 UC-, 3 UC; 4 to 7 the same again.
 * Intel SDM vol. 3A section 11.12.2 "IA32_PAT MSR".
 */
#define PTAB_PAT 0x0007010600070106ull

/*
 * What an entry of every format has: bit 0, a present entry of these trees is
 * readable; bit 1, writable; bit 7, a leaf above level 0.
 */
#define PTAB_PRESENT BIT(0)
#define PTAB_WRITE BIT(1)
#define PTAB_LARGE BIT(7)

/*
 * A table format. Boot code narrows `address` to the CPU's physical address
 * width and adds level 2 to `leaf_levels` where the CPU has 1 GiB pages; after
 * that nobody writes here.
 */
struct ptab_format {
	uint64_t address;    /* bits of an entry that hold the physical address */
	uint64_t table;      /* bits of an entry that points to a table */
	uint64_t leaf;       /* bits of every leaf */
	uint64_t execute;    /* set if MEM_X */
	uint64_t no_execute; /* set unless MEM_X */
	uint64_t type[3];    /* the values of the memory type: WB, UC, WC */
	uint64_t negative;   /* addresses from here on are sign-extended; 0: none is */
	uint32_t attr;       /* attributes that exist */
	uint32_t pairs;      /* no leaf has one of these and the bit below: W^X, UC or WC */
	uint8_t levels;      /* at most PTAB_LEVELS */
	uint8_t leaf_levels; /* bit n: leaves of level n exist */
};

extern struct ptab_format ptab_host, ptab_ept, ptab_npt;

/* One leaf, as found in a tree or to be mapped there. */
struct ptab_leaf {
	uint64_t va; /* first virtual (host) or guest-physical address it covers */
	hpa_t pa;    /* physical address that `va` leads to */
	unsigned level;
	unsigned attr; /* found: rights are those of the whole path */
};

/* A step of map or unmap takes at most this many tables out of the tree. */
#define PTAB_STEP_FREED (PTAB_LEVELS - 1)
#define PTAB_FREED 16u

/*
 * What one or more steps did to a tree that CPUs may be using: ptab_change_init(),
 * then it gathers. Before the caller says "done" to anyone:
 *   if (change.flush) flush the tree's translations on every CPU that uses it;
 *   ptab_change_free(&change, source);
 */
struct ptab_change {
	bool flush;             /* a present entry was changed or removed */
	unsigned freed;         /* how many; 0 unless flush */
	void *page[PTAB_FREED]; /* unlinked tables: intact until after the flush */
};

/* Nothing has been done. The pages beyond `freed` are never read. */
static inline void ptab_change_init(struct ptab_change *change)
{
	change->flush = false;
	change->freed = 0;
}

/* Another step may not fit: flush and free before the next one. */
static inline bool ptab_change_full(const struct ptab_change *change)
{
	return change->freed + PTAB_STEP_FREED > PTAB_FREED;
}

/* Gives the unlinked tables back to `source`; *change starts again. Only after
 * the flush. */
void ptab_change_free(struct ptab_change *change, struct page_source *source);

/* Bytes that a leaf (or a whole table entry) of `level` covers. */
static inline uint64_t ptab_size(unsigned level)
{
	return PAGE_SIZE << 9 * level;
}

/*
 * Maps *leaf, `va` and `pa` aligned to its size, replacing a leaf of that size and
 * splitting a larger one. `attr` contains MEM_R. Takes at most levels - 1 zeroed
 * pages (POOL_TABLE) from `source`.
 *
 *   STATUS_BAD_ARG    misaligned, address out of range, level or attributes
 *                     that the format does not have
 *   STATUS_IN_USE     smaller leaves are mapped there: map with a lower level
 *   STATUS_NO_MEMORY  `source` ran out
 * On error the tree, `source` and *change are as before.
 */
enum status ptab_map(const struct ptab_format *format, hpa_t root, const struct ptab_leaf *leaf,
	struct page_source *source, struct ptab_change *change) MUST_CHECK;

/*
 * One step of unmapping the `size` bytes from `va` on, both multiples of 4 KiB,
 * size > 0: removes the largest part of the leaf at `va` that lies in the range
 * (a leaf that sticks out of it is split), or skips a hole. *span is the number
 * of bytes done, 1 page to `size`; call again for the rest. *change must not be
 * full. Takes at most levels - 1 pages from `source`.
 *
 *   STATUS_BAD_ARG    misaligned, empty or out of range
 *   STATUS_NO_MEMORY  `source` ran out when a leaf had to be split
 * On error the tree, `source`, *change and *span are as before.
 */
enum status ptab_unmap(const struct ptab_format *format, hpa_t root, uint64_t va, uint64_t size,
	struct page_source *source, struct ptab_change *change, uint64_t *span) MUST_CHECK;

/* The leaf that covers `va`. false: none, *out is unchanged. */
bool ptab_lookup(const struct ptab_format *format, hpa_t root, uint64_t va, struct ptab_leaf *out);

/*
 * Walks all leaves in ascending order: the one that covers *va, or the next
 * after it. *va starts anywhere (0 for all) and is moved past the leaf, to
 * PTAB_END after the last possible one. false: no more, *out is unchanged.
 */
#define PTAB_END (~0ull)
bool ptab_next(const struct ptab_format *format, hpa_t root, uint64_t *va, struct ptab_leaf *out);

/*
 * Frees one table of a tree that no CPU uses any more, of those below root
 * entries `first` to `last` (both inclusive, below PTAB_ENTRIES). true: there
 * are none left. The root page stays.
 */
bool ptab_destroy_step(const struct ptab_format *format, hpa_t root, unsigned first, unsigned last,
	struct page_source *source);

#endif
