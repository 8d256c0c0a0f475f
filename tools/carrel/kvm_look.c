/* SPDX-License-Identifier: MIT */
/*
 * Asking KVM what it offers; see kvm.h. No state.
 *
 * Source: Linux, Documentation/virt/kvm/api.rst, "KVM_GET_SUPPORTED_CPUID",
 * "KVM_GET_MSRS"; AMD APM vol. 3 appendix E "Obtaining Processor Information Via the
 * CPUID Instruction" (Fn8000_0001_ECX[SVM], Fn8000_000A_EDX[NP]); Intel SDM vol. 2A
 * "CPUID" (leaf 1 ECX[VMX]).
 */
#include "kvm.h"
#include "alloc.h"

#include <cpuid.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CPUID_ENTRIES 256u
#define CPUID_1_ECX_VMX (1u << 5)
#define CPUID_80000001_ECX_SVM (1u << 2)
#define CPUID_8000000A_EDX_NP (1u << 0)
#define IA32_VMX_PROCBASED_CTLS2 0x48bu

static bool cpu_has_flag(void)
{
	unsigned a, b, c, d;

	return (__get_cpuid(1, &a, &b, &c, &d) && (c & CPUID_1_ECX_VMX)) ||
	       (__get_cpuid(0x80000001u, &a, &b, &c, &d) && (c & CPUID_80000001_ECX_SVM));
}

static void take_entry(struct kvm_facts *facts, const struct kvm_cpuid_entry2 *entry)
{
	switch (entry->function) {
	case 1:
		facts->vmx = entry->ecx & CPUID_1_ECX_VMX;
		break;
	case 0x80000001u:
		facts->svm = entry->ecx & CPUID_80000001_ECX_SVM;
		break;
	case 0x8000000au:
		facts->npt = entry->edx & CPUID_8000000A_EDX_NP;
		break;
	default:
		break;
	}
}

static void look_at_cpuid(struct kvm_facts *facts, int kvm)
{
	struct kvm_cpuid2 *cpuid =
		alloc_zero(1, sizeof(*cpuid) + CPUID_ENTRIES * sizeof(cpuid->entries[0]));

	cpuid->nent = CPUID_ENTRIES;
	if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, cpuid) == 0)
		for (unsigned i = 0; i < cpuid->nent; i++)
			take_entry(facts, &cpuid->entries[i]);
	free(cpuid);
}

/* The upper half of the register says which controls may be 1. Linux before 4.17
 * has no way to ask. */
static void look_at_controls(struct kvm_facts *facts, int kvm)
{
	struct kvm_msrs *msrs = alloc_zero(1, sizeof(*msrs) + sizeof(msrs->entries[0]));

	msrs->nmsrs = 1;
	msrs->entries[0].index = IA32_VMX_PROCBASED_CTLS2;
	facts->has_vmx_controls = ioctl(kvm, KVM_GET_MSRS, msrs) == 1;
	facts->vmx_controls = (uint32_t)(msrs->entries[0].data >> 32);
	free(msrs);
}

void kvm_look(struct kvm_facts *facts)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	*facts = (struct kvm_facts){.cpu = cpu_has_flag(), .open_error = kvm < 0 ? errno : 0};
	if (kvm < 0)
		return;
	facts->answers = ioctl(kvm, KVM_GET_API_VERSION, 0) == KVM_API_VERSION;
	int vm = facts->answers ? ioctl(kvm, KVM_CREATE_VM, 0) : -1;
	facts->makes_machine = vm >= 0;
	if (vm >= 0) {
		close(vm);
		look_at_cpuid(facts, kvm);
		look_at_controls(facts, kvm);
	}
	close(kvm);
}
