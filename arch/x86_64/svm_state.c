/* SPDX-License-Identifier: MIT */
/*
 * The state page, to and from the VMCB and struct guest. What most exits need is
 * stored always; the rest goes by a table of fields and a few special cases. Every
 * word of the page is read once: ring 3 may change it at any moment.
 *
 * Source: AMD APM vol. 2 sections 15.5 "VMRUN Instruction", 15.20 "Event Injection",
 * 15.21 "Interrupt and Local APIC Support", appendix B "Layout of VMCB".
 */
#include "svm.h"

#include "fpu.h"

#define EFER_SVM(efer) ((efer) | EFER_SVME) /* VMRUN insists on it */
#define DR6_RESET 0xffff0ff0u

/* A guest without these could stop the machine, or be seen by others' memory: x87 errors
 * are exceptions; machine checks arrive; what is in a cache stays there. */
#define CR0_SET (CR0_NE | CR0_ET)
#define CR0_CLEAR (CR0_CD | CR0_NW)
#define CR4_SET CR4_MCE

/* What translations depend on. */
#define CR0_PAGING (CR0_PE | CR0_WP | CR0_PG)
#define CR4_PAGING (CR4_PSE | CR4_PAE | CR4_PGE | CR4_PCIDE | CR4_SMEP | CR4_SMAP)

#define CR_READ(n) BIT(n)
#define CR_WRITE(n) BIT(16 + (n))

#define MISC1_VINTR BIT(4)
#define MISC1_IRET BIT(20)

#define AR_UNUSABLE BIT(16)
#define ATTRIBUTE_PRESENT BIT(7)

/* Stored at each exit. */
#define ALWAYS                                                                                     \
	(GROUP_RIP | GROUP_RSP | GROUP_RFLAGS | GROUP_INTR | GROUP_QUALIFICATION | GROUP_EVENT)

/* 64-bit fields that are the same on both sides. */
static const struct {
	uint32_t group;
	uint16_t vmcb, state; /* offsets */
} fields[] = {
#define FIELD(group, in_vmcb, in_state)                                                            \
	{                                                                                          \
		group, offsetof(struct vmcb, in_vmcb), offsetof(struct vcpu_state, in_state)       \
	}
	FIELD(GROUP_TABLES, segment[VMCB_GDTR].base, gdtr.base),
	FIELD(GROUP_TABLES, segment[VMCB_IDTR].base, idtr.base),
	FIELD(GROUP_CR2, cr2, cr2),
	FIELD(GROUP_EFER, pat, pat),
	FIELD(GROUP_SYSCALL, star, star),
	FIELD(GROUP_SYSCALL, lstar, lstar),
	FIELD(GROUP_SYSCALL, cstar, cstar),
	FIELD(GROUP_SYSCALL, fmask, fmask),
	FIELD(GROUP_SYSCALL, kernel_gs_base, kernel_gs_base),
	FIELD(GROUP_SYSENTER, sysenter_cs, sysenter_cs),
	FIELD(GROUP_SYSENTER, sysenter_esp, sysenter_esp),
	FIELD(GROUP_SYSENTER, sysenter_eip, sysenter_eip),
	FIELD(GROUP_DR, dr7, dr7),
	FIELD(GROUP_DR, dr6, dr6),
	FIELD(GROUP_TSC, tsc_offset, tsc_offset),
	FIELD(GROUP_ADDRESS, fetched[0], fetched[0]),
	FIELD(GROUP_ADDRESS, fetched[8], fetched[8]),
};

static uint64_t *vmcb_word(const struct guest *guest, unsigned field)
{
	return (uint64_t *)((char *)guest->control + fields[field].vmcb);
}

static uint64_t *state_word(const struct guest *guest, unsigned field)
{
	return (uint64_t *)((char *)guest->state + fields[field].state);
}

/* enum vcpu_seg to enum vmcb_seg. */
static unsigned segment_place(unsigned segment)
{
	return segment == SEG_LDTR ? VMCB_LDTR : segment == SEG_TR ? VMCB_TR : segment;
}

