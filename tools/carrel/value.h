/* SPDX-License-Identifier: MIT */
/* Values as people write them: sizes, times, numbers, yes and no, names. Pure. */
#ifndef CARREL_VALUE_H
#define CARREL_VALUE_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

/* A size with suffix K, M or G (or k, m, g) in bytes. STATUS_BAD_ARG when it is
 * none; `*bytes` is then not changed. */
enum status value_size(const char *text, uint64_t *bytes) MUST_CHECK;

/* A decimal number without sign, as value_size(). */
enum status value_number(const char *text, uint64_t *number) MUST_CHECK;

/* A time with unit us, ms or s in microseconds, as value_size(). */
enum status value_time(const char *text, uint64_t *us) MUST_CHECK;

/* A whole number of percent, with its sign, as value_size(). */
enum status value_percent(const char *text, uint64_t *percent) MUST_CHECK;

/* `yes` or `no`, as value_size(). */
enum status value_yes_no(const char *text, bool *yes) MUST_CHECK;

/* Whether `name` can name a guest: 1 to 31 letters, digits, `-`, `_`, `.`, the
 * first a letter or a digit. It also is a safe file name. */
bool value_is_name(const char *name);

/* Writes `bytes` the way value_size() reads it: 256M, 1536K, 3G. */
#define VALUE_SIZE_TEXT 24u
const char *value_format_size(uint64_t bytes, char text[VALUE_SIZE_TEXT]);

/* Writes `us` the way value_time() reads it: 500us, 10ms, 1s. */
#define VALUE_TIME_TEXT 24u
const char *value_format_time(uint64_t us, char text[VALUE_TIME_TEXT]);

#endif
