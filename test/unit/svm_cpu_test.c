/* SPDX-License-Identifier: MIT */
/* Switching SVM on, and what is said of a CPU that lacks something. */
/* LINK: arch/x86_64/feature.c */
#include "test/unit/fake_cpu.h"

#define cpuid_read hw_cpuid_read
#define cpuid_has hw_cpuid_has
#include "cpuid.h"
#undef cpuid_read
#undef cpuid_has
#include "svm.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static uint32_t asids, features;
static bool has_svm, has_xsave;
static unsigned maps, pages, taken;
static uint8_t pool[4][PAGE_SIZE];

static struct cpuid cpuid_read(uint32_t leaf, uint32_t subleaf)
{
	assert_int_equal(leaf, 0x8000000a);
	assert_int_equal(subleaf, 0);
	return (struct cpuid){{1, asids, 0, features}};
}

static bool cpuid_has(uint64_t feature)
{
	assert_true(feature == FEATURE_SVM);
	return has_svm;
}

#include "arch/x86_64/svm_cpu.c"

bool fpu_cpu_init(char *missing)
{
	if (!has_xsave)
		feature_missing(missing, "XSAVE");
	return has_xsave;
}

void *pool_take(enum pool_use use)
{
	assert_int_equal(use, POOL_BOOT);
	return taken < pages ? pool[taken++] : NULL;
}

hpa_t pool_hpa(const void *page)
{
	return hpa(0x1000 * (uint64_t)(1 + ((const uint8_t(*)[PAGE_SIZE])page - pool)));
}

void svm_maps_init(void)
{
	maps++;
}

static int setup(void **unused)
{
	(void)unused;
	memset(&fake, 0, sizeof(fake));
	*fake_msr(MSR_EFER) = 0xd01;
	asids = 16;
	features = ~0u;
	has_svm = has_xsave = true;
	pages = 4;
	taken = maps = svm_asid_last = 0;
	return 0;
}

static void check_refused(const char *why)
{
	char missing[BOOT_FEATURE_TEXT] = "";
	uint32_t last = svm_asid_last;

	assert_int_equal(svm_cpu_init(missing), STATUS_NO_FEATURE);
	assert_string_equal(missing, why);
	assert_int_equal(*fake_msr(MSR_EFER), 0xd01);
	assert_int_equal(*fake_msr(MSR_VM_HSAVE_PA), 0);
	assert_int_equal(svm_asid_last, last);
	setup(NULL);
}

static void check_accepted(void)
{
	char missing[BOOT_FEATURE_TEXT] = "";

	assert_int_equal(svm_cpu_init(missing), STATUS_OK);
	assert_string_equal(missing, "");
}

static void test_missing(void **unused)
{
	(void)unused;
	has_svm = false;
	check_refused("AMD-V (SVM)");
	*fake_msr(MSR_VM_CR) = 0x10; /* SVMDIS */
	check_refused("AMD-V is disabled by the firmware");
	for (asids = 0; asids < 2; asids++) {
		uint32_t few = asids;

		check_refused("address-space identifiers");
		asids = few;
	}
	features = ~1u;
	check_refused("nested paging");
	has_xsave = false;
	check_refused("XSAVE");
	for (unsigned left = 0; left < 2; left++) {
		pages = left;
		check_refused("memory for SVM");
	}
}

/* One guest, nothing but nested paging, a firmware that has locked the switch: enough. */
static void test_least(void **unused)
{
	(void)unused;
	asids = 2;
	features = 1;
	*fake_msr(MSR_VM_CR) = 0x8; /* LOCK */
	check_accepted();
	assert_int_equal(svm_asid_last, 1);
}

static void test_switched_on(void **unused)
{
	(void)unused;
	check_accepted();
	assert_int_equal(*fake_msr(0xc0000080), 0x1d01); /* EFER.SVME */
	assert_int_equal(*fake_msr(0xc0010117), 0x1000); /* VM_HSAVE_PA */
	assert_int_equal(fake.cpu.host_state, 0x2000);
	assert_int_equal(fake.saved, 0x2000);
	assert_int_equal(svm_asid_last, 15);
	assert_int_equal(maps, 1);
	assert_int_equal(fake.cpu.asid_generation, 1);
	assert_int_equal(fake.cpu.asid_next, 16); /* so the first entry flushes */
}

/* The first CPU decides; one with more is no better, one with fewer is not used. */
static void test_later(void **unused)
{
	static const struct {
		uint32_t asids;
		bool enough;
	} rows[] = {{16, true}, {17, true}, {0xffffffff, true}, {15, false}, {2, false}};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		setup(unused);
		check_accepted();
		memset(&fake, 0, sizeof(fake)); /* the second */
		*fake_msr(MSR_EFER) = 0xd01;
		asids = rows[i].asids;
		if (!rows[i].enough) {
			check_refused("address-space identifiers");
			continue;
		}
		check_accepted();
		assert_int_equal(fake.cpu.host_state, 0x4000);
		assert_int_equal(svm_asid_last, 15);
		assert_int_equal(fake.cpu.asid_next, 16);
		assert_int_equal(maps, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_missing, setup),
		cmocka_unit_test_setup(test_least, setup),
		cmocka_unit_test_setup(test_switched_on, setup),
		cmocka_unit_test_setup(test_later, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
