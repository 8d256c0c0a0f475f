/* SPDX-License-Identifier: MIT */
#include "assert.h"
#include "console.h"
#include "cr.h"
#include "smp.h"

#include <stdarg.h>

/* Seen by nmi_entry on the other CPUs. */
bool panicking;

void panic(const char *format, ...)
{
	va_list args;

	cli();
	if (__atomic_exchange_n(&panicking, true, __ATOMIC_SEQ_CST))
		for (;;) /* another CPU was first, and is saying why */
			hlt();
	smp_halt_others();
	console_reclaim();
	va_start(args, format);
	kprintf("\nPANIC: ");
	kvprintf(format, args);
	kprintf("\n");
	va_end(args);
	for (;;)
		hlt();
}
