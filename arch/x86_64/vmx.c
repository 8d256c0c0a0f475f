/* SPDX-License-Identifier: MIT */
/*
 * Rounds through a guest, and what of it is in the CPU.
 *
 *   percpu field   what is in the CPU          goes in         goes out
 *   loaded         VMCS                        vmx_switch      another's, unload
 *   fpu_owner      vector registers            vmx_switch      another's, unload
 *   inside         both, the breakpoints and   vmx_switch      leave
 *                  IA32_KERNEL_GS_BASE
 *
 * The rest the CPU switches by itself at each entry and exit; RIP and CR2 go by
 * the round. KERNEL_GS_BASE is not switched between a guest and its own VMM. That
 * runs with it as its GS base, and can change it by loading GS: it could do so
 * anyway. Whatever else may run in ring 3 comes after leave().
 */
#include "vmx.h"

#include "assert.h"
#include "cpuid.h"
#include "cr.h"
#include "fpu.h"
#include "msr.h"
#include "percpu.h"
#include "ptab.h"
#include "traps.h"
#include "upcall.h"
#include "vmx_access.h"

/* Basic exit reasons (SDM vol. 3D appendix C) that are for ring 0 to look at. All
 * others mean nothing to it. */
#define REASON_EXCEPTION 0u
#define REASON_INTERRUPT 1u
#define REASON_PREEMPTION_TIMER 52u
#define REASON_ENTRY_MACHINE_CHECK (EXIT_FAILED_ENTRY_BIT | 41u)
#define REASONS_BITS 64u
#define REASONS_OURS (BIT(REASON_EXCEPTION) | BIT(REASON_INTERRUPT) | BIT(REASON_PREEMPTION_TIMER))

#define EVENT_KIND (EVENT_VALID | EVENT_TYPE_MASK | 0xffu)
#define EVENT_NMI_TAKEN (EVENT_VALID | EVENT_NMI | 2u)
#define EVENT_MACHINE_CHECK (EVENT_VALID | EVENT_EXCEPTION | 18u)
/* Bits of the vectoring information that the entry field has, too. */
#define EVENT_FIELDS (EVENT_VALID | EVENT_ERROR_CODE | EVENT_TYPE_MASK | 0xffu)

/* SDM vol. 3C section 30.4 "VM Instruction Error Numbers". */
#define ERROR_NOT_LAUNCHED 5u

void vmx_access_failed(uint32_t field)
{
	panic("VMCS access to field %x failed", field);
}

void vmx_leave(struct guest *guest)
{
	if (!guest || percpu()->inside != guest)
		return;
	guest->kernel_gs_base = rdmsr(MSR_KERNEL_GS_BASE);
	wrmsr(MSR_KERNEL_GS_BASE, 0);
	percpu()->inside = NULL;
}

/* Everything that is the guest's goes into the CPU. */
static COLD void vmx_switch(struct guest *guest)
{
	vmx_leave(percpu()->inside);
	vmx_guest_load(guest);
	vmwrite_natural(VMCS_HOST_CR3, guest->host_cr3);
	if (percpu()->fpu_owner != guest)
		fpu_load(guest);
	if (guest->breakpoints)
		guest_load_breakpoints(guest);
	wrmsr(MSR_KERNEL_GS_BASE, guest->kernel_gs_base);
	percpu()->inside = guest;
}

/* The last steps of an entry. */
static struct regs *vmx_go(struct guest *guest)
{
	guest->state->dirty = 0;
	writecr2(guest->cr2);
	return vmx_entry(guest);
}

/* Apart, to keep the common case short. */
static __attribute__((noinline)) struct regs *vmx_enter_with(struct guest *guest, uint32_t dirty)
{
	uint32_t refused;

	if (percpu()->inside != guest)
		vmx_switch(guest);
	refused = vmx_state_load(guest, dirty);
	return refused ? guest_refuse(guest, 0, refused) : vmx_go(guest);
}

/* The common case: an instruction was emulated. */
static struct regs *vmx_enter(struct guest *guest)
{
	uint32_t dirty = READ_ONCE(guest->state->dirty);

	if (unlikely(percpu()->inside != guest || dirty != GROUP_RIP))
		return vmx_enter_with(guest, dirty);
	vmwrite_natural(VMCS_GUEST_RIP, READ_ONCE(guest->state->rip));
	return vmx_go(guest);
}

struct regs *vmx_entry_failed(struct guest *guest, bool valid)
{
	uint32_t error = valid ? vmread32(VMCS_INSTRUCTION_ERROR) : 0;

