/* SPDX-License-Identifier: MIT */
/* One CPU's registers, set up for the kernel: GDT, TSS, SYSCALL, protections. */
#ifndef ARCH_CPU_H
#define ARCH_CPU_H

#include "percpu.h"

#include <stdbool.h>

/* Prints the CPU's name and features, and for each missing one what cannot
 * work. false: one that the kernel itself needs is missing (it has been named). */
bool cpu_report(void);

/* Adjusts the page-table formats to this CPU. Before any table is made. */
void cpu_formats_init(void);

/* Maps the window of CPU `id`, zeroed: its data, stacks, and the byte behind the
 * I/O bitmap. Panics if the pool is too small. */
void cpu_map(unsigned id);

/* The data of CPU `id`, in its window, which is mapped by now. */
struct percpu *cpu_window(unsigned id);

/* Sets this CPU up with its window: from here on percpu() works. */
void cpu_init(unsigned id);

/* PCIDs are on. */
bool cpu_has_pcid(void);

#endif
