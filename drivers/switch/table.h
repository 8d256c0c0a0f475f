/* SPDX-License-Identifier: MIT */
/*
 * Which address was last seen at which port. Pure; state: struct table. An address that
 * was silent for too long is forgotten; where there is no room, the one longest silent
 * goes, of the few that share a place, so that addresses made up by one port cannot take
 * more than their part.
 *
 * Source: IEEE Std 802.1D-2004, section 7.9 "The Filtering Database".
 */
#ifndef SWITCH_TABLE_H
#define SWITCH_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#define TABLE_SETS 64u
#define TABLE_WAYS 4u
#define TABLE_MAC 6u
#define TABLE_AGE_MS 300000u /* 802.1D-2004 table 7-5: the recommended value */

struct table_entry {
	uint8_t mac[TABLE_MAC];
	uint8_t port;
	bool used;
	uint64_t seen; /* TSC */
};

struct table {
	uint64_t age; /* TSC ticks */
	struct table_entry entry[TABLE_SETS][TABLE_WAYS];
};

void table_init(struct table *table, uint64_t tsc_khz);

/* `mac` was seen at `port`; time stamps do not go back. */
void table_learn(struct table *table, const uint8_t mac[TABLE_MAC], uint8_t port, uint64_t now);

/* The port of `mac`, or -1: not known, or too long ago. */
int table_find(const struct table *table, const uint8_t mac[TABLE_MAC], uint64_t now);

#endif
