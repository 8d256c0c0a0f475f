/* SPDX-License-Identifier: MIT */
/* Being asked to end: by Ctrl-C, by kill, by a closed terminal. */
#ifndef CARREL_SIGNALS_H
#define CARREL_SIGNALS_H

/* From now on these signals are noted instead of ending the program, so that it
 * can clean up; and a reader that goes away no longer ends it. */
void signals_catch(void);

/* The number of the signal that came last; 0: none did. */
int signals_caught(void);

#endif
