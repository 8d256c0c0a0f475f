/* SPDX-License-Identifier: MIT */
/*
 * The state page, to and from the VMCS and struct guest: one loop loads groups,
 * one stores them. Every word of the page is read once: ring 3 may change it at
 * any moment.
 */
#include "vmx.h"

#include "fpu.h"
#include "lib/string.h"
#include "msr.h"
#include "vmx_access.h"
#include "vmx_fields.h"

/* Groups that need more than their table when loaded, or stored. */
#define LOAD_SPECIAL                                                                               \
	(GROUP_INTR | GROUP_CR | GROUP_CR2 | GROUP_EFER | GROUP_SYSCALL | GROUP_CONTROLS |         \
		GROUP_XCR0 | GROUP_PDPTE | GROUP_DR)
#define STORE_SPECIAL (GROUP_CR | GROUP_CR2 | GROUP_SYSCALL)

/* The members behind guest->msr[], in its order. */
static const uint16_t msr_offsets[] = {
	offsetof(struct vcpu_state, star),
	offsetof(struct vcpu_state, lstar),
	offsetof(struct vcpu_state, cstar),
	offsetof(struct vcpu_state, fmask),
	offsetof(struct vcpu_state, kernel_gs_base),
};
#define MSRS ARRAY_SIZE(msr_offsets)
/* Values that WRMSR takes without #GP: everything; canonical; 32 bits wide. */
enum msr_rule { RULE_ANY = 0, RULE_CANONICAL, RULE_32 };
static const uint8_t msr_rules[MSRS] = {
	RULE_ANY, RULE_CANONICAL, RULE_CANONICAL, RULE_32, RULE_CANONICAL};

#define DR7_ENABLES 0xffull

#define COLD __attribute__((noinline, cold))

/* What of the page could harm ring 0 itself, read once and checked. */
struct checked {
	uint64_t msr[MSRS];
	uint64_t xcr0;
};

