/* SPDX-License-Identifier: MIT */
/*
 * Rounds through a guest, and the tags of its translations.
 *
 * Between VMRUN and the host's VMLOAD nothing can come in (GIF is clear). What the
 * CPU does not switch by itself: the vector registers (fpu.h) and DR0 to DR3, which
 * percpu()->inside stands for.
 *
 * ASIDs are few, so they belong to a CPU and last until its generation ends. A guest
 * whose own translations have to go takes a fresh one; where a second-level table
 * changed, all guests of the CPU do. When there are no more all translations are
 * flushed, and it begins anew.
 *
 * Source: AMD APM vol. 2 sections 15.5 "VMRUN Instruction", 15.6 "#VMEXIT", 15.16 "TLB
 * Control", 15.17 "Global Interrupt Flag, STGI and CLGI Instructions".
 */
#include "svm.h"

#include "assert.h"
#include "cpuid.h"
#include "fpu.h"
#include "percpu.h"
#include "pool.h"
#include "ptab.h"
#include "upcall.h"

/* Exits that are most of all, and no business of ring 0's, are between these two. */
#define ORDINARY_FIRST (SVM_EXIT_INIT + 1)
#define ORDINARY_LAST 0x9fu

static void svm_leave(struct guest *guest)
{
	if (percpu()->inside == guest)
		percpu()->inside = NULL;
}

static void svm_switch(struct guest *guest)
{
	if (percpu()->fpu_owner != guest)
		fpu_load(guest);
	if (guest->breakpoints)
		guest_load_breakpoints(guest);
	percpu()->inside = guest;
}

static void svm_take_asid(struct guest *guest)
{
	struct percpu *cpu = percpu();
	struct vmcb *vmcb = svm_vmcb(guest);

	if (cpu->asid_next > svm_asid_last) {
		cpu->asid_generation++;
		cpu->asid_next = 1;
		vmcb->tlb_control = TLB_FLUSH_ALL;
	}
	vmcb->asid = cpu->asid_next++;
	guest->generation = cpu->asid_generation;
}

/* Stores what the VMM is to know. */
static inline void svm_tell(struct guest *guest, uint64_t reason, uint32_t length)
{
	struct vcpu_state *state = guest->state;

	state->exit_reason = reason;
	state->instruction_length = length;
	svm_state_store(guest, READ_ONCE(state->want[VCPU_WANT_INDEX(reason)]));
}

static COLD struct regs *svm_tell_window(struct guest *guest)
{
	svm_vmcb(guest)->exit_event = 0;
	guest->state->dirty = 0;
	svm_tell(guest, SVM_EXIT_VINTR, 0);
	return kernel_guest_exit(percpu()->regs, SVM_EXIT_VINTR);
}

/* The VMM waits for a window, which is open. Not so in Bochs, which looks for a virtual
 * interrupt only when RFLAGS.IF changes. */
static bool svm_leaves_at_once(const struct vmcb *vmcb)
{
	return vmcb->interrupt & VIRQ_PENDING && vmcb->rflags & RFLAGS_IF &&
	       !(vmcb->shadow & SHADOW_ACTIVE) && !(vmcb->event & EVENT_VALID);
}

static inline struct regs *svm_go(struct guest *guest)
{
	struct vmcb *vmcb = svm_vmcb(guest);

	guest->state->dirty = 0;
	vmcb->rax = READ_ONCE(guest->state->gpr[GPR_RAX]);
	return svm_entry(guest, pool_hpa(vmcb).raw, percpu()->host_state);
}

static COLD struct regs *svm_enter_with(struct guest *guest, uint32_t dirty)
{
	uint32_t refused;

	if (percpu()->inside != guest)
		svm_switch(guest);
	refused = svm_state_load(guest, dirty);
	if (refused)
		return guest_refuse(guest, 0, refused);
	if (svm_leaves_at_once(svm_vmcb(guest)))
		return svm_tell_window(guest);
	if (guest->generation != percpu()->asid_generation)
		svm_take_asid(guest);
	return svm_go(guest);
}

/* The common case: an instruction was emulated. */
static struct regs *svm_enter(struct guest *guest)
{
	uint32_t dirty = READ_ONCE(guest->state->dirty);

	if (unlikely(percpu()->inside != guest || dirty != GROUP_RIP ||
		     guest->generation != percpu()->asid_generation))
		return svm_enter_with(guest, dirty);
	svm_vmcb(guest)->rip = READ_ONCE(guest->state->rip);
	return svm_go(guest);
}

/* The CPU's own next RIP is 0 where it does not have it, or there is none. */
static struct regs *svm_exited_to_vmm(struct guest *guest, uint64_t reason)
{
	const struct vmcb *vmcb = svm_vmcb(guest);

	svm_tell(guest, reason, vmcb->next_rip ? (uint32_t)(vmcb->next_rip - vmcb->rip) : 0);
	return kernel_guest_exit(percpu()->regs, reason);
}

/* VMRUN may not have come as far as the flush. */
static struct regs *svm_entry_failed(struct guest *guest)
{
	guest->generation = 0;
	percpu()->asid_next = svm_asid_last + 1;
	return guest_refuse(guest, SVM_EXIT_INVALID, 0);
}

static COLD struct regs *svm_exited_rarely(struct guest *guest, uint64_t reason)
{
	if (reason == SVM_EXIT_MACHINE_CHECK)
		panic("machine check");
	if ((uint32_t)reason == SVM_EXIT_INVALID)
		return svm_entry_failed(guest);
	if (reason < SVM_EXIT_INTR || reason > SVM_EXIT_INIT)
		return svm_exited_to_vmm(guest, reason);
	/* The VMM does not see this exit: the next entry delivers what it interrupted. */
	svm_vmcb(guest)->event = svm_event_again(svm_vmcb(guest));
	/* An NMI has come already, when GIF was set. The interrupt waits. */
	if (reason == SVM_EXIT_INTR)
		resume_open();
	return percpu()->regs;
}

struct regs *svm_exited(struct guest *guest)
{
	struct vmcb *vmcb = svm_vmcb(guest);
	uint64_t reason = vmcb->exit_code;

	guest->state->gpr[GPR_RAX] = vmcb->rax;
	vmcb->event = 0;
	vmcb->tlb_control = 0;
	if (unlikely(reason - ORDINARY_FIRST > ORDINARY_LAST - ORDINARY_FIRST &&
		     reason != SVM_EXIT_NPF))
		return svm_exited_rarely(guest, reason);
	return svm_exited_to_vmm(guest, reason);
}

static void svm_report(struct guest *guest, uint64_t reason)
{
	svm_leave(guest);
	svm_tell(guest, reason, 0);
}

static void svm_unload(struct guest *guest)
{
	svm_leave(guest);
	fpu_unload(guest);
	guest->generation = 0; /* another CPU counts its own */
}

static void svm_flush_second_level(hpa_t root UNUSED)
{
	percpu()->asid_generation++;
}

const struct virt_ops svm_ops = {
	.id = BOOT_VIRT_SVM,
	.name = "AMD-V",
	.feature = FEATURE_SVM,
	.format = &ptab_npt,
	.cpu_init = svm_cpu_init,
	.init = svm_guest_init,
	.fini = guest_pages_give,
	.enter = svm_enter,
	.report = svm_report,
	.leave = svm_leave,
	.unload = svm_unload,
	.flush_second_level = svm_flush_second_level,
};
