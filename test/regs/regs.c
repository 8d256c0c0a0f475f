/* SPDX-License-Identifier: MIT */
/*
 * A root task that looks at every register: what a system call does not return it
 * keeps, a server starts with nothing but its message, and no way through the
 * kernel leaves anything of it, or of others, behind.
 */
#include "abi/boot.h"
#include "probe.h"
#include "rt/format.h"
#include "rt/port.h"
#include "rt/server.h"
#include "rt/start.h"
#include "rt/syscall.h"

#include <stdarg.h>
#include <stdbool.h>

#define BOCHS_SHUTDOWN_PORT 0x8900u
#define QEMU_S5 0x2000u
#define DRAIN_TICKS 5000000u
#define UTCB(n) (0x50000000ull + (n)*PAGE_SIZE)
#define LOW_PRIORITY 1u
#define WHILE_MS 100u /* ten slices */
#define ROUNDS 50u
#define PORTAL_ID 0x77u
#define START_FLAGS 0x202u
/* CF PF AF ZF SF DF OF NT AC ID, and IF, which always is */
#define ALL_FLAGS 0x244ed7u

enum slot {
	SIGNAL = ROOT_FIRST_FREE, /* that nobody waits for */
	MINE,                     /* that this task waits for */
	THEIRS,                   /* and the server */
	NEAR,
	NEAR_PORTAL,
	DOMAIN,
	FAR,
	FAR_PORTAL,
	HANDLER,
	HANDLER_PORTAL,
	THREADS = 32 /* and contexts, one behind each */
};

enum stack { STACK_NEAR, STACK_FAR, STACK_HANDLER, STACK_THREADS, STACKS = 10 };

/* Registers that a call has results in. */
enum result { RSI = 1, RDX = 2, R10 = 4, R8 = 8, R9 = 16, WORDS = 31 };

static uint8_t stacks[STACKS][PAGE_SIZE] ALIGNED(PAGE_SIZE);
static uint16_t pm1_control;
static uint64_t ram_frame, tsc_khz;
static unsigned threads;

static void say(const char *format, ...)
{
	char *text = (char *)ROOT_UTCB_ADDR;
	va_list args;

	va_start(args, format);
	if (sys_log(ROOT_LOG, (uint64_t)rt_vsnprintf(text, LOG_BYTES_MAX, format, args)) !=
		STATUS_OK)
		__builtin_trap();
	va_end(args);
}

static void spin(uint64_t ticks)
{
	uint64_t end = tsc_read() + ticks;

	while (tsc_read() < end)
		__builtin_ia32_pause();
}

static _Noreturn void end(void)
{
	spin(DRAIN_TICKS);
	for (const char *c = "Shutdown"; *c; c++)
		port_out8(BOCHS_SHUTDOWN_PORT, (uint8_t)*c);
	port_out16(pm1_control, QEMU_S5);
	for (;;)
		spin(DRAIN_TICKS);
}

static void same(const char *what, const char *name, uint64_t is, uint64_t expected)
{
	if (is == expected)
		return;
	say("regs: failed: %s: %s is %lx, not %lx\n", what, name, is, expected);
	end();
}

static void need(enum status status, const char *what)
{
	same(what, "status", status, STATUS_OK);
}

/* Numbers that nobody else has, from `seed` on, in all registers. */
static void fill(struct snapshot *s, uint64_t seed)
{
	*s = (struct snapshot){seed, seed + 1, seed + 2, seed + 3, seed + 4, seed + 5, seed + 6,
		seed + 7, seed + 8, seed + 9, seed + 10, seed + 11, seed + 12, seed + 13, seed + 14,
		0, ALL_FLAGS};
}

