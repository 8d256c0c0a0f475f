/* SPDX-License-Identifier: MIT */
/* enum resume of regs.h, for assembly; traps.c asserts that they agree. */
#ifndef ARCH_REGS_CONSTANTS_H
#define ARCH_REGS_CONSTANTS_H

#define RESUME_SYSRET_NUMBER 0
#define RESUME_GUEST_NUMBER 1
#define RESUME_IRET_NUMBER 2

#endif
