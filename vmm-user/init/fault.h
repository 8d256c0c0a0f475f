/* SPDX-License-Identifier: MIT */
/* A fault of a component, in words. Pure; no state. */
#ifndef INIT_FAULT_H
#define INIT_FAULT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Writes what happened to `to`: `word` is the fault message of abi/syscall.h
 * (vector, error code, RIP, CR2, RSP).
 */
void fault_text(char *to, size_t size, const uint64_t word[5]);

#endif
