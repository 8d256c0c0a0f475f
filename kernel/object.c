/* SPDX-License-Identifier: MIT */
#include "object.h"

#include "assert.h"
#include "domain.h"

struct entry {
	struct object *object; /* NULL while free */
	uint32_t generation;
	uint32_t next_free;
};

/* Entry 0 is never used, so id 0 is nothing. */
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
	object->id = id;
	object->type = (uint8_t)type;
	object->dying = false;
	object->owner = owner;
	list_init(&object->owned);
	if (owner)
		list_insert(&owner->owned, &object->owned);
	__atomic_store_n(&table.entry[id].object, object, __ATOMIC_RELEASE);
}

uint32_t object_next_id(void)
{
	return table.free;
}

void object_leave(struct object *object)
{
	struct entry *entry = &table.entry[object->id];

	__atomic_store_n(&entry->object, NULL, __ATOMIC_RELAXED);
	list_remove(&object->owned);
	__atomic_store_n(&entry->generation, entry->generation + 1, __ATOMIC_RELEASE);
	/* An id whose generations are used up is retired, so that a capability
	 * kept since its first use can never come alive again. */
	if (entry->generation == 0) {
		if (object->owner)
			object->owner->account.objects_limit--;
		return;
	}
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

	if (unlikely(id >= table.size ||
		     __atomic_load_n(&table.entry[id].generation, __ATOMIC_ACQUIRE) != generation))
		return NULL;
	return __atomic_load_n(&table.entry[id].object, __ATOMIC_ACQUIRE);
}
