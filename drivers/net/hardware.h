/* SPDX-License-Identifier: MIT */
/*
 * The card of this driver as the machine has it: its registers, its interrupt, the clock.
 * State: one card; one thread.
 */
#ifndef NET_HARDWARE_H
#define NET_HARDWARE_H

#include "abi/start.h"
#include "lib/compiler.h"
#include "nic.h"

/* Bits of the notification: the card's interrupt, and a wait of ours. */
#define HARDWARE_INTERRUPT BIT(41)
#define HARDWARE_REST BIT(42)

/* Takes up network card `number` of the machine; *works as of its reset. NULL: there is
 * none, or none that has a driver. The log says what was found. */
struct nic *hardware_open(const struct start_info *info, uint32_t number, bool *works);

uint64_t hardware_now_us(void);

/* The interrupt was taken from the card: lets the next one come. */
void hardware_acknowledge(void);

/* Whether the interrupt can be relied on. */
bool hardware_tells(void);

#endif
