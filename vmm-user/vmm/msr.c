/* SPDX-License-Identifier: MIT */
/* MSR policy: see msr.h. */
#include "vmm/msr.h"

#include "vmm/clock.h"
#include "vmm/cr.h"
#include "vmm/dev/lapic.h"
#include "vmm/guest_memory.h"
#include "lib/string.h"

enum msr_kind {
	MSR_NONE = 0,
	MSR_CONSTANT,   /* reads `value`; writes fault */
	MSR_SINK,       /* reads `value`; writes are dropped */
	MSR_STORE,      /* storage; bits outside `value` fault */
	MSR_STORE_TYPE, /* the same, every byte a memory type */
	MSR_STORE_KEEP, /* storage; only the bits of `value` change */
	MSR_LAPIC,
	MSR_TSC,
	MSR_TSC_ADJUST,
	MSR_EFER,
	MSR_PAT,
	MSR_SYSCALL /* four words of the state page, from `star` on */
};

struct row {
	uint32_t first, count;
	enum msr_kind kind;
	uint64_t value;
	enum msr_store store; /* of `first`; the others follow */
};

#define FEATURE_CONTROL_LOCK BIT(0)

/* IA32_MTRRCAP: 8 variable ranges, fixed ranges, write-combining. */
#define MTRRCAP (8u | BIT(8) | BIT(10))
#define MTRR_DEF_ENABLE BIT(11)
#define MTRR_DEF_FIXED BIT(10)
#define MTRR_DEF_BITS (MTRR_DEF_ENABLE | MTRR_DEF_FIXED | BITS(7, 0))
#define MTRR_VAR_BITS (BITS(51, 12) | BITS(11, 11) | BITS(7, 0))
#define MTRR_VALID BIT(11)
#define TYPE_UC 0u
#define TYPE_WB 6u

/* IA32_MISC_ENABLE: fast strings on; no branch trace store, no PEBS. */
#define MISC_ENABLE_FAST_STRINGS BIT(0)
#define MISC_ENABLE_INIT (MISC_ENABLE_FAST_STRINGS | BIT(11) | BIT(12))

/* IA32_DEBUGCTL: LBR and BTF can be set and do nothing. */
#define DEBUGCTL_BITS BITS(1, 0)

/* The counter does not change its rate; LFENCE waits for all before it. */
#define HWCR_TSC_FREQ_SEL BIT(24)
#define DE_CFG_LFENCE BIT(1)

/* The ones that matter for speed first. */
static const struct row row[] = {
	{0x6e0, 1, MSR_LAPIC, 0, 0}, /* IA32_TSC_DEADLINE */
	{0x800, 0x100, MSR_LAPIC, 0, 0}, {0x10, 1, MSR_TSC, 0, 0},
	{0x17, 1, MSR_CONSTANT, 0, 0}, /* IA32_PLATFORM_ID */
	{0x1b, 1, MSR_LAPIC, 0, 0},    /* IA32_APIC_BASE */
	{0x3a, 1, MSR_CONSTANT, FEATURE_CONTROL_LOCK, 0}, {0x3b, 1, MSR_TSC_ADJUST, 0, 0},
	{0x8b, 1, MSR_SINK, 0, 0},     /* IA32_BIOS_SIGN_ID */
	{0xce, 1, MSR_CONSTANT, 0, 0}, /* MSR_PLATFORM_INFO */
	{0xfe, 1, MSR_CONSTANT, MTRRCAP, 0},
	{0x179, 1, MSR_CONSTANT, 0, 0}, /* IA32_MCG_CAP: no banks */
	{0x17a, 1, MSR_STORE, BITS(2, 0), STORE_MCG_STATUS},
	{0x198, 1, MSR_CONSTANT, 0, 0}, /* IA32_PERF_STATUS */
	{0x1a0, 1, MSR_STORE_KEEP, MISC_ENABLE_FAST_STRINGS, STORE_MISC_ENABLE},
	{0x1d9, 1, MSR_STORE, DEBUGCTL_BITS, STORE_DEBUGCTL},
	{0x200, 16, MSR_STORE, MTRR_VAR_BITS, STORE_MTRR_VAR},
	{0x250, 1, MSR_STORE_TYPE, ~0ull, STORE_MTRR_FIX},
	{0x258, 2, MSR_STORE_TYPE, ~0ull, STORE_MTRR_FIX_16K},
	{0x268, 8, MSR_STORE_TYPE, ~0ull, STORE_MTRR_FIX_4K},
	{0x2ff, 1, MSR_STORE, MTRR_DEF_BITS, STORE_MTRR_DEF}, {0xc0000080, 1, MSR_EFER, 0, 0},
	{0xc0000081, 4, MSR_SYSCALL, 0, 0}, /* STAR LSTAR CSTAR FMASK */
	{0x277, 1, MSR_PAT, 0, 0},          /* exits under SVM only */
	/* What systems on AMD's processors take to be there. Source: AMD BKDG for family 10h
	 * (31116) and PPR for family 17h (54945), chapters on MSRs. */
	{0xc0010010, 1, MSR_SINK, 0, 0},                 /* SYSCFG: no second top of memory */
	{0xc0010015, 1, MSR_SINK, HWCR_TSC_FREQ_SEL, 0}, /* HWCR */
	{0xc001001f, 1, MSR_SINK, 0, 0},                 /* NB_CFG */
	{0xc0010055, 1, MSR_SINK, 0, 0},                 /* interrupt pending: no C1E */
	{0xc0010058, 1, MSR_SINK, 0, 0},                 /* no PCI configuration space there */
	{0xc0011029, 1, MSR_SINK, DE_CFG_LFENCE, 0},     /* DE_CFG */
	{0xc001102a, 1, MSR_SINK, 0, 0},                 /* BU_CFG2 */
};

