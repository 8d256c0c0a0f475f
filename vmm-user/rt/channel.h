/* SPDX-License-Identifier: MIT */
/*
 * A channel of the start info: two rings and the notifications of both ends.
 * State: the caller's struct; used by one thread only.
 *
 * signal_bit and own_bit of struct start_channel are masks with one bit set.
 * A component hears of new bytes (or of new space after a full ring) by own_bit
 * of its notification; spurious signals happen.
 */
#ifndef RT_CHANNEL_H
#define RT_CHANNEL_H

#include <stddef.h>
#include <stdint.h>
#include "abi/activity.h"
#include "abi/start.h"
#include "abi/status.h"
#include "lib/compiler.h"
#include "rt/ring.h"

struct channel {
	struct ring_producer out;
	struct ring_consumer in;
	uint64_t peer_slot, signal_bit;
};

/*
 * Takes up channel `index` of `info`. Returns STATUS_BAD_ARG if there is no such
 * channel or its memory is too small; `channel` is then unusable.
 */
MUST_CHECK enum status channel_open(
	struct channel *channel, const struct start_info *info, uint32_t index);

/* What lies behind the rings of channel `index`: a console's activity; NULL if nothing
 * does, or there is no such channel. Its other end writes it, or may. */
struct activity *channel_activity(const struct start_info *info, uint32_t index);

/* As channel_open(), for whoever has no start info (init). */
MUST_CHECK enum status channel_attach(struct channel *channel, void *memory, uint64_t size,
	bool is_server, uint64_t peer_slot, uint64_t signal_bit);

/* Index of the first channel of `kind` at or after index `from`, or -1. */
int channel_find(const struct start_info *info, enum channel_kind kind, uint32_t from);

/*
 * Writes what fits (all: everything or nothing) and signals the peer if it may
 * be asleep. Returns the bytes written. A peer that is gone is not an error.
 */
size_t channel_write(struct channel *channel, const void *data, size_t size);
bool channel_write_all(struct channel *channel, const void *data, size_t size);

/* Reads up to `size` bytes; signals the peer if it may wait for space. */
size_t channel_read(struct channel *channel, void *data, size_t size);

/* Signals the peer without a transfer. */
void channel_signal(struct channel *channel);

/* After own use of ring_read(), ring_skip() or ring_write() on a channel's ring. */
void channel_notify(struct channel *channel);

#endif
