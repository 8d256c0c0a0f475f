/* SPDX-License-Identifier: MIT */
/*
 * A guest that tries to bring its monitor down; `how=NAME` picks the attack.
 * Whatever becomes of the guest, the kernel, the monitors of others and the
 * others themselves must not notice, and its monitor must say how it ended.
 */
#include "vmmkill.h"

#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "test.h"
#include "time.h"

const char test_name[] = "vmmkill";

#define VECTOR 0x68

static const struct {
	const char *name;
	void (*attack)(void);
} attacks[] = {
	{"jump", attack_jump},
	{"exec-apic", attack_exec_apic},
	{"tables", attack_tables},
	{"tables-apic", attack_tables_apic},
	{"stack", attack_stack},
	{"stack-apic", attack_stack_apic},
	{"idt", attack_idt},
	{"gdt", attack_gdt},
	{"tss", attack_tss},
	{"straddle", attack_straddle},
	{"wrap", attack_wrap},
	{"cr", attack_cr},
	{"segments", attack_segments},
	{"instructions", attack_instructions},
	{"init", attack_init},
	{"apicbase", attack_apicbase},
	{"halt", attack_halt},
	{"timer", attack_timer},
	{"pit", attack_pit},
	{"level", attack_level},
	{"nmi", attack_nmi},
};

void test_main(void)
{
	apic_init();
	ioapic_mask_all();
	(void)time_tsc_hz();
	irq_install(VECTOR, IRQ_EOI_APIC);
	for (unsigned i = 0; i < ARRAY_SIZE(attacks); i++) {
		if (!boot_is("how", attacks[i].name))
			continue;
		test_expect("any");
		attacks[i].attack();
		check(true, "survived %s", attacks[i].name);
		return;
	}
	test_error("how= names no attack");
}
