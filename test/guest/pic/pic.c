/* SPDX-License-Identifier: MIT */
/*
 * The pair of 8259s, wired through LINT0 as ExtINT: masks, request and service
 * registers, priorities and nesting, the slave's cascade, specific and automatic
 * EOI, rotation, polling, another vector base. Sources are the 8254 (IRQ0), the
 * UART (IRQ4) and the clock (IRQ8).
 * Source: Intel 8259A data sheet, "Interrupt sequence", "Priority", "Operation
 * command words"; Intel SDM vol. 3, 11.5.1 "Local Vector Table" (ExtINT).
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "pic";

#define TIMER PIC_BASE
#define SERIAL (PIC_BASE + UART_IRQ)
#define CLOCK (PIC_BASE + 8)
#define SPURIOUS (PIC_BASE + 7)
#define ONLY(bits) ((uint16_t) ~(bits))
#define BIT0 0x0001
#define BIT4 0x0010
#define BIT8 0x0100

static volatile uint16_t isr_inside, irr_inside;

static void registers_keep(void)
{
	isr_inside = pic_read(PIC_READ_ISR);
	irr_inside = pic_read(PIC_READ_IRR);
}

static void window(void)
{
	cpu_sti();
	__asm__ volatile("nop; nop; nop");
	cpu_cli();
}

/* IRQ0 once, as soon as the counter is loaded and runs out. */
static bool timer_request(void)
{
	pit_set(0, 0, 100);
	return TIME_UNTIL(pic_read(PIC_READ_IRR) & BIT0, 50000);
}

static void fresh(uint16_t mask)
{
	uart_irq_lower();
	pic_init();
	for (unsigned v = PIC_BASE; v < PIC_BASE + 16; v++)
		irq_install(v, IRQ_EOI_PIC);
	irq_clear();
	pic_mask(mask);
}

static void mask_check(void)
{
	static const uint8_t masks[] = {0x00, 0x55, 0xaa, 0xff};

	for (unsigned i = 0; i < ARRAY_SIZE(masks); i++) {
		outb(PIC_MASTER + 1, masks[i]);
		outb(PIC_SLAVE + 1, ~masks[i]);
		check_eq(masks[i], inb(PIC_MASTER + 1), "master's mask 0x%x", masks[i]);
		check_eq((uint8_t)~masks[i], inb(PIC_SLAVE + 1), "slave's mask beside it");
	}
	pic_mask(0xffff);
}

static void timer_check(void)
{
	fresh(ONLY(BIT0));
	irq_on_entry(TIMER, registers_keep);
	check(timer_request(), "IRQ0 requests");
	check_eq(0, irq_total, "IRQ0 waits for the interrupt flag");
	window();
	check_eq(1, irq_count(TIMER), "IRQ0 is delivered once");
	check_eq(BIT0, isr_inside, "IRQ0 is in service in its handler");
	check_eq(0, irr_inside & BIT0, "IRQ0 no longer requests there");
	check_eq(0, pic_read(PIC_READ_ISR), "EOI ends the service");
}

static void masked_check(void)
{
	fresh(0xffff);
	check(timer_request(), "masked IRQ0 requests");
	window();
	check_eq(0, irq_total, "masked IRQ0 is not delivered");
	pic_mask(ONLY(BIT0));
	window();
	check_eq(1, irq_count(TIMER), "IRQ0 comes when unmasked");
}

static void no_eoi_check(void)
{
	unsigned before, during, after;

	fresh(ONLY(BIT0 | BIT4));
	irq_install(TIMER, IRQ_EOI_NONE);
	timer_request();
	window();
	before = irq_count(TIMER);
	timer_request();
	uart_irq_raise();
	window();
	during = irq_total;
	outb(PIC_MASTER, PIC_EOI);
	window();
	after = irq_total;
	outb(PIC_MASTER, PIC_EOI);
	window();
	uart_irq_lower();
	check_eq(1, before, "IRQ0 without EOI");
	check_eq(1, during, "nothing of equal or lower priority comes before EOI");
	check_eq(2, after, "the next IRQ0 comes after EOI");
	check(irq_total == 3 && irq_log[2].vector == SERIAL, "then IRQ4");
}

static void order_check(void)
{
	uint16_t requests;

	fresh(0xffff);
	uart_irq_raise();
	timer_request();
	requests = pic_read(PIC_READ_IRR) & (BIT0 | BIT4);
	pic_mask(ONLY(BIT0 | BIT4));
	window();
	uart_irq_lower();
	check_eq(BIT0 | BIT4, requests, "both request");
	check_eq(2, irq_total, "both are delivered");
	check(irq_log[0].vector == TIMER && irq_log[1].vector == SERIAL, "IRQ0 before IRQ4");
}

static volatile unsigned nested_total;

/* Runs in IRQ4's handler, before its EOI: IRQ0 may nest. */
static void nest(void)
{
	timer_request();
	window();
	nested_total = irq_total;
	isr_inside = pic_read(PIC_READ_ISR);
}

static void nesting_check(void)
{
	fresh(ONLY(BIT0 | BIT4));
	irq_on_entry(SERIAL, nest);
	uart_irq_raise();
	window();
	uart_irq_lower();
	check_eq(2, nested_total, "IRQ0 nests in IRQ4's handler");
	check_eq(BIT4, isr_inside, "IRQ4 is still in service after it");
}

