/* SPDX-License-Identifier: MIT */
/*
 * The state page, to and from the VMCS and struct guest: a table of the fields of
 * each group, a loop that loads them and one that stores them. Every word of the
 * page is read once: ring 3 may change it at any moment.
 *
 * Source: Intel SDM vol. 3C sections 24.4 "Guest-State Area", 24.6
 * "VM-Execution Control Fields", 24.8.3 "VM-Entry Controls for Event Injection",
 * 24.9 "VM-Exit Information Fields".
 */
#include "vmx.h"

#include "cr.h"
#include "lib/string.h"
#include "msr.h"
#include "percpu.h"
#include "segments.h"
#include "vmx_access.h"

/* Groups that need more than their fields when loaded, or stored. */
#define LOAD_SPECIAL                                                                               \
	(GROUP_CR | GROUP_CR2 | GROUP_EFER | GROUP_SYSCALL | GROUP_CONTROLS | GROUP_XCR0 |         \
		GROUP_PDPTE | GROUP_DR)
#define STORE_SPECIAL (GROUP_CR | GROUP_CR2 | GROUP_SYSCALL)

/* What the hardware demands of a value, or ring 0 could not bear otherwise:
 * value = (value & ~clear) | set. The first is none; see vmx_state_init(). */
enum state_fix { FIX_NONE = 0, FIX_CR0, FIX_CR0_MASK, FIX_CR4, FIX_CR4_MASK, FIX_EXCEPTIONS };
static struct {
	uint64_t clear, set;
} state_fixes[] = {[FIX_EXCEPTIONS] = {0, EXCEPTIONS_OURS}};

#define LOAD 1u
#define STORE 2u
#define BOTH (LOAD | STORE)

struct state_field {
	uint16_t field;  /* encoding; gives the width of the member, too */
	uint16_t offset; /* in struct vcpu_state */
	uint8_t group;   /* number of its bit */
	uint8_t ways;
	uint16_t fix; /* enum state_fix */
};

#define FIXED(bit, encoding, member, ways, fix)                                                    \
	{                                                                                          \
		encoding, offsetof(struct vcpu_state, member), __builtin_ctz(bit), ways, fix       \
	}
#define FIELD(bit, encoding, member, ways) FIXED(bit, encoding, member, ways, FIX_NONE)
#define SEGMENT(bit, n)                                                                            \
	FIELD(bit, VMCS_GUEST_SELECTOR + 2 * (n), segment[n].selector, BOTH),                      \
		FIELD(bit, VMCS_GUEST_AR + 2 * (n), segment[n].ar, BOTH),                          \
		FIELD(bit, VMCS_GUEST_LIMIT + 2 * (n), segment[n].limit, BOTH),                    \
		FIELD(bit, VMCS_GUEST_BASE + 2 * (n), segment[n].base, BOTH)

/* A group's fields stand together, those that are stored first. SYSCALL, CR2 and
 * XCR0 are not in the VMCS. */
