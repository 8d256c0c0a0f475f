/* SPDX-License-Identifier: MIT */
/* Memory and text for the host tool; see alloc.h. No state. */
#include "alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *memory)
{
	if (memory)
		return memory;
	fputs("carrel: out of memory\n", stderr);
	exit(3);
}

void *alloc_zero(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *alloc_more(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *alloc_copy(const char *text, size_t size)
{
	char *copy = alloc_zero(size + 1, 1);

	memcpy(copy, text, size);
	return copy;
}

char *alloc_text(const char *format, ...)
{
	char *text;
	va_list args;
	int length;

	va_start(args, format);
	length = vasprintf(&text, format, args);
	va_end(args);
	return checked(length < 0 ? NULL : text);
}
