/* SPDX-License-Identifier: MIT */
/* A thread's first instructions, for threads that a component makes for itself. */
#ifndef RT_THREAD_H
#define RT_THREAD_H

/*
 * Where such a thread begins. Its stack pointer must be 16-byte aligned and point at
 * two words: a function and its argument. The function must not return.
 */
extern const char thread_entry[];

#endif
