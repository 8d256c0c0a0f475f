/* SPDX-License-Identifier: MIT */
/* What boot found out, for the kernel layer. Read only once start() is done. */
#ifndef ARCH_MACHINE_H
#define ARCH_MACHINE_H

#include "abi/boot.h"
#include "acpi.h"
#include "image.h"
#include "multiboot2.h"
#include "ranges.h"

struct machine {
	const struct multiboot2 *grub;
	const struct acpi_info *acpi;
	const struct ranges *ram; /* free for the root task */
	uint64_t ram_bytes;       /* all there is */
	struct image root_image;
	hpa_t pool_base, kernel_root;
	uint64_t pool_bytes;
	void *object_table; /* kernel_table_bytes(objects), zeroed */
	uint32_t objects;
	uint32_t cpus; /* that are up */
	bool tsc_deadline;
	char missing[BOOT_FEATURE_TEXT]; /* why guests cannot run */
};

struct regs;

/* How many objects a pool of `pages` is to have, and the table's size. */
uint64_t kernel_objects(uint64_t pages);
uint64_t kernel_table_bytes(uint32_t objects);

/* Starts the kernel layer and the root task on this CPU; returns its frame. */
struct regs *kernel_start(const struct machine *machine);

/* Another CPU is ready for threads; returns the frame of its idle loop. */
struct regs *kernel_join(void);

#endif
