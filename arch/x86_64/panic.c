/* SPDX-License-Identifier: MIT */
#include "assert.h"
#include "console.h"
#include "cr.h"

#include <stdarg.h>

void panic(const char *format, ...)
{
	va_list args;

	cli();
	console_reclaim();
	va_start(args, format);
	kprintf("\nPANIC: ");
	kvprintf(format, args);
	kprintf("\n");
	va_end(args);
	for (;;)
		hlt();
}
