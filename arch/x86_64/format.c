/* SPDX-License-Identifier: MIT */
/* Formatted text; see format.h. Stateless. */
#include "format.h"

#include "lib/string.h"

#include <stdbool.h>
#include <stdint.h>

#define DIGITS_MAX 24u /* more than 2^64 has in any base used here */

struct sink {
	char *out;
	size_t room, length; /* length goes on counting when room is used up */
};

/* One conversion: %[-0][width][.precision][l|ll|z]letter */
struct spec {
	bool left, zero;
	int width, precision; /* precision -1: not given */
	unsigned longs;       /* 0 int, 1 and 2 64 bits */
	char letter;
};

static void put(struct sink *sink, char c)
{
	if (sink->length + 1 < sink->room)
		sink->out[sink->length] = c;
	sink->length++;
}

static void put_times(struct sink *sink, char c, int times)
{
	while (times-- > 0)
		put(sink, c);
}

/* Text of `length` bytes, filled up to the width. */
static void put_text(struct sink *sink, const struct spec *spec, const char *text, int length)
{
	if (!spec->left)
		put_times(sink, ' ', spec->width - length);
	for (int i = 0; i < length; i++)
		put(sink, text[i]);
	if (spec->left)
		put_times(sink, ' ', spec->width - length);
}

static void put_string(struct sink *sink, const struct spec *spec, const char *text)
{
	int length = 0;
	if (!text)
		text = "(null)";
	while ((spec->precision < 0 || length < spec->precision) && text[length])
		length++;
	put_text(sink, spec, text, length);
}

/* `prefix` is what stands before the digits: "", "-" or "0x". */
static void put_number(struct sink *sink, const struct spec *spec, uint64_t value, unsigned base,
	const char *prefix)
{
	const char *set = spec->letter == 'X' ? "0123456789ABCDEF" : "0123456789abcdef";
	char digits[DIGITS_MAX];
	int count = 0, lead = (int)strlen(prefix), zeros;
	for (; value > 0; value /= base)
		digits[count++] = set[value % base];
	if (count == 0 && spec->precision != 0)
		digits[count++] = '0';
	zeros = spec->precision - count;
	if (spec->zero && !spec->left && spec->precision < 0)
		zeros = spec->width - lead - count;
	zeros = zeros < 0 ? 0 : zeros;

	int fill = spec->width - lead - zeros - count;
	if (!spec->left)
		put_times(sink, ' ', fill);
	while (*prefix)
		put(sink, *prefix++);
	put_times(sink, '0', zeros);
	while (count > 0)
		put(sink, digits[--count]);
	if (spec->left)
		put_times(sink, ' ', fill);
}

/* A decimal number, or '*' for the next argument. */
static const char *number_read(const char *at, va_list *args, int *out)
{
	if (*at == '*') {
		*out = va_arg(*args, int);
		return at + 1;
	}
	for (*out = 0; *at >= '0' && *at <= '9'; at++)
		if (*out < 10000)
			*out = *out * 10 + (*at - '0');
	return at;
}

/* Reads what follows '%'; returns the place of the letter. */
static const char *spec_read(const char *at, va_list *args, struct spec *spec)
{
	*spec = (struct spec){.precision = -1};
	for (; *at == '-' || *at == '0'; at++) {
		spec->left |= *at == '-';
		spec->zero |= *at == '0';
	}
	at = number_read(at, args, &spec->width);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = -spec->width;
	}
	if (*at == '.')
		at = number_read(at + 1, args, &spec->precision);
	for (; *at == 'l' || *at == 'z'; at++)
		spec->longs++;
	spec->letter = *at;
	return at;
}

static void put_signed(struct sink *sink, const struct spec *spec, int64_t value)
{
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
	put_number(sink, spec, size, 10, value < 0 ? "-" : "");
}

/* false: not a conversion. */
static bool put_argument(struct sink *sink, const struct spec *spec, va_list *args)
{
	char c;
	switch (spec->letter) {
	case 'c':
		c = (char)va_arg(*args, int);
		put_text(sink, spec, &c, 1);
		return true;
	case 's':
		put_string(sink, spec, va_arg(*args, const char *));
		return true;
	case 'd':
	case 'i':
		put_signed(sink, spec, spec->longs ? va_arg(*args, int64_t) : va_arg(*args, int));
		return true;
	case 'u':
	case 'x':
	case 'X':
		put_number(sink, spec,
			spec->longs ? va_arg(*args, uint64_t) : va_arg(*args, unsigned),
			spec->letter == 'u' ? 10 : 16, "");
		return true;
	case 'p':
		put_number(sink, spec, (uintptr_t)va_arg(*args, void *), 16, "0x");
		return true;
	case '%':
		put(sink, '%');
		return true;
	default:
		return false;
	}
}

size_t format_text(char *out, size_t size, const char *format, va_list args)
{
	struct sink sink = {out, size, 0};
	struct spec spec;
	va_list rest;
	va_copy(rest, args);
	for (const char *at = format; *at; at++) {
		if (*at != '%') {
			put(&sink, *at);
			continue;
		}
		const char *letter = spec_read(at + 1, &rest, &spec);
		if (put_argument(&sink, &spec, &rest))
			at = letter;
		else
			put(&sink, '%');
	}
	va_end(rest);
	if (size > 0)
		out[sink.length < size ? sink.length : size - 1] = 0;
	return sink.length;
}

_Static_assert(sizeof(long) == 8 && sizeof(size_t) == 8, "l, ll and z are all 64 bits");
