/* SPDX-License-Identifier: MIT */
/*
 * Proof that nothing leaks: what the root account and the memory allocator hold
 * while no guest exists must always be the same. State: the first reading.
 */
#ifndef INIT_BALANCE_H
#define INIT_BALANCE_H

struct init;

/* Takes the first reading. Called when all drivers run and no guest exists yet. */
void balance_open(const struct init *init);

/* A driver came or went, so the first reading means nothing any more. */
void balance_drop(void);

/* Compares; called when no guest exists. Logs one line, zero or the differences. */
void balance_check(const struct init *init);

#endif
