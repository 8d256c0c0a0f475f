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
#include "lib/string.h"
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
static bool vmx_cpu_controls(struct vmx_machine *machine, char *missing)
{
	bool complete = true;

	for (unsigned i = 0; i < CONTROL_COUNT; i++) {
		const struct vmx_control_word *word = &vmx_control_words[i];

		if (i == CONTROL_SECONDARY &&
			!(machine->control[CONTROL_PRIMARY] & PRIMARY_SECONDARY))
			continue;
		complete &= vmx_control_compute(
			word, rdmsr(word->capability), &machine->control[i], missing);
	}
	return complete;
}

/* Everything, in the order in which one MSR says that the next exists. */
static bool vmx_cpu_read(struct vmx_machine *machine, char *missing)
{
	uint64_t basic, ept, ticks;

	if (!cpuid_has(FEATURE_VMX)) {
		feature_missing(missing, "VT-x (VMX)");
		return false;
	}
	if (!vmx_cpu_allowed(missing))
		return false;
	basic = rdmsr(MSR_VMX_BASIC);
	if (!features_check(vmx_basic_features, basic, missing) ||
		!vmx_cpu_controls(machine, missing))
		return false;
	ept = rdmsr(MSR_VMX_EPT_VPID_CAP);
	machine->revision = (uint32_t)(basic & BASIC_REVISION);
	machine->invept_type = ept & EPT_INVEPT_SINGLE ? INVALIDATE_SINGLE : INVALIDATE_ALL;
	machine->invvpid_type = ept & VPID_INVVPID_SINGLE ? INVALIDATE_SINGLE : INVALIDATE_ALL;
	machine->cr0_set = rdmsr(MSR_VMX_CR0_FIXED0);
	machine->cr0_allowed = rdmsr(MSR_VMX_CR0_FIXED1);
	machine->cr4_set = rdmsr(MSR_VMX_CR4_FIXED0);
	machine->cr4_allowed = rdmsr(MSR_VMX_CR4_FIXED1);
	/* The timer counts each 2^n-th tick of the TSC: SDM vol. 3D section A.6
	 * "Miscellaneous Data". */
	ticks = time_khz() >> (rdmsr(MSR_VMX_MISC) & MISC_TIMER_SHIFT);
	machine->preemption_ticks = ticks < PREEMPTION_MIN ? PREEMPTION_MIN : ticks;
	machine->page_1g = ept & EPT_PAGE_1G;
	return features_check(vmx_ept_features, ept, missing);
}

/* The first CPU's abilities become the machine's. */
static void vmx_cpu_first(const struct vmx_machine *machine)
{
	vmx_machine = *machine;
	if (machine->page_1g)
		ptab_ept.leaf_levels |= 1u << 2;
	vmx_msr_bitmap_fill(machine->msr_bitmap);
	vmx_state_init();
}

enum status vmx_cpu_init(char *missing)
{
	struct vmx_machine machine = {.msr_bitmap = vmx_machine.msr_bitmap};
	bool first = !machine.msr_bitmap;
	uint32_t *region;

	if (!vmx_cpu_read(&machine, missing) || !fpu_cpu_init(missing))
		return STATUS_NO_FEATURE;
	region = pool_take(POOL_BOOT); /* for VMXON */
	if (first)
		machine.msr_bitmap = pool_take(POOL_BOOT);
	if (!region || !machine.msr_bitmap) {
		feature_missing(missing, "memory for VMX");
		return STATUS_NO_FEATURE;
	}
	if (!first && memcmp(&machine, &vmx_machine, sizeof(machine)) != 0) {
		feature_missing(missing, "the VT-x features of the first CPU");
		return STATUS_NO_FEATURE;
	}
	*region = machine.revision;
	writecr0((readcr0() | machine.cr0_set) & machine.cr0_allowed);
	writecr4((readcr4() | machine.cr4_set) & machine.cr4_allowed);
	if (!vmxon(pool_hpa(region))) {
		feature_missing(missing, "VMXON");
		return STATUS_NO_FEATURE;
	}
	if (first)
		vmx_cpu_first(&machine);
	return STATUS_OK;
}
