/* SPDX-License-Identifier: MIT */
/*
 * What GRUB loads: the kernel with its command line, and the modules in their
 * order, each with the name it is passed under. Used for an ISO and for an
 * installation alike.
 */
#ifndef CARREL_BUNDLE_H
#define CARREL_BUNDLE_H

#include "plan.h"
#include "products.h"

#include <stdio.h>

#define BUNDLE_MODULES BOOT_MODULES
#define BUNDLE_KERNEL "carrel.elf"

struct bundle_module {
	char *path; /* on the host; NULL: `data` is the contents */
	const void *data;
	size_t size;
	char name[BOOT_NAME]; /* file name on the medium, and the name passed */
};

struct bundle {
	char *kernel; /* path on the host */
	char *args;   /* the kernel's command line */
	struct bundle_module module[BUNDLE_MODULES];
	unsigned modules;
};

/* Starts a bundle with the root task `root` as its first module. */
void bundle_start(struct bundle *bundle, const char *kernel, const char *args, const char *root);

/* Adds the compiled plan and the files it names; the plan has to outlive the
 * bundle. */
void bundle_add_plan(struct bundle *bundle, const struct plan *plan);

/* Adds one more file under its own name. STATUS_NO_MEMORY if there are too many,
 * STATUS_IN_USE if the name is taken. */
enum status bundle_add_file(struct bundle *bundle, const char *path) MUST_CHECK;

void bundle_free(struct bundle *bundle);

/* Writes GRUB's commands that load the bundle from `directory` (a path in GRUB's
 * sense), each line after `indent`. */
void bundle_print_grub(
	const struct bundle *bundle, const char *directory, const char *indent, FILE *out);

/* Puts kernel and modules into `directory` on the host, which exists. Says what
 * fails on standard error. */
enum status bundle_copy(const struct bundle *bundle, const char *directory) MUST_CHECK;

#endif