/* All but RAX and the `results`; RCX and R11 are how SYSRET left. */
static void check_kept(const char *what, unsigned results)
{
	const struct snapshot *a = &probe.after, *b = &probe.before;

	same(what, "RCX", a->rcx, (uint64_t)probe_after);
	same(what, "R11", a->r11, b->rflags);
	same(what, "RFLAGS", a->rflags, b->rflags);
	same(what, "RSP", a->rsp, b->rsp);
	same(what, "RBX", a->rbx, b->rbx);
	same(what, "RBP", a->rbp, b->rbp);
	same(what, "RDI", a->rdi, b->rdi);
	same(what, "R12", a->r12, b->r12);
	same(what, "R13", a->r13, b->r13);
	same(what, "R14", a->r14, b->r14);
	same(what, "R15", a->r15, b->r15);
	same(what, "RSI", results & RSI ? 0 : a->rsi, results & RSI ? 0 : b->rsi);
	same(what, "RDX", results & RDX ? 0 : a->rdx, results & RDX ? 0 : b->rdx);
	same(what, "R10", results & R10 ? 0 : a->r10, results & R10 ? 0 : b->r10);
	same(what, "R8", results & R8 ? 0 : a->r8, results & R8 ? 0 : b->r8);
	same(what, "R9", results & R9 ? 0 : a->r9, results & R9 ? 0 : b->r9);
}

static void check_message(const char *what, const struct snapshot *is, const struct snapshot *sent)
{
	same(what, "word 1", is->rsi, sent->rsi);
	same(what, "word 2", is->rdx, sent->rdx);
	same(what, "word 3", is->r10, sent->r10);
	same(what, "word 4", is->r8, sent->r8);
	same(what, "word 5", is->r9, sent->r9);
}

/* What a server finds. */
static void check_started(const char *what, uint64_t stack)
{
	const struct snapshot *s = &probe.started;

	check_message(what, s, &probe.before);
	same(what, "server's RDI", s->rdi, PORTAL_ID);
	same(what, "server's RSP", s->rsp, stack);
	same(what, "server's RCX", s->rcx, (uint64_t)probe_server);
	same(what, "server's R11", s->r11, START_FLAGS);
	same(what, "server's RFLAGS", s->rflags, START_FLAGS);
	same(what, "server's others", s->rax | s->rbx | s->rbp | s->r12 | s->r13 | s->r14 | s->r15,
		0);
}

static uint64_t top(unsigned stack)
{
	return (uint64_t)stacks[stack] + PAGE_SIZE;
}

static enum status probe_word(uint64_t word)
{
	probe.before.rdi = word;
	probe_call();
	return (enum status)probe.after.rax;
}

/* Whatever number is called, with no capability that could be meant. */
static void test_refusals(void)
{
	for (unsigned call = 0; call < 256; call++)
		for (uint64_t slot = 0; slot < 3 * CAP_SLOTS; slot += CAP_SLOTS - 1) {
			fill(&probe.before, 0x1111111111111111ull * (1 + call % 14));
			if (probe_word(SYS_WORD(call, 0, slot)) == STATUS_OK)
				same("refusal", "call", call, 256);
			same("refusal", "RAX", probe.after.rax >> 4, 0);
			check_kept("refusal", 0);
		}
}

static void test_signals(void)
{
	fill(&probe.before, 0xabcdef0000000000ull);
	need(probe_word(SYS_WORD(SYS_SIGNAL, 0, SIGNAL)), "signal");
	check_kept("signal", 0);
	need(probe_word(SYS_WORD(SYS_WAIT, WAIT_POLL, SIGNAL)), "poll");
	check_kept("poll", RSI);
	same("poll", "bits", probe.after.rsi, probe.before.rsi);
	probe.before.rdx = 0;
	need(probe_word(SYS_WORD(SYS_TIMER, 0, SIGNAL)), "timer");
	check_kept("timer", 0);
	need(probe_word(SYS_WORD(SYS_INFO, 0, ROOT_DOMAIN)), "info");
	check_kept("info", RSI | RDX | R10 | R8);
}

/* Somebody of low priority signals what this task and the server wait for. */
static __attribute__((used)) void signaller(void)
{
	for (;;) {
		need(sys_signal(MINE, 1), "signal");
		need(sys_signal(THEIRS, 1), "signal");
	}
}