static const struct state_field fields[] = {
	FIELD(GROUP_RIP, VMCS_GUEST_RIP, rip, BOTH),
	FIELD(GROUP_RSP, VMCS_GUEST_RSP, gpr[GPR_RSP], BOTH),
	FIELD(GROUP_RFLAGS, VMCS_GUEST_RFLAGS, rflags, BOTH),
	FIELD(GROUP_INTR, VMCS_GUEST_INTERRUPTIBILITY, interruptibility, BOTH),
	FIELD(GROUP_INTR, VMCS_GUEST_PENDING_DEBUG, pending_debug, BOTH),
	SEGMENT(GROUP_CS_SS, SEG_CS),
	SEGMENT(GROUP_CS_SS, SEG_SS),
	SEGMENT(GROUP_SEGMENTS, SEG_ES),
	SEGMENT(GROUP_SEGMENTS, SEG_DS),
	SEGMENT(GROUP_SEGMENTS, SEG_FS),
	SEGMENT(GROUP_SEGMENTS, SEG_GS),
	SEGMENT(GROUP_TABLES, SEG_LDTR),
	SEGMENT(GROUP_TABLES, SEG_TR),
	FIELD(GROUP_TABLES, VMCS_GUEST_GDTR_BASE, gdtr.base, BOTH),
	FIELD(GROUP_TABLES, VMCS_GUEST_GDTR_LIMIT, gdtr.limit, BOTH),
	FIELD(GROUP_TABLES, VMCS_GUEST_IDTR_BASE, idtr.base, BOTH),
	FIELD(GROUP_TABLES, VMCS_GUEST_IDTR_LIMIT, idtr.limit, BOTH),
	FIXED(GROUP_CR, VMCS_GUEST_CR0, cr0, BOTH, FIX_CR0),
	FIELD(GROUP_CR, VMCS_GUEST_CR3, cr3, BOTH),
	FIXED(GROUP_CR, VMCS_GUEST_CR4, cr4, BOTH, FIX_CR4),
	/* masks and shadows are the VMM's own */
	FIXED(GROUP_CR, VMCS_CR0_MASK, cr0_mask, LOAD, FIX_CR0_MASK),
	FIELD(GROUP_CR, VMCS_CR0_SHADOW, cr0_shadow, LOAD),
	FIXED(GROUP_CR, VMCS_CR4_MASK, cr4_mask, LOAD, FIX_CR4_MASK),
	FIELD(GROUP_CR, VMCS_CR4_SHADOW, cr4_shadow, LOAD),
	FIELD(GROUP_EFER, VMCS_GUEST_EFER, efer, BOTH),
	FIELD(GROUP_EFER, VMCS_GUEST_PAT, pat, BOTH),
	FIELD(GROUP_SYSENTER, VMCS_GUEST_SYSENTER_CS, sysenter_cs, BOTH),
	FIELD(GROUP_SYSENTER, VMCS_GUEST_SYSENTER_ESP, sysenter_esp, BOTH),
	FIELD(GROUP_SYSENTER, VMCS_GUEST_SYSENTER_EIP, sysenter_eip, BOTH),
	FIELD(GROUP_DR, VMCS_GUEST_DR7, dr7, BOTH),
	FIELD(GROUP_TSC, VMCS_TSC_OFFSET, tsc_offset, LOAD),
	FIXED(GROUP_CONTROLS, VMCS_EXCEPTIONS, exception_bitmap, LOAD, FIX_EXCEPTIONS),
	FIELD(GROUP_INJECT, VMCS_ENTRY_EVENT, inject_info, LOAD),
	FIELD(GROUP_INJECT, VMCS_ENTRY_EVENT_ERROR, inject_error, LOAD),
	FIELD(GROUP_INJECT, VMCS_ENTRY_LENGTH, inject_length, LOAD),
	FIELD(GROUP_QUALIFICATION, VMCS_QUALIFICATION, exit_qualification, STORE),
	FIELD(GROUP_QUALIFICATION, VMCS_INSTRUCTION_INFO, instruction_info, STORE),
	FIELD(GROUP_ADDRESS, VMCS_GUEST_PHYSICAL, guest_physical, STORE),
	FIELD(GROUP_ADDRESS, VMCS_GUEST_LINEAR, guest_linear, STORE),
	FIELD(GROUP_EVENT, VMCS_EXIT_EVENT, exit_intr_info, STORE),
	FIELD(GROUP_EVENT, VMCS_EXIT_EVENT_ERROR, exit_intr_error, STORE),
	FIELD(GROUP_EVENT, VMCS_VECTORING, vectoring_info, STORE),
	FIELD(GROUP_EVENT, VMCS_VECTORING_ERROR, vectoring_error, STORE),
	FIELD(GROUP_PDPTE, VMCS_GUEST_PDPTE0, pdpte[0], BOTH),
	FIELD(GROUP_PDPTE, VMCS_GUEST_PDPTE0 + 2, pdpte[1], BOTH),
	FIELD(GROUP_PDPTE, VMCS_GUEST_PDPTE0 + 4, pdpte[2], BOTH),
	FIELD(GROUP_PDPTE, VMCS_GUEST_PDPTE0 + 6, pdpte[3], BOTH),
};

