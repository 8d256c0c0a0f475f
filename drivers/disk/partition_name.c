/* SPDX-License-Identifier: MIT */
/* What a partition can be called. Pure; no state: see partition_name.h. */
#include "partition_name.h"
#include "lib/string.h"

#define DIGITS_MAX 4u

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* `digits` hexadecimal digits; false: there are not so many. */
static bool hex_read(const char *text, uint32_t digits, uint64_t *value)
{
	*value = 0;
	for (uint32_t i = 0; i < digits; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return false;
		*value = *value << 4 | (uint64_t)digit;
	}
	return true;
}

bool name_number(const char *name, uint64_t *number)
{
	uint32_t i = 0;

	for (*number = 0; name[i] >= '0' && name[i] <= '9' && i < DIGITS_MAX; i++)
		*number = *number * 10 + (uint64_t)(name[i] - '0');
	return i > 0 && name[i] == 0;
}

bool name_mbr_id(const char *name, uint32_t *id, uint32_t *part)
{
	uint64_t first, second;

	if (!hex_read(name, 8, &first) || name[8] != '-' || !hex_read(name + 9, 2, &second) ||
		name[11] != 0)
		return false;
	*id = (uint32_t)first;
	*part = (uint32_t)second;
	return true;
}

/* The first three groups are little-endian numbers, the others bytes as they are read. */
bool name_uuid(const char *name, uint8_t uuid[16])
{
	static const uint8_t groups[] = {4, 2, 2, 2, 6};
	uint32_t at = 0;

	for (uint32_t g = 0; g < sizeof(groups); g++) {
		for (uint32_t i = 0; i < groups[g]; i++) {
			uint32_t to = at + (g < 3 ? groups[g] - 1 - i : i);
			uint64_t byte;

			if (!hex_read(name, 2, &byte))
				return false;
			uuid[to] = (uint8_t)byte;
			name += 2;
		}
		at += groups[g];
		if (*name != (g + 1 < sizeof(groups) ? '-' : 0))
			return false;
		name++;
	}
	return true;
}