static __attribute__((used)) void caller(void)
{
	struct ipc_words words = {{0}};

	for (;;)
		need(ipc_call(NEAR_PORTAL, 0, &words), "call of another");
}

static void start_thread(const void *entry, unsigned priority, uint32_t fault_portal)
{
	uint64_t slot = THREADS + 2 * threads;

	need(sys_create_thread(ROOT_DOMAIN, slot, 0, fault_portal, UTCB(STACK_THREADS + threads),
		     (uint64_t)entry, top(STACK_THREADS + threads) - 8),
		"thread");
	need(sys_create_sc(ROOT_DOMAIN, slot + 1, slot, priority, 0, 0), "context");
	threads++;
}

/* Its registers survive that it goes on much later. */
static void test_wait(void)
{
	start_thread((const void *)signaller, LOW_PRIORITY, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		fill(&probe.before, 0x8000000000000001ull + 0x100 * i);
		probe.before.rsi = 1;
		need(probe_word(SYS_WORD(SYS_WAIT, 0, MINE)), "wait");
		check_kept("wait", RSI);
		same("wait", "bits", probe.after.rsi, 1);
	}
}

static void call_once(
	const char *what, uint64_t portal, unsigned words, unsigned stack, uint64_t seed)
{
	fill(&probe.before, seed);
	fill(&probe.answer, ~seed);
	probe.answer.rdi = SYS_WORD(SYS_REPLY, words, 0);
	need(probe_word(SYS_WORD(SYS_CALL, words, portal)), what);
	check_started(what, top(stack));
	check_kept(what, WORDS);
	check_message(what, &probe.after, &probe.answer);
}

static void test_calls(void)
{
	uint64_t bits;

	for (unsigned words = 0; words < 3; words++) {
		call_once("call", NEAR_PORTAL, words, STACK_NEAR, 0x5500000000000000ull + words);
		call_once("far call", FAR_PORTAL, words, STACK_FAR, 0xaa00000000000000ull + words);
	}
	/* The server waits meanwhile, so the answer comes by the scheduler. */
	probe.server_word = SYS_WORD(SYS_WAIT, 0, THEIRS);
	for (unsigned i = 0; i < ROUNDS; i++)
		call_once("slow call", NEAR_PORTAL, i % 3, STACK_NEAR, 0x1234000000000000ull + i);
	/* It is busy with another's call, so it is helped. */
	start_thread((const void *)caller, LOW_PRIORITY, 0);
	for (unsigned i = 0; i < ROUNDS; i++) {
		need(sys_wait(MINE, 1, &bits), "wait");
		call_once(
			"helping call", NEAR_PORTAL, i % 3, STACK_NEAR, 0x4321000000000000ull + i);
	}
	for (unsigned i = 0; i < 2 * threads; i++)
		need(sys_destroy(THREADS + i), "end of the others");
	probe.server_word = 0;
}

/* Gives the page that is missing. */
uint64_t server_handle(uint64_t id, struct ipc_words *words)
{
	same("fault", "portal", id, PORTAL_ID);
	same("fault", "vector", words->word[0], 14);
	same("fault", "address", words->word[3], PROBE_FAULT_ADDRESS);
	need(sys_delegate(DELEGATE_MEMORY, ROOT_MEMORY, ROOT_DOMAIN, MEM_R, ram_frame,
		     PROBE_FAULT_ADDRESS >> PAGE_SHIFT, 1),
		"missing page");
	return 0;
}

