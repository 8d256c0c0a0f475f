/* SPDX-License-Identifier: MIT */
/*
 * Random bytes from the processor itself: RDRAND. That is a generator that the hardware
 * seeds again and again, and all there is: whoever does not trust it has nothing better
 * here. A processor without it gives guests no source of entropy at all.
 *
 * State: none. Source: Intel SDM vol. 1, 7.3.17 "Random Number Generator Instructions".
 */
#ifndef VMM_ENTROPY_H
#define VMM_ENTROPY_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the processor has RDRAND and it gives something. */
bool entropy_there(void);

/* Fills `size` bytes, or fewer if it runs dry; returns how many. */
size_t entropy_fill(void *to, size_t size);

#endif
