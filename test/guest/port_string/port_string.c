/* SPDX-License-Identifier: MIT */
/*
 * INS and OUTS, alone and repeated: memory, RSI or RDI and RCX must end as if
 * the elements went one by one, in either direction, in all widths, with
 * 32-bit addresses, with a segment base, and across pages whose second half is
 * elsewhere, or absent: then the fault comes with the first elements done,
 * and the instruction can go on.
 * Source: Intel SDM vol. 2, INS, OUTS, REP.
 */
#include "boot.h"
#include "cpu.h"
#include "legacy.h"
#include "string.h"
#include "test.h"
#include "time.h"

const char test_name[] = "port_string";

#define UART_SCRATCH (UART + 7)
#define PCI_ADDRESS 0xcf8
#define WINDOW 0x8000000000ull
#define EDGE (WINDOW + 4096)

extern uint64_t boot_pml4[512];

static uint64_t pdpt[512] __attribute__((aligned(4096)));
static uint64_t pd[512] __attribute__((aligned(4096)));
static uint64_t pt[512] __attribute__((aligned(4096)));
static uint8_t pages[3][4096] __attribute__((aligned(4096)));
static uint8_t buffer[64];

/* Registers of a string instruction, before and after. */
struct string_io {
	uint64_t rcx, rsi, rdi;
	uint16_t port;
};

#define STRING_FN(name, insn)                                                                      \
	static void name(void *arg)                                                                \
	{                                                                                          \
		struct string_io *s = arg;                                                         \
                                                                                                   \
		__asm__ volatile(FAULT(insn) "cld"                                                 \
				 : "+c"(s->rcx), "+S"(s->rsi), "+D"(s->rdi)                        \
				 : "d"(s->port)                                                    \
				 : "memory");                                                      \
	}
STRING_FN(insb, "insb")
STRING_FN(outsb, "outsb")
STRING_FN(rep_insb, "rep insb")
STRING_FN(rep_insw, "rep insw")
STRING_FN(rep_insl, "rep insl")
STRING_FN(rep_outsb, "rep outsb")
STRING_FN(rep_outsl, "rep outsl")
STRING_FN(rep_insb_down, "std; rep insb")
STRING_FN(rep_outsb_down, "std; rep outsb")
STRING_FN(rep_insb_32, ".byte 0x67; rep insb")
STRING_FN(rep_outsb_32, ".byte 0x67; rep outsb")
STRING_FN(rep_outsb_gs, "rep outsb %%gs:(%%rsi), %%dx")

static void in_check(void)
{
	struct string_io s = {7, 0, (uint64_t)buffer, UART_SCRATCH};

	memset(buffer, 0, sizeof(buffer));
	outb(UART_SCRATCH, 0x77);
	insb(&s);
	check_eq(0x77, buffer[0], "INSB stores");
	check_eq(0, buffer[1], "INSB stores one");
	check_eq((uint64_t)buffer + 1, s.rdi, "INSB advances RDI");
	check_eq(7, s.rcx, "INSB leaves RCX");

	s = (struct string_io){9, 0, (uint64_t)buffer, UART_SCRATCH};
	outb(UART_SCRATCH, 0x3c);
	rep_insb(&s);
	check(buffer[0] == 0x3c && buffer[8] == 0x3c && buffer[9] == 0, "REP INSB stores nine");
	check_eq((uint64_t)buffer + 9, s.rdi, "REP INSB advances RDI");
	check_eq(0, s.rcx, "REP INSB ends with RCX 0");

	s = (struct string_io){0, 0, (uint64_t)buffer, UART_SCRATCH};
	outb(UART_SCRATCH, 0xee);
	rep_insb(&s);
	check(buffer[0] == 0x3c && s.rdi == (uint64_t)buffer, "REP INSB of none does nothing");
}

static void out_check(void)
{
	struct string_io s = {5, (uint64_t)buffer, 0, UART_SCRATCH};

	memcpy(buffer, "abcdefgh", 8);
	outsb(&s);
	check_eq('a', inb(UART_SCRATCH), "OUTSB writes");
	check_eq((uint64_t)buffer + 1, s.rsi, "OUTSB advances RSI");
	check_eq(5, s.rcx, "OUTSB leaves RCX");
	rep_outsb(&s);
	check_eq('f', inb(UART_SCRATCH), "REP OUTSB wrote the last of five");
	check_eq((uint64_t)buffer + 6, s.rsi, "REP OUTSB advances RSI");
	check_eq(0, s.rcx, "REP OUTSB ends with RCX 0");
}

