/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/cr.c vmm-user/vmm/guest_memory.c */
#include "vmm/cr.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define CODE_L (AR_L | 0x9b)
#define ALLOWED cr4_allowed(~0u, ~0u, ~0u, ~0u)

static uint8_t ram[0x3000];
static struct guest_memory mem;
static struct vcpu_state s;
static struct guest_cpu cpu = {.state = &s, .memory = &mem};

static int setup(void **state)
{
	(void)state;
	memset(ram, 0, sizeof ram);
	memset(&s, 0, sizeof s);
	cr_init(&s, CR0_ET, 0, ALLOWED);
	s.dirty = 0;
	return guest_memory_init(&mem, ram, sizeof ram);
}

static bool write(unsigned cr, uint64_t value)
{
	struct fault fault = {0};
	struct vcpu_state before = s;
	bool good = cr_write(&cpu, cr, value, ALLOWED, &fault);

	if (!good) {
		assert_int_equal(fault.vector, VECTOR_GP);
		assert_true(fault.has_error);
		assert_int_equal(fault.error, 0);
		assert_memory_equal(&before, &s, sizeof s);
	}
	return good;
}

static void test_init(void **state)
{
	(void)state;
	cr_init(&s, CR0_ET | CR0_CD | CR0_NW, CR4_PAE, ALLOWED);
	assert_int_equal(s.cr0, CR0_NE | CR0_ET); /* the caches are never really off */
	assert_int_equal(cpu_cr0(&s), CR0_ET | CR0_CD | CR0_NW);
	assert_int_equal(s.cr0_mask, ~CR0_FREE);
	assert_int_equal(s.cr4, CR4_PAE | CR4_MCE);
	assert_int_equal(cpu_cr4(&s), CR4_PAE);
	assert_true(s.cr4_mask & CR4_MCE);
	assert_true(s.cr4_mask & CR4_OSXSAVE);
	assert_true(s.cr4_mask & CR4_VMXE);
	assert_false(s.cr4_mask & CR4_PGE);
	assert_int_equal(s.dirty, GROUP_CR);
}

/* Each feature allows its bits and no other. */
static const struct {
	unsigned word, bit;
	uint64_t cr4;
} features[] = {
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

static void test_allowed(void **state)
{
	uint64_t all = CR4_PCE;

	(void)state;
	for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
		uint32_t word[4] = {0};

		word[features[i].word] = 1u << features[i].bit;
		assert_int_equal(
			cr4_allowed(word[0], word[1], word[2], word[3]), CR4_PCE | features[i].cr4);
		all |= features[i].cr4;
	}
	assert_int_equal(ALLOWED, all);
}

static const struct {
	uint64_t value, shows, real;
	bool good;
} cr0[] = {
	{CR0_PE, CR0_PE | CR0_ET, CR0_PE | CR0_NE | CR0_ET, true},
	{CR0_PE | CR0_ET | CR0_CD, CR0_PE | CR0_ET | CR0_CD, CR0_PE | CR0_NE | CR0_ET, true},
	{CR0_ET | CR0_CD | CR0_NW, CR0_ET | CR0_CD | CR0_NW, CR0_NE | CR0_ET, true},
	{CR0_ET | CR0_NW, 0, 0, false},
	{CR0_ET | CR0_PG, 0, 0, false},
	{CR0_ET | 1ull << 32, 0, 0, false},
	{CR0_ET | BIT(7) | BIT(28), CR0_ET, CR0_NE | CR0_ET, true}, /* reserved: ignored */
	{CR0_PE | CR0_PG | CR0_NE | CR0_WP | CR0_ET, CR0_PE | CR0_PG | CR0_NE | CR0_WP | CR0_ET,
		CR0_PE | CR0_PG | CR0_NE | CR0_WP | CR0_ET, true},
	{CR0_MP | CR0_EM | CR0_TS | CR0_AM, CR0_MP | CR0_EM | CR0_TS | CR0_AM | CR0_ET,
		CR0_MP | CR0_EM | CR0_TS | CR0_AM | CR0_NE | CR0_ET, true},
};

