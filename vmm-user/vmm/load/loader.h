/* SPDX-License-Identifier: MIT */
/*
 * Builds a guest: finds out what kind of kernel a file is and lays it, and what
 * comes with it, into the guest's memory.
 *
 * The files are hostile, the guest does not run yet. Everything is checked
 * before the first byte is written; after an error the guest's memory is
 * untouched, except after LOAD_WRITE_FAILED, which cannot happen.
 */
#ifndef VMM_LOAD_LOADER_H
#define VMM_LOAD_LOADER_H

#include "vmm/load/boot_entry.h"
#include "vmm/load/load_error.h"
#include "vmm/guest_memory.h"
#include "lib/addr.h"
#include "lib/compiler.h"

enum load_kind { LOAD_KIND_NONE = 0, LOAD_KIND_LINUX, LOAD_KIND_PVH, LOAD_KIND_MULTIBOOT1 };

/* A file that the plan names: read-only, constant while loading. */
struct load_file {
	const uint8_t *data;
	uint64_t size;       /* bytes; 0: there is no such file */
	const char *cmdline; /* NUL-terminated; NULL is "" */
};

#define LOAD_MODULES_MAX START_MODULES

struct load_request {
	struct load_file kernel; /* .cmdline: the guest's command line */
	struct load_file initrd; /* .size 0: none */
	const struct load_file *module;
	unsigned modules;
	gpa_t rsdp; /* where acpi_tables_build() put it; raw 0: none */
};

/*
 * Builds the guest of `request` in `mem` and says in `entry` how it starts.
 * Linux takes no modules; for PVH and multiboot 1 the initrd is the first
 * module. On an error `entry` is not written.
 */
enum load_error loader_load(const struct guest_memory *mem, const struct load_request *request,
	struct boot_entry *entry) MUST_CHECK;

/* The kind of a kernel file; LOAD_KIND_NONE with the reason in `why`. */
enum load_kind loader_detect(const struct load_file *kernel, enum load_error *why);

/* "Linux bzImage", "PVH", "multiboot 1" or "none". */
const char *load_kind_text(enum load_kind kind);

#endif
