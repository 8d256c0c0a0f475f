/* SPDX-License-Identifier: MIT */
/* Control registers of a guest: see cr.h. */
#include "vmm/cr.h"

#include "vmm/guest_memory.h"

/* Always changeable where they exist; the others of cr4_allowed() are ours. */
#define CR4_OURS (CR4_OSXSAVE | CR4_MCE)

#define CR3_PCID BITS(11, 0)
#define CR3_NO_FLUSH BIT(63)
#define CR3_ADDRESS BITS(51, 12)
#define PDPTE_P BIT(0)
#define PDPTE_RESERVED (BITS(2, 1) | BITS(8, 5) | BITS(63, 52))

static const struct {
	uint8_t word, bit; /* word: 0 leaf 1 ECX, 1 leaf 1 EDX, 2 leaf 7 EBX, 3 leaf 7 ECX */
	uint32_t cr4;
} feature[] = {
	{0, 17, CR4_PCIDE},
	{0, 26, CR4_OSXSAVE},
	{1, 1, CR4_VME | CR4_PVI},
	{1, 2, CR4_DE},
	{1, 3, CR4_PSE},
	{1, 4, CR4_TSD},
	{1, 6, CR4_PAE},
	{1, 7, CR4_MCE},
	{1, 13, CR4_PGE},
	{1, 24, CR4_OSFXSR},
	{1, 25, CR4_OSXMMEXCPT},
	{2, 0, CR4_FSGSBASE},
	{2, 7, CR4_SMEP},
	{2, 20, CR4_SMAP},
	{3, 2, CR4_UMIP},
};

uint64_t cr4_allowed(uint32_t leaf1_ecx, uint32_t leaf1_edx, uint32_t leaf7_ebx, uint32_t leaf7_ecx)
{
	const uint32_t word[] = {leaf1_ecx, leaf1_edx, leaf7_ebx, leaf7_ecx};
	uint64_t allowed = CR4_PCE;

	for (unsigned i = 0; i < ARRAY_SIZE(feature); i++)
		if (word[feature[i].word] >> feature[i].bit & 1)
			allowed |= feature[i].cr4;
	return allowed;
}

/* The caches stay on whatever the guest says, and NE is as the hardware needs. */
static void cr0_set(struct vcpu_state *s, uint64_t value)
{
	s->cr0_mask = ~CR0_FREE;
	s->cr0_shadow = value | CR0_ET;
	s->cr0 = (value & CR0_FREE) | CR0_NE | CR0_ET;
	s->dirty |= GROUP_CR;
}

/* A machine check while CR4.MCE is clear would stop the whole machine. */
static void cr4_set(struct vcpu_state *s, uint64_t value)
{
	s->cr4_shadow = value;
	s->cr4 = value | CR4_MCE;
	s->dirty |= GROUP_CR;
}

void cr_init(struct vcpu_state *state, uint64_t cr0, uint64_t cr4, uint64_t allowed)
{
	state->cr4_mask = ~(allowed & ~CR4_OURS);
	cr0_set(state, cr0);
	cr4_set(state, cr4);
}

static bool refuse(struct fault *fault)
{
	*fault = fault_error(VECTOR_GP, 0);
	return false;
}

/* PAE paging holds its four top entries in registers, which are loaded when
 * paging begins or changes: SDM vol. 3A section 4.4.1 "PDPTE Registers". */
static bool pdptes_load(struct guest_cpu *cpu, uint64_t cr3, struct fault *fault)
{
	uint64_t pdpte[4];

	if (guest_copy_in(cpu->memory, gpa(cr3 & BITS(31, 5)), pdpte, sizeof pdpte))
		return refuse(fault);
	for (unsigned i = 0; i < 4; i++)
		if (pdpte[i] & PDPTE_P && pdpte[i] & PDPTE_RESERVED)
			return refuse(fault);
	for (unsigned i = 0; i < 4; i++)
		cpu->state->pdpte[i] = pdpte[i];
	cpu->state->dirty |= GROUP_PDPTE;
	return true;
}

static bool uses_pdptes(uint64_t cr0, uint64_t cr4, uint64_t efer)
{
	return cr0 & CR0_PG && cr4 & CR4_PAE && !(efer & EFER_LMA);
}

static bool cr0_consistent(const struct vcpu_state *s, uint64_t value)
{
	if (value >> 32 || (value & CR0_PG && !(value & CR0_PE)))
		return false;
	if (value & CR0_NW && !(value & CR0_CD))
		return false;
	return value & CR0_PG || !(cpu_cr4(s) & CR4_PCIDE);
}

