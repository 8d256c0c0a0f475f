/* SPDX-License-Identifier: MIT */
/* CPUID policy: see cpuid.h. */
#include "vmm/cpuid.h"

#include "vmm/cr.h"
#include "lib/compiler.h"
#include "lib/string.h"

#define ANY 0xffffffffu /* every subleaf */
#define PASS 0xffffffffu

#define LEAF_BASIC_MAX 0x16u
#define LEAF_EXTENDED 0x80000000u
#define LEAF_EXTENDED_MAX 0x80000008u
#define LEAF_XSAVE 0xdu

/* "AuthenticAMD" */
#define AMD_EBX 0x68747541u
#define AMD_EDX 0x69746e65u
#define AMD_ECX 0x444d4163u

/* The local APIC's timer counts nanoseconds: dev/lapic.h, LAPIC_TIMER_HZ. */
#define CRYSTAL_HZ 1000000000u
#define BUS_MHZ 100u

/* Leaf 1 ECX: SSE3 PCLMUL SSSE3 FMA CX16 PCID SSE4.1 SSE4.2 MOVBE POPCNT AES
 * XSAVE AVX F16C RDRAND. Hidden: DTES64 MONITOR DS-CPL VMX SMX EIST TM2 CNXT-ID
 * SDBG xTPR PDCM DCA. x2APIC, TSC-deadline and hypervisor are ours. */
#define F1_ECX                                                                                     \
	(BIT(0) | BIT(1) | BIT(9) | BIT(12) | BIT(13) | BIT(17) | BIT(19) | BIT(20) | BIT(22) |    \
		BIT(23) | BIT(25) | BIT(26) | BIT(28) | BIT(29) | BIT(30))
#define F1_ECX_SET (BIT(21) | BIT(24) | BIT(31))
/* Leaf 1 EDX: all but PSN DS ACPI HTT TM PBE; APIC follows IA32_APIC_BASE. */
#define F1_EDX (BITS(8, 0) | BITS(17, 11) | BIT(19) | BITS(27, 23))
#define F1_EDX_HTT BIT(28)
/* Leaf 6 EAX: the APIC timer never stops. */
#define F6_EAX_ARAT BIT(2)
/* Leaf 7 EBX: FSGSBASE BMI1 AVX2 FDP SMEP BMI2 ERMS INVPCID FCS-DS AVX512F
 * AVX512DQ RDSEED ADX SMAP AVX512IFMA CLFLUSHOPT CLWB AVX512PF/ER/CD SHA
 * AVX512BW AVX512VL. Hidden: SGX HLE RTM RDT MPX PT. TSC_ADJUST is ours. */
#define F7_EBX                                                                                     \
	(BIT(0) | BIT(3) | BITS(10, 5) | BIT(13) | BITS(21, 16) | BIT(23) | BIT(24) | BITS(31, 26))
#define F7_EBX_SET BIT(1)
/* Leaf 7 ECX: PREFETCHWT1 VBMI UMIP VBMI2 GFNI VAES VPCLMUL VNNI BITALG
 * VPOPCNTDQ CLDEMOTE MOVDIRI MOVDIR64B. Hidden: PKU WAITPKG CET LA57 RDPID and
 * what needs MSRs. */
#define F7_ECX (BITS(2, 0) | BIT(6) | BITS(12, 8) | BIT(14) | BIT(25) | BIT(27) | BIT(28))
/* Leaf 7 EDX: 4VNNIW 4FMAPS FSRM VP2INTERSECT MD_CLEAR SERIALIZE AVX512_FP16.
 * Hidden: SPEC_CTRL and its like, AMX, CET, hybrid. */
#define F7_EDX (BITS(4, 2) | BIT(8) | BIT(10) | BIT(14) | BIT(23))
/* Leaf 7.1 EAX: AVX-VNNI AVX512_BF16 and the fast short string operations. */
#define F7_1_EAX (BIT(4) | BIT(5) | BITS(12, 10))
/* Leaf D.1 EAX: XSAVEOPT XSAVEC XGETBV1. Hidden: XSAVES XFD. */
#define FD_1_EAX BITS(2, 0)
/* Leaf 80000001 ECX: LAHF ABM SSE4A MISALIGN PREFETCHW XOP FMA4 TBM. */
#define X1_ECX (BIT(0) | BITS(8, 5) | BIT(11) | BIT(16) | BIT(21))
/* Leaf 80000001 EDX: AMD's copies of leaf 1, SYSCALL NX MMXEXT FFXSR 1GB LM
 * 3DNOW. RDTSCP is hidden: its TSC_AUX would be the host's; FFXSR: EFER has no bit for
 * it. */
