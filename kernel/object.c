/* SPDX-License-Identifier: MIT */
#include "object.h"

#include "assert.h"
#include "domain.h"

struct object_names object_names;

_Static_assert(sizeof(struct object_entry) == 1u << REF_ID_SHIFT, "references hold offsets");

uint64_t object_table_bytes(uint32_t entries)
{
	return (uint64_t)entries * sizeof(struct object_entry);
}

void object_table_init(void *memory, uint32_t entries)
{
	object_names.entry = memory;
	object_names.free = 0;
	object_names.entry[0].generation = 1;
	for (uint32_t id = entries - 1; id > 0; id--) {
		object_names.entry[id].generation = 1;
		object_names.entry[id].next_free = object_names.free;
		object_names.free = id;
	}
}

void object_enter(struct object *object, enum object_type type, struct domain *owner)
{
	uint32_t id = object_names.free;

	ASSERT(id != 0);
	object_names.free = object_names.entry[id].next_free;
	object->id = id;
	object->type = (uint8_t)type;
	object->dying = false;
	object->owner = owner;
	list_init(&object->owned);
	if (owner)
		list_insert(&owner->owned, &object->owned);
	__atomic_store_n(&object_names.entry[id].object, object, __ATOMIC_RELEASE);
}

uint32_t object_next_id(void)
{
	return object_names.free;
}

void object_leave(struct object *object)
{
	struct object_entry *entry = &object_names.entry[object->id];

	list_remove(&object->owned);
	__atomic_store_n(&entry->generation, entry->generation + 1, __ATOMIC_RELEASE);
	/* An id whose generations are used up is retired, so that a capability
	 * kept since its first use can never come alive again. */
	if (entry->generation == 0) {
		if (object->owner)
			object->owner->account.objects_limit--;
		return;
	}
	entry->next_free = object_names.free;
	object_names.free = object->id;
}

struct ref object_ref(const struct object *object)
{
	uint64_t generation = object_names.entry[object->id].generation;

	return (struct ref){
		(uint64_t)object->id << REF_ID_SHIFT | generation << REF_GENERATION_SHIFT};
}
