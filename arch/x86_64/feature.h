/* SPDX-License-Identifier: MIT */
/*
 * CPU features by name, so that a machine that cannot run guests says why.
 */
#ifndef ARCH_FEATURE_H
#define ARCH_FEATURE_H

#include <stdbool.h>
#include <stdint.h>

/* Bits of a capability register and what people call them. Lists end with mask 0. */
struct feature {
	uint64_t mask;
	const char *name;
};

/* Appends `name` to the comma-separated list in `text` (BOOT_FEATURE_TEXT bytes,
 * NUL-terminated), if it fits. */
void feature_missing(char *text, const char *name);

/* Adds the features of the list that are not in `have` to the text `missing`.
 * True if all are there. */
bool features_check(const struct feature *list, uint64_t have, char *missing);

#endif
