/* SPDX-License-Identifier: MIT */
/*
 * What we ask of VMX, as tables.
 *
 * Source: Intel SDM vol. 3C section 24.6 "VM-Execution Control Fields", 24.7
 * "VM-Exit Control Fields", 24.8 "VM-Entry Control Fields"; vol. 3D appendix A
 * "VMX Capability Reporting Facility".
 */
#include "vmx.h"

#include "msr.h"
#include "vmcs.h"

static const struct feature pin_must[] = {
	{BIT(0), "external-interrupt exiting"},
	{BIT(3), "NMI exiting"},
	{BIT(5), "virtual NMIs"},
	{0, NULL},
};

static const struct feature primary_must[] = {
	{PRIMARY_INTERRUPT_WINDOW, "interrupt-window exiting"},
	{BIT(3), "TSC offsetting"},
	{BIT(7), "HLT exiting"},
	{BIT(10), "MWAIT exiting"},
	{BIT(11), "RDPMC exiting"},
	{BIT(19), "CR8-load exiting"}, /* CR8 is the host's own TPR */
	{BIT(20), "CR8-store exiting"},
	{PRIMARY_NMI_WINDOW, "NMI-window exiting"},
	{BIT(23), "MOV-DR exiting"},
	{BIT(24), "unconditional I/O exiting"},
	{BIT(28), "MSR bitmaps"},
	{BIT(29), "MONITOR exiting"},
	{PRIMARY_SECONDARY, "secondary controls"},
	{0, NULL},
};

static const struct feature secondary_must[] = {
	{BIT(1), "EPT"},
	{BIT(5), "VPID"},
	{BIT(6), "WBINVD exiting"},
	{BIT(7), "unrestricted guest"},
	{0, NULL},
};

static const struct feature exit_must[] = {
	{BIT(9), "64-bit host"},
	{BIT(15), "acknowledge interrupt on exit"},
	{BIT(18), "save PAT"},
	{BIT(19), "load PAT"},
	{BIT(20), "save EFER"},
	{BIT(21), "load EFER"},
	{0, NULL},
};

static const struct feature entry_must[] = {
	{ENTRY_IA32E, "64-bit guest"},
	{BIT(14), "entry loads PAT"},
	{BIT(15), "entry loads EFER"},
	{0, NULL},
};

#define SECONDARY_RDTSCP BIT(3)
#define SECONDARY_INVPCID BIT(12)
#define EXIT_SAVE_DEBUG BIT(2)
#define ENTRY_LOAD_DEBUG BIT(2)

const struct vmx_control_word vmx_control_words[CONTROL_COUNT] = {
	[CONTROL_PIN] = {VMCS_PIN, MSR_VMX_TRUE_PINBASED, pin_must, PIN_PREEMPTION_TIMER, 0},
	[CONTROL_PRIMARY] = {VMCS_PRIMARY, MSR_VMX_TRUE_PROCBASED, primary_must, 0,
		PRIMARY_INTERRUPT_WINDOW | PRIMARY_NMI_WINDOW},
	[CONTROL_SECONDARY] = {VMCS_SECONDARY, MSR_VMX_PROCBASED2, secondary_must,
		SECONDARY_RDTSCP | SECONDARY_INVPCID | SECONDARY_XSAVES, 0},
	[CONTROL_EXIT] = {VMCS_EXIT, MSR_VMX_TRUE_EXIT, exit_must, EXIT_SAVE_DEBUG, 0},
	[CONTROL_ENTRY] = {VMCS_ENTRY, MSR_VMX_TRUE_ENTRY, entry_must, ENTRY_LOAD_DEBUG,
		ENTRY_IA32E},
};

/* SDM vol. 3D section A.1 "Basic VMX Information". The controls that can be
 * switched off are what lets a guest load CR3 without an exit. */
const struct feature vmx_basic_features[] = {
	{BIT(55), "true VMX controls"},
	{0, NULL},
};

/* SDM vol. 3D section A.10 "VPID and EPT Capabilities". */
const struct feature vmx_ept_features[] = {
	{BIT(6), "EPT of 4 levels"},
	{BIT(14), "EPT in write-back memory"},
	{BIT(16), "EPT 2 MiB pages"},
	{BIT(20), "INVEPT"},
	{BIT(26), "INVEPT all contexts"},
	{BIT(32), "INVVPID"},
	{BIT(42), "INVVPID all contexts"},
	{0, NULL},
};

bool vmx_control_compute(
	const struct vmx_control_word *word, uint64_t capability, uint32_t *value, char *missing)
{
	uint32_t must_be_set = (uint32_t)capability, may_be_set = (uint32_t)(capability >> 32);
	uint32_t wanted = (uint32_t)word->want;

	for (const struct feature *f = word->must; f->mask; f++)
		wanted |= (uint32_t)f->mask;
	wanted &= ~(uint32_t)word->later;
	*value = (wanted & may_be_set) | must_be_set;
	return features_check(word->must, may_be_set, missing);
}
