/* SPDX-License-Identifier: MIT */
/*
 * IN and OUT in all widths and both forms (port in DX, port as an immediate):
 * what a device holds comes back, IN changes only the part of RAX that it
 * names, and a port that nobody has reads as all ones and swallows writes.
 * Source: Intel SDM vol. 2, IN, OUT; vol. 1, 19.3 "I/O Port Addressing".
 */
#include "boot.h"
#include "cpu.h"
#include "legacy.h"
#include "test.h"

const char test_name[] = "port_io";

#define UART_SCRATCH (UART + 7)
#define PCI_ADDRESS 0xcf8
#define PCI_DATA 0xcfc
#define RAX_BEFORE 0x1122334455667788ull
#define CMOS_FREE 0x3f

static void scratch_check(void)
{
	static const uint8_t values[] = {0x00, 0xff, 0x55, 0xaa, 0x01, 0x80};

	for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
		outb(UART_SCRATCH, values[i]);
		check_eq(values[i], inb(UART_SCRATCH), "scratch register holds 0x%x", values[i]);
	}
}

static void immediate_check(void)
{
	uint8_t v;

	__asm__ volatile("outb %b0, $0x70" : : "a"(CMOS_FREE));
	__asm__ volatile("outb %b0, $0x71" : : "a"(0x6c));
	__asm__ volatile("outb %b0, $0x70" : : "a"(CMOS_FREE));
	__asm__ volatile("inb $0x71, %0" : "=a"(v));
	check_eq(0x6c, v, "CMOS byte by immediate ports");
}

static void pci_check(void)
{
	static const uint32_t values[] = {0x80000000, 0x8000f8fc, 0};

	for (unsigned i = 0; i < ARRAY_SIZE(values); i++) {
		outl(PCI_ADDRESS, values[i]);
		check_eq(values[i], inl(PCI_ADDRESS), "PCI address register 0x%x", values[i]);
	}
	outl(PCI_ADDRESS, 0x8000f800);
	check_eq(0xffffffff, inl(PCI_DATA), "no device 0:31.0");
	check_eq(0xffff, inw(PCI_DATA), "no device 0:31.0, 16 bits");
	check_eq(0xffff, inw(PCI_DATA + 2), "no device 0:31.0, upper 16 bits");
	check_eq(0xff, inb(PCI_DATA + 3), "no device 0:31.0, 8 bits");
	outl(PCI_ADDRESS, 0);
}

static void width_check(void)
{
	uint64_t rax = RAX_BEFORE;

	outb(UART_SCRATCH, 0xc3);
	__asm__ volatile("inb %%dx, %%al" : "+a"(rax) : "d"(UART_SCRATCH));
	check_eq((RAX_BEFORE & ~0xffull) | 0xc3, rax, "8 bits change AL only");
	rax = RAX_BEFORE;
	__asm__ volatile("inw %%dx, %%ax" : "+a"(rax) : "d"(0x5678));
	check_eq(RAX_BEFORE | 0xffff, rax, "16 bits change AX only");
	rax = RAX_BEFORE;
	outl(PCI_ADDRESS, 0x80001234);
	__asm__ volatile("inl %%dx, %%eax" : "+a"(rax) : "d"(PCI_ADDRESS));
	check_eq(0x80001234, rax, "32 bits clear the upper half");
	outl(PCI_ADDRESS, 0);
	rax = RAX_BEFORE;
	__asm__ volatile(".byte 0x48; inl %%dx, %%eax" : "+a"(rax) : "d"(0x5678));
	check_eq(0xffffffff, rax, "REX.W changes nothing");
}

static void unassigned_check(void)
{
	static const uint16_t ports[] = {0x2f0, 0x5678, 0x7ffc, 0xdcb0, 0xfff8};

	for (unsigned i = 0; i < ARRAY_SIZE(ports); i++) {
		outb(ports[i], 0);
		outw(ports[i], 0);
		outl(ports[i], 0);
		check_eq(0xff, inb(ports[i]), "port 0x%x, 8 bits", ports[i]);
		check_eq(0xffff, inw(ports[i]), "port 0x%x, 16 bits", ports[i]);
		check_eq(0xffffffff, inl(ports[i]), "port 0x%x, 32 bits", ports[i]);
	}
}

/* An access that runs over the last port must neither fault nor hang. */
static void last_port_check(void)
{
	if (boot_word("bare")) {
		check_skip("32 bits at port 0xffff", "hardware differs here");
		return;
	}
	outl(0xffff, 0);
	check_eq(0xff, inl(0xffff) & 0xff, "32 bits at port 0xffff");
}

/* Port 0x80 is where BIOSes show progress and systems wait. */
static void delay_port_check(void)
{
	for (unsigned i = 0; i < 4; i++)
		outb(0x80, i);
	check(true, "port 0x80 takes writes");
}

static void flags_check(void)
{
	uint64_t before, after;

	__asm__ volatile("xor %%eax, %%eax; stc; pushfq; pop %0; inb %%dx, %%al; outb %%al, %%dx;"
			 "pushfq; pop %1"
			 : "=&r"(before), "=&r"(after)
			 : "d"(UART_SCRATCH)
			 : "rax", "cc");
	check_eq(before, after, "flags survive");
}

void test_main(void)
{
	scratch_check();
	immediate_check();
	pci_check();
	width_check();
	unassigned_check();
	last_port_check();
	delay_port_check();
	flags_check();
}
