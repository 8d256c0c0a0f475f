/* SPDX-License-Identifier: MIT */
#include "ports.h"

#include "abi/syscall.h"
#include "cr.h"
#include "layout.h"
#include "percpu.h"
#include "pool.h"
#include "segments.h"
#include "window.h"

#define IOMAP_NONE 0xffffu /* beyond the TSS limit: no port at all */
#define TSS_BUSY BIT(41)   /* in the low half of the descriptor */

/* The bitmap that is mapped behind each CPU's TSS; its own business. */
static uint8_t *mapped[CPU_MAX][2];

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
	for (unsigned i = 0; i < 2; i++) {
		if (mapped[cpu->id][i] == bitmap[i])
			continue;
		window_set(window + i * PAGE_SIZE, pool_hpa(bitmap[i]), MEM_R);
		mapped[cpu->id][i] = bitmap[i];
	}
	cpu->tss.iomap_base = (uint16_t)(window - (uint64_t)&cpu->tss);
	(void)ports_repair();
}

void ports_forget(uint8_t *const bitmap[2])
{
	for (unsigned i = 0; i < 2; i++)
		if (mapped[percpu()->id][i] == bitmap[i])
			mapped[percpu()->id][i] = NULL;
}
