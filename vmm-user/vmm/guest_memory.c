/* SPDX-License-Identifier: MIT */
/* The guest's RAM: see guest_memory.h. */
#include "vmm/guest_memory.h"

#include "lib/string.h"

enum status guest_memory_init(struct guest_memory *mem, void *host, uint64_t size)
{
	mem->host = host;
	mem->size = 0;
	if (size > GUEST_SIZE_MAX || size & PAGE_MASK)
		return STATUS_BAD_ARG;
	mem->size = size;
	return STATUS_OK;
}

uint64_t guest_memory_low(const struct guest_memory *mem)
{
	return mem->size < GUEST_HOLE ? mem->size : GUEST_HOLE;
}

uint64_t guest_memory_high(const struct guest_memory *mem)
{
	return mem->size - guest_memory_low(mem);
}

/* No sum is formed before it is known not to wrap. */
void *guest_span_any(const struct guest_memory *mem, gpa_t at, size_t size)
{
	uint64_t low = guest_memory_low(mem), high = guest_memory_high(mem);

	if (at.raw <= low)
		return size <= low - at.raw ? mem->host + at.raw : NULL;
	if (at.raw < GUEST_HIGH || at.raw - GUEST_HIGH > high)
		return NULL;
	if (size > high - (at.raw - GUEST_HIGH))
		return NULL;
	return mem->host + low + (at.raw - GUEST_HIGH);
}

enum status guest_copy_in(const struct guest_memory *mem, gpa_t at, void *to, size_t size)
{
	const void *from = guest_span(mem, at, size);

	if (!from)
		return STATUS_BAD_ARG;
	memcpy(to, from, size);
	return STATUS_OK;
}

enum status guest_copy_out(const struct guest_memory *mem, gpa_t at, const void *from, size_t size)
{
	void *to = guest_span(mem, at, size);

	if (!to)
		return STATUS_BAD_ARG;
	memcpy(to, from, size);
	return STATUS_OK;
}

enum status guest_set(const struct guest_memory *mem, gpa_t at, uint8_t byte, size_t size)
{
	void *to = guest_span(mem, at, size);

	if (!to)
		return STATUS_BAD_ARG;
	memset(to, byte, size);
	return STATUS_OK;
}
