/* SPDX-License-Identifier: MIT */
/*
 * Before everything that make prove reads: what Frama-C does not know of gcc.
 *
 * Static asserts are gcc's matter, which compiles the same files. Atomics are plain
 * accesses here: what a proof says of memory that others write, it says because the
 * driver makes that memory unknown, or because it is volatile, which is unknown at
 * each read.
 */
#ifndef PROVE_PRELUDE_H
#define PROVE_PRELUDE_H

#define _Static_assert(...) extern int prove_static_assert

/* An ASSERT that could fail is an error like any other (arch/x86_64/assert.h). */
#define ARCH_ASSERT_H
#define ASSERT(condition) prove_holds(!!(condition))
/*@ requires holds: held != 0; assigns \nothing; */
void prove_holds(int held);

/* Nor may what is said to be unreachable be reached. */
#define __builtin_unreachable() prove_holds(0)

/* What is likely is nothing to rely on. */
#define __builtin_expect(value, guess) (value)

#define __atomic_load_n(at, order) (*(at))
#define __atomic_store_n(at, value, order) ((void)(*(at) = (value)))
#define __atomic_thread_fence(order) ((void)0)
#define __atomic_or_fetch(at, bits, order) (*(at) |= (bits))
#define __atomic_and_fetch(at, bits, order) (*(at) &= (bits))
#define __atomic_fetch_and(at, bits, order)                                                        \
	({                                                                                         \
		__typeof__(*(at)) was = *(at);                                                     \
		*(at) &= (bits);                                                                   \
		was;                                                                               \
	})
#define __atomic_exchange_n(at, value, order)                                                      \
	({                                                                                         \
		__typeof__(*(at)) was = *(at);                                                     \
		*(at) = (value);                                                                   \
		was;                                                                               \
	})
/* Another CPU may have come first. */
#define __atomic_compare_exchange_n(at, expected, value, weak, success, failure)                   \
	(prove_maybe() ? (*(at) = (value), 1) : (*(expected) = *(at), 0))
/*@ assigns \result \from \nothing; ensures \result == 0 || \result == 1; */
int prove_maybe(void);

#endif
