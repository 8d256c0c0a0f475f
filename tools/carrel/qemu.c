/* SPDX-License-Identifier: MIT */
/*
 * QEMU; see emulator.h. With KVM where that can run guests in guests, else by
 * TCG, which emulates AMD-V and has no VT-x.
 *
 * Source: Linux, Documentation/virt/kvm/api.rst, "KVM_GET_SUPPORTED_CPUID";
 * AMD APM vol. 3 appendix E "Obtaining Processor Information Via the CPUID
 * Instruction" (Fn8000_0001_ECX[SVM]); Intel SDM vol. 2A "CPUID" (leaf 1 ECX[VMX]).
 */
#include "emulator.h"
#include "alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPUID_ENTRIES 256u
#define CPUID_1_ECX_VMX (1u << 5)
#define CPUID_80000001_ECX_SVM (1u << 2)
#define OVMF "/usr/share/ovmf/OVMF.fd"

/* Whether KVM would let a guest's CPU have VT-x or AMD-V. */
static bool kvm_nests(int kvm)
{
	struct kvm_cpuid2 *cpuid =
		alloc_zero(1, sizeof(*cpuid) + CPUID_ENTRIES * sizeof(cpuid->entries[0]));
	bool nests = false;

	cpuid->nent = CPUID_ENTRIES;
	if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid) == 0)
		for (unsigned i = 0; i < cpuid->nent; i++) {
			const struct kvm_cpuid_entry2 *entry = &cpuid->entries[i];
			nests = nests || (entry->function == 1 && (entry->ecx & CPUID_1_ECX_VMX)) ||
				(entry->function == 0x80000001u &&
					(entry->ecx & CPUID_80000001_ECX_SVM));
		}
	free(cpuid);
	return nests;
}

static const char *probe_kvm(int kvm)
{
	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return "/dev/kvm does not answer";
	int vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		return "KVM cannot make a virtual machine";
	close(vm);
	return kvm_nests(kvm) ? NULL : "KVM offers no nested VT-x or AMD-V";
}

const char *emulator_kvm_problem(void)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm < 0)
		return errno == EACCES ? "/dev/kvm may not be opened"
				       : "there is no usable /dev/kvm";
	const char *problem = probe_kvm(kvm);
	close(kvm);
	return problem;
}

static enum status check_firmware(const struct machine *machine)
{
	if (!machine->uefi || access(OVMF, R_OK) == 0)
		return STATUS_OK;
	fprintf(stderr, "carrel: %s is missing; tools/packages.sh check installs it\n", OVMF);
	return STATUS_BAD_STATE;
}

static enum status prepare(const struct machine *machine, struct words *words)
{
	bool kvm = !machine->cpu && !emulator_kvm_problem();

	words_add(words, "qemu-system-x86_64");
	words_add(words, "-nodefaults");
	words_add(words, "-machine");
	words_add(words, "q35,accel=%s", kvm ? "kvm" : "tcg");
	words_add(words, "-cpu");
	words_add(words, "%s", machine->cpu ? machine->cpu : kvm ? "host" : "max");
	words_add(words, "-smp");
	words_add(words, "%u", machine->cpus);
	words_add(words, "-m");
	words_add(words, "%" PRIu64 "M", machine->memory >> 20);
	words_add(words, "-display");
	words_add(words, "none");
	words_add(words, "-vga");
	words_add(words, "std");
	words_add(words, "-no-reboot");
	/* So that a triple fault, which also ends it with status 0, is seen. */
	words_add(words, "-d");
	words_add(words, "cpu_reset");
	words_add(words, "-D");
	words_add(words, "%s", EMULATOR_LOG);
	if (machine->uefi) {
		words_add(words, "-bios");
		words_add(words, "%s", OVMF);
	}
	words_add(words, "-cdrom");
	words_add(words, "%s", EMULATOR_ISO);
	for (unsigned i = 0; i < EMULATOR_PORTS; i++) {
		words_add(words, "-serial");
		words_add(words, "%s", machine->port[i]);
	}
	return check_firmware(machine);
}

static const char *describe(const struct machine *machine)
{
	static char text[160];
	const char *problem = emulator_kvm_problem();

	if (machine->cpu)
		return "QEMU";
	if (!problem)
		return "QEMU with KVM";
	snprintf(text, sizeof(text), "QEMU, which emulates AMD-V but not VT-x (%s)", problem);
	return text;
}

static void examine(const char *log, size_t size, int result, struct emulator_report *report)
{
	bool fault = strstr(log, "Triple fault");

	(void)size;
	report->switched_off = WIFEXITED(result) && WEXITSTATUS(result) == 0 && !fault;
	if (fault)
		snprintf(report->reason, sizeof(report->reason), "triple fault");
}

const struct emulator emulator_qemu = {
	.name = "qemu",
	.program = "qemu-system-x86_64",
	.prepare = prepare,
	.describe = describe,
	.examine = examine,
};
