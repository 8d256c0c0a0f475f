/* SPDX-License-Identifier: MIT */
/* The console's part of the kernel's command line; see console.h. Stateless. */
#include "console.h"

#include "lib/string.h"

#define DEFAULT_PORT 0x3f8u /* com1 */

static const struct {
	char name[5];
	uint16_t port;
} com_ports[] = {{"com1", 0x3f8}, {"com2", 0x2f8}, {"com3", 0x3e8}, {"com4", 0x2e8}};

/* A word of the command line. */
struct word {
	const char *at;
	size_t size;
};

static bool word_is(struct word word, const char *text)
{
	return word.size == strlen(text) && memcmp(word.at, text, word.size) == 0;
}

/* Takes the next piece of *rest, up to one of `ends` or the end of the text. */
static struct word word_take(struct word *rest, char end)
{
	struct word word = {rest->at, 0};
	while (word.size < rest->size && word.at[word.size] != end)
		word.size++;
	size_t used = word.size < rest->size ? word.size + 1 : word.size;
	rest->at += used;
	rest->size -= used;
	return word;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* com1 to com4, or a port in hexadecimal with 0x before it. 0: neither. */
static uint16_t port_parse(struct word word)
{
	uint32_t port = 0;
	for (size_t i = 0; i < ARRAY_SIZE(com_ports); i++)
		if (word_is(word, com_ports[i].name))
			return com_ports[i].port;
	if (word.size < 3 || word.size > 6 || word.at[0] != '0' || word.at[1] != 'x')
		return 0;
	for (size_t i = 2; i < word.size; i++) {
		if (digit_of(word.at[i]) < 0)
			return 0;
		port = port << 4 | (uint32_t)digit_of(word.at[i]);
	}
	return port <= 0xfff8 ? (uint16_t)port : 0; /* eight registers from there */
}

static bool port_add(struct console_options *out, uint16_t port)
{
	if (port == 0)
		return false;
	for (unsigned i = 0; i < out->ports; i++)
		if (out->port[i] == port)
			return true;
	if (out->ports == CONSOLE_PORTS)
		return false;
	out->port[out->ports++] = port;
	return true;
}

/* The list after console=, the last one of several. */
static void console_list_parse(struct word list, struct console_options *out)
{
	bool any = false;
	*out = (struct console_options){.bad = out->bad};
	while (list.size > 0) {
		struct word name = word_take(&list, ',');
		bool good = word_is(name, "none");
		if (word_is(name, "screen"))
			good = out->screen = true;
		good = good || port_add(out, port_parse(name));
		any |= good;
		out->bad |= !good;
	}
	if (any)
		return;
	out->bad = true;
	out->screen = port_add(out, DEFAULT_PORT);
}

/* The value of `key` if the word is key=value. */
static bool value_of(struct word word, const char *key, struct word *value)
{
	size_t length = strlen(key);
	if (word.size < length || memcmp(word.at, key, length) != 0)
		return false;
	*value = (struct word){word.at + length, word.size - length};
	return true;
}

void console_parse(const char *cmdline, struct console_options *out)
{
	struct word rest = {cmdline, cmdline ? strlen(cmdline) : 0}, log = {NULL, 0}, value;
	*out = (struct console_options){.ports = 1, .port = {DEFAULT_PORT}, .screen = true};
	while (rest.size > 0) {
		struct word word = word_take(&rest, ' ');
		if (value_of(word, "console=", &value))
			console_list_parse(value, out);
		else if (value_of(word, "log=", &value))
			log = value;
	}
	if (log.at && !port_add(out, port_parse(log)))
		out->bad = true;
}
