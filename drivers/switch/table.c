/* SPDX-License-Identifier: MIT */
/* Learned addresses: see table.h. */
#include "table.h"

#include "lib/string.h"

void table_init(struct table *table, uint64_t tsc_khz)
{
	memset(table, 0, sizeof(*table));
	table->age = tsc_khz * TABLE_AGE_MS;
}

static uint32_t set_of(const uint8_t mac[TABLE_MAC])
{
	uint32_t hash = 0;

	for (uint32_t i = 0; i < TABLE_MAC; i++)
		hash = hash * 31 + mac[i];
	return hash % TABLE_SETS;
}

static bool is_mac(const struct table_entry *entry, const uint8_t mac[TABLE_MAC])
{
	return entry->used && memcmp(entry->mac, mac, TABLE_MAC) == 0;
}

/* The entry of `mac`, else a free one, else the one longest silent. */
static struct table_entry *entry_for(struct table_entry *set, const uint8_t mac[TABLE_MAC])
{
	struct table_entry *best = &set[0];

	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		if (is_mac(&set[i], mac))
			return &set[i];
		if (best->used && (!set[i].used || set[i].seen < best->seen))
			best = &set[i];
	}
	return best;
}

void table_learn(struct table *table, const uint8_t mac[TABLE_MAC], uint8_t port, uint64_t now)
{
	struct table_entry *entry = entry_for(table->entry[set_of(mac)], mac);

	memcpy(entry->mac, mac, TABLE_MAC);
	entry->port = port;
	entry->used = true;
	entry->seen = now;
}

int table_find(const struct table *table, const uint8_t mac[TABLE_MAC], uint64_t now)
{
	const struct table_entry *set = table->entry[set_of(mac)];

	for (uint32_t i = 0; i < TABLE_WAYS; i++)
		if (is_mac(&set[i], mac))
			return now - set[i].seen <= table->age ? set[i].port : -1;
	return -1;
}
