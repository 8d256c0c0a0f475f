/* SPDX-License-Identifier: MIT */
/* What the build made, and where it is. */
#ifndef CARREL_PRODUCTS_H
#define CARREL_PRODUCTS_H

#include "abi/status.h"
#include "plan.h"
#include "lib/compiler.h"

struct products {
	char *kernel; /* carrel.elf */
	char *init;
	char *vmm, *serial, *power, *net, *disk, *nic;
};

/* Finds the products: in the directory CARREL_BUILD, else in the one that this
 * program lies in. Does not look whether they are there. */
void products_find(struct products *products);

/* Whether all are there. */
bool products_are_there(const struct products *products);

/* STATUS_OK if all are there, or, if `kernel_only`, the kernel; otherwise says on
 * standard error what is missing and how to make it. */
enum status products_check(const struct products *products, bool kernel_only) MUST_CHECK;

struct plan_programs products_programs(const struct products *products);

void products_free(struct products *products);

#endif
