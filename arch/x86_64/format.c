/* SPDX-License-Identifier: MIT */
/* Formatted text; see format.h. Stateless. */
#include "format.h"

#include <stdint.h>

#define DIGITS_MAX 20u /* of 2^64 in decimal */

struct sink {
	char *out;
	size_t room, length; /* length goes on counting when room is used up */
};

static void put(struct sink *sink, char c)
{
	if (sink->length + 1 < sink->room)
		sink->out[sink->length] = c;
	sink->length++;
}

static void put_text(struct sink *sink, const char *text)
{
	for (text = text ? text : "(null)"; *text; text++)
		put(sink, *text);
}

static void put_number(struct sink *sink, uint64_t value, unsigned base)
{
	char digits[DIGITS_MAX];
	unsigned count = 0;

	do
		digits[count++] = "0123456789abcdef"[value % base];
	while (value /= base);
	while (count > 0)
		put(sink, digits[--count]);
}

static void put_signed(struct sink *sink, int64_t value)
{
	if (value < 0)
		put(sink, '-');
	put_number(sink, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
}

/* One conversion, from after its '%'. Returns what follows it. */
static const char *convert(struct sink *sink, const char *at, va_list *args)
{
	const char *letter = at;

	while (*letter == 'l')
		letter++;
	switch (*letter) {
	case 's':
		put_text(sink, va_arg(*args, const char *));
		break;
	case 'd':
		put_signed(sink, letter > at ? va_arg(*args, int64_t) : va_arg(*args, int));
		break;
	case 'u':
	case 'x':
		put_number(sink, letter > at ? va_arg(*args, uint64_t) : va_arg(*args, unsigned),
			*letter == 'u' ? 10 : 16);
		break;
	case '%':
		put(sink, '%');
		break;
	default:
		put(sink, '%');
		return at;
	}
	return letter + 1;
}

size_t format_text(char *out, size_t size, const char *format, va_list args)
{
	struct sink sink = {out, size, 0};
	va_list rest;

	va_copy(rest, args);
	while (*format)
		if (*format == '%')
			format = convert(&sink, format + 1, &rest);
		else
			put(&sink, *format++);
	va_end(rest);
	if (size > 0)
		out[sink.length < size ? sink.length : size - 1] = 0;
	return sink.length;
}

_Static_assert(sizeof(long) == 8, "l and ll are both 64 bits");
