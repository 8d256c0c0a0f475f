/* SPDX-License-Identifier: MIT */
/*
 * Holds one pattern in all vector registers while the machine exits, ticks and
 * halts; run in two guests at once with different patterns, it shows that they
 * do not see each other's registers.
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "fpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

#define VECTOR 0x67
#define ROUNDS 300

static void exits_do(unsigned i)
{
	(void)cpu_id(0, 0);
	(void)inb(UART + 7);
	(void)apic_read(APIC_ID);
	(void)rdmsr(MSR_APIC_BASE);
	if (i % 4)
		return;
	cpu_sti_hlt();
	cpu_cli();
}

void fpu_soak(uint32_t seed)
{
	unsigned rounds = boot_number("iters", ROUNDS), bad = 0, where = 0;
	uint32_t ticks_ms;

	apic_init();
	irq_install(VECTOR, IRQ_EOI_APIC);
	print("components 0x%lx\n", fpu_enable());
	irq_clear();
	ticks_ms = time_apic_hz() / 1000;
	apic_write(APIC_LVT_TIMER, VECTOR | APIC_TIMER_PERIODIC);
	apic_write(APIC_TIMER_INITIAL, ticks_ms);
	for (unsigned i = 0; i < rounds; i++) {
		fpu_load(seed + i);
		exits_do(i);
		if (fpu_compare(seed + i, &where) && !bad++)
			print("round %u: first difference at offset %u\n", i, where);
	}
	apic_write(APIC_TIMER_INITIAL, 0);
	check_eq(0, bad, "rounds of %u with a foreign register", rounds);
	check(irq_total >= rounds / 4, "the timer ticked meanwhile");
}
