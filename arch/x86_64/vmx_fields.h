/* SPDX-License-Identifier: MIT */
/*
 * The groups of the state page as tables of VMCS fields.
 *
 * A field may have a fix: bits that are cleared and set in what the VMM gives,
 * because the hardware demands it or because ring 0 could not bear another value.
 */
#ifndef ARCH_VMX_FIELDS_H
#define ARCH_VMX_FIELDS_H

#include "abi/vcpu.h"

#include <stdint.h>

enum state_fix {
	FIX_NONE = 0,
	FIX_CR0,
	FIX_CR0_MASK,
	FIX_CR4,
	FIX_CR4_MASK,
	FIX_EXCEPTIONS,
	FIX_ACTIVITY,
	FIX_COUNT
};

/* value = (value & ~clear) | set */
struct state_fix_bits {
	uint64_t clear, set;
};

/* By enum state_fix. Written once, by vmx_state_init(). */
extern struct state_fix_bits state_fixes[FIX_COUNT];

struct state_field {
	uint16_t field;  /* encoding; gives the width of the member, too */
	uint16_t offset; /* in struct vcpu_state */
	uint32_t fix;    /* enum state_fix */
};

/* How many of the fields are loaded, and how many (the first) are stored. */
struct state_group {
	const struct state_field *fields;
	uint32_t load, store;
};

#define STATE_GROUPS 21u

/* By bit number. SYSCALL, CR2 and XCR0 are empty: they are not in the VMCS. */
extern const struct state_group state_groups[STATE_GROUPS];

#endif
