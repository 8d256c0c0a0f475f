/* SPDX-License-Identifier: MIT */
/* The threads of a guest: see crew.h. One guest per process, so callbacks without a
 * context find it here. */
#include "vmm/crew.h"

#include "rt/format.h"
#include "rt/heap.h"
#include "rt/log.h"
#include "rt/syscall.h"
#include "rt/thread.h"
#include "vmm/cards.h"
#include "vmm/say.h"
#include "lib/addr.h"

#include <stdarg.h>

#define AREA_SHIFT 16u
#define AREA(vcpu) (START_FREE_ADDR + ((uint64_t)(vcpu) << AREA_SHIFT))
#define AREA_UTCB 0x1000u
#define AREA_STACK 0x8000u
#define STACK_SIZE 0x4000u

#define SLOT_NOTIFICATION (START_SLOT_FREE + 64ull)
#define PARKED 0ull /* no bit: waits for ever */

static struct guest *guest;
static struct lock say_lock;

uint64_t crew_notification(unsigned vcpu)
{
	return vcpu ? SLOT_NOTIFICATION + vcpu : START_SLOT_NOTIFICATION;
}

uint64_t crew_state(unsigned vcpu)
{
	return AREA(vcpu);
}

/* The vCPU of the running thread, by its stack. */
static unsigned crew_self(void)
{
	uint64_t here = (uint64_t)(uintptr_t)__builtin_frame_address(0);

	return here - START_FREE_ADDR < (uint64_t)START_VCPUS << AREA_SHIFT
		       ? (unsigned)((here - START_FREE_ADDR) >> AREA_SHIFT)
		       : 0;
}

static void signal_vcpu(unsigned vcpu, uint64_t bit)
{
	if (sys_signal(crew_notification(vcpu), bit))
		rt_panic("the kernel refuses a signal");
}

static uint64_t wait_self(unsigned vcpu, uint64_t bits)
{
	uint64_t got;

	if (sys_wait(crew_notification(vcpu), bits, &got))
		rt_panic("the kernel refuses to wait");
	return got;
}

void crew_kick(unsigned vcpu)
{
	signal_vcpu(vcpu, CREW_KICK);
}

static void lock_sleep(unsigned vcpu)
{
	(void)wait_self(vcpu, CREW_LOCK);
}

static void lock_wake(unsigned vcpu)
{
	signal_vcpu(vcpu, CREW_LOCK);
}

void crew_open(struct guest *g, const struct start_info *info)
{
	const struct lock lock = {0, lock_sleep, lock_wake, info->vcpu_cpu};

	guest = g;
	g->machine.lock = say_lock = lock;
}

void say(const char *format, ...)
{
	char line[LOG_LINE];
	unsigned self = crew_self();
	va_list args;

	va_start(args, format);
	(void)rt_vsnprintf(line, sizeof line, format, args);
	va_end(args);
	lock_take(&say_lock, self);
	rt_log("%s", line);
	lock_give(&say_lock, self);
}

bool say_first(uint64_t what)
{
	static struct seen said;
	unsigned self = crew_self();
	bool first;

	lock_take(&say_lock, self);
	first = seen_first(&said, what);
	lock_give(&say_lock, self);
	return first;
}

static bool crew_stopped(struct vcpu *v UNUSED)
{
	return __atomic_load_n(&guest->ended_by, __ATOMIC_ACQUIRE);
}

/* With the lock: who was held up by the console may go on. */
static void release_waiting(struct console *c)
{
	if (c->stuck)
		return;
	for (; c->waiting; c->waiting &= c->waiting - 1)
		signal_vcpu((unsigned)__builtin_ctz(c->waiting), CREW_ROOM);
}

static void console_move(struct vcpu *v)
{
	machine_lock(v->own);
	console_flush(&guest->console);
	release_waiting(&guest->console);
	machine_unlock(v->own);
}

/* Only the first vCPU's notification is known to drivers and switches. */
static void crew_signalled(struct vcpu *v, uint64_t bits)
{
	if (bits & (guest->ports.bits | cards_bits())) {
		machine_lock(v->own);
		ports_signalled(&guest->ports, bits);
		cards_poll(bits);
		machine_unlock(v->own);
	}
	if (!(bits & guest->console.own_bit))
		return;
	console_move(v);
	machine_input(v->own);
}

static void crew_idle(struct vcpu *v)
{
	if (__atomic_load_n(&guest->console.fill, __ATOMIC_RELAXED))
		console_move(v);
}

/* Waits until the console may have room, or until `deadline`. The timer is the guest's:
 * it is set again at the next look, and what it missed is late. */
