/* SPDX-License-Identifier: MIT */
#include "feature.h"

#include "abi/boot.h"
#include "lib/string.h"

void feature_missing(char *text, const char *name)
{
	size_t used = strlen(text), size = strlen(name);
	const char *comma = used ? ", " : "";

	if (used + strlen(comma) + size >= BOOT_FEATURE_TEXT)
		return;
	memcpy(text + used, comma, strlen(comma));
	memcpy(text + used + strlen(comma), name, size + 1);
}

bool features_check(const struct feature *list, uint64_t have, char *missing)
{
	bool complete = true;

	for (; list->mask; list++)
		if ((have & list->mask) != list->mask) {
			feature_missing(missing, list->name);
			complete = false;
		}
	return complete;
}
