/* SPDX-License-Identifier: MIT */
/*
 * What an exit means to ring 0. Nearly all of them mean nothing to it.
 *
 * Source: Intel SDM vol. 3D appendix C "VMX Basic Exit Reasons"; vol. 3C
 * sections 24.9.2 "Information for VM Exits Due to Vectored Events" and 24.9.3
 * "Information for VM Exits That Occur During Event Delivery".
 */
#include "vmx.h"

#include "vmx_access.h"

#define REASON_EXCEPTION 0u
#define REASON_INTERRUPT 1u
#define REASON_PREEMPTION_TIMER 52u
#define REASON_ENTRY_MACHINE_CHECK (EXIT_FAILED_ENTRY_BIT | 41u)

#define VECTOR_MACHINE_CHECK 18u

/* Bits of the vectoring information that the entry field has, too. */
#define EVENT_FIELDS (EVENT_VALID | EVENT_ERROR_CODE | EVENT_TYPE_MASK | 0xffu)

static enum guest_exit_kind exit_kind_exception(uint32_t event)
{
	if (!(event & EVENT_VALID))
		return GUEST_EXIT_USER;
	if ((event & EVENT_TYPE_MASK) == EVENT_NMI)
		return GUEST_EXIT_NMI;
	if ((event & EVENT_TYPE_MASK) == EVENT_EXCEPTION &&
		EVENT_VECTOR(event) == VECTOR_MACHINE_CHECK)
		return GUEST_EXIT_MACHINE_CHECK;
	return GUEST_EXIT_USER;
}

enum guest_exit_kind vmx_exit_kind(uint32_t reason, uint32_t event)
{
	switch (reason) {
	case REASON_EXCEPTION:
		return exit_kind_exception(event);
	case REASON_INTERRUPT:
		return event & EVENT_VALID ? GUEST_EXIT_INTERRUPT : GUEST_EXIT_USER;
	case REASON_PREEMPTION_TIMER:
		return GUEST_EXIT_PREEMPTED;
	case REASON_ENTRY_MACHINE_CHECK:
		return GUEST_EXIT_MACHINE_CHECK;
	default:
		return GUEST_EXIT_USER;
	}
}

/* Interrupts and exceptions of software are delivered with the length of their
 * instruction. */
static bool event_has_length(uint32_t event)
{
	uint32_t type = event & EVENT_TYPE_MASK;

	return type == EVENT_SOFT_INTERRUPT || type == EVENT_PRIV_EXCEPTION ||
	       type == EVENT_SOFT_EXCEPTION;
}

void vmx_exit_redeliver(void)
{
	uint32_t event = vmread32(VMCS_VECTORING);

	if (likely(!(event & EVENT_VALID)))
		return;
	vmwrite32(VMCS_ENTRY_EVENT, event & EVENT_FIELDS);
	if (event & EVENT_ERROR_CODE)
		vmwrite32(VMCS_ENTRY_EVENT_ERROR, vmread32(VMCS_VECTORING_ERROR));
	if (event_has_length(event))
		vmwrite32(VMCS_ENTRY_LENGTH, vmread32(VMCS_EXIT_LENGTH));
	/* Delivery had set it; an NMI is not accepted while it is set. */
	if ((event & EVENT_TYPE_MASK) == EVENT_NMI)
		vmwrite32(VMCS_GUEST_INTERRUPTIBILITY,
			vmread32(VMCS_GUEST_INTERRUPTIBILITY) & ~INTR_BLOCK_NMI);
}
