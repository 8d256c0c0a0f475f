/* SPDX-License-Identifier: MIT */
/* Values as people write them; see value.h. */
#include "value.h"
#include "abi/plan.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
	char letter;
	unsigned shift;
} suffixes[] = {{'G', 30}, {'M', 20}, {'K', 10}};

static const struct {
	const char *name;
	uint64_t us;
} units[] = {{"s", 1000000}, {"ms", 1000}, {"us", 1}};

/* Reads the digits `text` begins with; NULL if there are none or too many. */
static const char *read_digits(const char *text, uint64_t *number)
{
	uint64_t n = 0;

	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		uint64_t digit = (uint64_t)(*text - '0');
		if (n > (UINT64_MAX - digit) / 10)
			return NULL;
		n = n * 10 + digit;
	}
	*number = n;
	return text;
}

enum status value_size(const char *text, uint64_t *bytes)
{
	uint64_t number;
	const char *suffix = read_digits(text, &number);

	if (!suffix || suffix[0] == '\0' || suffix[1] != '\0')
		return STATUS_BAD_ARG;
	for (unsigned i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (toupper((unsigned char)*suffix) != suffixes[i].letter)
			continue;
		if (number > UINT64_MAX >> suffixes[i].shift)
			return STATUS_BAD_ARG;
		*bytes = number << suffixes[i].shift;
		return STATUS_OK;
	}
	return STATUS_BAD_ARG;
}

enum status value_number(const char *text, uint64_t *number)
{
	uint64_t value;
	const char *end = read_digits(text, &value);

	if (!end || *end != '\0')
		return STATUS_BAD_ARG;
	*number = value;
	return STATUS_OK;
}

enum status value_time(const char *text, uint64_t *us)
{
	uint64_t number;
	const char *unit = read_digits(text, &number);

	for (unsigned i = 0; unit && i < ARRAY_SIZE(units); i++) {
		if (strcmp(unit, units[i].name) != 0)
			continue;
		if (number > UINT64_MAX / units[i].us)
			return STATUS_BAD_ARG;
		*us = number * units[i].us;
		return STATUS_OK;
	}
	return STATUS_BAD_ARG;
}

enum status value_percent(const char *text, uint64_t *percent)
{
	uint64_t value;
	const char *end = read_digits(text, &value);

	if (!end || strcmp(end, "%") != 0)
		return STATUS_BAD_ARG;
	*percent = value;
	return STATUS_OK;
}

enum status value_yes_no(const char *text, bool *yes)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return STATUS_BAD_ARG;
	*yes = text[0] == 'y';
	return STATUS_OK;
}

bool value_is_name(const char *name)
{
	size_t length = strlen(name);

	if (length == 0 || length >= PLAN_NAME || !isalnum((unsigned char)name[0]))
		return false;
	for (size_t i = 0; i < length; i++)
		if (!isalnum((unsigned char)name[i]) && !strchr("-_.", name[i]))
			return false;
	return true;
}

const char *value_format_size(uint64_t bytes, char text[VALUE_SIZE_TEXT])
{
	for (unsigned i = 0; i < ARRAY_SIZE(suffixes); i++) {
		uint64_t unit = 1ull << suffixes[i].shift;
		if (bytes >= unit && bytes % unit == 0) {
			snprintf(text, VALUE_SIZE_TEXT, "%" PRIu64 "%c", bytes / unit,
				suffixes[i].letter);
			return text;
		}
	}
	snprintf(text, VALUE_SIZE_TEXT, "%" PRIu64 " bytes", bytes);
	return text;
}

const char *value_format_time(uint64_t us, char text[VALUE_TIME_TEXT])
{
	unsigned i = 0;

	while (i < ARRAY_SIZE(units) - 1 && (us < units[i].us || us % units[i].us != 0))
		i++;
	snprintf(text, VALUE_TIME_TEXT, "%" PRIu64 "%s", us / units[i].us, units[i].name);
	return text;
}