#define X1_EDX (BITS(8, 0) | BITS(17, 11) | BIT(20) | BITS(24, 22) | BIT(26) | BITS(31, 29))
#define X1_ECX_CMP_LEGACY BIT(1)
#define X7_EDX_INVARIANT_TSC BIT(8)

void cpuid_native(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	uint32_t *r = out->reg;

	__asm__ volatile(
		"cpuid"
		: "=a"(r[CPUID_EAX]), "=b"(r[CPUID_EBX]), "=c"(r[CPUID_ECX]), "=d"(r[CPUID_EDX])
		: "a"(leaf), "c"(subleaf));
}

/* Bits that Intel's processors have, or leave at zero, where AMD's mean something. */
static bool is_amd(const struct cpuid_guest *g)
{
	struct cpuid_regs r;

	g->host(0, 0, &r);
	return r.reg[CPUID_EBX] == AMD_EBX && r.reg[CPUID_ECX] == AMD_ECX &&
	       r.reg[CPUID_EDX] == AMD_EDX;
}

/* Bytes of an XSAVE area with the components of `xcr0`. Compact: SDM vol. 1
 * section 13.4.3 "Extended Region of an XSAVE Area". */
static uint32_t xsave_size(const struct cpuid_guest *g, uint64_t xcr0, bool compact)
{
	uint32_t size = 512 + 64;

	for (unsigned i = 2; i < 63; i++) {
		struct cpuid_regs r;
		uint32_t begin, bytes;

		if (!(xcr0 & BIT(i)))
			continue;
		g->host(LEAF_XSAVE, i, &r);
		bytes = r.reg[CPUID_EAX];
		begin = r.reg[CPUID_EBX];
		if (compact)
			begin = r.reg[CPUID_ECX] & 2 ? (size + 63) & ~63u : size;
		if (begin + bytes > size)
			size = begin + bytes;
	}
	return size;
}

uint64_t cpuid_xcr0(const struct cpuid_guest *g)
{
	uint64_t allowed = XCR0_X87 | XCR0_SSE;
	struct cpuid_regs r;

	g->host(LEAF_XSAVE, 0, &r);
	if (!(r.reg[CPUID_EAX] & XCR0_AVX))
		return allowed;
	allowed |= XCR0_AVX;
	if ((r.reg[CPUID_EAX] & XCR0_AVX512) != XCR0_AVX512)
		return allowed;
	if (xsave_size(g, allowed | XCR0_AVX512, false) > 4096)
		return allowed;
	return allowed | XCR0_AVX512;
}

static void fix_0(const struct cpuid_guest *g UNUSED, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	out->reg[CPUID_EAX] = LEAF_BASIC_MAX;
}

static void fix_1(const struct cpuid_guest *g, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	out->reg[CPUID_EBX] |= g->vcpus << 16 | g->apic_id << 24;
	if (g->osxsave)
		out->reg[CPUID_ECX] |= CPUID_1_ECX_OSXSAVE;
	if (g->apic_enabled)
		out->reg[CPUID_EDX] |= CPUID_1_EDX_APIC;
	if (g->vcpus > 1)
		out->reg[CPUID_EDX] |= F1_EDX_HTT;
}

/* Each vCPU is a core of its own; the third-level cache is everybody's. */
static void fix_4(const struct cpuid_guest *g, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	uint32_t level = out->reg[CPUID_EAX] >> 5 & 7;

	if (!(out->reg[CPUID_EAX] & 0x1f))
		return;
	out->reg[CPUID_EAX] |= (g->vcpus - 1) << 26;
	if (level >= 3)
		out->reg[CPUID_EAX] |= (g->vcpus - 1) << 14;
}

static void fix_7(const struct cpuid_guest *g UNUSED, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	out->reg[CPUID_EAX] = 1; /* the last subleaf */
}

/* Bits of an APIC id that tell the processors apart. */
static uint32_t id_bits(const struct cpuid_guest *g)
{
	uint32_t bits = 0;

	while (1u << bits < g->vcpus)
		bits++;
	return bits;
}

