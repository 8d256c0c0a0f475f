/* SPDX-License-Identifier: MIT */
/*
 * Vector state images. States: what fpu_enable() turned on; two images, one
 * loaded from, one stored to.
 */
#include "fpu.h"

#include "cpu.h"
#include "string.h"
#include "test.h"

#define AREA_BYTES 4096
#define LEGACY_REGISTERS 32 /* x87 and XMM from here .. */
#define LEGACY_END 416      /* .. to here */
#define HEADER 512
#define COMPONENTS_KNOWN (XCR0_X87 | XCR0_SSE | XCR0_AVX | XCR0_AVX512)

static uint8_t loaded[AREA_BYTES] __attribute__((aligned(64)));
static uint8_t stored[AREA_BYTES] __attribute__((aligned(64)));
static uint64_t enabled;

uint64_t fpu_enable(void)
{
	struct cpuid c = cpu_id(1, 0);

	__asm__ volatile("fninit");
	enabled = XCR0_X87 | XCR0_SSE;
	if (!(c.ecx >> 26 & 1))
		return enabled;
	write_cr4(read_cr4() | CR4_OSXSAVE);
	enabled = cpu_id(0xd, 0).eax & COMPONENTS_KNOWN;
	if ((enabled & XCR0_AVX512) != XCR0_AVX512)
		enabled &= ~(uint64_t)XCR0_AVX512;
	xsetbv(0, enabled);
	if (cpu_id(0xd, 0).ebx > AREA_BYTES)
		test_error("the XSAVE area is larger than expected");
	return enabled;
}

static uint8_t pattern(uint32_t seed, unsigned i)
{
	return (seed + i) * 0x9e3779b1u >> 24;
}

static void component_fill(uint32_t seed, unsigned offset, unsigned bytes)
{
	for (unsigned i = offset; i < offset + bytes; i++)
		loaded[i] = pattern(seed, i);
}

/* x87 registers are ten bytes of sixteen, and all are in use. */
static void image_fill(uint32_t seed)
{
	uint16_t control = 0x37f | (seed & 3) << 10; /* rounding */
	uint32_t mxcsr = 0x1f80 | (seed & 3) << 13;

	memset(loaded, 0, sizeof(loaded));
	memcpy(loaded, &control, 2);
	loaded[4] = 0xff;
	memcpy(loaded + 24, &mxcsr, 4);
	for (unsigned r = 0; r < 8; r++)
		component_fill(seed, LEGACY_REGISTERS + 16 * r, 10);
	component_fill(seed, 160, 256);
	for (unsigned i = 2; i < 8; i++) {
		struct cpuid part;

		if (!(enabled >> i & 1))
			continue;
		part = cpu_id(0xd, i);
		component_fill(seed, part.ebx, part.eax);
	}
	memcpy(loaded + HEADER, &enabled, 8);
}

static bool has_xsave(void)
{
	return read_cr4() & CR4_OSXSAVE;
}

void fpu_load(uint32_t seed)
{
	image_fill(seed);
	if (has_xsave())
		__asm__ volatile("xrstor64 %0" : : "m"(loaded), "a"(~0u), "d"(~0u));
	else
		__asm__ volatile("fxrstor64 %0" : : "m"(loaded));
}

static unsigned range_compare(unsigned from, unsigned to, unsigned *where)
{
	unsigned differ = 0;

	for (unsigned i = from; i < to; i++) {
		if (loaded[i] == stored[i])
			continue;
		if (!differ++)
			*where = i;
	}
	return differ;
}

unsigned fpu_compare(uint32_t seed, unsigned *where)
{
	unsigned differ;

	memset(stored, 0, sizeof(stored));
	if (has_xsave())
		__asm__ volatile("xsave64 %0" : "+m"(stored) : "a"(~0u), "d"(~0u) : "memory");
	else
		__asm__ volatile("fxsave64 %0" : "+m"(stored) : : "memory");
	image_fill(seed);
	differ = range_compare(0, 6, where) + range_compare(24, 28, where);
	for (unsigned r = 0; r < 8; r++)
		differ += range_compare(
			LEGACY_REGISTERS + 16 * r, LEGACY_REGISTERS + 16 * r + 10, where);
	differ += range_compare(160, LEGACY_END, where);
	return differ + range_compare(HEADER + 64, AREA_BYTES, where);
}
