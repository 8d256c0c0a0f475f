/* SPDX-License-Identifier: MIT */
/* "Did you mean ...?": the word of a list that a mistyped one is nearest to. */
#ifndef CARREL_NEAR_H
#define CARREL_NEAR_H

#include <stddef.h>

/* Insertions, deletions, substitutions and swaps of neighbours that turn `a`
 * into `b`, upper and lower case being the same. Texts over NEAR_MAX characters
 * are far from everything. */
unsigned near_distance(const char *a, const char *b);

#define NEAR_MAX 40u

/* The entry of words[0..count-1] nearest to `word`, or NULL if none is near
 * enough to be a slip: one change for up to 4 characters, two for up to 8,
 * three above. An entry that `word` is the beginning of counts as one change. */
const char *near_word(const char *word, const char *const *words, size_t count);

#endif
