/* SPDX-License-Identifier: MIT */
/*
 * Memory and string functions. Pure; no state. String instructions, because
 * they are the shortest code that is fast for large blocks, and because the
 * compiler cannot turn them back into a call of the same function.
 * Source: Intel SDM vol. 2, "REP/REPE/REPZ/REPNE/REPNZ - Repeat String
 * Operation Prefix".
 */
#include "rt/string.h"
#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	void *dst = to;
	size_t words = size / 8, bytes = size % 8;

	__asm__ volatile("rep movsq" : "+D"(dst), "+S"(from), "+c"(words) : : "memory");
	__asm__ volatile("rep movsb" : "+D"(dst), "+S"(from), "+c"(bytes) : : "memory");
	return to;
}

void *memset(void *to, int byte, size_t size)
{
	void *dst = to;
	size_t words = size / 8, bytes = size % 8;
	uint64_t fill = (uint8_t)byte * 0x0101010101010101ull;

	__asm__ volatile("rep stosq" : "+D"(dst), "+c"(words) : "a"(fill) : "memory");
	__asm__ volatile("rep stosb" : "+D"(dst), "+c"(bytes) : "a"(fill) : "memory");
	return to;
}

static void copy_backward(char *to, const char *from, size_t size)
{
	char *dst = to + size - 1;
	const char *src = from + size - 1;

	__asm__ volatile("std\n\trep movsb\n\tcld"
			 : "+D"(dst), "+S"(src), "+c"(size)
			 :
			 : "memory", "cc");
}

void *memmove(void *to, const void *from, size_t size)
{
	if ((uintptr_t)to - (uintptr_t)from >= size)
		return memcpy(to, from, size);
	copy_backward(to, from, size);
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const uint8_t *x = a, *y = b;

	for (size_t i = 0; i < size; i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;

	while (*(const volatile char *)(text + length) != 0)
		length++;
	return length;
}

bool string_equal(const char *a, const char *b)
{
	size_t size = strlen(a);

	return strlen(b) == size && memcmp(a, b, size) == 0;
}

void string_copy(char *to, size_t size, const char *from)
{
	size_t length = strlen(from);

	if (length > size - 1)
		length = size - 1;
	memset(to, 0, size);
	memcpy(to, from, length);
}
