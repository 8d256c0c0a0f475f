/* SPDX-License-Identifier: MIT */
/*
 * The person's terminal. It is put back as it was when the program ends, also by
 * a signal that is caught.
 */
#ifndef CARREL_TERMINAL_H
#define CARREL_TERMINAL_H

#include <stdbool.h>

/* Whether standard input is a terminal. */
bool terminal_is_there(void);

/* Keys are no longer shown nor gathered to lines, but Ctrl-C still interrupts. */
void terminal_quiet(void);

/* All keys come as bytes, Ctrl-C among them. */
void terminal_raw(void);

/* As it was at first. */
void terminal_restore(void);

#endif