static void test_cr0(void **state)
{
	for (size_t i = 0; i < sizeof cr0 / sizeof cr0[0]; i++) {
		setup(state);
		if (write(0, cr0[i].value) != cr0[i].good)
			fail_msg("row %zu", i);
		if (!cr0[i].good)
			continue;
		assert_int_equal(cpu_cr0(&s), cr0[i].shows);
		assert_int_equal(s.cr0, cr0[i].real);
		assert_true(s.dirty & GROUP_CR);
		assert_false(s.dirty & GROUP_EFER);
	}
}

/* Into long mode and out of it. */
static void test_long_mode(void **state)
{
	(void)state;
	s.efer = EFER_LME;
	assert_false(write(0, CR0_PE | CR0_PG)); /* without PAE */
	assert_true(write(4, CR4_PAE));
	s.segment[SEG_CS].ar = CODE_L;
	assert_false(write(0, CR0_PE | CR0_PG)); /* from a code segment with L */
	s.segment[SEG_CS].ar = 0xc09b;
	assert_true(write(0, CR0_PE | CR0_PG | CR0_CD));
	assert_int_equal(s.efer, EFER_LME | EFER_LMA);
	assert_true(s.dirty & GROUP_EFER);
	assert_false(s.dirty & GROUP_PDPTE);
	assert_false(write(4, 0)); /* PAE stays in long mode */
	s.segment[SEG_CS].ar = CODE_L;
	assert_false(write(0, CR0_PE)); /* paging cannot go off in 64-bit code */
	s.segment[SEG_CS].ar = 0xc09b;
	assert_true(write(4, CR4_PAE | CR4_PCIDE));
	assert_false(write(0, CR0_PE)); /* nor with PCIDE */
	assert_true(write(4, CR4_PAE));
	assert_true(write(0, CR0_PE));
	assert_int_equal(s.efer, EFER_LME);
}

static void test_pdptes(void **state)
{
	uint64_t pdpte[4] = {0x1001, 0, 0x2001, 0x3001};

	(void)state;
	memcpy(ram + 0x1020, pdpte, sizeof pdpte);
	assert_true(write(4, CR4_PAE));
	s.cr3 = 0x1020;
	assert_true(write(0, CR0_PE | CR0_PG));
	assert_true(s.dirty & GROUP_PDPTE);
	assert_memory_equal(s.pdpte, pdpte, sizeof pdpte);
	assert_int_equal(s.efer, 0);
	s.dirty = 0;
	assert_true(write(4, CR4_PAE | CR4_OSFXSR));
	assert_false(s.dirty & GROUP_PDPTE);
	assert_true(write(4, CR4_PAE | CR4_PGE));
	assert_true(s.dirty & GROUP_PDPTE);
	pdpte[3] = 0x3001 | BIT(63);
	memcpy(ram + 0x1040, pdpte, sizeof pdpte);
	assert_false(write(3, 0x1040)); /* reserved bits */
	pdpte[3] = 0x3001 | BIT(1);
	memcpy(ram + 0x1040, pdpte, sizeof pdpte);
	assert_false(write(3, 0x1040));
	pdpte[3] = 0x3000 | BIT(1); /* not present: anything goes */
	memcpy(ram + 0x1040, pdpte, sizeof pdpte);
	assert_true(write(3, 0x1040));
	assert_int_equal(s.cr3, 0x1040);
	assert_memory_equal(s.pdpte, pdpte, sizeof pdpte);
	assert_false(write(3, 0x10000000)); /* not in RAM */
}

static const struct {
	uint64_t efer, cr3, value;
	bool good;
} cr4[] = {
	{0, 0, 0, true},
	{0, 0, CR4_OSXSAVE | CR4_MCE | CR4_OSFXSR, true},
	{0, 0, CR4_VMXE, false},
	{0, 0, CR4_LA57, false},
	{0, 0, BIT(14), false}, /* SMXE */
	{0, 0, BIT(22), false}, /* PKE */
	{0, 0, BIT(23), false}, /* CET */
	{0, 0, BIT(32), false},
	{0, 0, CR4_PCIDE, false}, /* only in long mode */
	{EFER_LMA, 0x1000, CR4_PAE | CR4_PCIDE, true},
	{EFER_LMA, 0x1001, CR4_PAE | CR4_PCIDE, false},
	{EFER_LMA, 0, CR4_PGE, false},
};

