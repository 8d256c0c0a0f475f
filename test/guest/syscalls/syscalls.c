/* SPDX-License-Identifier: MIT */
/*
 * Two of these run at the same time on one CPU, beside a driver that uses ports,
 * with different values in the MSRs of SYSCALL and SWAPGS: each must find its own
 * after every kind of exit, and SYSCALL must go where its own LSTAR says and clear
 * its own flags. Words: seed=1 has the values that Linux has, others have not.
 * Source: Intel SDM vol. 2, SYSCALL, SWAPGS; vol. 3, 5.8.8 "Fast System Calls in
 * 64-Bit Mode".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "syscalls";

#define VECTOR 0x67
#define ROUNDS 300
#define LINUX_STAR 0x0023001000000000
#define LINUX_FMASK 0x257fd5
#define FLAGS (EFLAGS_CF | EFLAGS_ZF | EFLAGS_AC)

extern const uint8_t target_linux[], target_other[];
__attribute__((used)) static uint64_t came_to, flags_there;

/* CS and SS are STAR's; the test's own come back. */
__asm__(".text\n"
	"target_linux: movq $1, came_to; jmp 1f\n"
	"target_other: movq $2, came_to\n"
	"1: pushfq; popq flags_there; mov $0x10, %eax; mov %eax, %ss\n"
	"pushq $8; pushq %rcx; lretq\n");

static const struct msr_set {
	uint64_t star, lstar, cstar, fmask, target, flags;
} sets[] = {
	{LINUX_STAR, (uint64_t)target_linux, 0xffffffff81001000, LINUX_FMASK, 1, 0},
	{(uint64_t)SEL_CODE64 << 32 | (uint64_t)SEL_DATA << 48, (uint64_t)target_other,
		0x00007ffff0000000, EFLAGS_CF, 2, FLAGS & ~EFLAGS_CF},
};

static unsigned bad;
static uint64_t seen = FLAGS; /* flags that are looked at */

static void expect(unsigned round, const char *what, uint64_t want, uint64_t got)
{
	if (want != got && !bad++)
		print("round %u: %s is %lx, not %lx\n", round, what, got, want);
}

static void exits_do(unsigned i)
{
	(void)cpu_id(0, 0);
	(void)inb(UART + 7);
	(void)apic_read(APIC_ID);
	(void)rdmsr(MSR_APIC_BASE);
	if (i % 16 == 0)
		print("."); /* wakes the driver */
	if (i % 4)
		return;
	cpu_sti_hlt();
	cpu_cli();
}

static void syscall_do(unsigned round, const struct msr_set *set)
{
	came_to = 0;
	__asm__ volatile("pushfq; orq %0, (%%rsp); popfq; syscall"
			 :
			 : "i"(FLAGS)
			 : "rax", "rcx", "r11", "memory", "cc");
	write_flags(read_flags() & ~(uint64_t)FLAGS);
	expect(round, "the target of SYSCALL", set->target, came_to);
	expect(round, "flags there", set->flags & seen, flags_there & seen);
}

static void round_do(unsigned i, const struct msr_set *set)
{
	uint64_t inner = 0xffff888000000000 + 0x1000 * i + set->target;
	uint64_t outer = 0x0000100000000000 + 0x1000 * i + set->target;

	wrmsr(MSR_GS_BASE, inner);
	wrmsr(MSR_KERNEL_GS_BASE, outer);
	if (i & 1)
		__asm__ volatile("swapgs");
	exits_do(i);
	expect(i, "GS_BASE", i & 1 ? outer : inner, rdmsr(MSR_GS_BASE));
	expect(i, "KERNEL_GS_BASE", i & 1 ? inner : outer, rdmsr(MSR_KERNEL_GS_BASE));
	expect(i, "STAR", set->star, rdmsr(MSR_STAR));
	expect(i, "LSTAR", set->lstar, rdmsr(MSR_LSTAR));
	expect(i, "CSTAR", set->cstar, rdmsr(MSR_CSTAR));
	expect(i, "FMASK", set->fmask, rdmsr(MSR_FMASK));
	syscall_do(i, set);
}

void test_main(void)
{
	const struct msr_set *set = &sets[boot_number("seed", 1) != 1];
	unsigned rounds = boot_number("iters", ROUNDS);
	uint32_t ticks_ms;

	if (boot_tcg_is(TCG_WRONG)) {
		seen &= ~(uint64_t)(EFLAGS_CF | EFLAGS_ZF);
		check_skip("CF and ZF behind SYSCALL", "QEMU 7.2 loses those that FMASK keeps");
	}
	apic_init();
	irq_install(VECTOR, IRQ_EOI_APIC);
	irq_clear();
	ticks_ms = time_apic_hz() / 1000; /* stops the timer */
	apic_write(APIC_LVT_TIMER, VECTOR | APIC_TIMER_PERIODIC);
	apic_write(APIC_TIMER_INITIAL, ticks_ms);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
	wrmsr(MSR_STAR, set->star);
	wrmsr(MSR_LSTAR, set->lstar);
	wrmsr(MSR_CSTAR, set->cstar);
	wrmsr(MSR_FMASK, set->fmask);
	for (unsigned i = 0; i < rounds; i++)
		round_do(i, set);
	apic_write(APIC_TIMER_INITIAL, 0);
	print("\n");
	check_eq(0, bad, "differences in %u rounds", rounds);
	check(irq_total >= rounds / 4, "the timer ticked meanwhile");
}
