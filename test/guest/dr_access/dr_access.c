/* SPDX-License-Identifier: MIT */
/*
 * Debug registers must hold their values over exits; breakpoints on execution
 * (a fault) and data (a trap) must fire and say so in DR6; general detect
 * guards the registers; a single step must come after each instruction, also
 * after one that a hypervisor handles, and one instruction later behind MOV SS.
 * Source: Intel SDM vol. 3, 17.2 "Debug Registers", 17.3.1 "Debug Exception
 * (#DB)", 6.8.3 "Masking Exceptions and Interrupts When Switching Stacks".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "legacy.h"
#include "test.h"

const char test_name[] = "dr_access";

#define DR6_FIXED 0xffff0ff0ull
#define DR6_BD (1u << 13)
#define DR6_BS (1u << 14)
#define DR7_FIXED 0x400
#define DR7_GD (1u << 13)
#define STEPS_MAX 8

static uint64_t cell;
static volatile unsigned steps;
static volatile uint64_t step_rip[STEPS_MAX], step_dr6[STEPS_MAX];

/* Bochs 2.7 leaves DR6 as it is when #DB is intercepted: AMD APM vol. 2 section 15.12.2
 * "#DB (Debug)" has it changed. */
static void reasons_check(uint64_t want, uint64_t mask, const char *name)
{
	if (boot_is_bochs_svm())
		check_skip(name, "Bochs 2.7 does not say it to a hypervisor");
	else
		check_eq(want, step_dr6[0] & mask, "%s", name);
}

/* Logs the #DB; for an execution breakpoint the resume flag lets it go on. */
static bool db_hook(struct trap_frame *f)
{
	if (steps < STEPS_MAX) {
		step_rip[steps] = f->rip;
		step_dr6[steps] = read_dr6();
	}
	steps++;
	write_dr6(DR6_FIXED);
	f->rflags |= EFLAGS_RF;
	return true;
}

static void hold_check(void)
{
	write_dr0(0x1111111122222222);
	write_dr1(0x3333333344444444);
	write_dr2(0x5555555566666666);
	write_dr3(0x7777777788888888);
	(void)cpu_id(0, 0);
	(void)inb(UART + 7);
	check_eq(0x1111111122222222, read_dr0(), "DR0 holds over exits");
	check_eq(0x3333333344444444, read_dr1(), "DR1 holds over exits");
	check_eq(0x5555555566666666, read_dr2(), "DR2 holds over exits");
	check_eq(0x7777777788888888, read_dr3(), "DR3 holds over exits");
	write_dr6(DR6_FIXED | 0xf);
	(void)cpu_id(0, 0);
	check_eq(DR6_FIXED | 0xf, read_dr6() | 1 << 11 | 1 << 16, "DR6 holds over exits");
	write_dr6(0);
	if (boot_is_tcg())
		check_skip("DR6 fixed bits", "QEMU 7.2 leaves them out");
	else
		check_eq(0xfffe07f0, read_dr6() & 0xfffe07f0, "DR6 has its fixed bits");
	write_dr7(0x0fff0300);
	(void)cpu_id(0, 0);
	check_eq(0x0fff0300 | DR7_FIXED, read_dr7(), "DR7 holds over exits");
	write_dr7(DR7_FIXED);
	write_dr0(0);
	write_dr6(DR6_FIXED);
}

static void do_dr4(void *arg)
{
	(void)arg;
	__asm__ volatile("mov %%db4, %%rax" : : : "rax");
}

static void do_dr6_high(void *arg)
{
	(void)arg;
	write_dr6(1ull << 32);
}

static void do_dr7_high(void *arg)
{
	(void)arg;
	write_dr7(1ull << 32 | DR7_FIXED);
}

static void refused_check(void)
{
	struct trap t = trap_call(do_dr4, NULL);

	check_trap(TRAP_NONE, &t, "DR4 is DR6");
	write_cr4(read_cr4() | CR4_DE);
	t = trap_call(do_dr4, NULL);
	check_trap(TRAP_UD, &t, "DR4 faults with CR4.DE");
	if (boot_is_tcg()) {
		check_skip("upper halves", "QEMU 7.2 takes them");
		return;
	}
	t = trap_call(do_dr6_high, NULL);
	check_trap(TRAP_GP, &t, "DR6 bit 32");
	t = trap_call(do_dr7_high, NULL);
	check_trap(TRAP_GP, &t, "DR7 bit 32");
}

static void execute_check(void)
{
	steps = 0;
	__asm__ volatile("movq $1f, trap_want_rip; mov trap_want_rip, %%rax; mov %%rax, %%db0;"
			 "mov $0x402, %%eax; mov %%rax, %%db7; nop; 1: nop; nop"
			 :
			 :
			 : "rax", "memory");
	write_dr7(DR7_FIXED);
	check_eq(1, steps, "an execution breakpoint fires once");
	check_eq(trap_want_rip, step_rip[0], "an execution breakpoint is a fault");
	reasons_check(1, 0xf, "DR6 names breakpoint 0");
}

/* On an instruction that a hypervisor handles it comes before that. */
static void execute_cpuid_check(void)
{
	steps = 0;
	__asm__ volatile("movq $1f, trap_want_rip; mov trap_want_rip, %%rax; mov %%rax, %%db1;"
			 "mov $0x408, %%eax; mov %%rax, %%db7; xor %%eax, %%eax; 1: cpuid; nop"
			 :
			 :
			 : "rax", "rbx", "rcx", "rdx", "memory");
	write_dr7(DR7_FIXED);
	check_eq(1, steps, "an execution breakpoint on CPUID fires once");
	check_eq(trap_want_rip, step_rip[0], "on CPUID it is a fault");
	reasons_check(2, 0xf, "DR6 names breakpoint 1");
}

