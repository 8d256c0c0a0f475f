/* SPDX-License-Identifier: MIT */
/*
 * The benchmark task: a root task that measures the rows of the performance
 * contract and switches the machine off. Every row is made of real operations
 * between two readings of the TSC, which counts instructions in Bochs.
 */
#include "bench.h"

#include "abi/boot.h"
#include "lib/addr.h"
#include "rt/format.h"
#include "rt/log.h"
#include "rt/port.h"
#include "rt/server.h"
#include "rt/start.h"

#include <stdarg.h>

#define SERVER_UTCB 0x50000ull
#define REMOTE_UTCB 0x51000ull
#define SIGNALLER_UTCB 0x52000ull
#define SERVER_STACK_TOP(n) ((uint64_t)stacks[n] + PAGE_SIZE)
#define DRAIN_TICKS 5000000u
#define BOCHS_SHUTDOWN_PORT 0x8900u
#define PM1_SLEEP 0x2000u /* with sleep type 0, QEMU's for power-off */

static uint8_t stacks[3][PAGE_SIZE] ALIGNED(PAGE_SIZE);

static const struct boot_info *machine;

extern const char _start[];

void bench_print(const char *format, ...)
{
	char *text = (char *)ROOT_UTCB_ADDR;
	va_list args;
	int length;

	va_start(args, format);
	length = rt_vsnprintf(text, LOG_BYTES_MAX, format, args);
	va_end(args);
	if (sys_log(ROOT_LOG, (uint64_t)length) != STATUS_OK)
		__builtin_trap();
}

static void bench_end(void)
{
	uint64_t drained = tsc_read() + DRAIN_TICKS;

	/* The last line is still on its way through the serial port. */
	while (tsc_read() < drained)
		__builtin_ia32_pause();
	for (const char *c = "Shutdown"; *c; c++)
		port_out8(BOCHS_SHUTDOWN_PORT, (uint8_t)*c);
	port_out16(machine->pm1a_control, PM1_SLEEP);
	for (;;)
		__builtin_ia32_pause();
}

void bench_need(enum status status, const char *what)
{
	if (status == STATUS_OK)
		return;
	bench_print("bench: failed: %s: status %d\n", what, (int)status);
	bench_end();
}

static uint64_t bench_nothing(void)
{
	uint64_t start = tsc_read();

	return tsc_read() - start;
}

/* Sorted ascending, by insertion. */
static void bench_sort(uint64_t *sample, unsigned count)
{
	for (unsigned i = 1; i < count; i++)
		for (unsigned j = i; j > 0 && sample[j - 1] > sample[j]; j--) {
			uint64_t swap = sample[j];

			sample[j] = sample[j - 1];
			sample[j - 1] = swap;
		}
}

/* Bochs' debugger stops at this, if it is told to: tools/bench.sh. */
static inline void bench_mark(void)
{
	__asm__ volatile("xchgw %%bx, %%bx" : : : "memory");
}

void bench_row(const char *name, bench_step step)
{
	uint64_t sample[BENCH_RUNS], base = bench_nothing();

	for (unsigned i = 0; i < BENCH_WARM_UP; i++)
		(void)step();
	bench_print("bench: trace %s\n", name);
	bench_mark();
	(void)step();
	bench_mark();
	for (unsigned i = 0; i < BENCH_RUNS; i++)
		sample[i] = step() - base;
	bench_sort(sample, BENCH_RUNS);
	bench_print("bench: %s,%llu,%llu\n", name, (unsigned long long)sample[0],
		(unsigned long long)sample[BENCH_RUNS / 2]);
}

/* A number that no system call has: in, decoded, and out. */
static uint64_t bench_null_syscall(void)
{
	uint64_t start = tsc_read();
	enum status status = sys_enter0(SYS_WORD(SYS_COUNT, 0, 0));
	uint64_t ticks = tsc_read() - start;

	bench_need(status == STATUS_BAD_CALL ? STATUS_OK : STATUS_BAD_STATE, "null system call");
	return ticks;
}

static uint64_t bench_signal(void)
{
	uint64_t start = tsc_read();
	enum status status = sys_signal(BENCH_NOTIFICATION, 1);
	uint64_t ticks = tsc_read() - start;

	bench_need(status, "signal");
	return ticks;
}

/* Of low priority: runs while the benchmark task waits, and wakes it. */
static volatile uint64_t signalled;

