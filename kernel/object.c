/* SPDX-License-Identifier: MIT */
#include "object.h"

#include "assert.h"
#include "domain.h"

struct entry {
	struct object *object; /* NULL while free */
	uint32_t generation;
	uint32_t next_free;
};

/* Written with the kernel's one CPU; entry 0 is never used, so id 0 is nothing. */
static struct {
	struct entry *entry;
	uint32_t size, free;
} table;

uint64_t object_table_bytes(uint32_t entries)
{
	return (uint64_t)entries * sizeof(struct entry);
}

void object_table_init(void *memory, uint32_t entries)
{
	table.entry = memory;
	table.size = entries;
	table.free = 0;
	for (uint32_t id = entries - 1; id > 0; id--) {
		table.entry[id].generation = 1;
		table.entry[id].next_free = table.free;
		table.free = id;
	}
}

void object_enter(struct object *object, enum object_type type, struct domain *owner)
{
	uint32_t id = table.free;

	ASSERT(id != 0);
	table.free = table.entry[id].next_free;
	table.entry[id].object = object;
	object->id = id;
	object->type = (uint8_t)type;
	object->dying = false;
	object->owner = owner;
	list_init(&object->owned);
	if (owner)
		list_insert(&owner->owned, &object->owned);
}

void object_leave(struct object *object)
{
	struct entry *entry = &table.entry[object->id];

	entry->object = NULL;
	list_remove(&object->owned);
	/* An id whose generations are used up is retired, so that a capability
	 * kept since its first use can never come alive again. */
	if (++entry->generation == 0)
		return;
	entry->next_free = table.free;
	table.free = object->id;
}

struct ref object_ref(const struct object *object)
{
	uint64_t generation = table.entry[object->id].generation;

	return (struct ref){object->id | generation << OBJECT_ID_BITS};
}

struct object *object_find(struct ref ref)
{
	uint32_t id = ref.raw & (BIT(OBJECT_ID_BITS) - 1);
	uint32_t generation = (uint32_t)(ref.raw >> OBJECT_ID_BITS);

	if (unlikely(id >= table.size || table.entry[id].generation != generation))
		return NULL;
	return table.entry[id].object;
}