/* Paging goes on or off: *efer gets its LMA. */
static bool cr0_paging(const struct vcpu_state *s, uint64_t value, uint64_t *efer)
{
	uint32_t cs = s->segment[SEG_CS].ar;

	if (!((s->cr0 ^ value) & CR0_PG) || !(s->efer & EFER_LME))
		return true;
	if (value & CR0_PG) {
		*efer |= EFER_LMA;
		return cpu_cr4(s) & CR4_PAE && !(cs & AR_L);
	}
	*efer &= ~EFER_LMA;
	return !(cs & AR_L);
}

static bool cr0_write(struct guest_cpu *cpu, uint64_t value, struct fault *fault)
{
	struct vcpu_state *s = cpu->state;
	uint64_t efer = s->efer;

	if (!cr0_consistent(s, value) || !cr0_paging(s, value, &efer))
		return refuse(fault);
	value &= CR0_KNOWN;
	if (uses_pdptes(value, cpu_cr4(s), efer) && (s->cr0 ^ value) & (CR0_PG | CR0_CD | CR0_NW) &&
		!pdptes_load(cpu, s->cr3, fault))
		return false;
	if (efer != s->efer) {
		s->efer = efer;
		s->dirty |= GROUP_EFER;
	}
	cr0_set(s, value);
	return true;
}

static bool cr3_write(struct guest_cpu *cpu, uint64_t value, struct fault *fault)
{
	struct vcpu_state *s = cpu->state;

	if (cpu_long_mode(s)) {
		if (cpu_cr4(s) & CR4_PCIDE)
			value &= ~CR3_NO_FLUSH;
		if (value & ~(CR3_ADDRESS | CR3_PCID))
			return refuse(fault);
	}
	if (uses_pdptes(s->cr0, cpu_cr4(s), s->efer) && !pdptes_load(cpu, value, fault))
		return false;
	s->cr3 = value;
	s->dirty |= GROUP_CR;
	return true;
}

static bool cr4_consistent(const struct vcpu_state *s, uint64_t value, uint64_t allowed)
{
	bool sets_pcide = value & ~cpu_cr4(s) & CR4_PCIDE;

	if (value & ~allowed)
		return false;
	if (cpu_long_mode(s) && !(value & CR4_PAE))
		return false;
	return !sets_pcide || (cpu_long_mode(s) && !(s->cr3 & CR3_PCID));
}

static bool cr4_write(struct guest_cpu *cpu, uint64_t value, uint64_t allowed, struct fault *fault)
{
	struct vcpu_state *s = cpu->state;
	const uint64_t reload = CR4_PAE | CR4_PGE | CR4_PSE | CR4_SMEP;

	if (!cr4_consistent(s, value, allowed))
		return refuse(fault);
	if (uses_pdptes(s->cr0, value, s->efer) && (cpu_cr4(s) ^ value) & reload &&
		!pdptes_load(cpu, s->cr3, fault))
		return false;
	cr4_set(s, value);
	return true;
}

bool cr_write(
	struct guest_cpu *cpu, unsigned cr, uint64_t value, uint64_t allowed, struct fault *fault)
{
	switch (cr) {
	case 0:
		return cr0_write(cpu, value, fault);
	case 3:
		return cr3_write(cpu, value, fault);
	case 4:
		return cr4_write(cpu, value, allowed, fault);
	default:
		*fault = fault_plain(VECTOR_UD);
		return false;
	}
}

/* LMSW reaches the low four bits and never clears PE. */
uint64_t cr0_lmsw(uint64_t cr0, uint16_t source)
{
	const uint64_t reach = CR0_PE | CR0_MP | CR0_EM | CR0_TS;

	return (cr0 & ~(reach & ~CR0_PE)) | (source & reach);
}

bool xcr0_valid(uint64_t value, uint64_t supported)
{
	if (value & ~supported || !(value & XCR0_X87))
		return false;
	if (value & XCR0_AVX && !(value & XCR0_SSE))
		return false;
	if (!(value & XCR0_AVX512))
		return true;
	return value & XCR0_AVX && (value & XCR0_AVX512) == XCR0_AVX512;
}

bool efer_write(struct vcpu_state *state, uint64_t value, struct fault *fault)
{
	const uint64_t settable = EFER_SCE | EFER_LME | EFER_NXE;

	if (value & ~(settable | EFER_LMA))
		return refuse(fault);
	if ((state->efer ^ value) & EFER_LME && state->cr0 & CR0_PG)
		return refuse(fault);
	state->efer = (value & settable) | (state->efer & EFER_LMA);
	state->dirty |= GROUP_EFER;
	return true;
}
