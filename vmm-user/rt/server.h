/* SPDX-License-Identifier: MIT */
/*
 * Server side of IPC. A server thread has no scheduling context of its own: it
 * runs on the caller's. The kernel starts it at the portal's entry for each
 * call, with the stack pointer it was created with (16-byte aligned).
 */
#ifndef RT_SERVER_H
#define RT_SERVER_H

#include <stdint.h>

struct ipc_words;

/* The entry address to give to sys_create_portal(). Never called from C. */
void server_entry(void);

/*
 * Written by a program that has portals: answers one call. `id`: of the portal,
 * chosen at its creation. `words`: the caller's five words in, the reply out.
 * Returns the flag byte of SYS_REPLY: the number of UTCB words to send back
 * (at most IPC_WORDS_MAX), or REPLY_STOP to leave a faulted caller stopped.
 */
uint64_t server_handle(uint64_t id, struct ipc_words *words);

#endif
