/* SPDX-License-Identifier: MIT */
/*
 * The driver's channels: guests' consoles, monitors' lines, init's messages.
 * Moves bytes between them and the multiplexer, a bounded number per turn and
 * guest, so that none starves the others. State: the channels; one thread.
 */
#ifndef SERIAL_GUESTS_H
#define SERIAL_GUESTS_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/start.h"
#include "mux.h"

/* Opens every channel that the driver serves and adds its guests to `mux`. */
void guests_open(struct mux *mux, const struct start_info *info);

/* Sends the host tool what the guests that it asked for do, as far as there is room.
 * Returns true if anything was sent. */
bool guests_show(struct mux *mux, uint64_t tsc_khz);

/* One turn over all channels. Returns true if anything was moved. */
bool guests_turn(struct mux *mux);

/* Sends a typed byte to a guest; dropped if the guest does not read. */
void guests_type(uint32_t guest, uint8_t byte);

/* Tells init that everything has left the machine. */
void guests_report_drained(void);

#endif
