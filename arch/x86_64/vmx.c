/* SPDX-License-Identifier: MIT */
/*
 * Rounds through a guest, and what of it is in the CPU.
 *
 *   percpu field   what is in the CPU              goes in      goes out
 *   loaded         VMCS                            prepare      unload
 *   fpu_owner      vector registers                prepare      other's prepare, unload
 *   guest_msrs     system-call MSRs, CR2           prepare      leave
 *
 * guest_msrs is never set while a thread runs in ring 3. While it is set, no
 * thread has run since the exit: an interrupt came and the guest goes on.
 */
#include "vmx.h"

#include "assert.h"
#include "cr.h"
#include "fpu.h"
#include "msr.h"
#include "percpu.h"
#include "ports.h"
#include "ptab.h"
#include "upcall.h"
#include "virt-offsets.h"
#include "vmx_access.h"

/* guest->msr[], in its order. The host has SYSCALL and SWAPGS for itself. */
static const uint32_t msr_numbers[] = {
	MSR_STAR, MSR_LSTAR, MSR_CSTAR, MSR_FMASK, MSR_KERNEL_GS_BASE};
#define HOST_MSRS ARRAY_SIZE(msr_numbers)

static uint64_t host_msr[HOST_MSRS]; /* the same on every CPU */

void vmx_access_failed(uint32_t field)
{
	panic("VMCS access to field %x failed", field);
}

static void vmx_leave(struct guest *guest)
{
	if (percpu()->guest_msrs != guest)
		return;
#pragma GCC unroll 5
	for (unsigned i = 0; i < HOST_MSRS; i++) {
		rdmsr_into(msr_numbers[i], &guest->msr[i]);
		wrmsr_from(msr_numbers[i], &host_msr[i]);
	}
	guest->cr2 = readcr2();
	percpu()->guest_msrs = NULL;
}

static void vmx_enter_msrs(struct guest *guest)
{
#pragma GCC unroll 5
	for (unsigned i = 0; i < HOST_MSRS; i++)
		wrmsr_from(msr_numbers[i], &guest->msr[i]);
	writecr2(guest->cr2);
	percpu()->guest_msrs = guest;
}

/* Nobody else uses these four, and an exit disables all breakpoints. */
static void vmx_enter_breakpoints(const struct guest *guest)
{
	writedr0(guest->dr[0]);
	writedr1(guest->dr[1]);
	writedr2(guest->dr[2]);
	writedr3(guest->dr[3]);
}

static enum status vmx_init(struct guest *guest, struct page_source *source)
{
	for (unsigned i = 0; i < HOST_MSRS; i++)
		host_msr[i] = rdmsr(msr_numbers[i]);
	return vmx_guest_init(guest, source);
}

/* Tells the VMM. In the qualification: the error number of the CPU, or, in the
 * high half, the group that we did not load. */
static void vmx_refuse(struct guest *guest, uint32_t error, uint32_t group)
{
	guest->state->exit_reason = EXIT_ENTRY_REFUSED;
	guest->state->exit_qualification = (uint64_t)group << 32 | error;
	guest->state->valid = GROUP_QUALIFICATION;
}

static bool vmx_prepare(struct guest *guest)
{
	uint32_t dirty, refused;

	vmx_guest_select(guest);
	if (percpu()->guest_msrs == guest)
		return true;
	dirty = READ_ONCE(guest->state->dirty);
	refused = vmx_state_load(guest, dirty);
	if (unlikely(refused)) {
		vmx_refuse(guest, 0, refused);
		return false;
	}
	guest->state->dirty = 0;
	if (unlikely(guest->host_cr3 != guest->vmcs_cr3)) {
		vmwrite_natural(VMCS_HOST_CR3, guest->host_cr3);
		guest->vmcs_cr3 = guest->host_cr3;
	}
	if (percpu()->fpu_owner != guest || (dirty & GROUP_XCR0))
		fpu_load(guest);
	if (unlikely(guest->breakpoints))
		vmx_enter_breakpoints(guest);
	vmx_enter_msrs(guest);
	return true;
}

/* An injection is spent when the guest is left, even if it never came to be. */
static void vmx_entry_abort(void)
{
	vmwrite32(VMCS_ENTRY_EVENT, 0);
}

struct regs *vmx_entry_failed(struct guest *guest, bool valid)
{
	uint32_t error = 0;

	vmx_leave(guest);
	if (valid) {
		error = vmread32(VMCS_INSTRUCTION_ERROR);
		vmx_entry_abort();
	}
	vmx_refuse(guest, error, 0);
	return kernel_guest_exit(percpu()->regs, EXIT_ENTRY_REFUSED);
}

static void vmx_exit(struct guest *guest, struct guest_exit *out)
{
	uint32_t reason = vmread32(VMCS_REASON);
	uint32_t event = reason < VMX_EXIT_EVENTS ? vmread32(VMCS_EXIT_EVENT) : 0;

	/* An exit leaves TR without the I/O bitmap: SDM vol. 3C section 27.5.2 "Loading
	 * Host Segment and Descriptor-Table Registers". A space without ports needs
	 * none; for others ports_load() sees to it. */
	percpu()->tss_short = true;
	if (unlikely(percpu()->tss.iomap_base != IOMAP_NONE))
		ports_repair();
	*out = (struct guest_exit){vmx_exit_kind(reason, event), EVENT_VECTOR(event), reason};
	if (unlikely(reason & EXIT_FAILED_ENTRY_BIT))
		vmx_entry_abort();
	else
		guest->launched = true;
	if (out->kind != GUEST_EXIT_USER) {
		vmx_exit_redeliver();
		return;
	}
	vmx_leave(guest);
	guest->state->instruction_length = vmread32(VMCS_EXIT_LENGTH);
	vmx_state_store(guest, reason);
}

static void vmx_report(struct guest *guest, uint64_t reason)
{
	vmx_leave(guest);
	vmx_guest_select(guest);
	guest->state->instruction_length = 0;
	vmx_state_store(guest, reason);
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
	.format = &ptab_ept,
	.cpu_init = vmx_cpu_init,
	.init = vmx_init,
	.fini = vmx_guest_fini,
	.prepare = vmx_prepare,
	.enter = vmx_entry,
	.exit = vmx_exit,
	.report = vmx_report,
	.leave = vmx_leave,
	.unload = vmx_unload,
	.flush_second_level = vmx_flush_second_level,
};

_Static_assert(HOST_MSRS == ARRAY_SIZE(((struct guest *)0)->msr), "guest->msr[] has its numbers");
_Static_assert(offsetof(struct guest, state) == GUEST_STATE, "virt-offsets.h");
_Static_assert(offsetof(struct guest, launched) == GUEST_LAUNCHED, "virt-offsets.h");
_Static_assert(offsetof(struct vcpu_state, gpr) == STATE_GPR, "virt-offsets.h");
