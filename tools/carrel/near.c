/* SPDX-License-Identifier: MIT */
/*
 * The nearest word; see near.h. The distance is the optimal string alignment
 * distance (Damerau 1964, Levenshtein 1966), row by row.
 */
#include "near.h"

#include <ctype.h>
#include <string.h>

static unsigned smaller(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static int same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

unsigned near_distance(const char *a, const char *b)
{
	/* row[k]: distances from the first i-k characters of a to all prefixes of b */
	unsigned row[3][NEAR_MAX + 1];
	size_t m = strlen(a), n = strlen(b);

	if (m > NEAR_MAX || n > NEAR_MAX)
		return NEAR_MAX;
	for (size_t j = 0; j <= n; j++)
		row[0][j] = (unsigned)j;
	for (size_t i = 1; i <= m; i++) {
		memmove(row[1], row[0], 2 * sizeof(row[0]));
		row[0][0] = (unsigned)i;
		for (size_t j = 1; j <= n; j++) {
			unsigned change = row[1][j - 1] + !same(a[i - 1], b[j - 1]);
			row[0][j] = smaller(change, smaller(row[1][j], row[0][j - 1]) + 1);
			if (i > 1 && j > 1 && same(a[i - 1], b[j - 2]) && same(a[i - 2], b[j - 1]))
				row[0][j] = smaller(row[0][j], row[2][j - 2] + 1);
		}
	}
	return row[0][n];
}

const char *near_word(const char *word, const char *const *words, size_t count)
{
	size_t length = strlen(word);
	unsigned best = length <= 4 ? 2 : length <= 8 ? 3 : 4;
	const char *found = NULL;

	for (size_t i = 0; i < count; i++) {
		unsigned distance = near_distance(word, words[i]);
		if (length >= 3 && strncmp(word, words[i], length) == 0)
			distance = 1;
		/* All changed is not near, however short the words are. */
		if (distance < best && distance < length) {
			best = distance;
			found = words[i];
		}
	}
	return found;
}
