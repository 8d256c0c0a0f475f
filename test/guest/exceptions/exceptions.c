/* SPDX-License-Identifier: MIT */
/*
 * Every exception that an instruction can raise in ring 0 must come through
 * its own vector, with its error code, pointing at the faulting instruction
 * (faults) or behind it (traps). INT n goes through vector n.
 * Source: Intel SDM vol. 3, 6.15 "Exception and Interrupt Reference".
 */
#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "exceptions";

#define NO_ERROR (~0ull)
#define NON_CANONICAL 0x8000000000000000

static void do_de(void *a)
{
	(void)a;
	__asm__ volatile(FAULT("divl %%ecx") : : "a"(1), "d"(0), "c"(0));
}

static void do_de_overflow(void *a)
{
	(void)a;
	__asm__ volatile(FAULT("idivl %%ecx") : : "a"(0), "d"(0x80000000), "c"(1));
}

static void do_db_icebp(void *a)
{
	(void)a;
	__asm__ volatile(TRAP_AFTER(".byte 0xf1"));
}

static void do_bp(void *a)
{
	(void)a;
	__asm__ volatile(TRAP_AFTER("int3"));
}

static void do_bp_int(void *a)
{
	(void)a;
	__asm__ volatile(TRAP_AFTER(".byte 0xcd, 3"));
}

static void do_int_90(void *a)
{
	(void)a;
	__asm__ volatile(TRAP_AFTER("int $0x90"));
}

static void do_int_de(void *a)
{
	(void)a;
	__asm__ volatile(TRAP_AFTER("int $0"));
}

static void do_ud(void *a)
{
	(void)a;
	__asm__ volatile(FAULT("ud2"));
}

static void do_ud_prefixed(void *a)
{
	(void)a;
	/* LOCK before an instruction that cannot be locked. */
	__asm__ volatile(FAULT(".byte 0xf0, 0x90"));
}

static void do_nm(void *a)
{
	(void)a;
	write_cr0(read_cr0() | CR0_TS);
	__asm__ volatile(FAULT("fninit"));
}

static void do_nm_emulate(void *a)
{
	(void)a;
	write_cr0((read_cr0() | CR0_EM) & ~CR0_MP);
	__asm__ volatile(FAULT("fninit"));
}

static void do_gp_address(void *a)
{
	(void)a;
	__asm__ volatile(FAULT("movl (%0), %%eax") : : "r"(NON_CANONICAL) : "rax");
}

static void do_gp_selector(void *a)
{
	(void)a;
	__asm__ volatile(FAULT("movl %0, %%es") : : "r"(SEL_BEYOND));
}

static void do_gp_idt(void *a)
{
	struct __attribute__((packed)) {
		uint16_t limit;
		uint64_t base;
	} old, small;

	(void)a;
	__asm__ volatile("sidt %0" : "=m"(old));
	small = old;
	small.limit = 0x7f * 16 + 15; /* vector 0x90 lies beyond */
	__asm__ volatile("lidt %0" : : "m"(small));
	__asm__ volatile(FAULT("int $0x90"));
}

static void do_gp_cr(void *a)
{
	(void)a;
	__asm__ volatile(FAULT("mov %0, %%cr8") : : "r"(0x100ull));
}

static void do_np(void *a)
{
	(void)a;
	__asm__ volatile(FAULT("movl %0, %%es") : : "r"(SEL_ABSENT));
}

static void do_np_gate(void *a)
{
	(void)a;
	trap_gate_set(0x91, 14, 0, 0, false);
	__asm__ volatile(FAULT("int $0x91"));
}

static void do_ss_address(void *a)
{
	(void)a;
	__asm__ volatile("mov %0, %%rbp\n" FAULT("movl (%%rbp), %%eax")
			 :
			 : "r"(NON_CANONICAL)
			 : "rax");
}

static void do_ss_selector(void *a)
{
	(void)a;
	__asm__ volatile(FAULT("movl %0, %%ss") : : "r"(SEL_ABSENT));
}

/* The gate's stack pointer lies beyond the TSS's limit. */
static void do_ts(void *a)
{
	(void)a;
	trap_tss_load(80);
	trap_gate_set(0x92, 14, 7, 0, true);
	__asm__ volatile(FAULT("int $0x92"));
}

/* #GP whose own gate is absent: the second fault makes it a double fault. */
static void do_df(void *a)
{
	(void)a;
	trap_gate_set(TRAP_GP, 14, 0, 0, false);
	__asm__ volatile("movl (%0), %%eax" : : "r"(NON_CANONICAL) : "rax");
}

static void do_mf(void *a)
{
	uint16_t control = 0x37b; /* zero-divide unmasked */

	(void)a;
	__asm__ volatile("fninit; fldcw %0; fld1; fldz; fdivrp; \n" FAULT("fwait")
			 :
			 : "m"(control));
}