static uint64_t *state_word(struct vcpu_state *state, unsigned offset)
{
	return (uint64_t *)((char *)state + offset);
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

static uint64_t state_fixed(const struct state_field *f, uint64_t value)
{
	return (value & ~state_fixes[f->fix].clear) | state_fixes[f->fix].set;
}

static bool msr_valid(enum msr_rule rule, uint64_t value)
{
	if (rule == RULE_CANONICAL)
		return (uint64_t)((int64_t)(value << 16) >> 16) == value;
	return rule == RULE_ANY || value >> 32 == 0;
}

/* Returns the group that is refused, or 0. */
static uint32_t state_check(struct vcpu_state *state, uint32_t groups, struct checked *checked)
{
	if ((groups & GROUP_INTR) && READ_ONCE(state->activity) != ACTIVITY_ACTIVE)
		return GROUP_INTR;
	if (groups & GROUP_SYSCALL)
		for (unsigned i = 0; i < MSRS; i++) {
			checked->msr[i] = READ_ONCE(*state_word(state, msr_offsets[i]));
			if (!msr_valid(msr_rules[i], checked->msr[i]))
				return GROUP_SYSCALL;
		}
	if (groups & GROUP_XCR0) {
		checked->xcr0 = READ_ONCE(state->xcr0);
		if (!fpu_xcr0_valid(checked->xcr0, fpu_components()))
			return GROUP_XCR0;
	}
	return 0;
}

/* The parts of the special groups that are in no table. */
static void state_load_rest(struct guest *guest, uint32_t groups, const struct checked *checked)
{
	if (groups & GROUP_SYSCALL)
		memcpy(guest->msr, checked->msr, sizeof(guest->msr));
	if (groups & GROUP_XCR0)
		guest->xcr0 = checked->xcr0;
	if (groups & GROUP_CR2)
		guest->cr2 = READ_ONCE(guest->state->cr2);
	if (groups & GROUP_DR) {
		for (unsigned i = 0; i < ARRAY_SIZE(guest->dr); i++)
			guest->dr[i] = READ_ONCE(guest->state->dr[i]);
		guest->breakpoints = vmread_natural(VMCS_GUEST_DR7) & DR7_ENABLES;
	}
	if (groups & GROUP_CONTROLS) {
		uint32_t windows = READ_ONCE(guest->state->windows);

		vmwrite32(VMCS_PRIMARY,
			vmx_machine.control[CONTROL_PRIMARY] |
				(windows & WINDOW_INTERRUPT ? (uint32_t)PRIMARY_INTERRUPT_WINDOW
							    : 0) |
				(windows & WINDOW_NMI ? (uint32_t)PRIMARY_NMI_WINDOW : 0));
	}
	if (groups & GROUP_EFER) {
		bool long_mode = vmread64(VMCS_GUEST_EFER) & EFER_LMA;

		vmwrite32(VMCS_ENTRY, vmx_machine.control[CONTROL_ENTRY] |
					      (long_mode ? (uint32_t)ENTRY_IA32E : 0));
	}
	/* A guest's own write to these would have done so. */
	if (groups & (GROUP_CR | GROUP_EFER | GROUP_PDPTE))
		vmx_guest_flush(guest);
}

static void state_load_fields(const struct vcpu_state *state, uint32_t groups)
{
	for (; groups; groups &= groups - 1) {
		const struct state_group *group = &state_groups[__builtin_ctz(groups)];

		for (unsigned i = 0; i < group->load; i++) {
			const struct state_field *f = &group->fields[i];

			vmwrite(f->field, state_fixed(f, state_read(state, f)));
		}
	}
}

/* Apart, to keep the common case short. */
static COLD uint32_t state_load_special(struct guest *guest, uint32_t groups)
{
	struct checked checked;
	uint32_t refused = state_check(guest->state, groups, &checked);

	if (refused)
		return refused;
	state_load_fields(guest->state, groups);
	state_load_rest(guest, groups, &checked);
	return 0;
}

uint32_t vmx_state_load(struct guest *guest, uint32_t groups)
{
	groups &= GROUP_ALL;
	if (likely(groups == GROUP_RIP)) { /* an instruction was emulated */
		vmwrite_natural(VMCS_GUEST_RIP, READ_ONCE(guest->state->rip));
		return 0;
	}
	if (unlikely(groups & LOAD_SPECIAL))
		return state_load_special(guest, groups);
	state_load_fields(guest->state, groups);
	return 0;
}

void vmx_state_reset(void)
{
	for (unsigned n = 0; n < STATE_GROUPS; n++)
		for (unsigned i = 0; i < state_groups[n].load; i++) {
			const struct state_field *f = &state_groups[n].fields[i];

			vmwrite(f->field, state_fixed(f, 0));
		}
}

/* A bit that the hardware dictates looks as the guest sees it: as in the shadow. */
static uint64_t state_merge(uint64_t real, uint64_t shadow, uint64_t dictated)
{
	return (real & ~dictated) | (shadow & dictated);
}

/* Apart, to keep the common case short. */
static COLD void state_store_rest(
	const struct guest *guest, struct vcpu_state *state, uint32_t groups)
{
	if (groups & GROUP_CR) {
		state->cr0 = state_merge(READ_ONCE(state->cr0), READ_ONCE(state->cr0_shadow),
			state_fixes[FIX_CR0].set);
		state->cr4 = state_merge(READ_ONCE(state->cr4), READ_ONCE(state->cr4_shadow),
			state_fixes[FIX_CR4].set);
	}
	if (groups & GROUP_CR2)
		state->cr2 = guest->cr2;
	if (groups & GROUP_SYSCALL)
		for (unsigned i = 0; i < MSRS; i++)
			*state_word(state, msr_offsets[i]) = guest->msr[i];
}

static void state_store_fields(struct vcpu_state *state, uint32_t groups)
{
	for (; groups; groups &= groups - 1) {
		const struct state_group *group = &state_groups[__builtin_ctz(groups)];

		for (unsigned i = 0; i < group->store; i++) {
			const struct state_field *f = &group->fields[i];

			state_write(state, f, vmread(f->field));
		}
	}
}

void vmx_state_store(struct guest *guest, uint64_t reason)
{
	struct vcpu_state *state = guest->state;
	uint32_t wanted = READ_ONCE(state->want[VCPU_WANT_INDEX(reason)]) | GROUP_RIP;
	uint32_t groups;

	if (unlikely(reason & EXIT_FAILED_ENTRY_BIT))
		wanted |= GROUP_QUALIFICATION;
	wanted &= GROUP_ALL;
	groups = wanted & ~READ_ONCE(state->dirty);
	state->exit_reason = reason;
	state->valid = wanted;
	if (likely(groups & GROUP_RIP))
		state->rip = vmread_natural(VMCS_GUEST_RIP);
	state_store_fields(state, groups & ~GROUP_RIP);
	if (groups & STORE_SPECIAL)
		state_store_rest(guest, state, groups);
}

_Static_assert(MSRS == ARRAY_SIZE(((struct guest *)0)->msr), "guest->msr[] has its members");
_Static_assert(offsetof(struct vcpu_segment, pad) == 2 && offsetof(struct vcpu_segment, ar) == 4,
	"a selector has padding behind it");
