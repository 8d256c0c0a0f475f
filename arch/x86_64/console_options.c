/* SPDX-License-Identifier: MIT */
/* The console's part of the kernel's command line; see console.h. Stateless. */
#include "console.h"

#include "lib/string.h"

static const uint16_t com_ports[] = {0x3f8, 0x2f8, 0x3e8, 0x2e8}; /* com1 to com4 */

/* Bytes up to the end of a list's item: a comma, a space, the text's end. */
static size_t item_size(const char *item)
{
	size_t size = 0;

	while (item[size] && item[size] != ' ' && item[size] != ',')
		size++;
	return size;
}

static bool starts_with(const char *text, const char *start)
{
	while (*start && *text == *start)
		text++, start++;
	return !*start;
}

/* com1 to com4, or a port in hexadecimal with 0x before it. 0: neither. */
static uint16_t port_parse(const char *item, size_t size)
{
	uint32_t port = 0;

	if (size == 4 && starts_with(item, "com") && item[3] >= '1' && item[3] <= '4')
		return com_ports[item[3] - '1'];
	if (size < 3 || size > 6 || !starts_with(item, "0x"))
		return 0;
	for (size_t i = 2; i < size; i++) {
		char c = item[i], lower = c | 0x20;

		if (c >= '0' && c <= '9')
			port = port << 4 | (uint32_t)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			port = port << 4 | (uint32_t)(lower - 'a' + 10);
		else
			return 0;
	}
	return port <= 0xfff8 ? (uint16_t)port : 0; /* eight registers from there */
}

static bool port_add(struct console_options *out, uint16_t port)
{
	for (unsigned i = 0; i < out->ports; i++)
		if (out->port[i] == port)
			return true;
	if (port == 0 || out->ports == CONSOLE_PORTS)
		return false;
	out->port[out->ports++] = port;
	return true;
}

/* The list after console=, the last one of several. */
static void console_list_parse(const char *item, struct console_options *out)
{
	bool any = false, more = true;

	*out = (struct console_options){.bad = out->bad};
	while (more) {
		size_t size = item_size(item);
		bool good = size == 4 && starts_with(item, "none");

		if (size == 6 && starts_with(item, "screen"))
			good = out->screen = true;
		good = good || port_add(out, port_parse(item, size));
		any |= good;
		out->bad |= !good;
		more = item[size] == ',';
		item += size + more;
	}
	if (!any)
		out->screen = port_add(out, com_ports[0]);
}

void console_parse(const char *cmdline, struct console_options *out)
{
	const char *log = NULL;

	*out = (struct console_options){.ports = 1, .port = {com_ports[0]}, .screen = true};
	for (const char *at = cmdline; at && *at; at++) {
		if (at != cmdline && at[-1] != ' ')
			continue;
		if (starts_with(at, "console="))
			console_list_parse(at + strlen("console="), out);
		else if (starts_with(at, "log="))
			log = at + strlen("log=");
	}
	if (log && !port_add(out, port_parse(log, item_size(log))))
		out->bad = true;
}