static void do_xm(void *a)
{
	uint32_t mxcsr = 0x1d80; /* zero-divide unmasked */

	(void)a;
	__asm__ volatile("ldmxcsr %0; xorps %%xmm0, %%xmm0; movl $0x3f800000, %%eax;"
			 "movd %%eax, %%xmm1\n" FAULT("divss %%xmm0, %%xmm1")
			 :
			 : "m"(mxcsr)
			 : "rax");
}

/* INTO and BOUND exist outside 64-bit mode only: a far call to 32-bit code. */
__attribute__((used)) static uint32_t bounds[2] = {1, 5};
__asm__(".text\n"
	".code32\n"
	"into_32: movl $0x7fffffff, %eax; incl %eax\n"
	"	into\n"
	"into_32_after: lret\n"
	"bound_32: movl $9, %eax\n"
	"bound_32_at: boundl %eax, bounds\n"
	"	lret\n"
	".code64\n");
extern const uint8_t into_32[], into_32_after[], bound_32[], bound_32_at[];

static void far_call(const uint8_t *target)
{
	struct __attribute__((packed)) {
		uint32_t offset;
		uint16_t selector;
	} pointer = {(uint32_t)(uint64_t)target, SEL_CODE32};

	__asm__ volatile("lcall *%0" : : "m"(pointer) : "rax", "memory");
}

static void do_of(void *a)
{
	(void)a;
	trap_want_rip = (uint64_t)into_32_after;
	far_call(into_32);
}

static void do_br(void *a)
{
	(void)a;
	trap_want_rip = (uint64_t)bound_32_at;
	far_call(bound_32);
}

static const struct {
	const char *name;
	void (*fn)(void *);
	int vector;
	uint64_t error;
	enum tcg_wrong tcg;
} rows[] = {
	{"#DE divide by zero", do_de, TRAP_DE, NO_ERROR, TCG_RIGHT},
	{"#DE quotient too large", do_de_overflow, TRAP_DE, NO_ERROR, TCG_RIGHT},
	{"#DB by INT1", do_db_icebp, TRAP_DB, NO_ERROR, TCG_WRONG},
	{"#BP by INT3", do_bp, TRAP_BP, NO_ERROR, TCG_RIGHT},
	{"#BP by INT 3", do_bp_int, TRAP_BP, NO_ERROR, TCG_RIGHT},
	{"#OF by INTO", do_of, TRAP_OF, NO_ERROR, TCG_RIGHT},
	{"#BR by BOUND", do_br, TRAP_BR, NO_ERROR, TCG_RIGHT},
	{"#UD by UD2", do_ud, TRAP_UD, NO_ERROR, TCG_RIGHT},
	{"#UD by LOCK", do_ud_prefixed, TRAP_UD, NO_ERROR, TCG_RIGHT},
	{"#NM by CR0.TS", do_nm, TRAP_NM, NO_ERROR, TCG_RIGHT},
	{"#NM by CR0.EM", do_nm_emulate, TRAP_NM, NO_ERROR, TCG_RIGHT},
	{"#DF", do_df, TRAP_DF, 0, TCG_RIGHT},
	{"#TS", do_ts, TRAP_TS, SEL_TSS, TCG_RIGHT},
	{"#NP segment", do_np, TRAP_NP, SEL_ABSENT, TCG_RIGHT},
	{"#NP gate", do_np_gate, TRAP_NP, 0x91 * 8 + 2, TCG_WRONG},
	{"#SS address", do_ss_address, TRAP_SS, 0, TCG_WRONG},
	{"#SS segment", do_ss_selector, TRAP_SS, SEL_ABSENT, TCG_RIGHT},
	{"#GP address", do_gp_address, TRAP_GP, 0, TCG_RIGHT},
	{"#GP selector", do_gp_selector, TRAP_GP, SEL_BEYOND, TCG_RIGHT},
	{"#GP vector beyond the IDT", do_gp_idt, TRAP_GP, 0x90 * 8 + 2, TCG_WRONG},
	{"#GP control register", do_gp_cr, TRAP_GP, 0, TCG_WRONG_BARE},
	{"#MF", do_mf, TRAP_MF, NO_ERROR, TCG_RIGHT},
	{"#XM", do_xm, TRAP_XM, NO_ERROR, TCG_WRONG},
	{"INT 0x90", do_int_90, 0x90, NO_ERROR, TCG_RIGHT},
	{"INT 0", do_int_de, TRAP_DE, NO_ERROR, TCG_RIGHT},
};

static void row_check(unsigned i)
{
	uint64_t cr0 = read_cr0();
	struct trap t = trap_call(rows[i].fn, NULL);

	write_cr0(cr0);
	trap_init();
	__asm__ volatile("fninit");
	check_trap(rows[i].vector, &t, "%s", rows[i].name);
	if (t.vector != rows[i].vector)
		return;
	if (rows[i].error != NO_ERROR)
		check_eq(rows[i].error, t.error, "%s error code", rows[i].name);
	if (trap_want_rip)
		check_eq(trap_want_rip, t.rip, "%s rip", rows[i].name);
}

void test_main(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		if (boot_tcg_is(rows[i].tcg))
			check_skip(rows[i].name, "QEMU 7.2 differs");
		else
			row_check(i);
	}
}