/* The segments of a group, a bit each. */
static uint32_t segments_of(uint32_t groups)
{
	uint32_t segments = 0;

	if (groups & GROUP_CS_SS)
		segments |= BIT(SEG_CS) | BIT(SEG_SS);
	if (groups & GROUP_SEGMENTS)
		segments |= BIT(SEG_ES) | BIT(SEG_DS) | BIT(SEG_FS) | BIT(SEG_GS);
	if (groups & GROUP_TABLES)
		segments |= BIT(SEG_LDTR) | BIT(SEG_TR);
	return segments;
}

/* One that is not usable is not present; its DPL counts all the same. */
static void segment_load(struct vmcb_segment *to, const struct vcpu_segment *from)
{
	uint32_t ar = READ_ONCE(from->ar);

	to->selector = READ_ONCE(from->selector);
	to->attributes = (uint16_t)((ar & 0xff) | (ar >> 4 & 0xf00));
	if (ar & AR_UNUSABLE)
		to->attributes &= (uint16_t)~ATTRIBUTE_PRESENT;
	to->limit = READ_ONCE(from->limit);
	to->base = READ_ONCE(from->base);
}

static void segment_store(struct vcpu_segment *to, const struct vmcb_segment *from)
{
	to->selector = from->selector;
	to->ar = (from->attributes & 0xffu) | (from->attributes & 0xf00u) << 4;
	if (!(from->attributes & ATTRIBUTE_PRESENT))
		to->ar |= AR_UNUSABLE;
	to->limit = from->limit;
	to->base = from->base;
}

static void state_load_segments(struct guest *guest, uint32_t groups)
{
	struct vmcb *vmcb = svm_vmcb(guest);
	const struct vcpu_state *state = guest->state;

	for (uint32_t left = segments_of(groups); left; left &= left - 1) {
		unsigned n = (unsigned)__builtin_ctz(left);

		segment_load(&vmcb->segment[segment_place(n)], &state->segment[n]);
	}
	if (groups & GROUP_CS_SS)
		vmcb->cpl = vmcb->segment[SEG_SS].attributes >> 5 & 3;
	if (groups & GROUP_TABLES) {
		vmcb->segment[VMCB_GDTR].limit = READ_ONCE(state->gdtr.limit);
		vmcb->segment[VMCB_IDTR].limit = READ_ONCE(state->idtr.limit);
	}
}

/* There are no shadows: a guest that would not see what is real exits. Its translations
 * end if paging changes: not when TS, say, does. */
static void state_load_cr(struct guest *guest)
{
	struct vmcb *vmcb = svm_vmcb(guest);
	const struct vcpu_state *state = guest->state;
	uint64_t cr0 = (READ_ONCE(state->cr0) & ~CR0_CLEAR) | CR0_SET;
	uint64_t cr4 = (READ_ONCE(state->cr4) & CR4_SWITCHED) | CR4_SET;
	uint64_t cr3 = READ_ONCE(state->cr3);
	uint64_t cr0_mask = READ_ONCE(state->cr0_mask) | CR0_SET | CR0_CLEAR;
	uint64_t cr4_mask = READ_ONCE(state->cr4_mask) | ~CR4_SWITCHED | CR4_SET;
	uint32_t reads = CR_READ(0) | CR_READ(4), seen = 0;

	if ((cr0 ^ READ_ONCE(state->cr0_shadow)) & cr0_mask)
		seen |= CR_READ(0);
	if ((cr4 ^ READ_ONCE(state->cr4_shadow)) & cr4_mask)
		seen |= CR_READ(4);
	vmcb->intercept[INTERCEPT_CR] =
		(vmcb->intercept[INTERCEPT_CR] & ~reads) | seen | CR_WRITE(0) | CR_WRITE(4);
	if ((cr0 ^ vmcb->cr0) & CR0_PAGING || (cr4 ^ vmcb->cr4) & CR4_PAGING || cr3 != vmcb->cr3)
		guest->generation = 0;
	vmcb->cr0 = cr0;
	vmcb->cr3 = cr3;
	vmcb->cr4 = cr4;
}