static void pace_wait(struct vcpu *v, uint64_t deadline)
{
	uint64_t driver = v->own->index ? 0 : guest->console.own_bit;

	if (sys_timer(v->notification, CREW_TIMER, deadline))
		rt_panic("the kernel refuses the timer");
	(void)wait_self(v->own->index, driver | CREW_ROOM | CREW_TIMER | CREW_KICK);
}

static void pace_long(struct vcpu *v)
{
	struct console *c = &guest->console;
	uint64_t deadline = tsc_read() + c->patience, taken;

	machine_lock(v->own);
	while (c->stuck && !crew_stopped(v)) {
		taken = c->taken;
		c->waiting |= 1u << v->own->index;
		machine_unlock(v->own);
		pace_wait(v, deadline);
		machine_lock(v->own);
		console_flush(c);
		if (c->taken != taken)
			deadline = tsc_read() + c->patience;
		else if (tsc_read() >= deadline)
			console_drop(c);
	}
	c->waiting &= ~(1u << v->own->index);
	release_waiting(c);
	machine_unlock(v->own);
	v->armed = CLOCK_NEVER - 1; /* not what the kernel has now */
	machine_tell(v->own, v->own);
	/* The wait may have taken the signal of input. */
	machine_input(v->own);
}

static void crew_pace(struct vcpu *v)
{
	if (unlikely(__atomic_load_n(&guest->console.stuck, __ATOMIC_RELAXED)))
		pace_long(v);
}

static const struct vcpu_crew crew = {
	.timer_bit = CREW_TIMER,
	.signalled = crew_signalled,
	.idle = crew_idle,
	.stopped = crew_stopped,
	.pace = crew_pace,
};

/* The first to get here says how the guest ended; the others are told to look. */
static void crew_leave(struct vcpu *v)
{
	uint32_t nobody = 0;

	crew_idle(v);
	if (v->end != GUEST_RUNNING &&
		__atomic_compare_exchange_n(&guest->ended_by, &nobody, v->own->index + 1, false,
			__ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		for (unsigned i = 0; i < guest->vcpus; i++)
			machine_tell(guest->vcpu[i]->own, v->own);
	__atomic_fetch_sub(&guest->running, 1, __ATOMIC_SEQ_CST);
}

NORETURN static void crew_main(void *vcpu)
{
	struct vcpu *v = vcpu;

	vcpu_run(v);
	crew_leave(v);
	signal_vcpu(0, CREW_LAST);
	for (;;)
		(void)wait_self(v->own->index, PARKED);
}

/* The heap's pages once more, with a hole below them. Returns the stack pointer. */
static enum status stack_make(struct vcpu *v, uint64_t *top)
{
	uint64_t at = AREA(v->own->index) + AREA_STACK;
	uint8_t *memory = heap_alloc(STACK_SIZE, PAGE_SIZE);
	uint64_t *last;

	if (!memory)
		return STATUS_NO_MEMORY;
	last = (uint64_t *)(memory + STACK_SIZE) - 2;
	last[0] = (uint64_t)(uintptr_t)crew_main;
	last[1] = (uint64_t)(uintptr_t)v;
	*top = at + STACK_SIZE - 2 * sizeof *last;
	return sys_delegate(DELEGATE_MEMORY, START_SLOT_DOMAIN, START_SLOT_DOMAIN, MEM_R | MEM_W,
		(uint64_t)(uintptr_t)memory >> PAGE_SHIFT, at >> PAGE_SHIFT,
		STACK_SIZE >> PAGE_SHIFT);
}

static enum status thread_make(struct vcpu *v)
{
	struct ipc_words words = {{INIT_VCPU, v->own->index, AREA(v->own->index) + AREA_UTCB,
		(uint64_t)(uintptr_t)thread_entry}};
	enum status status = stack_make(v, &words.word[4]);

	if (!status)
		status = ipc_call(START_SLOT_INIT, 0, &words);
	return status ? status : (enum status)words.word[0];
}

enum guest_kill crew_start(struct guest *g)
{
	g->running = g->vcpus;
	for (unsigned i = 0; i < g->vcpus; i++)
		g->vcpu[i]->crew = &crew;
	for (unsigned i = 1; i < g->vcpus; i++) {
		enum status status = thread_make(g->vcpu[i]);

		if (status) {
			say("cannot start the thread of virtual processor %u: status %u", i,
				status);
			return KILL_NO_MEMORY;
		}
	}
	return KILL_NONE;
}

void crew_run(struct guest *g)
{
	vcpu_run(g->vcpu[0]);
	crew_leave(g->vcpu[0]);
	while (__atomic_load_n(&g->running, __ATOMIC_SEQ_CST))
		(void)wait_self(0, CREW_LAST);
	crew_idle(g->vcpu[0]);
}

_Static_assert(START_VCPUS <= LOCK_THREADS, "each thread has a number");
