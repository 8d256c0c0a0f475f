/* SPDX-License-Identifier: MIT */
/*
 * Reader of the compiled plan (abi/plan.h). Pure: checks everything once, so
 * that its users need no check. Input is hostile until plan_read() said OK.
 */
#ifndef INIT_PLAN_H
#define INIT_PLAN_H

#include <stddef.h>
#include <stdint.h>
#include "abi/plan.h"
#include "abi/status.h"
#include "lib/compiler.h"

#define PLAN_NO_ENTRY 0xffffffffu

struct plan {
	const struct plan_header *header;
	const struct plan_component *component; /* [header->components] */
	const struct plan_module *module;       /* [header->modules] */
	const struct plan_channel *channel;     /* [header->channels] */
	const struct plan_right *right;         /* [header->rights] */
	const char *text;
	const char *problem; /* after an error: what is wrong, for people */
	uint32_t entry;      /* and with which entry of its table, or PLAN_NO_ENTRY */
};

/*
 * Checks the plan in the `size` bytes at `data` (8-byte aligned) and points
 * `plan` into it. Guarantees after STATUS_OK: every table lies inside the plan,
 * every index is below its count (or PLAN_NO_MODULE, PLAN_INIT where allowed),
 * every text offset names a NUL-terminated string, names are unique and
 * printable, counts fit struct start_info and the slots of abi/start.h, lists of
 * CPUs name one, budgets fit their periods, guests' priorities are below those of
 * drivers, and values are in the range of their enum. Returns STATUS_BAD_ARG otherwise, with
 * `problem` and `entry` set; nothing else of `plan` may then be used.
 */
MUST_CHECK enum status plan_read(const void *data, size_t size, struct plan *plan);

/* The string at a text offset of a checked plan. */
static inline const char *plan_text(const struct plan *plan, uint32_t offset)
{
	return plan->text + offset;
}

#endif
