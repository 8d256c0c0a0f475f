/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines: a global system interrupt routed to a vector of this CPU.
 * A line is masked when it fires, before kernel_irq(), until irq_line_unmask().
 */
#ifndef ARCH_IRQLINE_H
#define ARCH_IRQLINE_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

#define IRQ_LINES 64u

/* Routes `gsi` with IRQ_* flags (abi/syscall.h) to a free line, masked.
 * STATUS_BAD_ARG: no I/O APIC has it; STATUS_IN_USE: routed already or no line left. */
enum status irq_line_open(uint32_t gsi, uint32_t flags, unsigned *line) MUST_CHECK;
void irq_line_close(unsigned line);
void irq_line_unmask(unsigned line);
void irq_line_mask(unsigned line);

#endif
