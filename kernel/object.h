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
	union {
		struct {
			uint8_t type; /* enum object_type */
			bool dying;   /* destruction has begun; only SYS_DESTROY finds it */
		};
		uint16_t type_and_dying;
	};
	uint32_t home;        /* bit of the CPU whose own it is; 0: nobody's */
	struct domain *owner; /* whose account pays; NULL for the kernel's own */
	struct list owned;    /* in owner->owned */
};

/* The object has the type, and its destruction has not begun: one comparison. */
static inline bool object_is(const struct object *object, enum object_type type)
{
	return object->type_and_dying == type;
}

/* A weak reference. raw 0 refers to nothing. */
struct ref {
	uint64_t raw; /* id in bits 27..4, generation in 59..28 */
};

#define REF_ID_SHIFT 4u /* the size of an entry: its offset comes by one mask */
#define REF_ID_MASK (BIT(24) - 1)
#define REF_GENERATION_SHIFT 28u

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
/*@ requires room: object_names.free != 0; */
void object_enter(struct object *object, enum object_type type, struct domain *owner);

/* Takes `object` out of the table and its owner's list. Its memory stays. */
void object_leave(struct object *object);

struct ref object_ref(const struct object *object);

static inline struct ref ref_none(void)
{
	return (struct ref){0};
}

/* The same, taken apart for a quick look. References are the kernel's own, so their
 * ids are in range. */
struct handle {
	const struct object_entry *entry;
	uint32_t generation;
};

static inline struct handle ref_handle(struct ref ref)
{
	return (struct handle){
		&object_names.entry[ref.raw >> REF_ID_SHIFT & REF_ID_MASK],
		(uint32_t)(ref.raw >> REF_GENERATION_SHIFT),
	};
}

/* Whether the object that `handle` means is still there, and which it is. Dying ones
 * are, too. */
static inline bool object_live(struct handle handle, struct object **object)
{
	/* In this order: if the id changes hands in between, so has its generation. */
	*object = __atomic_load_n(&handle.entry->object, __ATOMIC_ACQUIRE);
	return handle.entry->generation == handle.generation;
}

/* The object that `ref` means, or NULL if it is gone. Finds dying ones too. */
static inline struct object *object_find(struct ref ref)
{
	struct object *object;

	return object_live(ref_handle(ref), &object) ? object : NULL;
}

#endif
