/* SPDX-License-Identifier: MIT */
/*
 * A pending interrupt must be taken exactly where the architecture allows:
 * one instruction after STI (also when a hypervisor handles that instruction),
 * right after POPF, IRET or a lowered task priority, never between STI and
 * CLI; the highest vector first.
 * Source: Intel SDM vol. 2, STI, POPF; vol. 3, 6.8.1 "Masking Maskable
 * Hardware Interrupts", 11.8.3 "Interrupt, Task, and Processor Priority".
 */
#include "apic.h"
#include "cpu.h"
#include "irq.h"
#include "test.h"
#include "time.h"

const char test_name[] = "intr_window";

#define VECTOR 0x61
#define VECTOR_HIGH 0x75
#define CLOSED_US 1000000

static uint8_t byte;

/* Each ends with interrupts off; label 771 is where the interrupt belongs. */
#define WINDOW_FN(name, before, open)                                                              \
	static void name(void)                                                                     \
	{                                                                                          \
		__asm__ volatile("movq $771f, trap_want_rip\n" before "\n" open                    \
				 "\n771: nop; nop; nop; cli"                                       \
				 :                                                                 \
				 : "S"(APIC_PAGE), "D"(&byte)                                      \
				 : "rax", "rbx", "rcx", "rdx", "memory", "cc");                    \
	}
WINDOW_FN(after_nop, "", "sti; nop")
WINDOW_FN(after_cpuid, "xor %%eax, %%eax", "sti; cpuid")
WINDOW_FN(after_in, "mov $0x3ff, %%edx", "sti; inb %%dx, %%al")
WINDOW_FN(after_ins, "mov $0x3ff, %%edx", "sti; insb")
WINDOW_FN(after_out, "", "sti; outb %%al, $0x80")
WINDOW_FN(after_mmio, "", "sti; mov 0x20(%%rsi), %%eax")
WINDOW_FN(after_rdmsr, "mov $0xc0000080, %%ecx", "sti; rdmsr")
WINDOW_FN(after_cr0, "", "sti; mov %%cr0, %%rax")
WINDOW_FN(after_hlt, "", "sti; hlt")
WINDOW_FN(after_popf, "pushfq; orl $0x200, (%%rsp)", "popfq")
WINDOW_FN(after_iret, "mov %%rsp, %%rax; push $0x10; push %%rax; push $0x202; push $8; push $771f",
	"iretq")

static void between(void)
{
	__asm__ volatile("sti; cli; nop; nop" ::: "memory");
}

static void window_check(const char *name, void (*fn)(void))
{
	irq_clear();
	apic_send_self(VECTOR);
	apic_send_self(VECTOR_HIGH);
	check_eq(0, irq_total, "%s: not while interrupts are off", name);
	fn();
	check_eq(2, irq_total, "%s: both taken", name);
	if (irq_total != 2)
		return;
	check_eq(VECTOR_HIGH, irq_log[0].vector, "%s: the higher first", name);
	check_eq(trap_want_rip, irq_log[0].rip, "%s: in its place", name);
	check_eq(trap_want_rip, irq_log[1].rip, "%s: the lower in the same place", name);
	check_eq(EFLAGS_IF, irq_log[0].rflags & (EFLAGS_IF | EFLAGS_TF), "%s: flags saved", name);
}

/* For long enough that a hypervisor interrupts it there, and again before the CLI. */
static void closed_check(void)
{
	irq_clear();
	apic_send_self(VECTOR);
	for (uint64_t end = time_deadline_us(CLOSED_US); rdtsc() < end;)
		for (unsigned i = 0; i < 100; i++)
			between();
	check_eq(0, irq_total, "STI CLI lets nothing in");
	cpu_sti();
	cpu_cli();
	check_eq(1, irq_total, "STI NOP lets it in");
}

/* Interrupts on, but the task priority keeps it out until it is lowered. */
static void cr8_lower(void)
{
	__asm__ volatile("movq $771f, trap_want_rip; xor %%eax, %%eax; mov %%rax, %%cr8;"
			 "771: nop; nop; cli" ::
				 : "rax", "memory");
}

static void tpr_lower(void)
{
	__asm__ volatile("movq $771f, trap_want_rip; movl $0, 0x80(%0); 771: nop; nop; cli"
			 :
			 : "r"(APIC_PAGE)
			 : "memory");
}

static void priority_check(const char *name, void (*lower)(void))
{
	irq_clear();
	write_cr8(15);
	apic_send_self(VECTOR);
	cpu_sti();
	cpu_pause();
	check_eq(0, irq_total, "%s: kept out", name);
	lower();
	check_eq(1, irq_total, "%s: let in", name);
	check_eq(trap_want_rip, irq_log[0].rip, "%s: in its place", name);
}

void test_main(void)
{
	static const struct {
		const char *name;
		void (*fn)(void);
	} rows[] = {{"STI NOP", after_nop}, {"STI CPUID", after_cpuid}, {"STI IN", after_in},
		{"STI INS", after_ins}, {"STI OUT", after_out}, {"STI MMIO", after_mmio},
		{"STI RDMSR", after_rdmsr}, {"STI MOV CR0", after_cr0}, {"STI HLT", after_hlt},
		{"POPF", after_popf}, {"IRET", after_iret}};

	apic_init();
	irq_install(VECTOR, IRQ_EOI_APIC);
	irq_install(VECTOR_HIGH, IRQ_EOI_APIC);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		window_check(rows[i].name, rows[i].fn);
	closed_check();
	priority_check("MOV CR8", cr8_lower);
	priority_check("TPR", tpr_lower);
}