static void test_cr4(void **state)
{
	for (size_t i = 0; i < sizeof cr4 / sizeof cr4[0]; i++) {
		setup(state);
		s.efer = cr4[i].efer;
		s.cr3 = cr4[i].cr3;
		if (write(4, cr4[i].value) != cr4[i].good)
			fail_msg("row %zu", i);
		if (!cr4[i].good)
			continue;
		assert_int_equal(cpu_cr4(&s), cr4[i].value);
		assert_int_equal(s.cr4, cr4[i].value | CR4_MCE);
	}
}

static void test_cr3(void **state)
{
	struct fault fault;

	(void)state;
	assert_true(write(3, 0xfffffff8));
	assert_int_equal(s.cr3, 0xfffffff8);
	s.efer = EFER_LMA;
	assert_false(write(3, BIT(52)));
	assert_false(write(3, BIT(63) | 0x1000)); /* without PCIDE */
	s.cr4 |= CR4_PCIDE;
	assert_true(write(3, BIT(63) | 0x1005));
	assert_int_equal(s.cr3, 0x1005);
	assert_false(cr_write(&cpu, 2, 0, ALLOWED, &fault));
	assert_int_equal(fault.vector, VECTOR_UD);
}

static void test_lmsw(void **state)
{
	(void)state;
	assert_int_equal(cr0_lmsw(CR0_ET, 0xffff), CR0_ET | 0xf);
	assert_int_equal(cr0_lmsw(CR0_PE | CR0_TS | CR0_PG, 0), CR0_PE | CR0_PG);
	assert_int_equal(cr0_lmsw(0, 2), CR0_MP);
}

static const struct {
	uint64_t value, supported;
	bool good;
} xcr0[] = {
	{1, 7, true},
	{3, 7, true},
	{7, 7, true},
	{0, 7, false},
	{2, 7, false},
	{5, 7, false},
	{6, 7, false},
	{7, 3, false},
	{0xe7, 0xe7, true},
	{0xe7, 7, false},
	{0x27, 0xe7, false},
	{0xe3, 0xe7, false},
	{0x67, 0xe7, false},
	{0x1b, 0xe7, false},
	{BIT(63) | 3, 0xe7, false},
};

static void test_xcr0(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof xcr0 / sizeof xcr0[0]; i++)
		if (xcr0_valid(xcr0[i].value, xcr0[i].supported) != xcr0[i].good)
			fail_msg("row %zu", i);
}

static const struct {
	uint64_t before, cr0, value, after;
	bool good;
} efer[] = {
	{0, 0, EFER_SCE | EFER_LME | EFER_NXE, EFER_SCE | EFER_LME | EFER_NXE, true},
	{0, 0, EFER_LMA, 0, true}, /* LMA cannot be written */
	{EFER_LMA | EFER_LME, CR0_PG, EFER_LME | EFER_SCE, EFER_LMA | EFER_LME | EFER_SCE, true},
	{EFER_LMA | EFER_LME, CR0_PG, EFER_LMA, 0, false}, /* LME with paging on */
	{0, CR0_PG, EFER_LME, 0, false},
	{0, 0, BIT(12), 0, false}, /* SVME */
	{0, 0, BIT(1), 0, false},
	{0, 0, BIT(63), 0, false},
};

static void test_efer(void **state)
{
	for (size_t i = 0; i < sizeof efer / sizeof efer[0]; i++) {
		struct fault fault;

		setup(state);
		s.efer = efer[i].before;
		s.cr0 = efer[i].cr0;
		assert_int_equal(efer_write(&s, efer[i].value, &fault), efer[i].good);
		assert_int_equal(s.efer, efer[i].good ? efer[i].after : efer[i].before);
		assert_int_equal(s.dirty, efer[i].good ? GROUP_EFER : 0);
		if (!efer[i].good)
			assert_int_equal(fault.vector, VECTOR_GP);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_init, setup),
		cmocka_unit_test_setup(test_allowed, setup),
		cmocka_unit_test_setup(test_cr0, setup),
		cmocka_unit_test_setup(test_long_mode, setup),
		cmocka_unit_test_setup(test_pdptes, setup),
		cmocka_unit_test_setup(test_cr4, setup),
		cmocka_unit_test_setup(test_cr3, setup),
		cmocka_unit_test_setup(test_lmsw, setup),
		cmocka_unit_test_setup(test_xcr0, setup),
		cmocka_unit_test_setup(test_efer, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
