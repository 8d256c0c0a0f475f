/* SPDX-License-Identifier: MIT */
/* The program file of a component: checked, then copied to its memory. */
#ifndef INIT_PROGRAM_H
#define INIT_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include "init/elf.h"

struct init;

/*
 * Checks module `index` of the plan: loaded, the plan's checksum, a program that
 * rt/user.ld made. Returns false with *problem set otherwise.
 */
bool program_check(
	const struct init *init, uint32_t index, struct elf_image *image, const char **problem);

/*
 * Copies the segments of a checked program one after the other, each on pages of
 * its own, to `to`, which has room for image->pages zeroed pages.
 */
MUST_CHECK enum status program_copy(
	const struct init *init, uint32_t index, const struct elf_image *image, uint8_t *to);

#endif