#define GROUPS 21u

/* Where they begin in the table, and how many are loaded and stored. */
static struct {
	const struct state_field *first;
	uint32_t load, store;
} groups_of[GROUPS];

void vmx_state_init(void)
{
	/* An unrestricted guest may clear these two: section A.7. */
	uint64_t cr0_set = vmx_machine.cr0_set & ~(CR0_PE | CR0_PG);

	state_fixes[FIX_CR0].clear = ~vmx_machine.cr0_allowed;
	state_fixes[FIX_CR0].set = cr0_set;
	state_fixes[FIX_CR0_MASK].set = cr0_set;
	state_fixes[FIX_CR4].clear = ~(vmx_machine.cr4_allowed & CR4_SWITCHED);
	state_fixes[FIX_CR4].set = vmx_machine.cr4_set;
	state_fixes[FIX_CR4_MASK].set = vmx_machine.cr4_set | ~CR4_SWITCHED;
	memset(groups_of, 0, sizeof(groups_of));
	for (const struct state_field *f = fields; f < fields + ARRAY_SIZE(fields); f++) {
		if (!groups_of[f->group].first)
			groups_of[f->group].first = f;
		groups_of[f->group].load += f->ways & LOAD;
		groups_of[f->group].store += f->ways >> 1;
	}
}

/* Members are 32 or 64 bits wide. The selectors, which are narrower, have 16 bits
 * of padding behind them, which VMWRITE drops and VMREAD fills with zeroes. */
static bool state_is_wide(const struct state_field *f)
{
	return vmcs_width(f->field) & 1;
}

static uint64_t state_read(const struct vcpu_state *state, const struct state_field *f)
{
	const char *place = (const char *)state + f->offset;

	return state_is_wide(f) ? READ_ONCE(*(const uint64_t *)place)
				: READ_ONCE(*(const uint32_t *)place);
}

static void state_write(struct vcpu_state *state, const struct state_field *f, uint64_t value)
{
	char *place = (char *)state + f->offset;

	if (state_is_wide(f))
		*(uint64_t *)place = value;
	else
		*(uint32_t *)place = (uint32_t)value;
}

static void state_load_field(const struct state_field *f, uint64_t value)
{
	vmwrite(f->field, (value & ~state_fixes[f->fix].clear) | state_fixes[f->fix].set);
}

static void state_load_fields(const struct vcpu_state *state, uint32_t groups)
{
	for (; groups; groups &= groups - 1) {
		unsigned n = (unsigned)__builtin_ctz(groups);
		const struct state_field *f = groups_of[n].first;

		for (const struct state_field *end = f + groups_of[n].load; f < end; f++)
			state_load_field(f, state_read(state, f));
	}
}

/* The MSRs of SYSCALL. The lists switch what the guest has otherwise than the host:
 * LSTAR, and if need be the others. A bad value fails the entry. */
static void state_load_syscall(struct guest *guest)
{
	const struct vcpu_state *state = guest->state;
	uint64_t gs = READ_ONCE(state->kernel_gs_base);
	uint32_t count = 1;

	guest->msr[0].value = READ_ONCE(state->lstar);
	guest->msr[1].value = READ_ONCE(state->star);
	guest->msr[2].value = READ_ONCE(state->fmask);
	if (guest->msr[1].value != STAR_VALUE || guest->msr[2].value != FMASK_VALUE)
		count = ARRAY_SIZE(guest->msr);
	vmwrite32(VMCS_ENTRY_MSR_LOAD_COUNT, count);
	vmwrite32(VMCS_EXIT_MSR_LOAD_COUNT, count);
	/* Made canonical: WRMSR would fault. */
	guest->kernel_gs_base = (uint64_t)((int64_t)(gs << 16) >> 16);
	wrmsr(MSR_KERNEL_GS_BASE, guest->kernel_gs_base);
}

