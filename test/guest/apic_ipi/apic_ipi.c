/* SPDX-License-Identifier: MIT */
/*
 * Interrupts to oneself must arrive once each, however they are addressed: by
 * shorthand, physical id, logical id, broadcast, the x2APIC's self-IPI
 * register; to others than oneself none arrives; illegal vectors are noted in
 * ESR.
 * Source: Intel SDM vol. 3, 11.6 "Issuing Interprocessor Interrupts", 11.5.3
 * "Error Handling", 11.12.11 "SELF IPI Register".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "test.h"
#include "time.h"

const char test_name[] = "apic_ipi";

#define VECTOR 0x63
#define SPURIOUS 0xff /* where apic_init() puts it */
#define LOGICAL 0x800
#define BROADCAST 0xff
#define ESR_SEND_ILLEGAL 0x20
#define ESR_RECEIVED_ILLEGAL 0x40

static const char *mode;

static unsigned arrivals(void)
{
	cpu_sti();
	(void)TIME_UNTIL(irq_total, 1000);
	cpu_cli();
	return irq_count(VECTOR);
}

static void send_check(unsigned want, uint32_t id, uint32_t command, const char *name)
{
	irq_clear();
	apic_send(id, command | APIC_ICR_ASSERT | VECTOR);
	check_eq(want, arrivals(), "%s: %s", mode, name);
}

static void addresses_check(void)
{
	uint32_t id = apic_id();
	bool x2 = apic_is_x2();

	send_check(1, 0, APIC_ICR_SELF, "shorthand self");
	send_check(1, 0, APIC_ICR_ALL, "shorthand all");
	send_check(0, 0, APIC_ICR_OTHERS, "shorthand others");
	send_check(1, id, 0, "physical id");
	send_check(0, id + 5, 0, "another physical id");
	send_check(1, x2 ? 0xffffffff : BROADCAST, 0, "physical broadcast");
	if (x2) {
		uint32_t ldr = apic_read(APIC_LDR);

		send_check(1, ldr, LOGICAL, "logical id");
		send_check(0, ldr << 1, LOGICAL, "another logical id");
		return;
	}
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 0x04000000);
	send_check(1, 0x04, LOGICAL, "flat logical id");
	send_check(1, 0x0e, LOGICAL, "flat logical id among others");
	send_check(0, 0x08, LOGICAL, "another flat logical id");
	apic_write(APIC_DFR, 0x0fffffff);
	apic_write(APIC_LDR, 0x21000000);
	send_check(1, 0x21, LOGICAL, "cluster logical id");
	send_check(0, 0x11, LOGICAL, "another cluster");
	send_check(0, 0x22, LOGICAL, "another in the cluster");
	apic_write(APIC_DFR, 0xffffffff);
}

/* One request bit per vector: what comes twice before it is taken comes once. */
static void collapse_check(void)
{
	irq_clear();
	for (unsigned i = 0; i < 5; i++)
		apic_send_self(VECTOR);
	check(apic_bit(APIC_IRR, VECTOR), "%s: it is in IRR", mode);
	check_eq(1, arrivals(), "%s: five before it is taken are one", mode);
	check(!apic_bit(APIC_IRR, VECTOR), "%s: it has left IRR", mode);
}

static void all_vectors_check(void)
{
	unsigned got = 0;

	for (unsigned v = 0x20; v < SPURIOUS; v++)
		irq_install(v, IRQ_EOI_APIC);
	for (unsigned v = 0x20; v < SPURIOUS; v++) {
		irq_clear();
		apic_send_self(v);
		cpu_sti();
		(void)TIME_UNTIL(irq_total, 1000);
		cpu_cli();
		got += irq_total == 1 && irq_count(v) == 1;
	}
	check_eq(SPURIOUS - 0x20, got, "%s: every vector from 0x20 to 0xfe", mode);
}

static uint32_t esr_read(void)
{
	apic_write(APIC_ESR, 0);
	return apic_read(APIC_ESR);
}

static void illegal_check(void)
{
	if (boot_is_tcg()) {
		check_skip("illegal vector", "QEMU 7.2 does not look");
		return;
	}
	irq_clear();
	(void)esr_read();
	apic_send_self(5);
	check(esr_read() & (ESR_SEND_ILLEGAL | ESR_RECEIVED_ILLEGAL),
		"%s: vector 5 is noted in ESR", mode);
	check_eq(0, esr_read(), "%s: ESR is clear after it was read", mode);
	check(!apic_bit(APIC_IRR, 5), "%s: vector 5 does not request", mode);
}

static void self_register_check(void)
{
	irq_clear();
	wrmsr(X2APIC_SELF_IPI, VECTOR);
	check_eq(1, arrivals(), "%s: the self-IPI register", mode);
}

static void all_check(const char *name)
{
	mode = name;
	addresses_check();
	collapse_check();
	all_vectors_check();
	illegal_check();
}

void test_main(void)
{
	apic_init();
	irq_install(VECTOR, IRQ_EOI_APIC);
	all_check("xAPIC");
	if (!(cpu_id(1, 0).ecx >> 21 & 1)) {
		check_skip("x2APIC", "not in CPUID");
		return;
	}
	wrmsr(MSR_APIC_BASE, rdmsr(MSR_APIC_BASE) | APIC_BASE_X2);
	all_check("x2APIC");
	self_register_check();
}