static void down_check(void)
{
	struct string_io s = {4, (uint64_t)buffer + 7, (uint64_t)buffer + 7, UART_SCRATCH};

	memcpy(buffer, "abcdefgh", 8);
	rep_outsb_down(&s);
	check_eq('e', inb(UART_SCRATCH), "REP OUTSB with DF wrote downward");
	check_eq((uint64_t)buffer + 3, s.rsi, "REP OUTSB with DF lowers RSI");
	s = (struct string_io){4, 0, (uint64_t)buffer + 7, UART_SCRATCH};
	rep_insb_down(&s);
	check(memcmp(buffer, "abcdeeee", 8) == 0, "REP INSB with DF stored downward");
	check_eq((uint64_t)buffer + 3, s.rdi, "REP INSB with DF lowers RDI");
}

static void wide_check(void)
{
	uint32_t *words = (uint32_t *)buffer;
	struct string_io s = {3, (uint64_t)buffer, 0, PCI_ADDRESS};

	words[0] = 0x80000000;
	words[1] = 0x80001000;
	words[2] = 0x80002004;
	rep_outsl(&s);
	check_eq(0x80002004, inl(PCI_ADDRESS), "REP OUTSL wrote the last of three");
	check_eq((uint64_t)buffer + 12, s.rsi, "REP OUTSL advances RSI by 4 each");
	s = (struct string_io){3, 0, (uint64_t)buffer, PCI_ADDRESS};
	memset(buffer, 0, sizeof(buffer));
	rep_insl(&s);
	check(words[0] == 0x80002004 && words[2] == 0x80002004 && words[3] == 0,
		"REP INSL stores three");
	outl(PCI_ADDRESS, 0);
	s = (struct string_io){3, 0, (uint64_t)buffer, 0x5678};
	memset(buffer, 0, sizeof(buffer));
	rep_insw(&s);
	check(words[0] == 0xffffffff && words[1] == 0xffff, "REP INSW from an unassigned port");
	check_eq((uint64_t)buffer + 6, s.rdi, "REP INSW advances RDI by 2 each");
}

/* With 32-bit addresses the upper halves of RCX, RSI and RDI do not count. */
static void address32_check(void)
{
	uint64_t high = 0xdead000000000000;
	struct string_io s = {high | 3, 0, high | (uint64_t)buffer, UART_SCRATCH};

	memset(buffer, 0, sizeof(buffer));
	outb(UART_SCRATCH, 0x5b);
	rep_insb_32(&s);
	check(buffer[0] == 0x5b && buffer[2] == 0x5b && buffer[3] == 0, "32-bit REP INSB");
	check_eq((uint32_t)(uint64_t)buffer + 3, (uint32_t)s.rdi, "32-bit REP INSB advances EDI");
	check_eq(0, (uint32_t)s.rcx, "32-bit REP INSB ends with ECX 0");
	memcpy(buffer, "wxyz", 4);
	s = (struct string_io){high | 4, high | (uint64_t)buffer, 0, UART_SCRATCH};
	rep_outsb_32(&s);
	check_eq('z', inb(UART_SCRATCH), "32-bit REP OUTSB");
	check_eq((uint32_t)(uint64_t)buffer + 4, (uint32_t)s.rsi, "32-bit REP OUTSB advances ESI");
}

static void segment_check(void)
{
	struct string_io s = {2, 4, 0, UART_SCRATCH};

	memcpy(buffer, "01234567", 8);
	wrmsr(MSR_GS_BASE, (uint64_t)buffer);
	rep_outsb_gs(&s);
	wrmsr(MSR_GS_BASE, 0);
	check_eq('5', inb(UART_SCRATCH), "REP OUTSB through GS");
	check_eq(6, s.rsi, "REP OUTSB through GS advances RSI");
}

static void window_set(bool second)
{
	pt[0] = (uint64_t)pages[0] | 3;
	pt[1] = second ? (uint64_t)pages[2] | 3 : 0; /* not the next one */
	write_cr3(read_cr3());
}

static void cross_check(void)
{
	struct string_io s = {8, 0, EDGE - 4, UART_SCRATCH};

	window_set(true);
	memset(pages, 0, sizeof(pages));
	outb(UART_SCRATCH, 0x99);
	rep_insb(&s);
	check(pages[0][4092] == 0x99 && pages[0][4095] == 0x99, "REP INSB filled the first page");
	check(pages[2][0] == 0x99 && pages[2][3] == 0x99 && pages[2][4] == 0,
		"REP INSB filled the second page, wherever it is");
	check_eq(0, pages[1][0], "REP INSB left the page between alone");
	memcpy(pages[2], "PQRS", 4);
	s = (struct string_io){6, EDGE - 4, 0, UART_SCRATCH};
	rep_outsb(&s);
	check_eq('Q', inb(UART_SCRATCH), "REP OUTSB read both pages");

	outl(PCI_ADDRESS, 0x80a1b2c0);
	s = (struct string_io){1, 0, EDGE - 2, PCI_ADDRESS};
	rep_insl(&s);
	check(pages[0][4094] == 0xc0 && pages[0][4095] == 0xb2 && pages[2][0] == 0xa1 &&
			pages[2][1] == 0x80,
		"INSL of one element over both pages");
	outl(PCI_ADDRESS, 0);
}

