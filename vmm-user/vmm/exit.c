/* SPDX-License-Identifier: MIT */
/* Names of exits: see exit.h. */
#include "vmm/exit.h"

static const char *const kind_name[KIND_COUNT] = {
	[KIND_UNKNOWN] = "unknown",
	[KIND_EXCEPTION] = "exception",
	[KIND_TRIPLE_FAULT] = "triple-fault",
	[KIND_INTERRUPT_WINDOW] = "interrupt-window",
	[KIND_NMI_WINDOW] = "nmi-window",
	[KIND_IRET] = "iret",
	[KIND_TASK_SWITCH] = "task-switch",
	[KIND_CPUID] = "cpuid",
	[KIND_HLT] = "hlt",
	[KIND_CACHE] = "cache",
	[KIND_INVLPG] = "invlpg",
	[KIND_RDPMC] = "rdpmc",
	[KIND_RDTSC] = "rdtsc",
	[KIND_HYPERCALL] = "hypercall",
	[KIND_UNDEFINED] = "undefined",
	[KIND_CR] = "cr",
	[KIND_DR] = "dr",
	[KIND_IO] = "io",
	[KIND_RDMSR] = "rdmsr",
	[KIND_WRMSR] = "wrmsr",
	[KIND_ENTRY_FAILED] = "entry-failed",
	[KIND_IDLE] = "idle",
	[KIND_PAUSE] = "pause",
	[KIND_MMIO] = "mmio",
	[KIND_XSETBV] = "xsetbv",
	[KIND_SIGNAL] = "signal",
	[KIND_POKED] = "poked",
	[KIND_FAULT] = "fault",
	[KIND_AGAIN] = "again",
};

const char *exit_kind_name(enum exit_kind kind)
{
	return (unsigned)kind < KIND_COUNT ? kind_name[kind] : "invalid";
}
