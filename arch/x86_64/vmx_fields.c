/* SPDX-License-Identifier: MIT */
/*
 * Source: Intel SDM vol. 3C sections 24.4 "Guest-State Area", 24.6
 * "VM-Execution Control Fields", 24.8.3 "VM-Entry Controls for Event Injection",
 * 24.9 "VM-Exit Information Fields".
 */
#include "vmx_fields.h"

#include "cr.h"
#include "vmcs.h"
#include "vmx.h"

/* These always exit. #DB and #AC, because a guest can make the CPU deliver them
 * over and over without an end in between (CVE-2015-8104, CVE-2015-5307). */
#define EXCEPTION_DB BIT(1)
#define EXCEPTION_AC BIT(17)
#define EXCEPTION_MC BIT(18)

/* Bits of CR4 whose whole effect is switched between guests. The others (PKE,
 * CET and whatever comes) stay clear, and a guest that tries to set one exits. */
#define CR4_SWITCHED                                                                               \
	(CR4_VME | CR4_PVI | CR4_TSD | CR4_DE | CR4_PSE | CR4_PAE | CR4_MCE | CR4_PGE | CR4_PCE |  \
		CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_UMIP | CR4_FSGSBASE | CR4_PCIDE | CR4_OSXSAVE |  \
		CR4_SMEP | CR4_SMAP)

struct state_fix_bits state_fixes[FIX_COUNT] = {
	[FIX_EXCEPTIONS] = {0, EXCEPTION_DB | EXCEPTION_AC | EXCEPTION_MC},
	/* In two of the other activity states the CPU takes no interrupt, or resets
	 * the machine (section 26.6.2 "Activity State"), and a VMM has no use for
	 * the third: it waits in SYS_WAIT, where others can run. */
	[FIX_ACTIVITY] = {~0ull, ACTIVITY_ACTIVE},
};

#define FIXED(encoding, member, how)                                                               \
	{                                                                                          \
		encoding, offsetof(struct vcpu_state, member), how                                 \
	}