static void test_fault(void)
{
	const struct snapshot *a = &probe.after, *b = &probe.before;
	uint64_t bits;

	fill(&probe.before, 0x0f0f000000000000ull);
	probe_done = 0;
	start_thread(probe_fault, LOW_PRIORITY + 1, HANDLER_PORTAL);
	need(sys_timer(MINE, 2, tsc_read() + WHILE_MS * tsc_khz), "timer");
	need(sys_wait(MINE, 2, &bits), "wait");
	same("fault", "end", probe_done, 1);
	same("fault", "RAX", a->rax, b->rax);
	same("fault", "RCX", a->rcx, b->rcx);
	same("fault", "R11", a->r11, b->r11);
	same("fault", "DF, NT, AC", a->rflags & 0x44400, b->rflags & 0x44400);
	probe.after.rcx = (uint64_t)probe_after;
	probe.after.r11 = probe.after.rflags = b->rflags; /* the comparison changed some */
	check_kept("fault", 0);
	need(sys_destroy(THREADS + 2 * threads - 2), "end of the thread");
	need(sys_destroy(THREADS + 2 * threads - 1), "end of its context");
}

/* Two threads take turns by the timer's interrupts; each comes round in a while. */
static void test_interrupts(void)
{
	uint64_t bits, turns[2];

	start_thread(probe_keeper1, LOW_PRIORITY, 0);
	start_thread(probe_keeper2, LOW_PRIORITY, 0);
	for (unsigned i = 0; i < 4; i++) {
		turns[0] = probe_turns[0];
		turns[1] = probe_turns[1];
		need(sys_timer(MINE, 2, tsc_read() + WHILE_MS * tsc_khz), "timer");
		need(sys_wait(MINE, 2, &bits), "wait");
		same("interrupts", "thread 1", probe_turns[0] > turns[0], 1);
		same("interrupts", "thread 2", probe_turns[1] > turns[1], 1);
	}
}

static void make_server(uint64_t domain, uint64_t slot, unsigned stack, const void *entry)
{
	need(sys_create_thread(domain, slot, 0, 0, UTCB(stack), (uint64_t)entry, top(stack)),
		"server");
	need(sys_create_portal(ROOT_DOMAIN, slot + 1, slot, (uint64_t)entry, PORTAL_ID), "portal");
}

static void make_world(void)
{
	uint64_t code = PAGE_ALIGN_DOWN((uint64_t)probe_server) >> PAGE_SHIFT;
	const uint64_t shared[] = {
		(uint64_t)&probe >> PAGE_SHIFT, (uint64_t)stacks[STACK_FAR] >> PAGE_SHIFT};

	for (uint64_t slot = SIGNAL; slot <= THEIRS; slot++)
		need(sys_create_notification(ROOT_DOMAIN, slot, 0), "notification");
	make_server(ROOT_DOMAIN, NEAR, STACK_NEAR, probe_server);
	make_server(ROOT_DOMAIN, HANDLER, STACK_HANDLER, (const void *)server_entry);
	need(sys_create_domain(ROOT_DOMAIN, DOMAIN, 64, 0), "domain");
	need(sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, DOMAIN, MEM_R | MEM_X, code, code, 2),
		"code");
	for (unsigned i = 0; i < ARRAY_SIZE(shared); i++)
		need(sys_delegate(DELEGATE_MEMORY, ROOT_DOMAIN, DOMAIN, MEM_R | MEM_W, shared[i],
			     shared[i], 1),
			"shared page");
	make_server(DOMAIN, FAR, STACK_FAR, probe_server);
}

void component_main(const void *information)
{
	const struct boot_info *info = information;
	static const struct {
		const char *name;
		void (*run)(void);
	} tests[] = {
		{"refusals", test_refusals},
		{"signals", test_signals},
		{"wait", test_wait},
		{"calls", test_calls},
		{"fault", test_fault},
		{"interrupts", test_interrupts},
	};

	pm1_control = info->pm1a_control;
	ram_frame = info->range[0].base >> PAGE_SHIFT;
	tsc_khz = info->tsc_khz;
	make_world();
	for (unsigned i = 0; i < ARRAY_SIZE(tests); i++) {
		tests[i].run();
		say("regs: passed: %s\n", tests[i].name);
	}
	say("regs: done\n");
	end();
}
