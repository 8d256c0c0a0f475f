/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/guest_memory.c vmm-user/vmm/load/[a-z]*.[cS] */
/* RUNS: 15000 */
/* MAX: 8192 */
/*
 * A hostile kernel file in a monitor: bzImage of old and new, PVH, multiboot 1. The first four
 * bytes are about what comes with it; the file is the rest. After a refusal the
 * guest's memory must be as it was (looked at in one run of sixteen).
 */
#include "vmm/load/loader.h"
#include "fuzz.h"

#define GUEST_MAX 0x400000u
#define FRESH 0xa5
#define TEXT_MAX 256u
#define INITRD_MAX 0x8000u

static uint8_t *guest;

static bool fresh(const struct guest_memory *mem)
{
	return mem->host[0] == FRESH && memcmp(mem->host, mem->host + 1, mem->size - 1) == 0;
}

static uint64_t entry_address(const struct boot_entry *e)
{
	MUST(e->mode != BOOT_REAL || (e->rip <= 0xffff && e->rsp <= 0xffff && e->rbx <= 0xffff));
	return e->mode == BOOT_REAL ? ((uint64_t)e->cs << 4) + e->rip : e->rip;
}

static void load(const struct load_request *request, uint64_t size, bool look)
{
	struct boot_entry entry = {0};
	struct guest_memory mem;
	enum load_error error, why;

	MUST(guest_memory_init(&mem, guest, size) == STATUS_OK);
	error = loader_load(&mem, request, &entry);
	MUST(error < LOAD_ERROR_COUNT && error != LOAD_WRITE_FAILED);
	MUST(load_error_text(error));
	if (loader_detect(&request->kernel, &why) == LOAD_KIND_NONE)
		MUST(error == why && why != LOAD_OK);
	if (error == LOAD_OK) {
		MUST(guest_is_ram(&mem, gpa(entry_address(&entry)), 1));
		MUST(entry.mode != BOOT_LONG64 || guest_is_ram(&mem, gpa(entry.cr3), PAGE_SIZE));
		memset(guest, FRESH, GUEST_MAX);
	} else if (look) {
		MUST(fresh(&mem));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	unsigned shape = (unsigned)input_take(&input, 1), text = (unsigned)input_take(&input, 1);
	uint32_t initrd = (uint32_t)input_take(&input, 2) % INITRD_MAX;
	uint8_t *kernel = exact_copy(input.at, input.left);
	uint8_t *file = calloc(1, initrd + 1);
	char cmdline[TEXT_MAX] = {0};
	struct load_file module[LOAD_MODULES_MAX];

	if (!guest) {
		guest = malloc(GUEST_MAX);
		MUST(guest);
		memset(guest, FRESH, GUEST_MAX);
	}
	MUST(file);
	memset(cmdline, 'c', text);
	for (unsigned i = 0; i < LOAD_MODULES_MAX; i++)
		module[i] = (struct load_file){file, i < initrd ? initrd : 0, cmdline};
	load(&(struct load_request){.kernel = {kernel, input.left, cmdline},
		     .initrd = {file, initrd, NULL},
		     .module = module,
		     .modules = shape & 7,
		     .rsdp = gpa(shape & 8 ? 0xe0000 : 0)},
		GUEST_MAX - (shape >> 4) * (GUEST_MAX / 16) * (shape & 1), text % 16 == 0);
	free(kernel);
	free(file);
	return 0;
}
