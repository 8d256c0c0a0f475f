/* SPDX-License-Identifier: MIT */
/* The world of the tests of memory delegation: two domains and a guest space. */
#ifndef DELEGATE_MEMORY_FIXTURE_H
#define DELEGATE_MEMORY_FIXTURE_H
#include "user.h"

#include "gspace.h"
#include "reserved.h"
#include "syscall.h"

enum { D = 20, E, G, A = 30, V = 40 };

#define FRAME (RAM >> PAGE_SHIFT)
#define PLACE (USER_MEMORY >> PAGE_SHIFT)
#define LARGE 512u /* pages of a 2 MiB page */
#define RW (MEM_R | MEM_W)
#define RX (MEM_R | MEM_X)

static inline uint64_t delegate_pages(
	uint64_t source, uint64_t to, uint64_t rights, uint64_t first, uint64_t at, uint64_t count)
{
	return SYS(root, SYS_DELEGATE, DELEGATE_MEMORY, source, DELEGATE_RIGHTS(to, rights), first,
		at, count);
}

/* From the frames at `first`. */
static inline void map(uint64_t to, uint64_t rights, uint64_t first, uint64_t at, uint64_t count)
{
	assert_int_equal(delegate_pages(ROOT_MEMORY, to, rights, first, at, count), STATUS_OK);
}

static inline struct space *space_at(uint64_t slot)
{
	struct object *object = object_at(slot);

	return object->type == OBJECT_GSPACE ? &CONTAINER_OF(object, struct gspace, object)->space
					     : &CONTAINER_OF(object, struct domain, object)->space;
}

/* What page `at` leads to: its frame; 0: nothing. *level, *attr may be NULL. */
static inline uint64_t frame_of(uint64_t slot, uint64_t at, unsigned *level, unsigned *attr)
{
	uint64_t va = at << PAGE_SHIFT;
	struct ptab_leaf leaf;

	if (!space_lookup(space_at(slot), va, &leaf))
		return 0;
	if (level)
		*level = leaf.level;
	if (attr)
		*attr = leaf.attr & ~PTAB_USER;
	return (leaf.pa.raw + (va - leaf.va)) >> PAGE_SHIFT;
}

static inline void make_world(void)
{
	make_domain(D);
	make_domain(E);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_GSPACE, G, 0), STATUS_OK);
}

#endif
