/* SPDX-License-Identifier: MIT */
/* Handing out rights. No state; main thread only, because of the windows. */
#include "init/grant.h"
#include "init/init.h"
#include "lib/addr.h"
#include "rt/log.h"
#include "rt/string.h"
#include "rt/syscall.h"

enum status grant_memory(
	uint64_t domain, uint64_t base, uint64_t size, uint64_t address, uint64_t rights)
{
	return sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, domain, rights, base / PAGE_SIZE,
		address / PAGE_SIZE, size / PAGE_SIZE);
}

enum status grant_region(uint64_t domain, const struct memory_region *region, uint64_t offset,
	uint64_t size, uint64_t address, uint64_t rights)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < region->chunks && size > 0 && status == STATUS_OK; i++) {
		const struct memory_chunk *chunk = &region->chunk[i];
		uint64_t part;

		if (offset >= chunk->size) {
			offset -= chunk->size;
			continue;
		}
		part = chunk->size - offset < size ? chunk->size - offset : size;
		status = grant_memory(domain, chunk->base + offset, part, address, rights);
		offset = 0;
		address += part;
		size -= part;
	}
	if (status == STATUS_OK && size > 0)
		status = STATUS_BAD_ARG;
	return status;
}

enum status grant_ports(uint64_t domain, uint64_t first, uint64_t count)
{
	return sys_delegate(DELEGATE_PORT, ROOT_DOMAIN, domain, RIGHT_USE, first, first, count);
}

enum status grant_cap(uint64_t domain, uint64_t from, uint64_t to, uint64_t rights)
{
	return sys_delegate(DELEGATE_CAP, ROOT_DOMAIN, domain, rights, from, to, 1);
}

enum status window_open(uint64_t window, const struct memory_region *region, uint64_t rights)
{
	return grant_region(ROOT_DOMAIN, region, 0, region->size, window, rights);
}

enum status window_open_file(uint64_t window, uint64_t base, uint64_t size)
{
	return grant_memory(ROOT_DOMAIN, base, PAGE_ALIGN_UP(size), window, MEM_R);
}

void window_close(uint64_t window, uint64_t size)
{
	enum status status = sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, 0, 0,
		window / PAGE_SIZE, PAGE_ALIGN_UP(size) / PAGE_SIZE);

	if (status != STATUS_OK)
		rt_panic("init: a window cannot be closed (status %u)", status);
}

enum status region_zero(const struct memory_region *region)
{
	enum status status = window_open(WINDOW_MEMORY, region, MEM_R | MEM_W);

	if (status == STATUS_OK)
		memset((void *)WINDOW_MEMORY, 0, region->size);
	window_close(WINDOW_MEMORY, region->size);
	return status;
}
