/* SPDX-License-Identifier: MIT */
#include "ports.h"

#include "abi/syscall.h"
#include "cr.h"
#include "layout.h"
#include "percpu.h"
#include "pool.h"
#include "segments.h"
#include "window.h"

#define TSS_BUSY BIT(41) /* in the low half of the descriptor */

bool ports_repair(void)
{
	if (likely(!percpu()->tss_short))
		return false;
	percpu()->gdt[SEL_TSS / 8] &= ~TSS_BUSY;
	ltr(SEL_TSS);
	percpu()->tss_short = false;
	return true;
}

void ports_load(uint8_t *const bitmap[2])
{
	struct percpu *cpu = percpu();
	uint64_t window = (uint64_t)cpu + PERCPU_PORTS;

	if (!bitmap[1]) {
		cpu->tss.iomap_base = IOMAP_NONE;
		return;
	}
	if (cpu->ports != bitmap[1])
		for (unsigned i = 0; i < 2; i++)
			window_set(window + i * PAGE_SIZE, pool_hpa(bitmap[i]), MEM_R);
	cpu->ports = bitmap[1];
	cpu->tss.iomap_base = IOMAP_WINDOW;
	(void)ports_repair();
}

void ports_forget(uint8_t *const bitmap[2])
{
	if (percpu()->ports == bitmap[1])
		percpu()->ports = NULL;
}
