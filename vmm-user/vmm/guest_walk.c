/* SPDX-License-Identifier: MIT */
/* Walks a guest's page tables: see guest_walk.h. */
#include "vmm/guest_walk.h"

/* Bits of an entry of any format: Intel SDM vol. 3A sections 4.3 "32-Bit
 * Paging", 4.4 "PAE Paging", 4.5 "4-Level Paging and 5-Level Paging". */
#define ENTRY_P BIT(0)
#define ENTRY_W BIT(1)
#define ENTRY_U BIT(2)
#define ENTRY_A BIT(5)
#define ENTRY_D BIT(6)
#define ENTRY_PS BIT(7)
#define ENTRY_NX BIT(63)
#define ENTRY_ADDRESS BITS(51, 12)
#define ENTRY_HIGH BITS(51, 48)

#define LEVELS_MAX 4u

struct format {
	uint8_t levels;
	uint8_t index_bits;
	uint8_t entry_bytes;
	uint8_t large_levels; /* a page may end the walk at levels 2 .. this */
	uint8_t bare_levels;  /* entries above this level carry no rights (PDPTE) */
	uint64_t root;        /* address bits of CR3 */
};

static const struct format format_32 = {2, 10, 4, 2, 2, BITS(31, 12)};
static const struct format format_32_nopse = {2, 10, 4, 1, 2, BITS(31, 12)};
static const struct format format_pae = {3, 9, 8, 2, 2, BITS(31, 5)};
static const struct format format_4 = {4, 9, 8, 3, 4, BITS(51, 12)};

struct walk {
	const struct guest_memory *mem;
	const struct vcpu_state *state;
	const struct format *format;
	uint64_t linear;
	unsigned access;
	uint64_t rights;              /* AND of W and U, OR of NX */
	uint8_t *visited[LEVELS_MAX]; /* entries, to be marked as accessed */
	unsigned visits;
};

static const struct format *walk_format(const struct vcpu_state *s)
{
	if (s->efer & EFER_LMA)
		return &format_4;
	if (s->cr4 & CR4_PAE)
		return &format_pae;
	return s->cr4 & CR4_PSE ? &format_32 : &format_32_nopse;
}

static unsigned level_shift(const struct format *f, unsigned level)
{
	return PAGE_SHIFT + f->index_bits * (level - 1);
}

/* Memory that is not there reads as all ones. */
static uint64_t entry_read(const struct walk *w, const uint8_t *at)
{
	uint64_t wide = ~0ull;
	uint32_t narrow = ~0u;

	if (w->format->entry_bytes == 8) {
		if (at)
			__builtin_memcpy(&wide, at, sizeof wide);
		return wide;
	}
	if (at)
		__builtin_memcpy(&narrow, at, sizeof narrow);
	return narrow;
}

/* The guest may change the entry meanwhile, so only the bit is put in. */
static void entry_mark(uint8_t *low, uint8_t bits)
{
	if (low && (*low & bits) != bits)
		__atomic_fetch_or(low, bits, __ATOMIC_RELAXED);
}

static void walk_mark(const struct walk *w)
{
	for (unsigned i = 0; i < w->visits; i++) {
		bool leaf = i + 1 == w->visits;
		bool bare = w->format->levels - i > w->format->bare_levels;

		if (!bare)
			entry_mark(w->visited[i],
				ENTRY_A | (leaf && w->access & PF_WRITE ? ENTRY_D : 0));
	}
}

static uint32_t walk_error(const struct walk *w, uint32_t why)
{
	bool tells_fetch = w->state->efer & EFER_NXE || cpu_cr4(w->state) & CR4_SMEP;

	if (w->access & PF_FETCH && !tells_fetch)
		return (w->access & ~(uint32_t)PF_FETCH) | why;
	return w->access | why;
}

