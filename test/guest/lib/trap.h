/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables, and exceptions as results: trap_call() runs a function
 * and says which exception ended it, if any.
 *
 * An exception that nobody hooked or caught ends the test as CRASH.
 * Source: Intel SDM vol. 3, chapter 6 "Interrupt and Exception Handling".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TRAP_NONE (-1)
#define TRAP_DE 0
#define TRAP_DB 1
#define TRAP_NMI 2
#define TRAP_BP 3
#define TRAP_OF 4
#define TRAP_BR 5
#define TRAP_UD 6
#define TRAP_NM 7
#define TRAP_DF 8
#define TRAP_TS 10
#define TRAP_NP 11
#define TRAP_SS 12
#define TRAP_GP 13
#define TRAP_PF 14
#define TRAP_MF 16
#define TRAP_AC 17
#define TRAP_XM 19
#define TRAP_USER_RETURN 0x80

#define SEL_CODE64 0x08
#define SEL_DATA 0x10
#define SEL_USER_DATA 0x1b
#define SEL_USER_CODE64 0x23
#define SEL_CODE32 0x28
#define SEL_CODE16 0x30
#define SEL_DATA16 0x38
#define SEL_ABSENT 0x40
#define SEL_TSS 0x48
#define SEL_SPARE 0x58
#define SEL_BEYOND 0x68

/* What vectors.S has on the stack at entry. */
struct trap_frame {
	uint64_t r15, r14, r13, r12, r11, r10, r9, r8, rbp, rdi, rsi, rdx, rcx, rbx, rax;
	uint64_t vector, error, rip, cs, rflags, rsp, ss;
};

/* How a call ended: vector is TRAP_NONE when it returned. */
struct trap {
	int vector;
	uint64_t error, rip, cs, rflags, rsp, cr2;
};

/* The 64-bit task-state segment. */
struct __attribute__((packed)) trap_tss {
	uint32_t reserved0;
	uint64_t rsp[3];
	uint64_t reserved1;
	uint64_t ist[7];
	uint64_t reserved2;
	uint16_t reserved3, iomap;
};

extern struct trap_tss trap_tss;
extern uint64_t trap_gdt[];
/* Set by FAULT() and TRAP_AFTER(): where the exception must point. */
extern uint64_t trap_want_rip;

/* A faulting instruction: the exception must point at it. */
#define FAULT(insn) "movq $771f, trap_want_rip\n771: " insn "\n"
/* A trapping one: the exception must point behind it. */
#define TRAP_AFTER(insn) "movq $771f, trap_want_rip\n" insn "\n771:\n"

/** Load GDT, IDT and TSS; every vector enters trap_dispatch(). */
void trap_init(void);

/**
 * Have `hook` called on each entry through `vector`; NULL removes it. It
 * returns true to resume from the (perhaps changed) frame, false to have the
 * exception treated as if there were no hook.
 */
void trap_hook(unsigned vector, bool (*hook)(struct trap_frame *));

/** Run fn(arg) in ring 0, in long mode; returns how it ended. May be nested. */
struct trap trap_call(void (*fn)(void *), void *arg);

/** The same in ring 3, on a stack of its own, with interrupts on. */
struct trap trap_call_user(void (*fn)(void *), void *arg);

/** Change a gate: `type` 14 interrupt, 15 trap; `ist` 0-7; `dpl` 0-3. */
void trap_gate_set(unsigned vector, unsigned type, unsigned ist, unsigned dpl, bool present);

/** Load the task register again with a TSS of `limit` (bytes minus one). */
void trap_tss_load(uint16_t limit);

/** Load the IDT again, all 256 gates (after a test loaded another). */
void trap_idt_load(void);