static void state_load_controls(struct guest *guest)
{
	struct vmcb *vmcb = svm_vmcb(guest);
	uint32_t windows = READ_ONCE(guest->state->windows);
	uint32_t misc = vmcb->intercept[INTERCEPT_MISC1] & ~(MISC1_VINTR | MISC1_IRET);

	misc |= windows & WINDOW_INTERRUPT ? MISC1_VINTR : 0;
	misc |= windows & WINDOW_NMI ? MISC1_IRET : 0;
	vmcb->intercept[INTERCEPT_MISC1] = misc;
	/* An interrupt of no vector, which is never delivered: its exit comes first. */
	vmcb->interrupt = VIRQ_ALWAYS | (windows & WINDOW_INTERRUPT ? VIRQ_PENDING : 0);
	vmcb->intercept[INTERCEPT_EXCEPTIONS] =
		READ_ONCE(guest->state->exception_bitmap) | EXCEPTIONS_OURS;
}

static COLD void state_load_more(struct guest *guest, uint32_t groups)
{
	struct vmcb *vmcb = svm_vmcb(guest);

	for (unsigned i = 0; i < ARRAY_SIZE(fields); i++)
		if (groups & fields[i].group & ~GROUP_ADDRESS)
			*vmcb_word(guest, i) = READ_ONCE(*state_word(guest, i));
	if (groups & (GROUP_CS_SS | GROUP_SEGMENTS | GROUP_TABLES))
		state_load_segments(guest, groups);
	if (groups & GROUP_CR)
		state_load_cr(guest);
	if (groups & GROUP_EFER)
		vmcb->efer = EFER_SVM(READ_ONCE(guest->state->efer));
	if (groups & GROUP_CONTROLS)
		state_load_controls(guest);
	if (groups & GROUP_DR) {
		vmcb->dr6 = DR6_RESET;
		guest_take_breakpoints(guest, vmcb->dr7);
	}
	if (groups & GROUP_EFER)
		guest->generation = 0;
}

uint32_t svm_state_load(struct guest *guest, uint32_t groups)
{
	struct vmcb *vmcb = svm_vmcb(guest);
	const struct vcpu_state *state = guest->state;

	if (groups & GROUP_XCR0 && !guest_take_xcr0(guest))
		return GROUP_XCR0;
	if (groups & GROUP_RIP)
		vmcb->rip = READ_ONCE(state->rip);
	if (groups & GROUP_RSP)
		vmcb->rsp = READ_ONCE(state->gpr[GPR_RSP]);
	if (groups & GROUP_RFLAGS)
		vmcb->rflags = READ_ONCE(state->rflags);
	if (groups & GROUP_INTR)
		vmcb->shadow =
			READ_ONCE(state->interruptibility) & (INTR_BLOCK_STI | INTR_BLOCK_MOV_SS)
				? SHADOW_ACTIVE
				: 0;
	if (groups & GROUP_INJECT)
		vmcb->event = READ_ONCE(*(const uint64_t *)&state->inject_info);
	if (groups & ~(ALWAYS | GROUP_INJECT))
		state_load_more(guest, groups);
	return 0;
}

void svm_state_reset(struct guest *guest)
{
	struct vmcb *vmcb = svm_vmcb(guest);

	vmcb->efer = EFER_SVM(0);
	vmcb->cr0 = CR0_SET;
	vmcb->cr4 = CR4_SET;
	vmcb->dr6 = DR6_RESET;
	vmcb->intercept[INTERCEPT_EXCEPTIONS] = EXCEPTIONS_OURS;
	vmcb->intercept[INTERCEPT_CR] |= CR_READ(0) | CR_READ(4) | CR_WRITE(0) | CR_WRITE(4);
	vmcb->interrupt = VIRQ_ALWAYS;
	guest->generation = 0;
}

