/* SPDX-License-Identifier: MIT */
/* Offsets in struct guest and struct vcpu_state, for assembly; vmx.c asserts
 * that they are right. */
#ifndef ARCH_VIRT_OFFSETS_H
#define ARCH_VIRT_OFFSETS_H

#define GUEST_STATE 0
#define GUEST_LAUNCHED 64
#define STATE_GPR 112

#endif
