/* SPDX-License-Identifier: MIT */
/*
 * System calls with every register known before and looked at afterwards, and a
 * server that notes what it starts with. One page, which both share.
 */
#ifndef PROBE_H
#define PROBE_H

#include "lib/addr.h"
#include "lib/compiler.h"

#include <stdint.h>

struct snapshot {
	uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rsp, rflags; /* rsp: not loaded */
};

struct probe {
	struct snapshot before, after;   /* of probe_call() */
	struct snapshot started, answer; /* of probe_server() */
	uint64_t server_word;            /* a system call that it makes first, or 0 */
};

extern struct probe probe ALIGNED(PAGE_SIZE);

/* Loads probe.before, makes the system call, notes probe.after. */
void probe_call(void);
extern const char probe_after[]; /* behind that SYSCALL */

/* A portal's entry. Replies with probe.answer, whose RDI says SYS_REPLY. */
extern const char probe_server[];

/* A thread that reads from `address`, all registers as in probe.before, notes
 * probe.after, and ends in a loop at probe_done with nonzero RAX. */
extern const char probe_fault[];
#define PROBE_FAULT_ADDRESS 0x71000000ull
extern volatile uint64_t probe_done;

/* Threads that keep numbers in all registers and look at them for ever. Each turn
 * counts; a wrong one stops its count. */
extern const char probe_keeper1[], probe_keeper2[];
extern volatile uint64_t probe_turns[2];

#endif
