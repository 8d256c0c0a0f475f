/* SPDX-License-Identifier: MIT */
#include "irqline.h"

#include "cpu.h"
#include "ioapic.h"
#include "vectors.h"

/* Changed with the kernel lock. */
static struct {
	bool open;
	uint32_t gsi, flags;
} lines[IRQ_LINES];

enum status irq_line_open(uint32_t gsi, uint32_t flags, unsigned *line)
{
	unsigned found = IRQ_LINES;

	for (unsigned i = 0; i < IRQ_LINES; i++) {
		if (lines[i].open && lines[i].gsi == gsi)
			return STATUS_IN_USE;
		if (!lines[i].open && found == IRQ_LINES)
			found = i;
	}
	if (found == IRQ_LINES)
		return STATUS_IN_USE;
	if (!ioapic_has(gsi))
		return STATUS_BAD_ARG;
	lines[found].open = true;
	lines[found].gsi = gsi;
	lines[found].flags = flags;
	*line = found;
	return STATUS_OK;
}

bool irq_line_route(unsigned line, uint32_t cpu)
{
	return ioapic_route(lines[line].gsi, (uint8_t)(VECTOR_LINES + line),
		cpu_window(cpu)->apic_id, lines[line].flags);
}

void irq_line_close(unsigned line)
{
	ioapic_mask(lines[line].gsi, true);
	lines[line].open = false;
}

void irq_line_unmask(unsigned line)
{
	ioapic_mask(lines[line].gsi, false);
}

void irq_line_mask(unsigned line)
{
	if (lines[line].open)
		ioapic_mask(lines[line].gsi, true);
}
