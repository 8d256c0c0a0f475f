/* SPDX-License-Identifier: MIT */
/* Interrupt vectors of the host. Exceptions have 0 to 31. */
#ifndef ARCH_VECTORS_H
#define ARCH_VECTORS_H

#define VECTOR_PIC 0x20   /* to 0x2f: the masked 8259 pair's spurious interrupts */
#define VECTOR_LINES 0x30 /* + line of irqline.h */
#define VECTOR_TIMER 0xf0
#define VECTOR_MESSAGE 0xf1 /* from another CPU: smp.h */
#define VECTOR_SPURIOUS 0xff

#endif
