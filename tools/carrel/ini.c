/* SPDX-License-Identifier: MIT */
/* The lines of a configuration file; see ini.h. */
#include "ini.h"

#include <stdbool.h>
#include <string.h>

const char ini_no_text[] = "expected text, found a control character";

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts the spaces around the text from `start` to `end` (exclusive). */
static char *trim(char *start, char *end)
{
	while (start < end && is_space(*start))
		start++;
	while (end > start && is_space(end[-1]))
		end--;
	*end = '\0';
	return start;
}

/* Control characters hide in editors and mean that this is no text file. */
static bool has_control(const char *start, const char *end)
{
	for (; start < end; start++)
		if (((unsigned char)*start < ' ' && *start != '\t') || *start == 0x7f)
			return true;
	return false;
}

static void bad(struct ini_item *item, char *text, const char *problem)
{
	item->kind = INI_BAD;
	item->name = text;
	item->problem = problem;
}

static void read_block(struct ini_item *item, char *text)
{
	char *close = strchr(text, ']');

	if (!close || close[1] != '\0') {
		bad(item, text, "expected `]` as the last character of the line");
		return;
	}
	item->kind = INI_BLOCK;
	item->name = trim(text + 1, close);
}

static void read_value(struct ini_item *item, char *value)
{
	size_t length = strlen(value);

	item->value = value;
	if (value[0] != '"')
		return;
	if (length < 2 || value[length - 1] != '"' ||
		strchr(value + 1, '"') != value + length - 1) {
		item->kind = INI_BAD_VALUE;
		item->problem = "expected one closing `\"`, at the end of the value";
		return;
	}
	value[length - 1] = '\0';
	item->value = value + 1;
}

static void read_pair(struct ini_item *item, char *text)
{
	char *equals = strchr(text, '=');

	if (!equals || equals == text) {
		bad(item, text, "expected `key = value`");
		return;
	}
	char *value = trim(equals + 1, equals + 1 + strlen(equals + 1));
	item->kind = INI_PAIR;
	item->name = trim(text, equals);
	read_value(item, value);
}

void ini_start(struct ini_reader *reader, char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf"; /* UTF-8 byte order mark */

	reader->next = text;
	reader->end = text + size;
	reader->line = 0;
	if (size >= 3 && memcmp(text, mark, 3) == 0)
		reader->next += 3;
}

void ini_next(struct ini_reader *reader, struct ini_item *item)
{
	*item = (struct ini_item){.kind = INI_END};
	while (reader->next < reader->end) {
		char *start = reader->next;
		char *stop = memchr(start, '\n', (size_t)(reader->end - start));
		char *end = stop ? stop : reader->end;

		reader->next = stop ? stop + 1 : reader->end;
		item->line = ++reader->line;
		if (end > start && end[-1] == '\r')
			end--;
		if (has_control(start, end)) {
			bad(item, start, ini_no_text);
			return;
		}
		char *text = trim(start, end);
		if (*text == '\0' || *text == '#' || *text == ';')
			continue;
		if (*text == '[')
			read_block(item, text);
		else
			read_pair(item, text);
		return;
	}
	item->line = reader->line ? reader->line : 1;
}
