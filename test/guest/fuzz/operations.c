/* SPDX-License-Identifier: MIT */
/* One random operation at a time. States: the stream's seed is in fuzz.c. */
#include "apic.h"
#include "cpu.h"
#include "fuzz.h"
#include "test.h"

#define STRING_MAX 64
#define PORT_NOBODYS 0x5600
#define HOLE_BOTTOM 0x10000000ull

static uint8_t buffer[4 * STRING_MAX] __attribute__((aligned(64)));

static void trace(const char *what, uint64_t a, uint64_t b)
{
	if (fuzz_trace)
		print("%s 0x%lx 0x%lx\n", what, a, b);
}

static uint16_t port_pick(void)
{
	static const uint16_t known[] = {0x20, 0x21, 0xa0, 0xa1, 0x40, 0x41, 0x42, 0x43, 0x61, 0x70,
		0x71, 0x80, 0x92, 0xe9, 0xed, 0x2f8, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd,
		0x3fe, 0x3ff, 0x4d0, 0x4d1, 0xcf8, 0xcfa, 0xcfb, 0xcfc, 0xcfe, 0x60, 0x64};

	if (fuzz_gentle)
		return PORT_NOBODYS + fuzz_below(0x100);
	return fuzz_random() & 1 ? known[fuzz_below(ARRAY_SIZE(known))] : fuzz_random();
}

static void port_single(void)
{
	uint16_t port = port_pick();
	unsigned form = fuzz_below(6);
	uint64_t v = fuzz_value();

	if (fuzz_port_ends(port, 1u << form % 3))
		return;
	trace(form < 3 ? "out" : "in", port, v);
	switch (form) {
	case 0:
		outb(port, v);
		break;
	case 1:
		outw(port, v);
		break;
	case 2:
		outl(port, v);
		break;
	case 3:
		(void)inb(port);
		break;
	case 4:
		(void)inw(port);
		break;
	default:
		(void)inl(port);
		break;
	}
}

/* Both directions, three widths, now and then downward; the buffer fits either way. */
static void port_string(void)
{
	uint64_t cx = fuzz_below(STRING_MAX / 2), form = fuzz_below(6);
	uint64_t di = (uint64_t)buffer + 2 * STRING_MAX, si = di;
	uint16_t port = port_pick();

	if (fuzz_port_ends(port, 1u << form % 3))
		return;
	trace(form < 3 ? "ins" : "outs", port, cx);
	if (fuzz_below(4) == 0)
		__asm__ volatile("std");
	if (form == 0)
		__asm__ volatile("rep insb" : "+D"(di), "+c"(cx) : "d"(port) : "memory");
	else if (form == 1)
		__asm__ volatile("rep insw" : "+D"(di), "+c"(cx) : "d"(port) : "memory");
	else if (form == 2)
		__asm__ volatile("rep insl" : "+D"(di), "+c"(cx) : "d"(port) : "memory");
	else if (form == 3)
		__asm__ volatile("rep outsb" : "+S"(si), "+c"(cx) : "d"(port) : "memory");
	else if (form == 4)
		__asm__ volatile("rep outsw" : "+S"(si), "+c"(cx) : "d"(port) : "memory");
	else
		__asm__ volatile("rep outsl" : "+S"(si), "+c"(cx) : "d"(port) : "memory");
	__asm__ volatile("cld");
}

static uint64_t address_pick(void)
{
	if (fuzz_gentle)
		return HOLE_BOTTOM + fuzz_below(0x10000000) * 8;
	switch (fuzz_below(4)) {
	case 0:
		return APIC_PAGE + fuzz_below(256) * 16;
	case 1:
		return APIC_PAGE + fuzz_below(4096);
	case 2:
		return IOAPIC_PAGE + fuzz_below(3) * 16;
	default:
		return HOLE_BOTTOM + fuzz_below(0x100000000ull - HOLE_BOTTOM - 8);
	}
}

static void mmio_single(void)
{
	uint64_t a = address_pick();
	uint64_t v = fuzz_mmio_tame(a, fuzz_value());

	trace("mmio", a, v);
	switch (fuzz_below(10)) {
	case 0:
		*(volatile uint8_t *)a = v;
		break;
	case 1:
		*(volatile uint16_t *)a = v;
		break;
	case 2:
	case 3:
		*(volatile uint32_t *)a = v;
		break;
	case 4:
		*(volatile uint64_t *)a = v;
		break;
	case 5:
		(void)*(volatile uint8_t *)a;
		break;
	case 6:
		(void)*(volatile uint16_t *)a;
		break;
	case 7:
		(void)*(volatile uint64_t *)a;
		break;
	case 8:
		__asm__ volatile("lock; andl $-1, (%0)" : : "r"(a) : "memory", "cc");
		break;
	default:
		(void)*(volatile uint32_t *)a;
		break;
	}
}

static uint32_t msr_pick(void)
{
	static const uint32_t bases[] = {0, 0x800, 0x200, 0x250, 0xc0000080, 0xc0000100, 0xc0010000,
		0x40000000, 0x480, 0x4b564d00, 0x174, 0x6e0, 0xd90};

	if (fuzz_below(4) == 0)
		return fuzz_random();
	return bases[fuzz_below(ARRAY_SIZE(bases))] + fuzz_below(0x80);
}

static void msr_read(void)
{
	uint32_t msr = msr_pick();

	trace("rdmsr", msr, 0);
	(void)rdmsr(msr);
}

static void msr_write(void)
{
	uint32_t msr = msr_pick();
	uint64_t v = fuzz_msr_tame(msr, fuzz_value());

	trace("wrmsr", msr, v);
	wrmsr(msr, v);
}

static void cpuid_any(void)
{
	static const uint32_t bases[] = {0, 0x80000000, 0x40000000, 0xc0000000};
	uint32_t leaf = bases[fuzz_below(4)] + fuzz_below(0x30);

	trace("cpuid", leaf, 0);
	(void)cpu_id(fuzz_below(8) ? leaf : (uint32_t)fuzz_random(), fuzz_value());
}

static void hypercall(void)
{
	uint64_t a = fuzz_value(), b = fuzz_value(), c = fuzz_value(), d = fuzz_value();
	uint64_t si = fuzz_value(), di = fuzz_value();

	trace("hypercall", a, 0);
	if (fuzz_random() & 1)
		__asm__ volatile("vmcall"
				 : "+a"(a), "+b"(b), "+c"(c), "+d"(d), "+S"(si), "+D"(di)
				 :
				 : "memory", "r8", "r9", "r10", "r11");
	else
		__asm__ volatile("vmmcall"
				 : "+a"(a), "+b"(b), "+c"(c), "+d"(d), "+S"(si), "+D"(di)
				 :
				 : "memory", "r8", "r9", "r10", "r11");
}

/* Weights by repetition. */
static void (*const operations[])(void) = {port_single, port_single, port_single, port_string,
	mmio_single, mmio_single, mmio_single, msr_read, msr_write, cpuid_any, hypercall};

void fuzz_operation(void *unused)
{
	(void)unused;
	operations[fuzz_below(ARRAY_SIZE(operations))]();
}
