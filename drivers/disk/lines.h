/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines of controllers, several of which may share one.
 *
 * State: static tables; one thread. A line comes from init on request (hardware.h). What it
 * is worth shows when it has come with something to it: controllers.h.
 */
#ifndef DISK_LINES_H
#define DISK_LINES_H

#include <stdbool.h>
#include <stdint.h>

#define LINES 8u
#define LINES_SOURCES 16u

/* Adds a controller at line `gsi`, whose interrupts `take` takes: true if it had one. False:
 * there is no line, and the clock serves. */
bool lines_add(uint32_t gsi, uint64_t flags, bool (*take)(void *), void *controller);

/* Interrupts came: bit i by line i, which is bound to bit `CONTROLLERS_BIT + i`. */
void lines_interrupt(uint64_t bits);

/* True if each controller has had an interrupt by its line, and may have more. */
bool lines_tell(void);

#endif
