/* SPDX-License-Identifier: MIT */
#include "fpu.h"

#include "cpuid.h"
#include "cr.h"
#include "feature.h"
#include "lib/addr.h"
#include "percpu.h"
#include "virt.h"

#define LEAF_XSAVE 0xdu
#define AREA_MXCSR 6u /* index of a 32-bit word in the legacy region */
#define MXCSR_RESET 0x1f80u

static uint64_t components; /* of the first CPU */

uint64_t fpu_components(void)
{
	return components;
}

uint64_t fpu_components_choose(uint64_t supported)
{
	uint64_t chosen = XCR0_X87 | XCR0_SSE;

	if (supported & XCR0_AVX)
		chosen |= XCR0_AVX;
	if ((supported & XCR0_AVX) && (supported & XCR0_AVX512) == XCR0_AVX512)
		chosen |= XCR0_AVX512;
	return chosen;
}

bool fpu_xcr0_valid(uint64_t xcr0, uint64_t allowed)
{
	uint64_t avx512 = xcr0 & XCR0_AVX512;

	if (!(xcr0 & XCR0_X87) || (xcr0 & ~allowed))
		return false;
	if ((xcr0 & XCR0_AVX) && !(xcr0 & XCR0_SSE))
		return false;
	return !avx512 || (avx512 == XCR0_AVX512 && (xcr0 & XCR0_AVX));
}

/* Bytes that XSAVE writes with XCR0 as it is now. */
static uint32_t fpu_area_size(void)
{
	return cpuid_read(LEAF_XSAVE, 0).reg[CPUID_EBX];
}

bool fpu_cpu_init(char *missing)
{
	struct cpuid leaf;
	uint64_t chosen;

	if (!cpuid_has(FEATURE_XSAVE)) {
		feature_missing(missing, "XSAVE");
		return false;
	}
	writecr4(readcr4() | CR4_OSFXSR | CR4_OSXMMEXCPT | CR4_OSXSAVE);
	leaf = cpuid_read(LEAF_XSAVE, 0);
	chosen = fpu_components_choose((uint64_t)leaf.reg[CPUID_EDX] << 32 | leaf.reg[CPUID_EAX]);
	xsetbv0(chosen);
	if (fpu_area_size() > PAGE_SIZE)
		chosen &= ~XCR0_AVX512;
	if (!components)
		components = chosen;
	if ((chosen & components) != components) {
		feature_missing(missing, "the vector registers of the first CPU");
		return false;
	}
	xsetbv0(components);
	writecr0((readcr0() & ~CR0_EM) | CR0_MP | CR0_TS);
	return true;
}

void fpu_area_init(void *area)
{
	((uint32_t *)area)[AREA_MXCSR] = MXCSR_RESET;
}

static void fpu_save(void *area)
{
	__asm__ volatile("xsave64 (%0)" : : "r"(area), "a"(-1), "d"(-1) : "memory");
}

/* Some AMD CPUs leave the address of the last x87 instruction as it is where XRSTOR brings
 * none, and the next guest would see it (CVE-2006-1056): it becomes that of one of ours. */
static void fpu_restore(const void *area)
{
	static const uint32_t zero;

	__asm__ volatile("fnclex; emms; fildl %0" : : "m"(zero));
	__asm__ volatile("xrstor64 (%0)" : : "r"(area), "a"(-1), "d"(-1) : "memory");
}

uint64_t fpu_xcr0(const struct guest *guest)
{
	return percpu()->fpu_owner == guest ? xgetbv0() & components : guest->xcr0;
}

/* Whatever the owner's XCR0 leaves out is switched too, or it would be seen by
 * the next guest. */
static void fpu_save_owner(void)
{
	struct guest *owner = percpu()->fpu_owner;

	clts();
	if (owner)
		owner->xcr0 = fpu_xcr0(owner);
	xsetbv0(components);
	if (owner)
		fpu_save(owner->fpu);
}

static void fpu_close(void)
{
	writecr0(readcr0() | CR0_TS);
}

void fpu_load(struct guest *guest)
{
	if (percpu()->fpu_owner != guest) {
		fpu_save_owner();
		fpu_restore(guest->fpu);
		percpu()->fpu_owner = guest;
		fpu_close();
	}
	xsetbv0(guest->xcr0);
}

void fpu_unload(struct guest *guest)
{
	if (percpu()->fpu_owner != guest)
		return;
	fpu_save_owner();
	percpu()->fpu_owner = NULL;
	fpu_close();
}
