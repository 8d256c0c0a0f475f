/* SPDX-License-Identifier: MIT */
/*
 * The plan's channels: which ends a component has, in which order, and how the
 * ends find each other. link_* functions that take only a plan are pure.
 */
#ifndef INIT_LINK_H
#define INIT_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/start.h"
#include "abi/status.h"
#include "lib/compiler.h"

struct init;
struct plan;
struct plan_channel;

/* One end of a channel, as the component at this end sees it. */
struct link {
	uint32_t channel; /* index in the plan */
	uint32_t peer;    /* component index or PLAN_INIT */
	uint32_t ordinal; /* index in the component's start_info.channel[] */
	bool is_server;
	uint64_t address, size; /* in the component's space */
};

/*
 * The end number `ordinal` of component `index`, in the plan's order. Returns
 * false if it has no such end.
 */
bool link_get(const struct plan *plan, uint32_t index, uint32_t ordinal, struct link *link);

/* The number that channel `channel` has at component `index`, one of its ends. */
uint32_t link_ordinal(const struct plan *plan, uint32_t channel, uint32_t index);

/* Whether this end of a channel drives a device that reaches the channel's memory. */
bool link_has_device(const struct plan_channel *channel, bool is_server);

/* The bit by which a component hears of its channel number `ordinal`. */
static inline uint64_t link_bit(uint32_t ordinal)
{
	return 1ull << ordinal;
}

/* Takes and zeroes the memory of every channel of the plan. */
MUST_CHECK enum status link_create_all(struct init *init);

/* Maps the channels of component `index` into its domain. */
MUST_CHECK enum status link_map(const struct init *init, uint32_t index);

/*
 * Gives component `index` the notifications of its running peers, and them its.
 * Called when its notification exists; a peer that starts later does the rest.
 */
MUST_CHECK enum status link_connect(const struct init *init, uint32_t index);

#endif
