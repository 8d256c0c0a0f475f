/* SPDX-License-Identifier: MIT */
/* Lists of CPUs; see cpus.h. */
#include "cpus.h"
#include "alloc.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define ALL (~0ull)

/* All CPUs from `first` to `last`. */
static uint64_t range_mask(unsigned first, unsigned last)
{
	return (ALL << first) & (ALL >> (63 - last));
}

/* The number that `text` begins with; NULL if it is no CPU's. */
static const char *read_cpu(const char *text, unsigned *cpu)
{
	*cpu = 0;
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		*cpu = *cpu * 10 + (unsigned)(*text - '0');
		if (*cpu >= PLAN_CPUS)
			return NULL;
	}
	return text;
}

static const char *skip_spaces(const char *text)
{
	return text + strspn(text, " \t");
}

/* `all`, `3` or `1-3`; NULL if it is none of them. */
static const char *read_item(const char *text, uint64_t *mask)
{
	unsigned first, last;

	if (strncmp(text, "all", 3) == 0) {
		*mask = ALL;
		return text + 3;
	}
	text = read_cpu(text, &first);
	if (!text)
		return NULL;
	last = first;
	if (*text == '-')
		text = read_cpu(text + 1, &last);
	if (!text || last < first)
		return NULL;
	*mask = range_mask(first, last);
	return text;
}

enum status cpus_read(const char *text, uint64_t *mask)
{
	uint64_t sum = *text == '^' ? ALL : 0;

	for (;;) {
		bool without = *text == '^';
		uint64_t item;
		text = read_item(text + without, &item);
		if (!text)
			return STATUS_BAD_ARG;
		sum = without ? sum & ~item : sum | item;
		text = skip_spaces(text);
		if (*text == '\0')
			break;
		if (*text != ',')
			return STATUS_BAD_ARG;
		text = skip_spaces(text + 1);
	}
	if ((sum & ~PLAN_CPUS_OPEN) == 0)
		return STATUS_BAD_STATE;
	*mask = sum == ALL ? 0 : sum;
	return STATUS_OK;
}

/* One item with what separates it from the next left out; a range the right way
 * round. Returns where the next begins. */
static const char *suggest_item(const char *text, char **list)
{
	static const char between[] = " \t,;[]\"'()";
	unsigned first, last;

	text += strspn(text, between);
	size_t length = strcspn(text, between);
	char *item = alloc_copy(text, length), *longer;
	const char *rest = read_cpu(item, &first);
	const char *end = rest ? read_cpu(rest + strspn(rest, "-.:"), &last) : NULL;
	const char *comma = **list ? "," : "";
	if (end && *end == '\0' && end != rest)
		longer = alloc_text("%s%s%u-%u", *list, comma, first < last ? first : last,
			first < last ? last : first);
	else
		longer = alloc_text("%s%s%s", *list, length ? comma : "", item);
	free(item);
	free(*list);
	*list = longer;
	return text + length;
}

char *cpus_suggest(const char *text)
{
	char *list = alloc_text("%s", "");
	uint64_t mask;

	while (*text)
		text = suggest_item(text, &list);
	if (cpus_read(list, &mask) == STATUS_OK)
		return list;
	free(list);
	return NULL;
}

/* Appends the CPUs of a mask as ranges, each with `mark` before it. */
static char *format_ranges(char *list, uint64_t mask, const char *mark)
{
	while (mask) {
		unsigned first = (unsigned)__builtin_ctzll(mask);
		uint64_t from = mask >> first;
		unsigned last = ~from ? first + (unsigned)__builtin_ctzll(~from) - 1 : 63;
		const char *comma = *list ? "," : "";
		char *longer = first == last
				       ? alloc_text("%s%s%s%u", list, comma, mark, first)
				       : alloc_text("%s%s%s%u-%u", list, comma, mark, first, last);
		free(list);
		list = longer;
		mask &= ~range_mask(first, last);
	}
	return list;
}

char *cpus_format(uint64_t mask)
{
	if (mask == 0)
		return alloc_text("any");
	if (mask & PLAN_CPUS_OPEN)
		return format_ranges(alloc_text("all"), ~mask, "^");
	return format_ranges(alloc_text("%s", ""), mask, "");
}

uint64_t cpus_there(uint64_t mask, unsigned cpus)
{
	return (mask ? mask : ALL) & range_mask(0, cpus - 1);
}

uint64_t cpus_missing(uint64_t mask, unsigned cpus)
{
	return cpus_are_open(mask) ? 0 : mask & ~range_mask(0, cpus - 1);
}

unsigned cpus_needed(uint64_t mask)
{
	if (mask == 0)
		return 1;
	return 1 +
	       (unsigned)(cpus_are_open(mask) ? __builtin_ctzll(mask) : 63 - __builtin_clzll(mask));
}

unsigned cpus_turn(uint64_t mask, unsigned index)
{
	index %= (unsigned)__builtin_popcountll(mask);
	for (; index; index--)
		mask &= mask - 1;
	return (unsigned)__builtin_ctzll(mask);
}
