/* SPDX-License-Identifier: MIT */
/* Names of exits: see exit.h. */
#include "vmm/exit.h"

#define KIND_NAME(kind, name) [KIND_##kind] = name,
static const char *const kind_name[KIND_COUNT] = {EXIT_KINDS(KIND_NAME)};

const char *exit_kind_name(enum exit_kind kind)
{
	return (unsigned)kind < KIND_COUNT ? kind_name[kind] : "invalid";
}