static const struct row *row_find(uint32_t msr)
{
	for (unsigned i = 0; i < ARRAY_SIZE(row); i++)
		if (msr - row[i].first < row[i].count)
			return &row[i];
	return NULL;
}

void msr_init(struct msr_file *file, void (*report)(uint32_t msr, bool write))
{
	uint64_t *store = file->store;

	memset(file, 0, sizeof *file);
	file->report = report;
	store[STORE_MISC_ENABLE] = MISC_ENABLE_INIT;
	store[STORE_MTRR_DEF] = MTRR_DEF_ENABLE | TYPE_WB;
	store[STORE_MTRR_VAR] = GUEST_HOLE | TYPE_UC;
	store[STORE_MTRR_VAR + 1] = (BITS(51, 12) & ~(GUEST_HIGH - GUEST_HOLE - 1)) | MTRR_VALID;
}

/* For one that is not there: whether a fault has an error code, so that it is
 * not counted again when the guest comes back with CR0. */
uint32_t msr_groups(uint32_t msr)
{
	const struct row *r = row_find(msr);

	if (!r)
		return GROUP_CR;
	if (r->kind == MSR_SYSCALL)
		return GROUP_SYSCALL | GROUP_CR;
	return r->kind == MSR_EFER || r->kind == MSR_PAT ? GROUP_EFER | GROUP_CR : 0;
}

static enum status msr_unknown(struct msr_file *file, uint32_t msr, bool write)
{
	if (write)
		file->unknown_writes++;
	else
		file->unknown_reads++;
	if (seen_first(&file->seen, msr) && file->report)
		file->report(msr, write);
	return STATUS_BAD_ARG;
}

enum status msr_read(
	struct msr_file *file, const struct msr_env *env, uint32_t msr, uint64_t *value)
{
	const struct row *r = row_find(msr);

	switch (r ? r->kind : MSR_NONE) {
	case MSR_CONSTANT:
	case MSR_SINK:
		*value = r->value;
		return STATUS_OK;
	case MSR_STORE:
	case MSR_STORE_TYPE:
	case MSR_STORE_KEEP:
		*value = file->store[r->store + (msr - r->first)];
		return STATUS_OK;
	case MSR_LAPIC:
		return lapic_msr_read(env->lapic, msr, value) ? STATUS_OK : STATUS_BAD_ARG;
	case MSR_TSC:
		*value = env->tsc;
		return STATUS_OK;
	case MSR_TSC_ADJUST:
		*value = file->tsc_adjust;
		return STATUS_OK;
	case MSR_EFER:
		*value = env->state->efer;
		return STATUS_OK;
	case MSR_PAT:
		*value = env->state->pat;
		return STATUS_OK;
	case MSR_SYSCALL:
		*value = (&env->state->star)[msr - r->first];
		return STATUS_OK;
	default:
		return msr_unknown(file, msr, false);
	}
}

