/* SPDX-License-Identifier: MIT */
/*
 * Kernel objects and the table that names them.
 *
 *   capability ──► object table [id] ──► object
 *   id, generation, rights   pointer, generation
 *
 * A capability or a reference is valid only while its generation is that of the
 * table's entry. Destroying an object raises the generation: every capability
 * and reference to it, wherever it is kept, is dead at once, and nothing has to
 * be searched. Objects hold references, never pointers, to objects of others.
 *
 * Lock: object_find() and object_ref() need none; what they find stays in memory
 * until this CPU leaves ring 0 (destroy.c). All else is done with the kernel lock.
 */
#ifndef KERNEL_OBJECT_H
#define KERNEL_OBJECT_H

#include "abi/status.h"
#include "abi/syscall.h"
#include "lib/compiler.h"
#include "lib/list.h"

#include <stdbool.h>
#include <stdint.h>

struct domain;

struct object {
	uint32_t id;
	uint8_t type;         /* enum object_type */
	bool dying;           /* destruction has begun; only SYS_DESTROY finds it */
	uint32_t home;        /* bit of the CPU whose own it is; 0: nobody's */
	struct domain *owner; /* whose account pays; NULL for the kernel's own */
	struct list owned;    /* in owner->owned */
};

/* A weak reference. raw 0 refers to nothing. */
struct ref {
	uint64_t raw; /* id | generation << 24 */
};

#define OBJECT_ID_BITS 24u

/* The table. An entry whose id has had an object keeps pointing at the last one: that
 * is harmless, for nobody has its generation any more. Entry 0 has none that a
 * reference could have, so id 0 is nothing. */
struct object_entry {
	struct object *object;
	uint32_t generation;
	uint32_t next_free;
};

extern struct object_names {
	struct object_entry *entry;
	uint32_t free;
} object_names;

/* Takes over `memory`, room for object_table_bytes(entries), zeroed. At boot. */
void object_table_init(void *memory, uint32_t entries);
uint64_t object_table_bytes(uint32_t entries);

/* The id that the next object will have. */
uint32_t object_next_id(void);

/* Enters `object`, complete but for its ties, under a free id. The account has made
 * sure that there is one. */
void object_enter(struct object *object, enum object_type type, struct domain *owner);

/* Takes `object` out of the table and its owner's list. Its memory stays. */
void object_leave(struct object *object);

struct ref object_ref(const struct object *object);

static inline struct ref ref_none(void)
{
	return (struct ref){0};
}

/* Whether the object that `ref` means is still there, and which it is. Dying ones
 * are, too. References are the kernel's own, so their ids are in range. */
static inline bool object_live(struct ref ref, struct object **object)
{
	const struct object_entry *entry = &object_names.entry[ref.raw & (BIT(OBJECT_ID_BITS) - 1)];

	/* In this order: if the id changes hands in between, so has its generation. */
	*object = __atomic_load_n(&entry->object, __ATOMIC_ACQUIRE);
	return entry->generation == (uint32_t)(ref.raw >> OBJECT_ID_BITS);
}

/* The object that `ref` means, or NULL if it is gone. Finds dying ones too. */
static inline struct object *object_find(struct ref ref)
{
	struct object *object;

	return object_live(ref, &object) ? object : NULL;
}

#endif