static __attribute__((used)) void bench_signaller(void)
{
	for (;;) {
		signalled = tsc_read();
		if (sys_signal(BENCH_WAKER, 1) != STATUS_OK)
			__builtin_trap();
	}
}

/* From before the signal of another thread to behind SYS_WAIT in this one. */
static uint64_t bench_wake(void)
{
	uint64_t bits;
	enum status status = sys_wait(BENCH_WAKER, 1, &bits);
	uint64_t ticks = tsc_read() - signalled;

	bench_need(status, "wait");
	return ticks;
}

/* Answers with its argument plus one; the smallest server there can be. */
__attribute__((naked)) static void bench_server(void)
{
	__asm__("incq %rsi\n\t"
		"movl $1, %edi\n\t" /* SYS_REPLY */
		"syscall");
}

static inline __attribute__((always_inline)) uint64_t bench_call(uint64_t portal)
{
	struct ipc_words words = {{41}};
	uint64_t start = tsc_read();
	enum status status = ipc_call(portal, 0, &words);
	uint64_t ticks = tsc_read() - start;

	bench_need(status, "call");
	bench_need(words.word[0] == 42 ? STATUS_OK : STATUS_BAD_STATE, "answer");
	return ticks;
}

static uint64_t bench_ipc_same(void)
{
	return bench_call(BENCH_PORTAL);
}

static uint64_t bench_ipc_cross(void)
{
	return bench_call(BENCH_REMOTE_PORTAL);
}

/* A server in this domain, and one in a domain of its own that runs the same
 * page of code. */
static void bench_make_servers(void)
{
	uint64_t entry = (uint64_t)bench_server;
	uint64_t code = PAGE_ALIGN_DOWN(entry) >> PAGE_SHIFT;
	uint64_t stack = (uint64_t)stacks[1] >> PAGE_SHIFT;

	bench_need(sys_create_thread(ROOT_DOMAIN, BENCH_SERVER, 0, 0, SERVER_UTCB, entry,
			   SERVER_STACK_TOP(0)),
		"thread");
	bench_need(sys_create_portal(ROOT_DOMAIN, BENCH_PORTAL, BENCH_SERVER, entry, 1), "portal");
	bench_need(sys_create_domain(ROOT_DOMAIN, BENCH_DOMAIN, 64, 0), "domain");
	bench_need(sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, BENCH_DOMAIN, MEM_R | MEM_W | MEM_X,
			   code, code, 2),
		"code");
	bench_need(sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, BENCH_DOMAIN, MEM_R | MEM_W, stack,
			   stack, 1),
		"stack");
	bench_need(sys_create_thread(BENCH_DOMAIN, BENCH_REMOTE, 0, 0, REMOTE_UTCB, entry,
			   SERVER_STACK_TOP(1)),
		"remote thread");
	bench_need(sys_create_portal(BENCH_DOMAIN, BENCH_REMOTE_PORTAL, BENCH_REMOTE, entry, 2),
		"remote portal");
}

static void bench_make_signaller(void)
{
	bench_need(sys_create_notification(ROOT_DOMAIN, BENCH_WAKER, 0), "notification");
	bench_need(sys_create_thread(ROOT_DOMAIN, BENCH_SIGNALLER, 0, 0, SIGNALLER_UTCB,
			   (uint64_t)bench_signaller, SERVER_STACK_TOP(2) - 8),
		"signaller");
	bench_need(sys_create_sc(ROOT_DOMAIN, BENCH_SIGNALLER_SC, BENCH_SIGNALLER, 1, 0, 0),
		"context");
}

void component_main(const void *information)
{
	const struct boot_info *info = machine = information;

	bench_need(sys_create_notification(ROOT_DOMAIN, BENCH_NOTIFICATION, 0), "notification");
	bench_make_servers();
	bench_make_signaller();
	bench_row("null_syscall", bench_null_syscall);
	bench_row("notification_signal", bench_signal);
	bench_row("notification_wake", bench_wake);
	bench_row("ipc_same_domain", bench_ipc_same);
	bench_row("ipc_cross_domain", bench_ipc_cross);
	if (info->virt != BOOT_VIRT_NONE)
		bench_guest_rows((enum boot_virt)info->virt);
	bench_copy_rows();
	bench_memory_rows(info->range[0].base >> PAGE_SHIFT);
	bench_print("bench: done\n");
	bench_end();
}
