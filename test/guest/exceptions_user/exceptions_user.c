/* SPDX-License-Identifier: MIT */
/*
 * In ring 3: privileged instructions fault with #GP(0), a gate of DPL 0 may
 * not be called, port access needs IOPL, and a misaligned access with
 * EFLAGS.AC and CR0.AM set faults with #AC(0). Entries switch to RSP0.
 * Source: Intel SDM vol. 3, 5.9 "Privileged Instructions", 6.15 "Interrupt 17
 * - Alignment Check Exception", 6.12.1.2 "Protection of Exception- and
 * Interrupt-Handler Procedures".
 */
#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "exceptions_user";

#define NO_ERROR (~0ull)

static uint64_t cell[2];

#define DO(name, insn, ...)                                                                        \
	static void do_##name(void *a)                                                             \
	{                                                                                          \
		(void)a;                                                                           \
		__asm__ volatile(FAULT(insn)                                                       \
				 :                                                                 \
				 : "c"(0), "a"(0), "d"(0x80)                                       \
				 : "memory", ##__VA_ARGS__);                                       \
	}
DO(cli, "cli")
DO(sti, "sti")
DO(hlt, "hlt")
DO(in, "inb %%dx, %%al")
DO(out, "outb %%al, %%dx")
DO(cr0, "mov %%cr0, %%rax")
DO(cr3, "mov %%rax, %%cr3")
DO(dr7, "mov %%rax, %%dr7")
DO(lgdt, "lgdt (%%rcx)")
DO(ltr, "ltr %%ax")
DO(invlpg, "invlpg (%%rcx)")
DO(wbinvd, "wbinvd")
DO(clts, "clts")
DO(swapgs, "swapgs")
DO(int_dpl0, "int $0x95")
DO(ud, "ud2")
DO(iret_ring0, "push $0x10; push %%rsp; pushfq; push $8; push $0; 772: iretq", "r15")

static void do_ac(void *a)
{
	(void)a;
	__asm__ volatile("pushfq; orl $0x40000, (%%rsp); popfq\n" FAULT(
		"movl %%eax, 1(%0)") "pushfq; andl $~0x40000, (%%rsp); popfq"
			 :
			 : "r"(cell)
			 : "memory");
}

static void do_nothing(void *a)
{
	(void)a;
}

static const struct {
	const char *name;
	void (*fn)(void *);
	int vector;
	uint64_t error;
	enum tcg_wrong tcg;
} rows[] = {
	{"nothing", do_nothing, TRAP_NONE, NO_ERROR, TCG_RIGHT},
	{"CLI", do_cli, TRAP_GP, 0, TCG_RIGHT},
	{"STI", do_sti, TRAP_GP, 0, TCG_RIGHT},
	{"HLT", do_hlt, TRAP_GP, 0, TCG_RIGHT},
	{"IN", do_in, TRAP_GP, 0, TCG_RIGHT},
	{"OUT", do_out, TRAP_GP, 0, TCG_RIGHT},
	{"MOV from CR0", do_cr0, TRAP_GP, 0, TCG_RIGHT},
	{"MOV to CR3", do_cr3, TRAP_GP, 0, TCG_RIGHT},
	{"MOV to DR7", do_dr7, TRAP_GP, 0, TCG_RIGHT},
	{"LGDT", do_lgdt, TRAP_GP, 0, TCG_RIGHT},
	{"LTR", do_ltr, TRAP_GP, 0, TCG_RIGHT},
	{"INVLPG", do_invlpg, TRAP_GP, 0, TCG_RIGHT},
	{"WBINVD", do_wbinvd, TRAP_GP, 0, TCG_RIGHT},
	{"CLTS", do_clts, TRAP_GP, 0, TCG_RIGHT},
	{"SWAPGS", do_swapgs, TRAP_GP, 0, TCG_RIGHT},
	{"INT through a gate of ring 0", do_int_dpl0, TRAP_GP, 0x95 * 8 + 2, TCG_WRONG},
	{"UD2", do_ud, TRAP_UD, NO_ERROR, TCG_RIGHT},
	{"misaligned with AC", do_ac, TRAP_AC, 0, TCG_WRONG},
};

static void row_check(unsigned i)
{
	struct trap t = trap_call_user(rows[i].fn, NULL);

	check_trap(rows[i].vector, &t, "%s", rows[i].name);
	if (t.vector == TRAP_NONE || t.vector != rows[i].vector)
		return;
	if (rows[i].error != NO_ERROR)
		check_eq(rows[i].error, t.error, "%s error code", rows[i].name);
	check_eq(trap_want_rip, t.rip, "%s rip", rows[i].name);
	check_eq(SEL_USER_CODE64, t.cs, "%s came from ring 3", rows[i].name);
}

/* IRET to a more privileged ring is refused. */
static void iret_check(void)
{
	struct trap t = trap_call_user(do_iret_ring0, NULL);

	check_trap(TRAP_GP, &t, "IRET from ring 3 to ring 0");
	check_eq(8, t.error, "IRET from ring 3 to ring 0 error code");
}

static void do_cpuid(void *a)
{
	struct cpuid c = cpu_id(0, 0);

	*(uint32_t *)a = c.ebx;
}

/* An instruction that a hypervisor handles works in ring 3 as well. */
static void cpuid_check(void)
{
	uint32_t vendor = 0;
	struct trap t = trap_call_user(do_cpuid, &vendor);

	check_trap(TRAP_NONE, &t, "CPUID in ring 3");
	check_eq(cpu_id(0, 0).ebx, vendor, "CPUID in ring 3 gives the same");
}

void test_main(void)
{
	write_cr0(read_cr0() | CR0_AM);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		if (boot_tcg_is(rows[i].tcg))
			check_skip(rows[i].name, "QEMU 7.2 differs");
		else
			row_check(i);
	}
	iret_check();
	cpuid_check();
}