static void specific_check(void)
{
	fresh(ONLY(BIT0 | BIT4));
	irq_install(SERIAL, IRQ_EOI_NONE);
	irq_install(TIMER, IRQ_EOI_NONE);
	uart_irq_raise();
	window();
	timer_request();
	window();
	uart_irq_lower();
	check_eq(BIT0 | BIT4, pic_read(PIC_READ_ISR), "both in service");
	outb(PIC_MASTER, 0x60 | UART_IRQ);
	check_eq(BIT0, pic_read(PIC_READ_ISR), "specific EOI ends IRQ4's");
	outb(PIC_MASTER, PIC_EOI);
	check_eq(0, pic_read(PIC_READ_ISR), "EOI ends the other");
}

static void rotation_check(void)
{
	fresh(0xffff);
	outb(PIC_MASTER, 0xc3); /* IRQ3 is lowest, so IRQ4 is highest */
	uart_irq_raise();
	timer_request();
	pic_mask(ONLY(BIT0 | BIT4));
	window();
	uart_irq_lower();
	check(irq_total == 2 && irq_log[0].vector == SERIAL, "after rotation IRQ4 before IRQ0");
}

static void automatic_check(void)
{
	fresh(0xffff);
	outb(PIC_MASTER, 0x11);
	outb(PIC_MASTER + 1, PIC_BASE);
	outb(PIC_MASTER + 1, 4);
	outb(PIC_MASTER + 1, 3);
	pic_mask(ONLY(BIT0));
	irq_install(TIMER, IRQ_EOI_NONE);
	irq_on_entry(TIMER, registers_keep);
	timer_request();
	window();
	check_eq(1, irq_count(TIMER), "automatic EOI: delivered");
	check_eq(0, isr_inside, "automatic EOI: not in service in the handler");
}

static void poll_check(void)
{
	uint8_t polled;
	uint16_t service;

	if (boot_is_bochs()) {
		check_skip("poll", "Bochs 2.7 gives the bare number and serves nothing");
		return;
	}
	fresh(ONLY(BIT4));
	apic_write(APIC_LVT_LINT0, APIC_LVT_MASKED | APIC_LVT_EXTINT);
	uart_irq_raise();
	outb(PIC_MASTER, 0x0c);
	polled = inb(PIC_MASTER);
	service = pic_read(PIC_READ_ISR);
	outb(PIC_MASTER, PIC_EOI);
	uart_irq_lower();
	check_eq(0x84, polled & 0x87, "poll names IRQ4");
	check_eq(BIT4, service, "poll takes it into service");
	outb(PIC_MASTER, 0x0c);
	check_eq(0, inb(PIC_MASTER) & 0x80, "poll finds nothing");
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
}

static void clock_check(void)
{
	fresh(ONLY(BIT8 | 4));
	irq_on_entry(CLOCK, registers_keep);
	rtc_write(RTC_A, 0x2a); /* 64 Hz */
	(void)rtc_read(RTC_C);
	rtc_write(RTC_B, rtc_read(RTC_B) | 0x40);
	check(TIME_UNTIL(pic_read(PIC_READ_IRR) & BIT8, 200000), "IRQ8 requests");
	window();
	check_eq(1, irq_count(CLOCK), "IRQ8 is delivered");
	check_eq(BIT8 | 4, isr_inside, "slave and cascade are in service");
	check_eq(0, pic_read(PIC_READ_ISR), "two EOIs end both");
	rtc_write(RTC_B, rtc_read(RTC_B) & ~0x70);
	(void)rtc_read(RTC_C);
}

/* The request goes away before it is acknowledged: IRQ7 without service, or the kept edge. */
static void spurious_check(void)
{
	fresh(ONLY(BIT4));
	irq_install(SPURIOUS, IRQ_EOI_NONE);
	uart_irq_raise();
	uart_irq_lower();
	window();
	check_eq(0, irq_total - irq_count(SERIAL) - irq_count(SPURIOUS), "IRQ4, IRQ7 or nothing");
	check_eq(0, pic_read(PIC_READ_ISR), "nothing is in service after a spurious interrupt");
}

static void base_check(void)
{
	fresh(0xffff);
	outb(PIC_MASTER, 0x11);
	outb(PIC_MASTER + 1, 0x68);
	outb(PIC_MASTER + 1, 4);
	outb(PIC_MASTER + 1, 1);
	outb(PIC_MASTER + 1, 0xff);
	irq_install(0x68, IRQ_EOI_PIC);
	timer_request();
	pic_mask(ONLY(BIT0));
	window();
	outb(PIC_MASTER, PIC_EOI);
	check_eq(1, irq_count(0x68), "another vector base");
}

static void lint0_check(void)
{
	if (boot_is_bochs()) {
		check_skip("a masked LINT0 keeps it out", "Bochs 2.7 does not look at LINT0");
		return;
	}
	fresh(ONLY(BIT0));
	apic_write(APIC_LVT_LINT0, APIC_LVT_MASKED | APIC_LVT_EXTINT);
	timer_request();
	window();
	check_eq(0, irq_total, "a masked LINT0 keeps it out");
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	window();
	check_eq(1, irq_count(TIMER), "unmasked, it comes");
}

void test_main(void)
{
	apic_init();
	ioapic_mask_all();
	apic_write(APIC_LVT_LINT0, APIC_LVT_EXTINT);
	mask_check();
	timer_check();
	masked_check();
	no_eoi_check();
	order_check();
	nesting_check();
	specific_check();
	rotation_check();
	automatic_check();
	poll_check();
	clock_check();
	spurious_check();
	base_check();
	lint0_check();
}
