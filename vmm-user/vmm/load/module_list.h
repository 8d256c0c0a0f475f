/* SPDX-License-Identifier: MIT */
/*
 * The files that a PVH or multiboot kernel gets beside itself, the initrd
 * first, and all the texts that go with them at LAYOUT_TEXT: the kernel's
 * command line, one per module, and the loader's name.
 *
 * States: module_list_place() while the layout fills, module_list_put() after
 * layout_commit().
 */
#ifndef VMM_LOAD_MODULE_LIST_H
#define VMM_LOAD_MODULE_LIST_H

#include "vmm/load/layout.h"
#include "vmm/load/loader.h"
#include "lib/compiler.h"

#include <stdint.h>

#define MODULE_LIST_MAX (LOAD_MODULES_MAX + 1u)

struct module_place {
	const struct load_file *file;
	uint64_t start; /* guest-physical, page aligned */
	uint64_t text;  /* guest-physical address of its command line */
};

struct module_list {
	const struct load_request *request;
	unsigned count;
	struct module_place at[MODULE_LIST_MAX];
	uint64_t cmdline, loader_name; /* guest-physical addresses of texts */
};

/* Where modules go: upward from an address (the kernel's end), each in the
 * first gap that holds it, or downward from the end of low RAM (from = 0). */
enum load_error module_list_place(struct module_list *, struct layout *,
	const struct load_request *, uint64_t from) MUST_CHECK;

/* Writes the texts. */
void module_list_put(const struct module_list *, struct layout *);

#endif
