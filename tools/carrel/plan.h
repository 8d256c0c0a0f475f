/* SPDX-License-Identifier: MIT */
/*
 * A configuration compiled into the binary plan of abi/plan.h, with the list of
 * files that GRUB has to load for it.
 */
#ifndef CARREL_PLAN_H
#define CARREL_PLAN_H

#include "abi/boot.h"
#include "abi/plan.h"
#include "config.h"

#include <stddef.h>
#include <stdint.h>

/* Where the programs of the components are, on the host. NULL: not built yet, good
 * enough for a check; the plan then does not know their size. */
struct plan_programs {
	const char *vmm, *serial, *power, *net, *disk, *nic;
};

/* A plan's module: the file, and the name GRUB passes (unique, at most
 * BOOT_NAME - 1 characters, safe as a file name and in GRUB's language). */
struct plan_file {
	char *path;
	char name[BOOT_NAME];
};

struct plan {
	uint8_t *bytes;
	size_t size;
	struct plan_file file[PLAN_MODULES];
	unsigned files;
	unsigned first_vm; /* component index of the first guest; they follow in file order */
	unsigned vms;
};

/* Memory of the machine that the plan does not account for: kernel, root task,
 * firmware, page tables. Bytes. */
#define PLAN_OVERHEAD (64ull << 20)

/* Compiles `config`. The plan is the same for the same input. What cannot be
 * compiled is reported to `diag` and gives STATUS_BAD_ARG; `plan` is then empty.
 * Needs plan_free() on success. */
enum status plan_compile(const struct config *config, const struct plan_programs *programs,
	struct plan *plan, struct diag *diag) MUST_CHECK;

/* Bytes of memory a machine needs at least to carry out the plan. */
uint64_t plan_memory(const struct plan *plan);

/* Reports to `diag`, on the line of the guest's memory that is too much, if a
 * machine with `machine` bytes cannot carry out the plan. */
enum status plan_check_machine(const struct plan *plan, const struct config *config,
	uint64_t machine, struct diag *diag) MUST_CHECK;

/* The least number of CPUs of a machine that has every CPU the plan names. */
unsigned plan_cpus(const struct plan *plan);

/* Reports to `diag` each guest that has no CPU on a machine with `cpus` CPUs. Those
 * that have only a part of theirs, and run all the same, are put into `warnings`. */
enum status plan_check_cpus(const struct config *config, unsigned cpus, struct diag *diag,
	struct diag *warnings) MUST_CHECK;

void plan_free(struct plan *plan);

/* The parts of a compiled plan, for printing and tests. */
const struct plan_header *plan_header(const struct plan *plan);
const struct plan_component *plan_component(const struct plan *plan, unsigned index);
const struct plan_module *plan_module(const struct plan *plan, unsigned index);
const struct plan_channel *plan_channel(const struct plan *plan, unsigned index);
const struct plan_right *plan_right(const struct plan *plan, unsigned index);
const char *plan_text(const struct plan *plan, uint32_t offset);

#endif
