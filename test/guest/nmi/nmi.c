/* SPDX-License-Identifier: MIT */
/*
 * An NMI sent to oneself must come through vector 2 even with interrupts off;
 * while its handler runs no other may come until an IRET (any IRET), and of
 * several sent meanwhile one is kept. It wakes HLT with interrupts off.
 * Source: Intel SDM vol. 3, 6.7 "Nonmaskable Interrupt (NMI)", 6.7.1 "Handling
 * Multiple NMIs", 11.6.1 "Interrupt Command Register (ICR)".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "nmi";

#define VECTOR 0x61
#define WAIT_US 20000
#define LATE_US 2000000 /* where a hypervisor looks from time to time */

static volatile unsigned count, depth, depth_max, sends;
static volatile bool iret_inside;
static volatile unsigned nested_after_iret;

static void nmi_send(void)
{
	apic_send(apic_id(), APIC_ICR_NMI | APIC_ICR_ASSERT);
}

static void short_wait(void)
{
	for (unsigned i = 0; i < 200; i++)
		cpu_pause();
}

static bool nmi_hook(struct trap_frame *f)
{
	(void)f;
	count++;
	if (++depth > depth_max)
		depth_max = depth;
	for (; sends; sends--)
		nmi_send();
	short_wait();
	if (iret_inside) {
		unsigned before = count;

		iret_inside = false;
		__asm__ volatile("int3");
		(void)TIME_UNTIL(count != before, LATE_US);
		nested_after_iret = count - before;
	}
	depth--;
	return true;
}

static bool bp_hook(struct trap_frame *f)
{
	(void)f;
	return true;
}

static void reset(unsigned send_inside)
{
	count = depth = depth_max = 0;
	sends = send_inside;
}

static void plain_check(void)
{
	reset(0);
	nmi_send();
	check(TIME_UNTIL(count, WAIT_US), "an NMI comes with interrupts off");
	short_wait();
	check_eq(1, count, "it comes once");
}

static void blocked_check(void)
{
	reset(1);
	nmi_send();
	check(TIME_UNTIL(count == 2, WAIT_US), "one sent in the handler comes afterwards");
	check_eq(1, depth_max, "not while the handler runs");
	reset(3);
	nmi_send();
	(void)TIME_UNTIL(count == 2, WAIT_US);
	short_wait();
	check_eq(2, count, "of three sent in the handler one comes afterwards");
}

/* The handler's stack is shared, so an inner NMI may only come while it is safe. */
static void iret_check(void)
{
	trap_hook(TRAP_BP, bp_hook);
	trap_gate_set(TRAP_NMI, 14, 0, 0, true);
	reset(1);
	iret_inside = true;
	nmi_send();
	check(TIME_UNTIL(count == 2, LATE_US), "both came");
	check_eq(1, nested_after_iret, "an inner IRET lets the next NMI in");
	check_eq(2, depth_max, "inside the handler");
	trap_gate_set(TRAP_NMI, 14, 2, 0, true);
}

static void maskable_check(void)
{
	reset(0);
	irq_clear();
	apic_send_self(VECTOR);
	nmi_send();
	(void)TIME_UNTIL(count, WAIT_US);
	check_eq(0, irq_total, "a maskable interrupt stays out");
	check_eq(1, count, "while the NMI comes");
	cpu_sti();
	cpu_cli();
	check_eq(1, irq_total, "until interrupts are on");
}

static void halt_check(void)
{
	reset(0);
	ioapic_redirection_write(2, 0x400 | (uint64_t)apic_id() << 56);
	pit_set(0, 0, 20000);
	__asm__ volatile("cli; hlt" ::: "memory");
	check_eq(1, count, "an NMI from the I/O APIC ends HLT with interrupts off");
	ioapic_mask_all();
}

void test_main(void)
{
	apic_init();
	ioapic_mask_all();
	irq_install(VECTOR, IRQ_EOI_APIC);
	trap_hook(TRAP_NMI, nmi_hook);
	plain_check();
	blocked_check();
	if (boot_is_bochs_svm()) /* so the hypervisor cannot look */
		check_skip("NMI in a handler", "Bochs 2.7 takes no interrupt while IF is clear");
	else
		iret_check();
	maskable_check();
	halt_check();
}
