/* SPDX-License-Identifier: MIT */
/*
 * Attacks by interrupts: more of them than anybody can serve, an INIT to
 * oneself, a local APIC moved over RAM, a halt that nothing ends.
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"
#include "vmmkill.h"

#define VECTOR 0x68
#define STORM_US 500000

static bool nmi_hook(struct trap_frame *f)
{
	(void)f;
	return true;
}

static void storm_wait(void)
{
	cpu_sti();
	time_delay_us(STORM_US);
	cpu_cli();
	print("%u interrupts\n", irq_total);
}

void attack_init(void)
{
	apic_send(apic_id(), 0x500 | APIC_ICR_ASSERT);
}

/* Two instructions out of nowhere: the page is where our stack is. */
void attack_apicbase(void)
{
	uint64_t stack;

	__asm__ volatile("mov %%rsp, %0" : "=r"(stack));
	wrmsr(MSR_APIC_BASE, (stack & ~0xfffull) | APIC_BASE_BSP | APIC_BASE_ENABLE);
	(void)cpu_id(0, 0);
}

void attack_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

void attack_timer(void)
{
	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, VECTOR | APIC_TIMER_PERIODIC);
	apic_write(APIC_TIMER_INITIAL, 1);
	storm_wait();
	apic_write(APIC_TIMER_INITIAL, 0);
}

void attack_pit(void)
{
	ioapic_redirection_write(2, VECTOR | (uint64_t)apic_id() << 56);
	pit_set(0, 2, 2);
	storm_wait();
	ioapic_mask_all();
}

/* A level that nobody releases is repeated after each EOI. */
void attack_level(void)
{
	ioapic_redirection_write(
		4, VECTOR | IOAPIC_LEVEL | IOAPIC_MASKED | (uint64_t)apic_id() << 56);
	uart_irq_raise();
	ioapic_redirection_write(4, VECTOR | IOAPIC_LEVEL | (uint64_t)apic_id() << 56);
	cpu_sti();
	time_delay_us(STORM_US);
	cpu_cli();
	ioapic_mask_all();
	uart_irq_lower();
}

void attack_nmi(void)
{
	trap_hook(TRAP_NMI, nmi_hook);
	for (unsigned i = 0; i < 20000; i++)
		apic_send(apic_id(), APIC_ICR_NMI | APIC_ICR_ASSERT);
}
