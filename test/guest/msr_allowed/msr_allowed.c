/* SPDX-License-Identifier: MIT */
/*
 * MSRs that every 64-bit operating system uses must hold what was written:
 * segment bases, the SYSCALL and SYSENTER registers, PAT, EFER, TSC_AUX. The
 * bases must also act: %fs and %gs address from them, SWAPGS exchanges them,
 * SYSCALL goes where LSTAR says, and writing the TSC moves it.
 * Source: Intel SDM vol. 4, 2.1 "Architectural MSRs"; vol. 2, SYSCALL, SWAPGS.
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "msr_allowed";

#define CANONICAL_HIGH 0xffff800012345678
#define CANONICAL_LOW 0x00007fff87654321

static uint64_t cell[2] = {0x1111222233334444, 0x5555666677778888};

static bool always(void)
{
	return true;
}
static bool has_rdtscp(void)
{
	return cpu_id(0x80000001, 0).edx >> 27 & 1;
}
static bool has_sysenter(void)
{
	return cpu_id(1, 0).edx >> 11 & 1;
}

struct msr_row {
	const char *name;
	uint32_t msr;
	uint64_t values[2];
	bool (*present)(void);
};

static const struct msr_row rows[] = {
	{"FS_BASE", MSR_FS_BASE, {CANONICAL_HIGH, CANONICAL_LOW}, always},
	{"GS_BASE", MSR_GS_BASE, {CANONICAL_HIGH, CANONICAL_LOW}, always},
	{"KERNEL_GS_BASE", MSR_KERNEL_GS_BASE, {CANONICAL_HIGH, CANONICAL_LOW}, always},
	{"STAR", MSR_STAR, {0xfedcba9876543210, 0x0123456789abcdef}, always},
	{"LSTAR", MSR_LSTAR, {CANONICAL_HIGH, CANONICAL_LOW}, always},
	{"CSTAR", MSR_CSTAR, {CANONICAL_HIGH, CANONICAL_LOW}, always},
	{"FMASK", MSR_FMASK, {0x47700, 0x3f7fd5}, always},
	{"SYSENTER_CS", MSR_SYSENTER_CS, {0x1234, 0x8}, has_sysenter},
	{"SYSENTER_ESP", MSR_SYSENTER_ESP, {CANONICAL_HIGH, CANONICAL_LOW}, has_sysenter},
	{"SYSENTER_EIP", MSR_SYSENTER_EIP, {CANONICAL_HIGH, CANONICAL_LOW}, has_sysenter},
	{"PAT", MSR_PAT, {0x0007040600070406, 0x0007010600070406}, always},
	{"TSC_AUX", MSR_TSC_AUX, {0xdeadbeef, 5}, has_rdtscp},
};

static void row_write(void *arg)
{
	const struct msr_row *r = arg;
	uint64_t before = rdmsr(r->msr);
	uint64_t got[2];

	/* No C code may run with a foreign base, so nothing is printed here. */
	for (unsigned i = 0; i < 2; i++) {
		wrmsr(r->msr, r->values[i]);
		got[i] = rdmsr(r->msr);
	}
	wrmsr(r->msr, before);
	for (unsigned i = 0; i < 2; i++)
		check_eq(r->values[i], got[i], "%s value %u", r->name, i);
}

static void rows_check(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		struct trap t;

		if (!rows[i].present()) {
			check_skip(rows[i].name, "not in CPUID");
			continue;
		}
		t = trap_call(row_write, (void *)&rows[i]);
		check_trap(TRAP_NONE, &t, "%s may be accessed", rows[i].name);
	}
}

static void bases_check(void)
{
	uint64_t v;

	wrmsr(MSR_FS_BASE, (uint64_t)&cell[0]);
	__asm__ volatile("mov %%fs:0, %0" : "=r"(v));
	check_eq(cell[0], v, "FS_BASE addresses");
	wrmsr(MSR_GS_BASE, (uint64_t)&cell[0]);
	wrmsr(MSR_KERNEL_GS_BASE, (uint64_t)&cell[1]);
	__asm__ volatile("mov %%gs:0, %0" : "=r"(v));
	check_eq(cell[0], v, "GS_BASE addresses");
	__asm__ volatile("swapgs; mov %%gs:0, %0" : "=r"(v));
	check_eq(cell[1], v, "SWAPGS took KERNEL_GS_BASE");
	check_eq((uint64_t)&cell[0], rdmsr(MSR_KERNEL_GS_BASE), "SWAPGS put GS_BASE there");
	__asm__ volatile("swapgs");
	__asm__ volatile("mov %0, %%gs" ::"r"(SEL_DATA));
	check_eq(0, rdmsr(MSR_GS_BASE), "loading GS loads its base from the table");
}