#define TOPOLOGY_THREAD 1u
#define TOPOLOGY_CORE 2u

/* Extended topology: one thread per core, `vcpus` cores. */
static void fix_b(const struct cpuid_guest *g, uint32_t sub, struct cpuid_regs *out)
{
	out->reg[CPUID_ECX] = sub & 0xff;
	out->reg[CPUID_EDX] = g->apic_id;
	if (sub == 0) {
		out->reg[CPUID_EBX] = 1;
		out->reg[CPUID_ECX] |= TOPOLOGY_THREAD << 8;
	} else if (sub == 1) {
		out->reg[CPUID_EAX] = id_bits(g);
		out->reg[CPUID_EBX] = g->vcpus;
		out->reg[CPUID_ECX] |= TOPOLOGY_CORE << 8;
	}
}

static void fix_d(const struct cpuid_guest *g, uint32_t sub, struct cpuid_regs *out)
{
	if (sub == 0) {
		out->reg[CPUID_EAX] = (uint32_t)g->xcr0_allowed;
		out->reg[CPUID_EBX] = xsave_size(g, g->xcr0, false);
		out->reg[CPUID_ECX] = xsave_size(g, g->xcr0_allowed, false);
	} else if (sub == 1) {
		out->reg[CPUID_EBX] = xsave_size(g, g->xcr0, true);
	} else if (sub >= 64 || !(g->xcr0_allowed & BIT(sub))) {
		memset(out, 0, sizeof *out);
	}
}

/* Continued fraction of khz / 10^6, cut before the numerator grows too large. */
void cpuid_tsc_ratio(uint64_t khz, uint32_t *numerator, uint32_t *denominator)
{
	const uint64_t limit = UINT32_MAX / (CRYSTAL_HZ / 1000);
	uint64_t a = khz, b = CRYSTAL_HZ / 1000;
	uint64_t n0 = 0, n1 = 1, d0 = 1, d1 = 0;

	while (b) {
		uint64_t q = a / b, rest = a % b;
		uint64_t n2 = q * n1 + n0, d2 = q * d1 + d0;

		if (n2 > limit || d2 > UINT32_MAX)
			break;
		n0 = n1, n1 = n2;
		d0 = d1, d1 = d2;
		a = b, b = rest;
	}
	*numerator = (uint32_t)n1;
	*denominator = (uint32_t)d1;
}

static void fix_15(const struct cpuid_guest *g, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	cpuid_tsc_ratio(g->tsc_khz, &out->reg[CPUID_EBX], &out->reg[CPUID_EAX]);
	out->reg[CPUID_ECX] = CRYSTAL_HZ;
}

static void fix_16(const struct cpuid_guest *g, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	out->reg[CPUID_EAX] = out->reg[CPUID_EBX] = (uint32_t)(g->tsc_khz / 1000) & 0xffff;
	out->reg[CPUID_ECX] = BUS_MHZ;
}

static void fix_hypervisor(
	const struct cpuid_guest *g UNUSED, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	out->reg[CPUID_EAX] = CPUID_HYPERVISOR;
	memcpy(&out->reg[CPUID_EBX], CPUID_SIGNATURE, 12);
}

static void fix_x0(const struct cpuid_guest *g UNUSED, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	if (out->reg[CPUID_EAX] > LEAF_EXTENDED_MAX)
		out->reg[CPUID_EAX] = LEAF_EXTENDED_MAX;
}

/* Without CMP_LEGACY the processors of leaf 1 would be threads of one core. */
static void fix_x1(const struct cpuid_guest *g, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	if (!is_amd(g))
		return;
	if (g->vcpus > 1)
		out->reg[CPUID_ECX] |= X1_ECX_CMP_LEGACY;
	if (g->apic_enabled)
		out->reg[CPUID_EDX] |= CPUID_1_EDX_APIC;
}

/* Guest-physical addresses are at most 48 bits wide with EPT of four levels. */
static void fix_x8(const struct cpuid_guest *g, uint32_t sub UNUSED, struct cpuid_regs *out)
{
	if ((out->reg[CPUID_EAX] & 0xff) > 48)
		out->reg[CPUID_EAX] = (out->reg[CPUID_EAX] & ~0xffu) | 48;
	out->reg[CPUID_ECX] = g->vcpus - 1;
	if (is_amd(g))
		out->reg[CPUID_ECX] |= id_bits(g) << 12;
}

