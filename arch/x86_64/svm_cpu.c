/* SPDX-License-Identifier: MIT */
/*
 * Switching SVM on for a CPU, or saying what it lacks.
 *
 * Source: AMD APM vol. 2 section 15.4 "Enabling SVM", vol. 3 appendix E.4.9 "Function
 * 8000_000Ah: SVM Features".
 */
#include "svm.h"

#include "cpuid.h"
#include "cr.h"
#include "feature.h"
#include "fpu.h"
#include "msr.h"
#include "percpu.h"
#include "pool.h"

#define LEAF_SVM 0x8000000au
#define ASID_LEAST 2u /* one for a guest, beside the host's 0 */

uint32_t svm_asid_last;

static const struct feature svm_features[] = {
	{BIT(0), "nested paging"},
	{0, NULL},
};

static bool svm_cpu_check(const struct cpuid *leaf, char *missing)
{
	if (!cpuid_has(FEATURE_SVM)) {
		feature_missing(missing, "AMD-V (SVM)");
		return false;
	}
	if (rdmsr(MSR_VM_CR) & VM_CR_SVMDIS) {
		feature_missing(missing, "AMD-V is disabled by the firmware");
		return false;
	}
	if (leaf->reg[CPUID_EBX] < ASID_LEAST ||
		(svm_asid_last && leaf->reg[CPUID_EBX] - 1 < svm_asid_last)) {
		feature_missing(missing, "address-space identifiers");
		return false;
	}
	return features_check(svm_features, leaf->reg[CPUID_EDX], missing);
}

enum status svm_cpu_init(char *missing)
{
	struct cpuid leaf = cpuid_read(LEAF_SVM, 0);
	struct vmcb *saved, *host;

	if (!svm_cpu_check(&leaf, missing) || !fpu_cpu_init(missing))
		return STATUS_NO_FEATURE;
	saved = pool_take(POOL_BOOT); /* VMRUN's own */
	host = pool_take(POOL_BOOT);
	if (!saved || !host) {
		feature_missing(missing, "memory for SVM");
		return STATUS_NO_FEATURE;
	}
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SVME);
	wrmsr(MSR_VM_HSAVE_PA, pool_hpa(saved).raw);
	percpu()->host_state = pool_hpa(host).raw;
	vmsave(percpu()->host_state);
	if (!svm_asid_last) {
		svm_asid_last = leaf.reg[CPUID_EBX] - 1;
		svm_maps_init();
	}
	percpu()->asid_generation = 1;
	percpu()->asid_next = svm_asid_last + 1; /* what the firmware left is flushed */
	return STATUS_OK;
}