/* Section 4.6 "Access Rights". */
static bool walk_allowed(const struct walk *w)
{
	const struct vcpu_state *s = w->state;
	bool user_page = w->rights & ENTRY_U;
	bool fetch = w->access & PF_FETCH;

	if (fetch && w->rights & ENTRY_NX)
		return false;
	if (w->access & PF_USER)
		return user_page && (!(w->access & PF_WRITE) || w->rights & ENTRY_W);
	if (fetch && user_page && s->cr4 & CR4_SMEP)
		return false;
	if (!fetch && user_page && s->cr4 & CR4_SMAP && !(s->rflags & RFLAGS_AC))
		return false;
	return !(w->access & PF_WRITE) || w->rights & ENTRY_W || !(s->cr0 & CR0_WP);
}

static void walk_narrow(struct walk *w, uint64_t entry)
{
	w->rights &= entry | ~(ENTRY_W | ENTRY_U);
	if (w->state->efer & EFER_NXE)
		w->rights |= entry & ENTRY_NX;
}

/* A 4 MiB page of 32-bit paging has address bits 39..32 in its bits 20..13
 * (section 4.3, "PSE-36 Mechanism"). */
static uint64_t page_base(const struct format *f, uint64_t entry, unsigned level)
{
	uint64_t base = entry & ENTRY_ADDRESS & ~(BIT(level_shift(f, level)) - 1);

	if (f->entry_bytes == 4 && level == 2)
		base |= (entry & BITS(20, 13)) << 19;
	return base;
}

/* Bits that must be clear; no processor shown here has addresses beyond 48 bits.
 * PAE's top entries have more, which are checked when they are loaded. */
static uint64_t entry_reserved(const struct walk *w)
{
	if (w->format->entry_bytes == 4)
		return 0;
	return ENTRY_HIGH | (w->state->efer & EFER_NXE ? 0 : ENTRY_NX);
}

/* 0, and the leaf in *out; or the PF_PRESENT and PF_RESERVED bits of a fault. */
static int walk_levels(struct walk *w, uint64_t *out)
{
	const struct format *f = w->format;
	uint64_t table = w->state->cr3 & f->root;

	for (unsigned level = f->levels;; level--) {
		unsigned shift = level_shift(f, level);
		uint64_t index = w->linear >> shift & (BIT(f->index_bits) - 1);
		uint8_t *at =
			guest_span(w->mem, gpa(table + index * f->entry_bytes), f->entry_bytes);
		uint64_t entry = entry_read(w, at);
		bool pse = f->entry_bytes == 8 || f->large_levels > 1;

		if (!(entry & ENTRY_P))
			return -1;
		if (entry & entry_reserved(w))
			return PF_PRESENT | PF_RESERVED;
		w->visited[w->visits++] = at;
		if (level <= f->bare_levels)
			walk_narrow(w, entry);
		if (level == 1 || (entry & ENTRY_PS && pse && level <= f->large_levels)) {
			*out = page_base(f, entry, level) | (w->linear & (BIT(shift) - 1));
			return 0;
		}
		if (entry & ENTRY_PS && pse)
			return PF_PRESENT | PF_RESERVED;
		table = entry & ENTRY_ADDRESS;
	}
}

bool guest_walk(const struct guest_memory *mem, const struct vcpu_state *state, gva_t at,
	unsigned access, gpa_t *out, struct fault *fault)
{
	struct walk w = {.mem = mem, .state = state, .linear = at.raw, .access = access};
	int bad;

	*out = gpa(at.raw);
	if (!(state->cr0 & CR0_PG))
		return true;
	w.format = walk_format(state);
	w.rights = ENTRY_W | ENTRY_U;
	bad = walk_levels(&w, &out->raw);
	if (!bad && !walk_allowed(&w))
		bad = PF_PRESENT;
	if (bad) {
		*fault = fault_page(at.raw, walk_error(&w, bad < 0 ? 0 : (uint32_t)bad));
		return false;
	}
	walk_mark(&w);
	return true;
}
