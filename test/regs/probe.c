/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <stddef.h>

struct probe probe;
volatile uint64_t probe_done, probe_turns[2];

_Static_assert(sizeof(struct snapshot) == 136 && offsetof(struct probe, server_word) == 544,
	"the numbers below");

__asm__(".macro each do, base\n"
	".set offset, 0\n"
	".irp register, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15\n"
	"\\do \\register, \\base + offset\n"
	".set offset, offset + 8\n"
	".endr\n"
	".endm\n"
	".macro load_one register, address\n"
	"movq \\address(%rip), %\\register\n"
	".endm\n"
	".macro store_one register, address\n"
	"movq %\\register, \\address(%rip)\n"
	".endm\n"
	".macro load_all base\n"
	"pushq \\base + 128(%rip)\n"
	"popfq\n"
	"each load_one, \\base\n"
	".endm\n"
	".macro store_all base\n"
	"each store_one, \\base\n"
	"movq %rsp, \\base + 120(%rip)\n"
	"pushfq\n"
	"popq \\base + 128(%rip)\n"
	"pushq $2\n" /* DF, AC */
	"popfq\n"
	".endm\n"
	".text\n"
	".globl probe_call, probe_after, probe_server, probe_fault\n"
	"probe_call:\n"
	".irp register, rbx, rbp, r12, r13, r14, r15\n"
	"pushq %\\register\n"
	".endr\n"
	"movq %rsp, probe + 120(%rip)\n"
	"load_all probe\n"
	"syscall\n"
	"probe_after:\n"
	"store_all probe + 136\n"
	".irp register, r15, r14, r13, r12, rbp, rbx\n"
	"popq %\\register\n"
	".endr\n"
	"ret\n"
	"probe_server:\n"
	"store_all probe + 272\n"
	"movq probe + 544(%rip), %rdi\n"
	"testq %rdi, %rdi\n"
	"jz 1f\n"
	"movl $1, %esi\n"
	"syscall\n"
	"1: load_all probe + 408\n"
	"syscall\n"
	"ud2\n"
	"probe_fault:\n"
	"movq %rsp, probe + 120(%rip)\n"
	"load_all probe\n"
	"cmpb $0, 0x71000000\n" /* PROBE_FAULT_ADDRESS; zero or not does not matter */
	"store_all probe + 136\n"
	"movq $1, probe_done(%rip)\n"
	"1: pause\n"
	"jmp 1b\n");

#define KEEPER(n, base)                                                                            \
	".globl probe_keeper" #n "\n"                                                              \
	"probe_keeper" #n ":\n"                                                                    \
	".set value, " #base "\n"                                                                  \
	".irp register, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15\n" \
	"movq $value, %\\register\n"                                                               \
	".set value, value + 1\n"                                                                  \
	".endr\n"                                                                                  \
	"1: .rept 200\n"                                                                           \
	"nop\n"                                                                                    \
	".endr\n"                                                                                  \
	".set value, " #base "\n"                                                                  \
	".irp register, rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15\n" \
	"cmpq $value, %\\register\n"                                                               \
	"jne 2f\n"                                                                                 \
	".set value, value + 1\n"                                                                  \
	".endr\n"                                                                                  \
	"incq probe_turns + 8 * (" #n " - 1)(%rip)\n"                                              \
	"jmp 1b\n"                                                                                 \
	"2: pause\n"                                                                               \
	"jmp 2b\n"

__asm__(KEEPER(1, 0x1000) KEEPER(2, 0x2000));
