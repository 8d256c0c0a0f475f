/* SPDX-License-Identifier: MIT */
/* Helpers of the benchmark task: checked system calls, output, and statistics. */
#ifndef BENCH_H
#define BENCH_H

#include "abi/boot.h"
#include "rt/syscall.h"

#define BENCH_RUNS 64u
#define BENCH_WARM_UP 8u

/* Slots of the benchmark task's capability table. */
enum bench_slot {
	BENCH_NOTIFICATION = ROOT_FIRST_FREE,
	BENCH_SERVER,
	BENCH_PORTAL,
	BENCH_DOMAIN,
	BENCH_REMOTE,
	BENCH_REMOTE_PORTAL,
	BENCH_GSPACE,
	BENCH_VCPU,
	BENCH_WAKER,
	BENCH_SIGNALLER,
	BENCH_SIGNALLER_SC,
};

/* Stops the run with a line that names the call, unless `status` is STATUS_OK. */
void bench_need(enum status status, const char *what);

/* One operation; returns the TSC ticks it took. */
typedef uint64_t (*bench_step)(void);

/* Takes BENCH_RUNS samples after a warm-up, subtracts the cost of reading the TSC,
 * and prints "bench: NAME,MIN,MEDIAN". */
void bench_row(const char *name, bench_step step);

/* One line to the kernel log. */
void bench_print(const char *format, ...) PRINTF(1, 2);

/* The rows of bench_guest.c: VM exits. */
void bench_guest_rows(enum boot_virt virt);

/* The rows of bench_memory.c: SYS_DELEGATE of memory, with the frames from `frame` on. */
void bench_memory_rows(uint64_t frame);

/* The rows of bench_copy.c: memcpy() of 4096 bytes, and of an Ethernet frame. */
void bench_copy_rows(void);

#endif
