/* SPDX-License-Identifier: MIT */
/*
 * Selectors of the host's GDT. Constants only: assembly includes this too.
 *
 * SYSCALL loads CS = STAR[47:32] and SS = that + 8; 64-bit SYSRET loads
 * SS = STAR[63:48] + 8 and CS = STAR[63:48] + 16. Hence kernel data behind
 * kernel code, and user data before user code (Intel SDM vol. 3A section 5.8.8
 * "Fast System Calls in 64-Bit Mode").
 */
#ifndef ARCH_SEGMENTS_H
#define ARCH_SEGMENTS_H

#define SEL_KERNEL_CODE 0x08
#define SEL_KERNEL_DATA 0x10
#define SEL_USER_CODE32 0x1b /* never used; the base that SYSRET adds to */
#define SEL_USER_DATA 0x23
#define SEL_USER_CODE 0x2b
#define SEL_TSS 0x30 /* two entries */

/* As an exit from a guest leaves it (SDM vol. 3C section 27.5.2 "Loading Host
 * Segment and Descriptor-Table Registers"), so that nobody has to set it right:
 * behind the descriptors are zeroes, then nothing is mapped. */
#define GDT_LIMIT 0xffff

/* Their descriptors. Accessed bits are set, so that the CPU never writes the GDT. */
#define GDT_KERNEL_CODE 0x00209b0000000000 /* long mode, DPL 0 */
#define GDT_KERNEL_DATA 0x0000930000000000
#define GDT_USER_CODE32 0
#define GDT_USER_DATA 0x0000f30000000000
#define GDT_USER_CODE 0x0020fb0000000000

/* IA32_STAR for these. */
#define STAR_VALUE ((0x18 | 3ull) << 48 | (unsigned long long)SEL_KERNEL_CODE << 32)

#endif
