/* SPDX-License-Identifier: MIT */
/*
 * A fault of a component, in words. Pure; no state.
 * Source: Intel SDM vol. 3A section 6.3.1 "External Interrupts", table 6-1
 * "Protected-Mode Exceptions and Interrupts".
 */
#include "init/fault.h"
#include "lib/compiler.h"
#include "rt/format.h"

#define VECTOR_PAGE_FAULT 14u

static const char *const vector_name[] = {
	[0] = "divide error",
	[1] = "debug exception",
	[2] = "NMI",
	[3] = "breakpoint",
	[4] = "overflow",
	[5] = "bound range exceeded",
	[6] = "invalid opcode",
	[7] = "device not available",
	[8] = "double fault",
	[10] = "invalid TSS",
	[11] = "segment not present",
	[12] = "stack fault",
	[13] = "general protection",
	[14] = "page fault",
	[16] = "x87 error",
	[17] = "alignment check",
	[18] = "machine check",
	[19] = "SIMD error",
	[20] = "virtualization exception",
	[21] = "control protection",
};

void fault_text(char *to, size_t size, const uint64_t word[5])
{
	const char *name = word[0] < ARRAY_SIZE(vector_name) ? vector_name[word[0]] : NULL;

	if (word[0] == VECTOR_PAGE_FAULT)
		rt_snprintf(to, size, "%s at 0x%lx, error 0x%lx, rip 0x%lx, rsp 0x%lx", name,
			word[3], word[1], word[2], word[4]);
	else if (name != NULL)
		rt_snprintf(to, size, "%s, error 0x%lx, rip 0x%lx, rsp 0x%lx", name, word[1],
			word[2], word[4]);
	else
		rt_snprintf(to, size, "exception %lu, error 0x%lx, rip 0x%lx, rsp 0x%lx", word[0],
			word[1], word[2], word[4]);
}
