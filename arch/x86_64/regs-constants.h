/* SPDX-License-Identifier: MIT */
/* enum resume of regs.h, for assembly; traps.c asserts that they agree. */
#ifndef ARCH_REGS_CONSTANTS_H
#define ARCH_REGS_CONSTANTS_H

#define RESUME_ANSWERED_NUMBER 1 /* RESUME_CALLED is below it */
#define RESUME_SYSRET_NUMBER 2
#define RESUME_GUEST_NUMBER 3
#define RESUME_IRET_NUMBER 4

#define RFLAGS_START 0x202 /* IF and the bit that is always set */

#endif
