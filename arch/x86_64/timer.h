/* SPDX-License-Identifier: MIT */
/* The local APIC's timer, as traps.c and start.c see it. time.h has the rest. */
#ifndef ARCH_TIMER_H
#define ARCH_TIMER_H

#include <stdbool.h>

/* Sets this CPU's timer up; true if it takes TSC deadlines. After time_init().
 * Once per CPU. */
bool timer_init(void);

/* The timer's interrupt has come: nothing is armed any more. */
void timer_fired(void);

#endif
