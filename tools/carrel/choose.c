/* SPDX-License-Identifier: MIT */
/* Which machine a run gets; see choose.h. */
#include "choose.h"

#include <stdio.h>

#define SAY(choice, ...) snprintf((choice)->text, sizeof((choice)->text), __VA_ARGS__)

static void take_qemu(
	const struct options *options, const struct choose_facts *facts, struct choice *choice)
{
	const char *problem = kvm_problem(&facts->kvm);

	choice->emulator = &emulator_qemu;
	choice->kvm = !options->cpu && !problem;
	if (options->cpu)
		SAY(choice, "QEMU, which emulates the CPU %.80s", options->cpu);
	else if (problem)
		SAY(choice, "QEMU, which emulates AMD-V (without KVM: %s)", problem);
	else
		SAY(choice, "QEMU with KVM, which offers %s", facts->kvm.vmx ? "VT-x" : "AMD-V");
}

static void take_bochs(const struct options *options, struct choice *choice)
{
	choice->emulator = &emulator_bochs;
	if (options->cpu)
		SAY(choice, "Bochs, which emulates the CPU %.80s", options->cpu);
	else if (options->emulator == EMULATOR_AUTO)
		SAY(choice, "Bochs, which emulates VT-x (QEMU is not installed)");
	else
		SAY(choice, "Bochs, which emulates VT-x");
}

static void take_none(const struct emulator *wanted, struct choice *choice)
{
	SAY(choice, "%s is not installed; `apt-get install %s` installs it", wanted->program,
		wanted->packages);
}

void choose_machine(
	const struct options *options, const struct choose_facts *facts, struct choice *choice)
{
	/* A model's name, UEFI and some disks are QEMU's: Bochs is no stand-in for those. */
	bool any =
		options->emulator == EMULATOR_AUTO && !options->cpu && !options_need_qemu(options);

	*choice = (struct choice){0};
	if (options->emulator == EMULATOR_BOCHS && facts->has_bochs)
		take_bochs(options, choice);
	else if (options->emulator == EMULATOR_BOCHS)
		take_none(&emulator_bochs, choice);
	else if (facts->has_qemu)
		take_qemu(options, facts, choice);
	else if (any && facts->has_bochs)
		take_bochs(options, choice);
	else
		take_none(&emulator_qemu, choice);
}
