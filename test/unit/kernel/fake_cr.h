/* SPDX-License-Identifier: MIT */
/* Takes the place of arch/x86_64/cr.h, by its guard: loads of CR3 and INVLPG go
 * to the fake TLB. */
#ifndef ARCH_CR_H
#define ARCH_CR_H

#include "lib/compiler.h"

#include <stdint.h>

#define CR3_PCID BITS(11, 0)
#define CR3_NO_FLUSH BIT(63)

void writecr3(uint64_t value);
void invlpg(uint64_t address);
void ltr(uint16_t selector);

#endif
