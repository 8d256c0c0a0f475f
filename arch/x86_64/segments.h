/* SPDX-License-Identifier: MIT */
/*
 * Selectors of the host's GDT. Constants only: assembly includes this too.
 *
 * SYSCALL loads CS = STAR[47:32] and SS = that + 8; 64-bit SYSRET loads
 * SS = STAR[63:48] + 8 and CS = STAR[63:48] + 16. Hence kernel data behind
 * kernel code, and user data before user code (Intel SDM vol. 3A section 5.8.8
 * "Fast System Calls in 64-Bit Mode"). The numbers, and the flags that SYSCALL
 * clears, are Linux's: what a guest has like the host need not be switched.
 */
#ifndef ARCH_SEGMENTS_H
#define ARCH_SEGMENTS_H

#define SEL_KERNEL_CODE 0x10
#define SEL_KERNEL_DATA 0x18
#define SEL_USER_CODE32 0x23 /* never used; the base that SYSRET adds to */
#define SEL_USER_DATA 0x2b
#define SEL_USER_CODE 0x33
#define SEL_TSS 0x40 /* two entries */

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

/* IA32_STAR for these. IA32_FMASK: CF PF AF ZF SF TF IF DF OF IOPL NT RF AC ID. */
#define STAR_VALUE ((unsigned long long)SEL_USER_CODE32 << 48 | SEL_KERNEL_CODE * (1ull << 32))
#define FMASK_VALUE 0x257fd5ull

#endif
