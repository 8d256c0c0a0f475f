/* SPDX-License-Identifier: MIT */
/*
 * The kernel's half of every address space. Constants only: assembly includes
 * this too.
 *
 *   ffff8000'00000000  pool, linear (POOL_BASE of pool.h), at most 1 GiB
 *   ffffffff'80000000  image, linear (KERNEL_BASE), from 2 MiB on
 *   ffffffff'c0000000  device registers, one page each
 *   ffffffff'd0000000  frame buffer or text screen
 *   ffffffff'e0000000  per-CPU windows, PERCPU_STRIDE each:
 *                        page 0      struct percpu
 *                        page 1..3   I/O permission bitmap (ports.h)
 *                        page 5..7   stack, with unmapped pages around it
 *                        page 9      stack of NMI, double fault, machine check
 *                        page 15     GDT; nothing is mapped in the 60 KiB behind:
 *                                    an exit from a guest makes its limit 64 KiB
 */
#ifndef ARCH_LAYOUT_H
#define ARCH_LAYOUT_H

#define KERNEL_BASE 0xffffffff80000000
#define DEVICE_BASE 0xffffffffc0000000
#define SCREEN_BASE 0xffffffffd0000000
#define PERCPU_BASE 0xffffffffe0000000
#define PERCPU_STRIDE 0x20000
#define PERCPU_PORTS 0x1000
#define PERCPU_ONES 0x3000
#define PERCPU_STACK 0x5000
#define PERCPU_STACK_TOP 0x8000
#define PERCPU_IST 0x9000
#define PERCPU_IST_TOP 0xa000
#define PERCPU_GDT 0xf000

#endif
