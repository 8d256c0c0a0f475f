/* SPDX-License-Identifier: MIT */
/*
 * Stands in for a monitor: asks init for the threads of its virtual CPUs in every
 * right and wrong way, and does in them what the word of its command line says.
 * Says "probe: ok" or what was wrong as a monitor does.
 *
 *   end     ends as a guest that powered off
 *   fault   virtual CPU 2 faults
 *   share   virtual CPU 1 says how much of 400 ms it got
 */
#include "abi/start.h"
#include "abi/boot.h"
#include "lib/addr.h"
#include "lib/compiler.h"
#include "rt/log.h"
#include "rt/start.h"
#include "rt/string.h"
#include "rt/syscall.h"

#define STACK_BYTES 4096u
#define UTCB(vcpu) (START_FREE_ADDR + (vcpu)*PAGE_SIZE)
#define SLOT_OWN(vcpu) (START_SLOT_FREE + (uint64_t)(vcpu))
#define BIT_OF(vcpu) (1ull << (40 + (vcpu)))
#define BIT_TIMER (1ull << 60)
#define GAP_TICKS 3000u /* longer without looking at the clock: somebody else ran */
#define SHARE_MS 400u

static const struct start_info *start;
static uint8_t stack[4][STACK_BYTES] ALIGNED(16);
static enum status found[4]; /* what each thread found out about its CPU */
static uint64_t got, window;
static const char *word;
static volatile uint64_t bad_address = 0x1230;
static unsigned problems;

static void expect(uint64_t want, uint64_t is, const char *what)
{
	if (want == is)
		return;
	rt_log("probe: %s: expected %lu, got %lu", what, want, is);
	problems++;
}

/* A notification can be waited for on its own CPU only: so this tells where we are. */
static enum status cpu_check(uint32_t vcpu)
{
	uint64_t bits;
	enum status status =
		sys_create_notification(START_SLOT_DOMAIN, SLOT_OWN(vcpu), start->vcpu_cpu[vcpu]);

	return status == STATUS_OK ? sys_poll(SLOT_OWN(vcpu), ~0ull, &bits) : status;
}

/* How many of the next ticks are ours. */
static void share_measure(void)
{
	uint64_t begin = tsc_read(), last = begin, now;

	window = SHARE_MS * start->tsc_khz;
	do {
		now = tsc_read();
		if (now - last < GAP_TICKS)
			got += now - last;
		last = now;
	} while (now - begin < window);
	window = now - begin;
}

NORETURN static void thread_run(uint32_t vcpu)
{
	uint64_t bits;

	found[vcpu] = cpu_check(vcpu);
	if (vcpu == 1 && string_equal(word, "share"))
		share_measure();
	if (sys_signal(START_SLOT_NOTIFICATION, BIT_OF(vcpu)) != STATUS_OK)
		__builtin_trap();
	if (vcpu == 2 && string_equal(word, "fault"))
		*(volatile uint8_t *)bad_address = 0;
	for (;;)
		if (sys_wait(SLOT_OWN(vcpu), ~0ull, &bits) != STATUS_OK)
			__builtin_trap();
}

static void thread_1(void)
{
	thread_run(1);
}

static void thread_2(void)
{
	thread_run(2);
}

static enum status ask(uint64_t vcpu, uint64_t utcb, void (*entry)(void), uint64_t sp)
{
	struct ipc_words words = {{INIT_VCPU, vcpu, utcb, (uint64_t)(uintptr_t)entry, sp}};
	enum status status = ipc_call(START_SLOT_INIT, 0, &words);

	return status == STATUS_OK ? (enum status)words.word[0] : status;
}

static uint64_t stack_of(uint32_t vcpu)
{
	return (uint64_t)(uintptr_t)(stack[vcpu] + STACK_BYTES) - 8;
}

/* The threads of 1 and 2 run, 3 was asked for wrongly and is used up by that. */
static void requests_check(void)
{
	uint64_t bits = 0, seen = 0;

	expect(STATUS_BAD_ARG, ask(0, UTCB(0), thread_1, stack_of(1)), "the main thread's own");
	expect(STATUS_BAD_ARG, ask(start->vcpus, UTCB(1), thread_1, stack_of(1)), "too high");
	expect(STATUS_BAD_ARG, ask(START_VCPUS, UTCB(1), thread_1, stack_of(1)), "far too high");
	expect(STATUS_BAD_ARG, ask(1ull << 32 | 1, UTCB(1), thread_1, stack_of(1)), "cut to 1");
	expect(STATUS_BAD_ARG, ask(3, UTCB(3) + 8, thread_1, stack_of(1)), "a UTCB off its page");
	expect(STATUS_IN_USE, ask(3, UTCB(3), thread_1, stack_of(1)), "the same after an error");
	expect(STATUS_OK, ask(1, UTCB(1), thread_1, stack_of(1)), "virtual CPU 1");
	expect(STATUS_IN_USE, ask(1, UTCB(3), thread_1, stack_of(1)), "virtual CPU 1 again");
	expect(STATUS_OK, ask(2, UTCB(2), thread_2, stack_of(2)), "virtual CPU 2");
	while (seen != (BIT_OF(1) | BIT_OF(2)) &&
		sys_wait(START_SLOT_NOTIFICATION, BIT_OF(1) | BIT_OF(2), &bits) == STATUS_OK)
		seen |= bits;
	expect(STATUS_OK, cpu_check(0), "where virtual CPU 0 runs");
	expect(STATUS_OK, found[1], "where virtual CPU 1 runs");
	expect(STATUS_OK, found[2], "where virtual CPU 2 runs");
}

/* The other CPU's fault may need a moment. */
static void pause_ms(uint64_t ms)
{
	uint64_t bits;

	if (sys_timer(START_SLOT_NOTIFICATION, BIT_TIMER, tsc_read() + ms * start->tsc_khz) ==
			STATUS_OK &&
		sys_wait(START_SLOT_NOTIFICATION, BIT_TIMER, &bits) != STATUS_OK)
		rt_log("probe: cannot wait");
}

void component_main(const void *info)
{
	struct ipc_words words = {{INIT_ENDED, GUEST_POWEROFF}};

	start = info;
	word = start->text + start->cmdline;
	log_open(info);
	rt_log("probe: %u virtual CPUs, on %u %u %u %u", start->vcpus, start->vcpu_cpu[0],
		start->vcpu_cpu[1], start->vcpu_cpu[2], start->vcpu_cpu[3]);
	requests_check();
	if (string_equal(word, "share"))
		rt_log("probe: share %lu of %lu", got, window);
	if (string_equal(word, "fault"))
		pause_ms(100);
	rt_log("probe: %s", problems == 0 ? "ok" : "not ok");
	if (ipc_call(START_SLOT_INIT, 0, &words) != STATUS_OK)
		rt_log("probe: init does not listen");
	pause_ms(10000);
}