/* Moves the guest's counter: the offset that the CPU adds, the clock that timers
 * go by, and IA32_TSC_ADJUST, which shows the sum of all moves. */
static void tsc_move(struct msr_file *file, const struct msr_env *env, uint64_t delta)
{
	env->state->tsc_offset += delta;
	env->state->dirty |= GROUP_TSC;
	env->clock->tsc_base += delta;
	file->tsc_adjust += delta;
}

/* UC WC WT WP WB: table 11-8 "Memory Types That Can Be Encoded in MTRRs". And UC-: table
 * 11-10 "Memory Types That Can Be Encoded With PAT". */
#define TYPES_MTRR (BIT(0) | BIT(1) | BITS(6, 4))
#define TYPES_PAT (TYPES_MTRR | BIT(7))

static bool types_valid(uint64_t value, uint64_t types)
{
	for (unsigned i = 0; i < 8; i++, value >>= 8)
		if ((value & 0xff) > 7 || !(types >> (value & 0xff) & 1))
			return false;
	return true;
}

static enum status pat_write(struct vcpu_state *state, uint64_t value)
{
	if (!types_valid(value, TYPES_PAT))
		return STATUS_BAD_ARG;
	state->pat = value;
	state->dirty |= GROUP_EFER;
	return STATUS_OK;
}

static enum status store_write(
	struct msr_file *file, const struct row *r, uint32_t msr, uint64_t value)
{
	uint64_t *at = &file->store[r->store + (msr - r->first)];

	if (r->kind == MSR_STORE_KEEP)
		value = (*at & ~r->value) | (value & r->value);
	else if (value & ~r->value)
		return STATUS_BAD_ARG;
	if (r->kind == MSR_STORE_TYPE && !types_valid(value, TYPES_MTRR))
		return STATUS_BAD_ARG;
	*at = value;
	return STATUS_OK;
}

static bool is_canonical(uint64_t value)
{
	return (uint64_t)((int64_t)(value << 16) >> 16) == value;
}

/* STAR takes anything, LSTAR and CSTAR canonical addresses, FMASK 32 bits. */
static enum status syscall_write(struct vcpu_state *state, unsigned index, uint64_t value)
{
	bool valid = index == 0 || (index == 3 ? value >> 32 == 0 : is_canonical(value));

	if (!valid)
		return STATUS_BAD_ARG;
	(&state->star)[index] = value;
	state->dirty |= GROUP_SYSCALL;
	return STATUS_OK;
}

enum status msr_write(
	struct msr_file *file, const struct msr_env *env, uint32_t msr, uint64_t value)
{
	const struct row *r = row_find(msr);
	struct fault fault;

	switch (r ? r->kind : MSR_NONE) {
	case MSR_CONSTANT:
		return STATUS_BAD_ARG;
	case MSR_SINK:
		return STATUS_OK;
	case MSR_STORE:
	case MSR_STORE_TYPE:
	case MSR_STORE_KEEP:
		return store_write(file, r, msr, value);
	case MSR_LAPIC:
		return lapic_msr_write(env->lapic, msr, value) ? STATUS_OK : STATUS_BAD_ARG;
	case MSR_TSC:
		tsc_move(file, env, value - env->tsc);
		return STATUS_OK;
	case MSR_TSC_ADJUST:
		tsc_move(file, env, value - file->tsc_adjust);
		return STATUS_OK;
	case MSR_EFER:
		return efer_write(env->state, value, &fault) ? STATUS_OK : STATUS_BAD_ARG;
	case MSR_PAT:
		return pat_write(env->state, value);
	case MSR_SYSCALL:
		return syscall_write(env->state, msr - r->first, value);
	default:
		return msr_unknown(file, msr, true);
	}
}
