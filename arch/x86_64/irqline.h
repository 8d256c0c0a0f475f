/* SPDX-License-Identifier: MIT */
/*
 * Interrupt lines: a global system interrupt routed to a vector of one CPU.
 * A line is masked when it fires, before kernel_irq(), until irq_line_unmask().
 */
#ifndef ARCH_IRQLINE_H
#define ARCH_IRQLINE_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>

#define IRQ_LINES 64u

/* A free line for `gsi` with IRQ_* flags (abi/syscall.h), masked. STATUS_BAD_ARG:
 * no I/O APIC has it; STATUS_IN_USE: it has a line already, or none is left. */
enum status irq_line_open(uint32_t gsi, uint32_t flags, unsigned *line) MUST_CHECK;

/* The line, which is masked, fires on CPU `cpu`. false: the I/O APIC cannot name it. */
/*@ requires line: line < IRQ_LINES; */
bool irq_line_route(unsigned line, uint32_t cpu) MUST_CHECK;
/*@ requires line: line < IRQ_LINES; */
void irq_line_close(unsigned line);
/*@ requires line: line < IRQ_LINES; */
void irq_line_unmask(unsigned line);
/*@ requires line: line < IRQ_LINES; */
void irq_line_mask(unsigned line);

#endif