static void state_load_controls(const struct vcpu_state *state)
{
	uint32_t windows = READ_ONCE(state->windows);
	uint64_t primary = vmx_machine.control[CONTROL_PRIMARY];

	primary |= windows & WINDOW_INTERRUPT ? PRIMARY_INTERRUPT_WINDOW : 0;
	primary |= windows & WINDOW_NMI ? PRIMARY_NMI_WINDOW : 0;
	vmwrite(VMCS_PRIMARY, primary);
}

static COLD uint32_t state_load_special(struct guest *guest, uint32_t groups)
{
	if (groups & GROUP_XCR0 && !guest_take_xcr0(guest))
		return GROUP_XCR0;
	state_load_fields(guest->state, groups);
	if (groups & GROUP_SYSCALL)
		state_load_syscall(guest);
	if (groups & GROUP_CR2)
		guest->cr2 = READ_ONCE(guest->state->cr2);
	if (groups & GROUP_DR)
		guest_take_breakpoints(guest, vmread_natural(VMCS_GUEST_DR7));
	if (groups & GROUP_CONTROLS)
		state_load_controls(guest->state);
	if (groups & GROUP_EFER)
		vmwrite(VMCS_ENTRY,
			vmx_machine.control[CONTROL_ENTRY] |
				(vmread64(VMCS_GUEST_EFER) & EFER_LMA ? ENTRY_IA32E : 0));
	/* A guest's own write to these would have done so. */
	if (groups & (GROUP_CR | GROUP_EFER | GROUP_PDPTE))
		vmx_guest_flush(guest);
	return 0;
}

uint32_t vmx_state_load(struct guest *guest, uint32_t groups)
{
	groups &= GROUP_ALL;
	if (unlikely(groups & LOAD_SPECIAL))
		return state_load_special(guest, groups);
	state_load_fields(guest->state, groups);
	return 0;
}

void vmx_state_reset(struct guest *guest)
{
	static const uint32_t numbers[] = {MSR_LSTAR, MSR_STAR, MSR_FMASK};

	for (unsigned i = 0; i < ARRAY_SIZE(guest->msr); i++)
		guest->msr[i] = (struct guest_msr){numbers[i], 0};
	for (const struct state_field *f = fields; f < fields + ARRAY_SIZE(fields); f++)
		if (f->ways & LOAD)
			state_load_field(f, 0);
}

static COLD void state_store_rest(struct guest *guest, uint32_t groups)
{
	struct vcpu_state *state = guest->state;

	if (groups & GROUP_CR) {
		state->cr0 = guest_merge(READ_ONCE(state->cr0), READ_ONCE(state->cr0_shadow),
			state_fixes[FIX_CR0].set);
		state->cr4 = guest_merge(READ_ONCE(state->cr4), READ_ONCE(state->cr4_shadow),
			state_fixes[FIX_CR4].set);
	}
	if (groups & GROUP_CR2)
		state->cr2 = guest->cr2;
	if (groups & GROUP_SYSCALL) {
		if (percpu()->inside == guest)
			guest->kernel_gs_base = rdmsr(MSR_KERNEL_GS_BASE);
		state->kernel_gs_base = guest->kernel_gs_base;
	}
}

static void state_store_fields(struct vcpu_state *state, uint32_t groups)
{
	for (; groups; groups &= groups - 1) {
		unsigned n = (unsigned)__builtin_ctz(groups);
		const struct state_field *f = groups_of[n].first;

		for (const struct state_field *end = f + groups_of[n].store; f < end; f++)
			state_write(state, f, vmread(f->field));
	}
}

void vmx_state_store(struct guest *guest, uint32_t groups)
{
	state_store_fields(guest->state, groups & GROUP_ALL);
	if (unlikely(groups & STORE_SPECIAL))
		state_store_rest(guest, groups);
}

_Static_assert(GROUP_ALL == BIT(GROUPS) - 1, "each group has its place");
_Static_assert(offsetof(struct vcpu_segment, pad) == 2 && offsetof(struct vcpu_segment, ar) == 4,
	"a selector has padding behind it");
