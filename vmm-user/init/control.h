/* SPDX-License-Identifier: MIT */
/*
 * init's channel to the serial driver (CHANNEL_CONTROL): names of guests, how
 * they ended, and that all have ended, as the frames of abi/tap.h. The driver
 * sends TAP_DONE back when all of it has left the machine. State: the channel.
 */
#ifndef INIT_CONTROL_H
#define INIT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/status.h"
#include "lib/compiler.h"

struct init;

/* Maps the plan's first control channel, if it has one. */
MUST_CHECK enum status control_open(const struct init *init);

/* Component `index` was started: if it is the server, it learns all names. */
void control_started(const struct init *init, uint32_t index);

/* Guest `index` ended; how and code as in enum guest_end; restarted: it starts again. */
void control_end(uint32_t index, uint32_t how, uint32_t code, bool restarted);

/* Every guest has ended. Returns false if there is no driver to hear it. */
bool control_done(const struct init *init);

/* True once the driver has answered control_done(). */
bool control_drained(void);

#endif