struct rule {
	uint32_t pass; /* bits of the host that the guest sees */
	uint32_t set;  /* bits that it always sees */
};

struct row {
	uint32_t leaf, subleaf;
	struct rule rule[CPUID_REGS]; /* EAX EBX ECX EDX */
	void (*fix)(const struct cpuid_guest *, uint32_t subleaf, struct cpuid_regs *);
};

#define ALL                                                                                        \
	{                                                                                          \
		{PASS, 0}, {PASS, 0}, {PASS, 0},                                                   \
		{                                                                                  \
			PASS, 0                                                                    \
		}                                                                                  \
	}
#define NOTHING                                                                                    \
	{                                                                                          \
		{0, 0}, {0, 0}, {0, 0},                                                            \
		{                                                                                  \
			0, 0                                                                       \
		}                                                                                  \
	}

static const struct row row[] = {
	{0x0, ANY, ALL, fix_0},
	{0x1, ANY, {{PASS, 0}, {0xffff, 0}, {F1_ECX, F1_ECX_SET}, {F1_EDX, 0}}, fix_1},
	{0x2, ANY, ALL, NULL},
	{0x4, ANY, {{0x3fff, 0}, {PASS, 0}, {PASS, 0}, {PASS, 0}}, fix_4},
	{0x6, ANY, {{0, F6_EAX_ARAT}, {0, 0}, {0, 0}, {0, 0}}, NULL},
	{0x7, 0, {{0, 0}, {F7_EBX, F7_EBX_SET}, {F7_ECX, 0}, {F7_EDX, 0}}, fix_7},
	{0x7, 1, {{F7_1_EAX, 0}, {0, 0}, {0, 0}, {0, 0}}, NULL},
	{0xb, ANY, NOTHING, fix_b},
	{LEAF_XSAVE, 0, NOTHING, fix_d},
	{LEAF_XSAVE, 1, {{FD_1_EAX, 0}, {0, 0}, {0, 0}, {0, 0}}, fix_d},
	{LEAF_XSAVE, ANY, {{PASS, 0}, {PASS, 0}, {2, 0}, {0, 0}}, fix_d},
	{0x15, ANY, NOTHING, fix_15},
	{0x16, ANY, NOTHING, fix_16},
	{CPUID_HYPERVISOR, ANY, NOTHING, fix_hypervisor},
	{LEAF_EXTENDED, ANY, ALL, fix_x0},
	{LEAF_EXTENDED + 1, ANY, {{PASS, 0}, {0, 0}, {X1_ECX, 0}, {X1_EDX, 0}}, fix_x1},
	{LEAF_EXTENDED + 2, ANY, ALL, NULL}, /* brand string */
	{LEAF_EXTENDED + 3, ANY, ALL, NULL},
	{LEAF_EXTENDED + 4, ANY, ALL, NULL},
	{LEAF_EXTENDED + 5, ANY, ALL, NULL}, /* caches */
	{LEAF_EXTENDED + 6, ANY, ALL, NULL},
	{LEAF_EXTENDED + 7, ANY, {{0, 0}, {0, 0}, {0, 0}, {0, X7_EDX_INVARIANT_TSC}}, NULL},
	{LEAF_EXTENDED + 8, ANY, {{0xffff, 0}, {0, 0}, {0, 0}, {0, 0}}, fix_x8},
};

static const struct row *row_find(uint32_t leaf, uint32_t subleaf)
{
	for (unsigned i = 0; i < ARRAY_SIZE(row); i++)
		if (row[i].leaf == leaf && (row[i].subleaf == ANY || row[i].subleaf == subleaf))
			return &row[i];
	return NULL;
}

void cpuid_guest_read(
	const struct cpuid_guest *guest, uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	const struct row *r = row_find(leaf, subleaf);

	if (!r) {
		*out = (struct cpuid_regs){0};
		return;
	}
	guest->host(leaf, subleaf, out);
	for (unsigned i = 0; i < CPUID_REGS; i++)
		out->reg[i] = (out->reg[i] & r->rule[i].pass) | r->rule[i].set;
	if (r->fix)
		r->fix(guest, subleaf, out);
}
