/* SPDX-License-Identifier: MIT */
/* Moves between the CPU and a frame (struct regs), for assembly. */
/* clang-format off */
#ifndef ARCH_FRAME_MACROS_H
#define ARCH_FRAME_MACROS_H

#include "asm-offsets.h"
#include "regs-constants.h"

/* REGS_rax and so on, in the order of struct regs; traps.c asserts it. */
	.set offset, 0
	.irp register, rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15
	.set REGS_\register, offset
	.set offset, offset + 8
	.endr

/* The named registers into the frame at `frame`, or out of it. */
	.macro save frame, registers:vararg
	.irp register, \registers
	movq %\register, REGS_\register(\frame)
	.endr
	.endm
	.macro load frame, registers:vararg
	.irp register, \registers
	movq REGS_\register(\frame), %\register
	.endr
	.endm
	.macro clear registers:vararg
	.irp register, \registers
	xorl %\register, %\register
	.endr
	.endm
	.macro leave_by_sysret
	swapgs
	sysretq
	.endm

#endif