/* The frame of the fault holds the registers as far as the instruction came. */
static struct trap_frame fault_frame;

static bool fault_keep(struct trap_frame *f)
{
	fault_frame = *f;
	return false;
}

/* The fault is injected. */
static void address_check(uint64_t cr2, const char *name)
{
	if (boot_is_bochs_svm())
		check_skip(name, "Bochs 2.7 does not load CR2 at VMRUN");
	else
		check_eq(EDGE, cr2, "%s", name);
}

static void absent_check(void)
{
	struct string_io s = {8, 0, EDGE - 4, UART_SCRATCH};
	struct trap t;

	window_set(false);
	memset(pages, 0, sizeof(pages));
	outb(UART_SCRATCH, 0x42);
	trap_hook(TRAP_PF, fault_keep);
	t = trap_call(rep_insb, &s);
	check_trap(TRAP_PF, &t, "REP INSB into an absent page");
	check_eq(2, t.error, "REP INSB into an absent page, error code");
	address_check(t.cr2, "REP INSB into an absent page, CR2");
	check_eq(trap_want_rip, t.rip, "REP INSB into an absent page, rip");
	check_eq(4, fault_frame.rcx, "REP INSB into an absent page, RCX");
	check_eq(EDGE, fault_frame.rdi, "REP INSB into an absent page, RDI");
	check_eq(0x42, pages[0][4095], "REP INSB stored up to the edge");
	s = (struct string_io){8, EDGE - 3, 0, UART_SCRATCH};
	t = trap_call(rep_outsb, &s);
	check_trap(TRAP_PF, &t, "REP OUTSB from an absent page");
	check_eq(0, t.error, "REP OUTSB from an absent page, error code");
	address_check(t.cr2, "REP OUTSB from an absent page, CR2");
	check_eq(5, fault_frame.rcx, "REP OUTSB from an absent page, RCX");
	check_eq(EDGE, fault_frame.rsi, "REP OUTSB from an absent page, RSI");
	trap_hook(TRAP_PF, NULL);
}

static bool fault_repair(struct trap_frame *f)
{
	(void)f;
	window_set(true);
	return true;
}

static void repaired_check(void)
{
	struct string_io s = {8, 0, EDGE - 4, UART_SCRATCH};

	window_set(false);
	memset(pages, 0, sizeof(pages));
	outb(UART_SCRATCH, 0x43);
	trap_hook(TRAP_PF, fault_repair);
	rep_insb(&s);
	trap_hook(TRAP_PF, NULL);
	check(pages[0][4092] == 0x43 && pages[2][3] == 0x43, "REP INSB goes on after the fault");
	check(s.rcx == 0 && s.rdi == EDGE + 4, "REP INSB ends as if there had been none");
}

static void read_only_check(void)
{
	struct string_io s = {1, 0, WINDOW, UART_SCRATCH};
	struct trap t;

	pt[0] = (uint64_t)pages[0] | 1;
	write_cr3(read_cr3());
	t = trap_call(rep_insb, &s);
	check_trap(TRAP_PF, &t, "INSB into a read-only page");
	check_eq(3, t.error, "INSB into a read-only page, error code");
	s.rdi = 0x8000000000000000;
	t = trap_call(rep_insb, &s);
	check_trap(TRAP_GP, &t, "INSB to a non-canonical address");
}

/* Loopback: what goes out in one instruction comes in by another. */
static void loopback_check(void)
{
	struct string_io s = {8, (uint64_t)buffer, 0, UART};
	bool same;

	memcpy(buffer, "loopback--------", 16);
	serial_drain();
	outb(UART + 2, 7);
	outb(UART + 4, 0x10);
	rep_outsb(&s);
	time_delay_us(2000);
	s = (struct string_io){8, 0, (uint64_t)buffer + 8, UART};
	rep_insb(&s);
	same = memcmp(buffer, "loopbackloopback", 16) == 0;
	serial_init();
	check(same, "eight bytes through the UART's loopback");
}

void test_main(void)
{
	boot_pml4[1] = (uint64_t)pdpt | 3;
	pdpt[0] = (uint64_t)pd | 3;
	pd[0] = (uint64_t)pt | 3;
	in_check();
	out_check();
	down_check();
	wide_check();
	address32_check();
	segment_check();
	cross_check();
	absent_check();
	repaired_check();
	read_only_check();
	loopback_check();
}