	if (error == ERROR_NOT_LAUNCHED)
		return vmx_entry_first(guest);
	/* An injection is spent when the guest is left, even if it never came to be. */
	if (valid)
		vmwrite32(VMCS_ENTRY_EVENT, 0);
	return guest_refuse(guest, error, 0);
}

/* Interrupts and exceptions of software are delivered with the length of their
 * instruction. */
static bool event_has_length(uint32_t event)
{
	uint32_t type = event & EVENT_TYPE_MASK;

	return type == EVENT_SOFT_INTERRUPT || type == EVENT_PRIV_EXCEPTION ||
	       type == EVENT_SOFT_EXCEPTION;
}

/* If the exit took place while the CPU delivered an event to the guest, the next
 * entry delivers it again: the VMM does not see this exit. SDM vol. 3C section
 * 24.9.3 "Information for VM Exits That Occur During Event Delivery". */
static void vmx_redeliver(void)
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

/* Stores what the VMM is to know. */
static inline void vmx_tell(struct guest *guest, uint64_t reason, uint32_t length, uint32_t groups)
{
	struct vcpu_state *state = guest->state;

	state->exit_reason = reason;
	state->instruction_length = length;
	state->valid = (groups | GROUP_RIP) & GROUP_ALL;
	state->rip = vmread_natural(VMCS_GUEST_RIP);
	if (groups & ~GROUP_RIP)
		vmx_state_store(guest, groups & ~GROUP_RIP);
}

/* An exit that ring 0 may have to do with, or that is out of the ordinary. */
static COLD struct regs *vmx_exited_rarely(struct guest *guest, uint32_t reason)
{
	uint32_t groups = READ_ONCE(guest->state->want[VCPU_WANT_INDEX(reason)]);
	uint32_t event = reason <= REASON_INTERRUPT ? vmread32(VMCS_EXIT_EVENT) : 0;
	bool nmi = reason == REASON_EXCEPTION && (event & EVENT_KIND) == EVENT_NMI_TAKEN;

	if (reason == REASON_ENTRY_MACHINE_CHECK ||
		(reason == REASON_EXCEPTION && (event & EVENT_KIND) == EVENT_MACHINE_CHECK))
		panic("machine check");
	if (reason & EXIT_FAILED_ENTRY_BIT) {
		vmwrite32(VMCS_ENTRY_EVENT, 0);
		groups |= GROUP_QUALIFICATION;
	}
	if (!nmi && reason != REASON_PREEMPTION_TIMER &&
		!(reason == REASON_INTERRUPT && event & EVENT_VALID)) {
		vmx_tell(guest, reason, vmread32(VMCS_EXIT_LENGTH), groups);
		return kernel_guest_exit(percpu()->regs, reason);
	}
	vmx_redeliver();
	if (reason == REASON_INTERRUPT)
		return interrupt_dispatch(percpu()->regs, EVENT_VECTOR(event));
	if (nmi)
		int_nmi();
	else
		resume_open();
	return percpu()->regs;
}

struct regs *vmx_exited(struct guest *guest)
{
	uint32_t reason = vmread32(VMCS_REASON);

	guest->cr2 = readcr2();
	/* TR is without the I/O bitmap now: SDM vol. 3C section 27.5.2 "Loading Host
	 * Segment and Descriptor-Table Registers". ports.c loads it when it is needed. */
	percpu()->tss_short = true;
	if (unlikely(reason >= REASONS_BITS || REASONS_OURS >> reason & 1))
		return vmx_exited_rarely(guest, reason);
	vmx_tell(guest, reason, vmread32(VMCS_EXIT_LENGTH), guest->state->want[reason]);
	return kernel_guest_exit(percpu()->regs, reason);
}

static void vmx_report(struct guest *guest, uint64_t reason)
{
	vmx_leave(guest);
	vmx_guest_load(guest);
	vmx_tell(guest, reason, 0, READ_ONCE(guest->state->want[VCPU_WANT_INDEX(reason)]));
}

static void vmx_unload(struct guest *guest)
{
	vmx_leave(guest);
	fpu_unload(guest);
	vmx_guest_clear(guest);
}

static void vmx_flush_second_level(hpa_t root)
{
	bool done = invept(vmx_machine.invept_type, vmx_guest_eptp(root));

	ASSERT(done);
}

const struct virt_ops vmx_ops = {
	.id = BOOT_VIRT_VMX,
	.name = "VT-x",
	.feature = FEATURE_VMX,
	.format = &ptab_ept,
	.cpu_init = vmx_cpu_init,
	.init = vmx_guest_init,
	.fini = guest_pages_give,
	.enter = vmx_enter,
	.report = vmx_report,
	.leave = vmx_leave,
	.unload = vmx_unload,
	.flush_second_level = vmx_flush_second_level,
};
