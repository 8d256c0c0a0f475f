/* SPDX-License-Identifier: MIT */
/* Formatted output. Pure; the only state is the output being written. */
#include "rt/format.h"
#include <stdbool.h>
#include <stdint.h>

/* 64 bits in decimal are 20 digits; hexadecimal has fewer. */
#define DIGITS_MAX 24

struct output {
	char *to;
	size_t size, length; /* length: of the whole text, also what did not fit */
};

struct spec {
	bool zero, left;
	int width, precision; /* precision -1: none */
	int longs;            /* how many l; z counts as one */
};

static void output_char(struct output *out, char c)
{
	if (out->length + 1 < out->size)
		out->to[out->length] = c;
	out->length++;
}

static void output_fill(struct output *out, char c, int count)
{
	for (; count > 0; count--)
		output_char(out, c);
}

static void output_text(struct output *out, const struct spec *spec, const char *text, int length)
{
	if (!spec->left)
		output_fill(out, ' ', spec->width - length);
	for (int i = 0; i < length; i++)
		output_char(out, text[i]);
	if (spec->left)
		output_fill(out, ' ', spec->width - length);
}

/* Length of `text`; reads no byte beyond the precision. */
static int text_length(const char *text, int precision)
{
	int length = 0;

	while ((precision < 0 || length < precision) && text[length] != 0)
		length++;
	return length;
}

static void output_number(struct output *out, const struct spec *spec, uint64_t value,
	unsigned base, bool minus, char ten)
{
	char digits[DIGITS_MAX];
	int at = DIGITS_MAX;

	do {
		unsigned digit = (unsigned)(value % base);

		digits[--at] = (char)(digit < 10 ? '0' + digit : ten + digit - 10);
		value /= base;
	} while (value != 0);
	while (spec->zero && !spec->left && at > 1 && DIGITS_MAX - at + minus < spec->width)
		digits[--at] = '0';
	if (minus)
		digits[--at] = '-';
	output_text(out, spec, digits + at, DIGITS_MAX - at);
}

static uint64_t arg_unsigned(va_list *args, int longs)
{
	if (longs == 0)
		return va_arg(*args, unsigned int);
	return va_arg(*args, unsigned long);
}

static int64_t arg_signed(va_list *args, int longs)
{
	if (longs == 0)
		return va_arg(*args, int);
	return va_arg(*args, long);
}

static void output_signed(struct output *out, const struct spec *spec, int64_t value)
{
	bool minus = value < 0;

	output_number(out, spec, minus ? 0 - (uint64_t)value : (uint64_t)value, 10, minus, 'a');
}

/* Reads digits or *; leaves `format` behind them. */
static const char *spec_number(const char *format, va_list *args, int *value)
{
	if (*format == '*') {
		*value = va_arg(*args, int);
		return format + 1;
	}
	for (*value = 0; *format >= '0' && *format <= '9'; format++)
		*value = *value * 10 + (*format - '0');
	return format;
}

static const char *spec_read(const char *format, va_list *args, struct spec *spec)
{
	*spec = (struct spec){.precision = -1};
	for (; *format == '0' || *format == '-'; format++) {
		spec->zero |= *format == '0';
		spec->left |= *format == '-';
	}
	format = spec_number(format, args, &spec->width);
	if (*format == '.')
		format = spec_number(format + 1, args, &spec->precision);
	for (; *format == 'l' || *format == 'z'; format++)
		spec->longs++;
	return format;
}

static void output_string(struct output *out, const struct spec *spec, const char *text)
{
	if (text == NULL)
		text = "(null)";
	output_text(out, spec, text, text_length(text, spec->precision));
}

/* Writes one conversion. Returns false if `conversion` is not one. */
static bool output_conversion(
	struct output *out, const struct spec *spec, char conversion, va_list *args)
{
	char c;

	switch (conversion) {
	case 'd':
	case 'i':
		output_signed(out, spec, arg_signed(args, spec->longs));
		return true;
	case 'u':
		output_number(out, spec, arg_unsigned(args, spec->longs), 10, false, 'a');
		return true;
	case 'x':
		output_number(out, spec, arg_unsigned(args, spec->longs), 16, false, 'a');
		return true;
	case 'X':
		output_number(out, spec, arg_unsigned(args, spec->longs), 16, false, 'A');
		return true;
	case 'p':
		output_number(out, spec, (uintptr_t)va_arg(*args, void *), 16, false, 'a');
		return true;
	case 's':
		output_string(out, spec, va_arg(*args, const char *));
		return true;
	case 'c':
		c = (char)va_arg(*args, int);
		output_text(out, spec, &c, 1);
		return true;
	case '%':
		output_char(out, '%');
		return true;
	default:
		return false;
	}
}

int rt_vsnprintf(char *to, size_t size, const char *format, va_list args)
{
	struct output out = {.to = to, .size = size};
	va_list copy;

	va_copy(copy, args); /* a va_list parameter cannot be passed on by address */
	while (*format != 0) {
		const char *start = format;
		struct spec spec;

		if (*format != '%') {
			output_char(&out, *format++);
			continue;
		}
		format = spec_read(format + 1, &copy, &spec);
		if (*format == 0 || !output_conversion(&out, &spec, *format, &copy)) {
			output_char(&out, '%');
			format = start + 1;
			continue;
		}
		format++;
	}
	va_end(copy);
	if (size > 0)
		to[out.length < size ? out.length : size - 1] = 0;
	return (int)out.length;
}

int rt_snprintf(char *to, size_t size, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = rt_vsnprintf(to, size, format, args);
	va_end(args);
	return length;
}
