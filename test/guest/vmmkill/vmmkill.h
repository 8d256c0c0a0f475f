/* SPDX-License-Identifier: MIT */
/* The attacks of the vmmkill guest; each returns only if the guest survived it. */
#pragma once

#define NOTHING 0xd0000000ull

void attack_jump(void);
void attack_exec_apic(void);
void attack_tables(void);
void attack_tables_apic(void);
void attack_stack(void);
void attack_stack_apic(void);
void attack_idt(void);
void attack_gdt(void);
void attack_tss(void);
void attack_segments(void);
void attack_cr(void);
void attack_wrap(void);
void attack_straddle(void);
void attack_instructions(void);
void attack_init(void);
void attack_apicbase(void);
void attack_halt(void);
void attack_timer(void);
void attack_pit(void);
void attack_level(void);
void attack_nmi(void);
