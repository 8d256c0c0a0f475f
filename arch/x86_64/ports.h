/* SPDX-License-Identifier: MIT */
/*
 * I/O ports of ring 3: the permission bitmap behind this CPU's TSS.
 *
 *   percpu window  page 0        struct percpu, with the TSS in it
 *                  page 1, 2     bitmap of the current space, or not mapped
 *                  page 3        ones: the byte that must follow the bitmap
 *
 * Source: Intel SDM vol. 1 section 19.5.2 "I/O Permission Bit Map".
 */
#ifndef ARCH_PORTS_H
#define ARCH_PORTS_H

#include "layout.h"
#include "percpu.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* For the TSS: where the window with the bitmap is, or beyond the limit. */
#define IOMAP_WINDOW ((uint16_t)(PERCPU_PORTS - offsetof(struct percpu, tss)))
#define IOMAP_NONE ((uint16_t)0xffff)

/* This CPU obeys `bitmap` (two pages of the pool, or NULLs: every port denied). */
void ports_load(uint8_t *const bitmap[2]);

/* After an exit from a guest TR does not reach to the bitmap. A space with ports
 * that is loaded then gets it back at once; a VMM that has ports itself when it
 * uses one, at the fault: true if that may have been all, and the instruction is
 * to run again. */
bool ports_repair(void);

/* The pages of `bitmap` are about to be freed. On each CPU. */
void ports_forget(uint8_t *const bitmap[2]);

#endif