static void data_check(void)
{
	steps = 0;
	write_dr2((uint64_t)&cell);
	write_dr7(DR7_FIXED | 0x20 | 0xdu << 24); /* write, 4 bytes */
	__asm__ volatile("movl (%0), %%eax; movl $1, (%0); 1: movq $1b, trap_want_rip; nop"
			 :
			 : "r"(&cell)
			 : "rax", "memory");
	write_dr7(DR7_FIXED);
	check_eq(1, steps, "a write breakpoint fires for the write alone");
	check_eq(trap_want_rip, step_rip[0], "a write breakpoint is a trap");
	reasons_check(4, 0xf, "DR6 names breakpoint 2");
}

/* In a guest, QEMU 7.2's VMRUN gives DR7 its value without setting the breakpoints. */
static void breakpoints_check(void)
{
	if (boot_word("tcg")) {
		check_skip("breakpoints", "QEMU 7.2 has none in a guest");
		return;
	}
	execute_check();
	execute_cpuid_check();
	data_check();
}

static void do_detect(void *arg)
{
	(void)arg;
	write_dr7(DR7_FIXED | DR7_GD);
	__asm__ volatile(FAULT("mov %%db0, %%rax") : : : "rax", "memory");
}

static void detect_check(void)
{
	struct trap t;
	uint64_t dr6;

	if (boot_is_tcg()) {
		check_skip("general detect", "not in QEMU 7.2");
		return;
	}
	trap_hook(TRAP_DB, NULL);
	t = trap_call(do_detect, NULL);
	dr6 = read_dr6();
	check_trap(TRAP_DB, &t, "general detect");
	check_eq(trap_want_rip, t.rip, "general detect is a fault");
	check(dr6 & DR6_BD, "DR6.BD");
	check_eq(0, read_dr7() & DR7_GD, "general detect is off in the handler");
	write_dr7(DR7_FIXED);
	write_dr6(DR6_FIXED);
	trap_hook(TRAP_DB, db_hook);
}

/*
 * TF is set by the first POPFQ and acts from the instruction after it: INSN is
 * stepped once, and the second POPFQ (the NOP row's after it) once more.
 */
#define STEP_FN(name, before, insn)                                                                \
	static void name(void)                                                                     \
	{                                                                                          \
		__asm__ volatile(before "\n movq $771f, trap_want_rip; pushfq;"                    \
					"orl $0x100, (%%rsp); popfq\n" insn                        \
					"\n771: pushfq; andl $~0x100, (%%rsp); popfq; nop"         \
				 :                                                                 \
				 : "S"(APIC_PAGE), "D"(&cell)                                      \
				 : "rax", "rbx", "rcx", "rdx", "memory", "cc");                    \
	}
STEP_FN(step_nop, "", "nop")
STEP_FN(step_cpuid, "xor %%eax, %%eax", "cpuid")
STEP_FN(step_in, "mov $0x3ff, %%edx", "inb %%dx, %%al")
STEP_FN(step_out, "", "outb %%al, $0x80")
STEP_FN(step_ins, "mov $0x3ff, %%edx", "insb")
STEP_FN(step_mmio_read, "", "movl 0x20(%%rsi), %%eax")
STEP_FN(step_mmio_write, "", "movl $0, 0x80(%%rsi)")
STEP_FN(step_rdmsr, "mov $0x1b, %%ecx", "rdmsr")
STEP_FN(step_wrmsr, "mov $0x1b, %%ecx; rdmsr", "wrmsr")
STEP_FN(step_cr0, "mov %%cr0, %%rax", "mov %%rax, %%cr0")
STEP_FN(step_cr3, "mov %%cr3, %%rax", "mov %%rax, %%cr3")
STEP_FN(step_rdtsc, "", "rdtsc")
STEP_FN(step_mov_ss, "mov %%ss, %%eax", "mov %%eax, %%ss; nop")

static const struct {
	const char *name;
	void (*fn)(void);
	bool exits; /* a hypervisor handles it */
} step_rows[] = {{"NOP", step_nop, false}, {"CPUID", step_cpuid, true}, {"IN", step_in, true},
	{"OUT", step_out, true}, {"INS", step_ins, true}, {"MMIO read", step_mmio_read, true},
	{"MMIO write", step_mmio_write, true}, {"RDMSR", step_rdmsr, true},
	{"WRMSR", step_wrmsr, true}, {"MOV CR0", step_cr0, true}, {"MOV CR3", step_cr3, false},
	{"RDTSC", step_rdtsc, false}, {"MOV SS and NOP together", step_mov_ss, false}};

/* INSN, then PUSHFQ, ANDL and the POPFQ that ends it (TF was set when it began). */
static void step_check(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(step_rows); i++) {
		if (step_rows[i].exits && boot_is_bochs_svm()) {
			check_skip(step_rows[i].name, "Bochs 2.7 gives its step to the host");
			continue;
		}
		steps = 0;
		step_rows[i].fn();
		check_eq(4, steps, "steps with %s", step_rows[i].name);
		check_eq(trap_want_rip, step_rip[0], "the first is behind %s", step_rows[i].name);
		reasons_check(DR6_BS, DR6_BS, "DR6.BS with a step");
	}
}

void test_main(void)
{
	apic_init();
	hold_check();
	refused_check();
	trap_hook(TRAP_DB, db_hook);
	breakpoints_check();
	detect_check();
	step_check();
}