static void efer_check(void)
{
	uint64_t efer = rdmsr(MSR_EFER);

	check_eq(EFER_LME | EFER_LMA, efer & (EFER_LME | EFER_LMA), "EFER has LME and LMA");
	wrmsr(MSR_EFER, efer | EFER_SCE);
	check_eq(efer | EFER_SCE, rdmsr(MSR_EFER), "EFER.SCE set");
	wrmsr(MSR_EFER, efer & ~EFER_SCE);
	check_eq(efer & ~EFER_SCE, rdmsr(MSR_EFER), "EFER.SCE clear");
	if (cpu_id(0x80000001, 0).edx >> 20 & 1) {
		wrmsr(MSR_EFER, efer | EFER_NXE);
		check_eq(efer | EFER_NXE, rdmsr(MSR_EFER), "EFER.NXE set");
	}
	wrmsr(MSR_EFER, efer);
}

__attribute__((used)) static uint64_t syscall_flags, syscall_rcx, syscall_want;
extern const uint8_t syscall_target[];

/* From ring 0 to ring 0: the target jumps back to where RCX points. */
static void syscall_do(void *arg)
{
	(void)arg;
	__asm__ volatile("movq $1f, syscall_want; syscall\n1:" ::: "rcx", "r11", "memory");
}

__asm__(".text\nsyscall_target: pushfq; popq syscall_flags; mov %rcx, syscall_rcx; jmp *%rcx\n");

static void syscall_check(void)
{
	uint64_t efer = rdmsr(MSR_EFER);
	uint64_t flags = read_flags();
	struct trap t;

	wrmsr(MSR_STAR, (uint64_t)SEL_CODE64 << 32 | (uint64_t)SEL_DATA << 48);
	wrmsr(MSR_LSTAR, (uint64_t)syscall_target);
	wrmsr(MSR_FMASK, EFLAGS_CF | EFLAGS_DF);
	t = trap_call(syscall_do, NULL);
	check_trap(TRAP_UD, &t, "SYSCALL faults without EFER.SCE");
	wrmsr(MSR_EFER, efer | EFER_SCE);
	__asm__ volatile("stc");
	t = trap_call(syscall_do, NULL);
	check_trap(TRAP_NONE, &t, "SYSCALL returns");
	check_eq(syscall_want, syscall_rcx, "SYSCALL saves RIP in RCX");
	check_eq(0, syscall_flags & EFLAGS_CF, "SYSCALL masks flags");
	wrmsr(MSR_EFER, efer);
	write_flags(flags);
}

static void tsc_check(void)
{
	uint64_t before, after;

	if (boot_is_tcg()) {
		check_skip("TSC written", "QEMU 7.2 ignores it");
		return;
	}
	wrmsr(MSR_TSC, 0x123400000000);
	after = rdtsc();
	check_range(0x123400000000, 0x1234ffffffff, after, "TSC continues from what was written");
	before = rdtsc();
	check(rdmsr(MSR_TSC) >= before, "RDMSR and RDTSC agree on the TSC");
}

static void apic_base_check(void)
{
	uint64_t v = rdmsr(MSR_APIC_BASE);

	check_eq(APIC_PAGE, v & 0xffffff000, "APIC base address");
	check(v & APIC_BASE_BSP, "this is the bootstrap processor");
	wrmsr(MSR_APIC_BASE, v);
	check_eq(v, rdmsr(MSR_APIC_BASE), "APIC_BASE written as read");
}

void test_main(void)
{
	rows_check();
	bases_check();
	efer_check();
	syscall_check();
	tsc_check();
	apic_base_check();
}
