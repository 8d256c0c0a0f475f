/* SPDX-License-Identifier: MIT */
/*
 * The local APIC must deliver by priority class: the task priority (TPR, which
 * is CR8) and the interrupt in service keep equal and lower classes out, a
 * higher one nests, EOI ends the highest in service, PPR shows the result.
 * Source: Intel SDM vol. 3, 11.8.3 "Interrupt, Task, and Processor Priority",
 * 11.8.4 "Interrupt Acceptance for Fixed Interrupts", 11.8.6 "Task Priority in
 * IA-32e Mode".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "test.h"

const char test_name[] = "apic_priority";

static void window(void)
{
	cpu_sti();
	__asm__ volatile("nop; nop; nop");
	cpu_cli();
}

static void mirror_check(void)
{
	for (unsigned i = 0; i < 16; i += 5) {
		write_cr8(i);
		check_eq(i << 4, apic_read(APIC_TPR), "TPR shows CR8 %u", i);
		check_eq(i, read_cr8(), "CR8 holds %u", i);
		check_eq(i << 4, apic_read(APIC_PPR), "PPR follows CR8 %u", i);
	}
	apic_write(APIC_TPR, 0x7c);
	check_eq(7, read_cr8(), "CR8 shows TPR's upper half");
	check_eq(0x7c, apic_read(APIC_TPR), "TPR keeps its lower half");
	write_cr8(0);
	check_eq(0, apic_read(APIC_TPR), "CR8 clears TPR");
}

static void task_check(void)
{
	irq_clear();
	write_cr8(4);
	apic_send_self(0x41);
	apic_send_self(0x51);
	window();
	check_eq(0, irq_count(0x41), "class 4 waits at task priority 4");
	check_eq(1, irq_count(0x51), "class 5 comes at task priority 4");
	check(apic_bit(APIC_IRR, 0x41), "class 4 waits in IRR");
	write_cr8(3);
	window();
	check_eq(1, irq_count(0x41), "class 4 comes at task priority 3");
	write_cr8(0);
}

static volatile unsigned inside_total;
static volatile uint32_t inside_ppr;
static volatile bool inside_isr;

/* In 0x51's handler, before its EOI. */
static void nest(void)
{
	apic_send_self(0x45);
	apic_send_self(0x5f);
	window();
	inside_total = irq_total;
	apic_send_self(0x65);
	window();
	inside_ppr = apic_read(APIC_PPR);
	inside_isr = apic_bit(APIC_ISR, 0x51);
}

static void service_check(void)
{
	irq_clear();
	irq_on_entry(0x51, nest);
	apic_send_self(0x51);
	window();
	window();
	irq_on_entry(0x51, NULL);
	check_eq(1, inside_total, "same and lower classes wait while class 5 is in service");
	check(irq_log[1].vector == 0x65, "class 6 nests");
	check_eq(0x50, inside_ppr & 0xf0, "PPR shows the class in service");
	check(inside_isr, "ISR shows the vector in service");
	check(irq_total == 4 && irq_log[2].vector == 0x5f && irq_log[3].vector == 0x45,
		"after EOI the higher comes first");
	check(!apic_bit(APIC_ISR, 0x51), "EOI cleared ISR");
	check_eq(0, apic_read(APIC_PPR), "PPR is 0 again");
}

/* A spurious EOI with nothing in service must be harmless. */
static void eoi_check(void)
{
	apic_eoi();
	irq_clear();
	apic_send_self(0x51);
	window();
	check_eq(1, irq_count(0x51), "delivery goes on after an EOI for nothing");
}

static void order_check(void)
{
	static const uint8_t vectors[] = {0x41, 0x65, 0x45, 0x5f, 0x51};
	bool sorted = true;

	irq_clear();
	for (unsigned i = 0; i < ARRAY_SIZE(vectors); i++)
		apic_send_self(vectors[i]);
	window();
	window();
	for (unsigned i = 1; i < ARRAY_SIZE(vectors); i++)
		sorted &= irq_log[i].vector < irq_log[i - 1].vector;
	check(irq_total == 5 && sorted, "five pending come from the highest to the lowest");
}

void test_main(void)
{
	static const uint8_t vectors[] = {0x41, 0x45, 0x51, 0x5f, 0x65};

	apic_init();
	for (unsigned i = 0; i < ARRAY_SIZE(vectors); i++)
		irq_install(vectors[i], IRQ_EOI_APIC);
	mirror_check();
	task_check();
	service_check();
	eoi_check();
	order_check();
}