#define FIELD(encoding, member) FIXED(encoding, member, FIX_NONE)
#define SEGMENT(name)                                                                              \
	FIELD(VMCS_GUEST_##name, segment[SEG_##name].selector),                                    \
		FIELD(VMCS_GUEST_##name##_AR, segment[SEG_##name].ar),                             \
		FIELD(VMCS_GUEST_##name##_LIMIT, segment[SEG_##name].limit),                       \
		FIELD(VMCS_GUEST_##name##_BASE, segment[SEG_##name].base)

static const struct state_field rip_fields[] = {FIELD(VMCS_GUEST_RIP, rip)};
static const struct state_field rsp_fields[] = {FIELD(VMCS_GUEST_RSP, gpr[GPR_RSP])};
static const struct state_field rflags_fields[] = {FIELD(VMCS_GUEST_RFLAGS, rflags)};
static const struct state_field intr_fields[] = {
	FIELD(VMCS_GUEST_INTERRUPTIBILITY, interruptibility),
	FIXED(VMCS_GUEST_ACTIVITY, activity, FIX_ACTIVITY),
	FIELD(VMCS_GUEST_PENDING_DEBUG, pending_debug),
};
static const struct state_field cs_ss_fields[] = {SEGMENT(CS), SEGMENT(SS)};
static const struct state_field segment_fields[] = {
	SEGMENT(ES), SEGMENT(DS), SEGMENT(FS), SEGMENT(GS)};
static const struct state_field table_fields[] = {
	SEGMENT(LDTR),
	SEGMENT(TR),
	FIELD(VMCS_GUEST_GDTR_BASE, gdtr.base),
	FIELD(VMCS_GUEST_GDTR_LIMIT, gdtr.limit),
	FIELD(VMCS_GUEST_IDTR_BASE, idtr.base),
	FIELD(VMCS_GUEST_IDTR_LIMIT, idtr.limit),
};
#define CR_STORED 3u /* masks and shadows are the VMM's own */
static const struct state_field cr_fields[] = {
	FIXED(VMCS_GUEST_CR0, cr0, FIX_CR0),
	FIELD(VMCS_GUEST_CR3, cr3),
	FIXED(VMCS_GUEST_CR4, cr4, FIX_CR4),
	FIXED(VMCS_CR0_MASK, cr0_mask, FIX_CR0_MASK),
	FIELD(VMCS_CR0_SHADOW, cr0_shadow),
	FIXED(VMCS_CR4_MASK, cr4_mask, FIX_CR4_MASK),
	FIELD(VMCS_CR4_SHADOW, cr4_shadow),
};
static const struct state_field efer_fields[] = {
	FIELD(VMCS_GUEST_EFER, efer), FIELD(VMCS_GUEST_PAT, pat)};
static const struct state_field sysenter_fields[] = {
	FIELD(VMCS_GUEST_SYSENTER_CS, sysenter_cs),
	FIELD(VMCS_GUEST_SYSENTER_ESP, sysenter_esp),
	FIELD(VMCS_GUEST_SYSENTER_EIP, sysenter_eip),
};
static const struct state_field dr_fields[] = {FIELD(VMCS_GUEST_DR7, dr7)};
static const struct state_field tsc_fields[] = {FIELD(VMCS_TSC_OFFSET, tsc_offset)};
static const struct state_field control_fields[] = {
	FIXED(VMCS_EXCEPTIONS, exception_bitmap, FIX_EXCEPTIONS)};
static const struct state_field inject_fields[] = {
	FIELD(VMCS_ENTRY_EVENT, inject_info),
	FIELD(VMCS_ENTRY_EVENT_ERROR, inject_error),
	FIELD(VMCS_ENTRY_LENGTH, inject_length),
};
static const struct state_field qualification_fields[] = {
	FIELD(VMCS_QUALIFICATION, exit_qualification),
	FIELD(VMCS_INSTRUCTION_INFO, instruction_info),
};
static const struct state_field address_fields[] = {
	FIELD(VMCS_GUEST_PHYSICAL, guest_physical),
	FIELD(VMCS_GUEST_LINEAR, guest_linear),
};
static const struct state_field event_fields[] = {
	FIELD(VMCS_EXIT_EVENT, exit_intr_info),
	FIELD(VMCS_EXIT_EVENT_ERROR, exit_intr_error),
	FIELD(VMCS_VECTORING, vectoring_info),
	FIELD(VMCS_VECTORING_ERROR, vectoring_error),
};
static const struct state_field pdpte_fields[] = {
	FIELD(VMCS_GUEST_PDPTE0, pdpte[0]),
	FIELD(VMCS_GUEST_PDPTE1, pdpte[1]),
	FIELD(VMCS_GUEST_PDPTE2, pdpte[2]),
	FIELD(VMCS_GUEST_PDPTE3, pdpte[3]),
};

#define GROUP(bit) [__builtin_ctz(bit)]
#define BOTH(table)                                                                                \
	{                                                                                          \
		table, ARRAY_SIZE(table), ARRAY_SIZE(table)                                        \
	}
#define LOAD_ONLY(table)                                                                           \
	{                                                                                          \
		table, ARRAY_SIZE(table), 0                                                        \
	}
#define STORE_ONLY(table)                                                                          \
	{                                                                                          \
		table, 0, ARRAY_SIZE(table)                                                        \
	}

const struct state_group state_groups[STATE_GROUPS] = {
	GROUP(GROUP_RIP) = BOTH(rip_fields),
	GROUP(GROUP_RSP) = BOTH(rsp_fields),
	GROUP(GROUP_RFLAGS) = BOTH(rflags_fields),
	GROUP(GROUP_INTR) = BOTH(intr_fields),
	GROUP(GROUP_CS_SS) = BOTH(cs_ss_fields),
	GROUP(GROUP_SEGMENTS) = BOTH(segment_fields),
	GROUP(GROUP_TABLES) = BOTH(table_fields),
	GROUP(GROUP_CR) = {cr_fields, ARRAY_SIZE(cr_fields), CR_STORED},
	GROUP(GROUP_EFER) = BOTH(efer_fields),
	GROUP(GROUP_SYSENTER) = BOTH(sysenter_fields),
	GROUP(GROUP_DR) = BOTH(dr_fields),
	GROUP(GROUP_TSC) = LOAD_ONLY(tsc_fields),
	GROUP(GROUP_CONTROLS) = LOAD_ONLY(control_fields),
	GROUP(GROUP_INJECT) = LOAD_ONLY(inject_fields),
	GROUP(GROUP_QUALIFICATION) = STORE_ONLY(qualification_fields),
	GROUP(GROUP_ADDRESS) = STORE_ONLY(address_fields),
	GROUP(GROUP_EVENT) = STORE_ONLY(event_fields),
	GROUP(GROUP_PDPTE) = BOTH(pdpte_fields),
};

void vmx_state_init(const struct vmx_fixed_bits *bits)
{
	/* An unrestricted guest may clear these two: section A.7. */
	uint64_t cr0_set = bits->cr0_fixed0 & ~(CR0_PE | CR0_PG);

	state_fixes[FIX_CR0].clear = ~bits->cr0_fixed1;
	state_fixes[FIX_CR0].set = cr0_set;
	state_fixes[FIX_CR0_MASK].set = cr0_set;
	state_fixes[FIX_CR4].clear = ~(bits->cr4_fixed1 & CR4_SWITCHED);
	state_fixes[FIX_CR4].set = bits->cr4_fixed0;
	state_fixes[FIX_CR4_MASK].set = bits->cr4_fixed0 | ~CR4_SWITCHED;
}

_Static_assert(GROUP_ALL == BIT(STATE_GROUPS) - 1, "each group has its entry");
