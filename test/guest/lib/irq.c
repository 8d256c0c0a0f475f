/* SPDX-License-Identifier: MIT */
/* The interrupt log. Written by handlers, read by tests. */
#include "irq.h"

#include <stddef.h>

#include "apic.h"
#include "legacy.h"

volatile struct irq_entry irq_log[IRQ_LOG_MAX];
volatile unsigned irq_total;

static volatile unsigned counts[256];
static enum irq_eoi eois[256];
static void (*actions[256])(void);

static bool irq_enter(struct trap_frame *f)
{
	unsigned i = irq_total++;

	if (i < IRQ_LOG_MAX) {
		irq_log[i].vector = f->vector;
		irq_log[i].rip = f->rip;
		irq_log[i].rflags = f->rflags;
	}
	counts[f->vector]++;
	if (actions[f->vector])
		actions[f->vector]();
	if (eois[f->vector] == IRQ_EOI_APIC)
		apic_eoi();
	else if (eois[f->vector] == IRQ_EOI_PIC)
		pic_eoi(f->vector);
	return true;
}

void irq_install(uint8_t vector, enum irq_eoi eoi)
{
	eois[vector] = eoi;
	actions[vector] = NULL;
	trap_hook(vector, irq_enter);
}

void irq_on_entry(uint8_t vector, void (*fn)(void))
{
	actions[vector] = fn;
}

void irq_clear(void)
{
	irq_total = 0;
	for (unsigned v = 0; v < 256; v++)
		counts[v] = 0;
}

unsigned irq_count(uint8_t vector)
{
	return counts[vector];
}