COLD uint64_t svm_event_again(const struct vmcb *vmcb)
{
	uint32_t event = (uint32_t)vmcb->exit_event, type = event & EVENT_TYPE_MASK;
	uint32_t vector = EVENT_VECTOR(event);

	if (!(event & EVENT_VALID) || type == EVENT_SOFT_INTERRUPT ||
		(type == EVENT_EXCEPTION && (vector == 3 || vector == 4)))
		return 0;
	return vmcb->exit_event;
}

/* LMA is LME with paging; Bochs changes it before it intercepts the MOV to CR0. */
static uint64_t state_efer(const struct vmcb *vmcb)
{
	uint64_t efer = vmcb->efer & ~(EFER_SVME | EFER_LMA);

	return vmcb->cr0 & CR0_PG && efer & EFER_LME ? efer | EFER_LMA : efer;
}

static COLD void state_store_more(struct guest *guest, uint32_t groups)
{
	const struct vmcb *vmcb = svm_vmcb(guest);
	struct vcpu_state *state = guest->state;

	*(uint64_t *)&state->vectoring_info = svm_event_again(vmcb);
	for (unsigned i = 0; i < ARRAY_SIZE(fields); i++)
		if (groups & fields[i].group & ~GROUP_TSC)
			*state_word(guest, i) = *vmcb_word(guest, i);
	for (uint32_t left = segments_of(groups); left; left &= left - 1) {
		unsigned n = (unsigned)__builtin_ctz(left);

		segment_store(&state->segment[n], &vmcb->segment[segment_place(n)]);
	}
	if (groups & GROUP_CS_SS)
		state->segment[SEG_SS].ar =
			(vmcb->segment[SEG_SS].attributes & 0xffu & ~(3u << 5)) | vmcb->cpl << 5 |
			(state->segment[SEG_SS].ar & ~0xffu);
	if (groups & GROUP_TABLES) {
		state->gdtr.limit = vmcb->segment[VMCB_GDTR].limit;
		state->idtr.limit = vmcb->segment[VMCB_IDTR].limit;
	}
	if (groups & GROUP_CR) {
		state->cr0 = guest_merge(vmcb->cr0, READ_ONCE(state->cr0_shadow), CR0_SET);
		state->cr3 = vmcb->cr3;
		state->cr4 = guest_merge(vmcb->cr4, READ_ONCE(state->cr4_shadow), CR4_SET);
	}
	if (groups & GROUP_EFER)
		state->efer = state_efer(vmcb);
	if (groups & GROUP_XCR0)
		state->xcr0 = fpu_xcr0(guest);
}

void svm_state_store(struct guest *guest, uint32_t groups)
{
	const struct vmcb *vmcb = svm_vmcb(guest);
	struct vcpu_state *state = guest->state;

	state->valid = (groups | ALWAYS) & GROUP_ALL;
	state->rip = vmcb->rip;
	state->gpr[GPR_RSP] = vmcb->rsp;
	state->rflags = vmcb->rflags;
	state->interruptibility = vmcb->shadow & SHADOW_ACTIVE ? INTR_BLOCK_STI : 0;
	state->pending_debug = 0;
	state->exit_qualification = vmcb->exit_info[0];
	state->exit_info2 = vmcb->exit_info[1];
	*(uint64_t *)&state->vectoring_info = vmcb->exit_event;
	if (groups & ~ALWAYS & GROUP_ALL || vmcb->exit_event & EVENT_VALID)
		state_store_more(guest, groups & ~ALWAYS);
}

_Static_assert(offsetof(struct vcpu_state, inject_info) % 8 == 0 &&
		       offsetof(struct vcpu_state, inject_error) ==
			       offsetof(struct vcpu_state, inject_info) + 4,
	"together they are as in the VMCB");
_Static_assert(offsetof(struct vcpu_state, vectoring_info) % 8 == 0 &&
		       offsetof(struct vcpu_state, vectoring_error) ==
			       offsetof(struct vcpu_state, vectoring_info) + 4,
	"together they are as in the VMCB");
_Static_assert(SEG_GS + 1 == VMCB_GDTR, "both begin with the same six");
