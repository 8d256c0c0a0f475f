/* SPDX-License-Identifier: MIT */
/* What the tests share, their order, and signals between CPUs. */
#include "smp.h"

#include "rt/format.h"
#include "rt/port.h"
#include "rt/start.h"

#include <stdarg.h>

#define BOCHS_SHUTDOWN_PORT 0x8900u
#define QEMU_S5 0x2000u /* SLP_EN, SLP_TYP 0 */
#define DRAIN_TICKS 5000000u
#define TOO_LONG 2000000000u /* ticks */
#define UTCB(cpu) (0x50000000ull + (cpu)*PAGE_SIZE)
#define LOW_PRIORITY 5u
#define ROUNDS 200u

uint32_t cpus;
enum boot_virt guests_on;
uint64_t ram_frame;

static uint8_t stacks[CPUS][PAGE_SIZE] ALIGNED(PAGE_SIZE);
static void (*thread_main[CPUS])(uint64_t cpu);
static struct sys_account noted;
static uint16_t pm1_control; /* port */

void say(const char *format, ...)
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

void spin(uint64_t ticks)
{
	uint64_t end = tsc_read() + ticks;

	while (tsc_read() < end)
		__builtin_ia32_pause();
}

static _Noreturn void end(void)
{
	/* The last line is still on its way through the serial port. */
	spin(DRAIN_TICKS);
	for (const char *c = "Shutdown"; *c; c++)
		port_out8(BOCHS_SHUTDOWN_PORT, (uint8_t)*c);
	port_out16(pm1_control, QEMU_S5);
	for (;;)
		spin(DRAIN_TICKS);
}

void fail(const char *format, ...)
{
	char text[128];
	va_list args;

	va_start(args, format);
	rt_vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	say("smp: failed: %s\n", text);
	end();
}

void need(enum status status, const char *what)
{
	if (status != STATUS_OK)
		fail("%s: status %u", what, (unsigned)status);
}

uint64_t wait_change(volatile uint64_t *word, uint64_t old, const char *what)
{
	uint64_t limit = tsc_read() + TOO_LONG, value;

	while ((value = *word) == old) {
		if (tsc_read() > limit)
			fail("%s does not go on", what);
		__builtin_ia32_pause();
	}
	return value;
}

/* The stack's top word is the CPU's number; the ABI wants it 8 off 16 bytes. */
static _Noreturn __attribute__((used)) void thread_begin(uint64_t cpu)
{
	thread_main[cpu](cpu);
	for (;;)
		spin(DRAIN_TICKS);
}

extern const char thread_start[];
__asm__(".text\nthread_start: popq %rdi\n\tcall thread_begin\n");

void start_thread(uint32_t cpu, void (*main)(uint64_t cpu))
{
	uint64_t *top = (uint64_t *)(stacks[cpu] + PAGE_SIZE) - 1;

	thread_main[cpu] = main;
	*top = cpu;
	need(sys_create_thread(ROOT_DOMAIN, slot_of(cpu, CPU_THREAD), cpu, 0, UTCB(cpu),
		     (uint64_t)thread_start, (uint64_t)top),
		"thread");
	need(sys_create_sc(ROOT_DOMAIN, slot_of(cpu, CPU_SC), slot_of(cpu, CPU_THREAD),
		     LOW_PRIORITY, 0, 0),
		"context");
}

void stop_thread(uint32_t cpu)
{
	need(sys_destroy(slot_of(cpu, CPU_SC)), "end of a context");
	need(sys_destroy(slot_of(cpu, CPU_THREAD)), "end of a thread");
}

void account_note(void)
{
	need(sys_info(ROOT_DOMAIN, &noted), "account");
}

void account_check(const char *what)
{
	struct sys_account now;

	need(sys_info(ROOT_DOMAIN, &now), "account");
	if (now.pages_used != noted.pages_used || now.objects_used != noted.objects_used)
		fail("%s: %ld pages and %ld objects are missing", what,
			(long)(now.pages_used - noted.pages_used),
			(long)(now.objects_used - noted.objects_used));
}

static void echo_main(uint64_t cpu)
{
	uint64_t bits;

	for (;;) {
		need(sys_wait(slot_of((uint32_t)cpu, CPU_NOTIFICATION), ~0ull, &bits), "far wait");
		need(sys_signal(SLOT_HOME, bits << cpu), "far signal");
	}
}

/* Every CPU answers every signal; none is lost. */
void test_signals(void)
{
	uint64_t bits, all = 0, got;

	for (uint32_t cpu = 1; cpu < cpus; cpu++) {
		need(sys_create_notification(ROOT_DOMAIN, slot_of(cpu, CPU_NOTIFICATION), cpu),
			"notification");
		start_thread(cpu, echo_main);
		all |= 1ull << cpu;
	}
	for (unsigned round = 0; round < ROUNDS; round++) {
		for (uint32_t cpu = 1; cpu < cpus; cpu++)
			need(sys_signal(slot_of(cpu, CPU_NOTIFICATION), 1), "signal");
		for (got = 0; got != all; got |= bits)
			need(sys_wait(SLOT_HOME, all, &bits), "wait");
	}
	for (uint32_t cpu = 1; cpu < cpus; cpu++) {
		stop_thread(cpu);
		need(sys_destroy(slot_of(cpu, CPU_NOTIFICATION)), "end of a notification");
	}
}

static const struct {
	const char *name;
	void (*run)(void);
	bool guests; /* needs them */
} tests[] = {
	{"no_ldt", test_no_ldt, false}, /* an exit from a guest would hide it */
	{"signals", test_signals, false},
	{"replace_in_domain", test_replace_in_domain, false},
	{"replace_in_guest", test_replace_in_guest, true},
	{"revoke_in_guest", test_revoke_in_guest, true},
	{"destroy_far", test_destroy_far, false},
	{"create_at_once", test_create_at_once, false},
};

void component_main(const void *information)
{
	const struct boot_info *info = information;
	unsigned run = 0;

	cpus = info->cpus;
	guests_on = (enum boot_virt)info->virt;
	pm1_control = info->pm1a_control;
	ram_frame = info->range[0].base >> PAGE_SHIFT;
	say("smp: %u cpus\n", cpus);
	if (cpus < 2)
		fail("needs two CPUs");
	need(sys_create_notification(ROOT_DOMAIN, SLOT_HOME, 0), "notification");
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++) {
		if (tests[i].guests && guests_on == BOOT_VIRT_NONE) {
			say("smp: skipped: %s (no guests here)\n", tests[i].name);
			continue;
		}
		account_note();
		tests[i].run();
		account_check(tests[i].name);
		say("smp: passed: %s\n", tests[i].name);
		run++;
	}
	say("smp: done, %u\n", run);
	end();
}
