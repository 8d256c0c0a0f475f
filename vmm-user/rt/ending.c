/* SPDX-License-Identifier: MIT */
/* How a guest ended, in words. Pure; no state. */
#include "rt/ending.h"
#include "abi/start.h"
#include "lib/compiler.h"
#include "rt/format.h"

static const char *const end_text[GUEST_END_COUNT] = {
	[GUEST_RUNNING] = "running",
	[GUEST_POWEROFF] = "powered off",
	[GUEST_REBOOT] = "asked for a reboot",
	[GUEST_DEBUG_EXIT] = "left by debug-exit",
	[GUEST_TRIPLE_FAULT] = "triple fault",
	[GUEST_KILLED] = "killed",
};

static const char *const kill_text[KILL_COUNT] = {
	[KILL_NONE] = "no reason given",
	[KILL_VMM_FAULT] = "the monitor faulted",
	[KILL_BAD_KERNEL] = "the kernel file is not one that can be loaded",
	[KILL_BAD_INITRD] = "the initrd does not fit into its memory",
	[KILL_BAD_MODULE] = "a module does not fit into its memory",
	[KILL_NO_MEMORY] = "not enough memory",
	[KILL_NO_MODULE] = "a file of the plan was not loaded by GRUB",
	[KILL_ENTRY_FAILED] = "the CPU refused the guest's state",
	[KILL_EMULATION] = "an access that the monitor cannot emulate",
	[KILL_NO_VIRT] = "this CPU cannot run guests",
	[KILL_NO_CPU] = "the machine has none of its CPUs",
	[KILL_NO_DISK] = "the machine has not one of its disks",
};

void ending_text(char *to, size_t size, uint32_t how, uint32_t code)
{
	if (how >= GUEST_END_COUNT)
		rt_snprintf(to, size, "ended in an unknown way (%u)", how);
	else if (how == GUEST_DEBUG_EXIT)
		rt_snprintf(to, size, "%s %u", end_text[how], code);
	else if (how == GUEST_KILLED && code < KILL_COUNT)
		rt_snprintf(to, size, "%s: %s", end_text[how], kill_text[code]);
	else if (how == GUEST_KILLED)
		rt_snprintf(to, size, "%s: unknown reason %u", end_text[how], code);
	else
		rt_snprintf(to, size, "%s", end_text[how]);
}
