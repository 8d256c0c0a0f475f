/* SPDX-License-Identifier: MIT */
/*
 * Switching VMX on for a CPU, or saying what it lacks.
 *
 * Source: Intel SDM vol. 3C section 23.7 "Enabling and Entering VMX Operation",
 * vol. 3D appendix A "VMX Capability Reporting Facility".
 */
#include "vmx.h"

#include "cpuid.h"
#include "cr.h"
#include "fpu.h"
#include "msr.h"
#include "pool.h"
#include "ptab.h"
#include "time.h"
#include "vmx_access.h"

#define BASIC_REVISION BITS(30, 0)
#define MISC_TIMER_SHIFT BITS(4, 0)
#define PREEMPTION_MIN 1000u /* a guest that is always preempted gets nowhere */

#define EPT_PAGE_1G BIT(17)
#define EPT_INVEPT_SINGLE BIT(25)
#define VPID_INVVPID_SINGLE BIT(41)

/* Types of INVEPT and INVVPID, SDM vol. 3C section 30.3 "VMX Instructions". */
#define INVALIDATE_SINGLE 1u
#define INVALIDATE_ALL 2u

struct vmx_machine vmx_machine;

static const struct feature firmware_switch[] = {
	{FEATURE_CONTROL_VMX_OUTSIDE_SMX, "VT-x is disabled by the firmware"},
	{0, NULL},
};

/* Whether the firmware lets us; if it has not decided, we do. */
static bool vmx_cpu_allowed(char *missing)
{
	uint64_t control = rdmsr(MSR_FEATURE_CONTROL);

	if (!(control & FEATURE_CONTROL_LOCK)) {
		control |= FEATURE_CONTROL_LOCK | FEATURE_CONTROL_VMX_OUTSIDE_SMX;
		wrmsr(MSR_FEATURE_CONTROL, control);
	}
	return features_check(firmware_switch, control, missing);
}

/* All control words; the capability MSR of the secondary one exists only if the
 * primary one can switch it on. */
static bool vmx_cpu_controls(char *missing)
{
	bool complete = true;

	for (unsigned i = 0; i < CONTROL_COUNT; i++) {
		const struct vmx_control_word *word = &vmx_control_words[i];

		if (i == CONTROL_SECONDARY &&
			!(vmx_machine.control[CONTROL_PRIMARY] & PRIMARY_SECONDARY))
			continue;
		complete &= vmx_control_compute(
			word, rdmsr(word->capability), &vmx_machine.control[i], missing);
	}
	return complete;
}

/* The timer counts each 2^n-th tick of the TSC: SDM vol. 3D section A.6
 * "Miscellaneous Data". */
static uint32_t vmx_cpu_preemption_ticks(void)
{
	uint64_t ticks = time_khz() >> (rdmsr(MSR_VMX_MISC) & MISC_TIMER_SHIFT);

	return ticks < PREEMPTION_MIN ? PREEMPTION_MIN : (uint32_t)ticks;
}

/* What EPT and VPID can do. */
static bool vmx_cpu_translation(char *missing)
{
	uint64_t have = rdmsr(MSR_VMX_EPT_VPID_CAP);

	vmx_machine.invept_type = have & EPT_INVEPT_SINGLE ? INVALIDATE_SINGLE : INVALIDATE_ALL;
	vmx_machine.invvpid_type = have & VPID_INVVPID_SINGLE ? INVALIDATE_SINGLE : INVALIDATE_ALL;
	if (have & EPT_PAGE_1G)
		ptab_ept.leaf_levels |= 1u << 2;
	return features_check(vmx_ept_features, have, missing);
}

/* Everything, in the order in which one MSR says that the next exists. */
static bool vmx_cpu_check(char *missing)
{
	bool complete;

	if (!cpuid_has(FEATURE_VMX)) {
		feature_missing(missing, "VT-x (VMX)");
		return false;
	}
	if (!vmx_cpu_allowed(missing) ||
		!features_check(vmx_basic_features, rdmsr(MSR_VMX_BASIC), missing))
		return false;
	complete = vmx_cpu_controls(missing);
	if (complete)
		complete = vmx_cpu_translation(missing);
	return complete & fpu_cpu_init(missing);
}

/* Two pages of the machine: the bitmap of all guests, and this CPU's VMXON region. */
static bool vmx_cpu_on(char *missing)
{
	uint32_t *region = pool_take(POOL_BOOT);

	if (!vmx_machine.msr_bitmap)
		vmx_machine.msr_bitmap = pool_take(POOL_BOOT);
	if (!region || !vmx_machine.msr_bitmap) {
		feature_missing(missing, "memory for VMX");
		return false;
	}
	vmx_msr_bitmap_fill(vmx_machine.msr_bitmap);
	*region = vmx_machine.revision;
	writecr0((readcr0() | rdmsr(MSR_VMX_CR0_FIXED0)) & rdmsr(MSR_VMX_CR0_FIXED1));
	writecr4((readcr4() | rdmsr(MSR_VMX_CR4_FIXED0)) & rdmsr(MSR_VMX_CR4_FIXED1));
	if (!vmxon(pool_hpa(region))) {
		feature_missing(missing, "VMXON");
		return false;
	}
	return true;
}

enum status vmx_cpu_init(char *missing)
{
	if (!vmx_cpu_check(missing))
		return STATUS_NO_FEATURE;
	vmx_machine.preemption_ticks = vmx_cpu_preemption_ticks();
	vmx_machine.revision = (uint32_t)(rdmsr(MSR_VMX_BASIC) & BASIC_REVISION);
	vmx_state_init(&(struct vmx_fixed_bits){
		.cr0_fixed0 = rdmsr(MSR_VMX_CR0_FIXED0),
		.cr0_fixed1 = rdmsr(MSR_VMX_CR0_FIXED1),
		.cr4_fixed0 = rdmsr(MSR_VMX_CR4_FIXED0),
		.cr4_fixed1 = rdmsr(MSR_VMX_CR4_FIXED1),
	});
	return vmx_cpu_on(missing) ? STATUS_OK : STATUS_NO_FEATURE;
}
