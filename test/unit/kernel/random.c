/* SPDX-License-Identifier: MIT */
/* The random driver; random.h says what it does. */
#include "random.h"

#include "user.h"

#include <string.h>

#define RESTARTS_MAX 40u /* of one call that is cut into steps */
#define MORE_SLOTS 40u
#define SOON 100000u /* later timers are not worth waiting for */

enum { D = 16, E, N, M, G, V, MORE = 24, TASKS = 4, A = 100, S = 120, P = 130 };

static struct random *source;
static unsigned restarts;

/* A number of `bytes` bytes. Short ones take little of a fuzzer's input, so that a
 * byte of it changes one thing. */
static uint64_t draw_bytes(unsigned bytes)
{
	uint64_t value = 0;

	if (source->seed) { /* xorshift64* */
		source->seed ^= source->seed >> 12;
		source->seed ^= source->seed << 25;
		source->seed ^= source->seed >> 27;
		return source->seed * 0x2545f4914f6cdd1dull >> 8 | source->seed << 56;
	}
	for (unsigned i = 0; i < bytes && source->left; i++, source->left--)
		value = value << 8 | *source->data++;
	return value;
}

static uint64_t draw64(void)
{
	return draw_bytes(8);
}

static unsigned draw(unsigned below)
{
	return (unsigned)((draw_bytes(below <= 256 ? 1 : 2) & UINT32_MAX) % below);
}

static bool exhausted(void)
{
	return !source->seed && !source->left;
}

/* A slot of `domain` that holds an object of the type, if one is found; `later`:
 * of those that were created on the way. */
static uint64_t slot_of_type(const struct domain *domain, unsigned type, bool later)
{
	uint64_t first = later ? MORE : 0, slots = later ? MORE_SLOTS : 160;
	uint64_t start = draw(160);

	for (unsigned i = 0; i < slots; i++) {
		uint64_t slot = first + (start + i) % slots;
		struct object *object = object_find(cap_ref(capspace_get(&domain->caps, slot)));

		if (object && object->type == type)
			return slot;
	}
	return draw(64);
}

static uint64_t page(uint64_t base, unsigned spread)
{
	return base + draw(spread) * PAGE_SIZE;
}

/* A value that means something somewhere. */
static uint64_t hostile(void)
{
	switch (draw(10)) {
	case 0:
		return draw(8);
	case 1:
		return draw(200);
	case 2:
		return CREATE_PAIR(draw(200), draw(200));
	case 3:
		return BIT(draw(64)) - draw(2);
	case 4:
		return ~0ull - draw(4);
	case 5:
		return USER_END - draw(3) * PAGE_SIZE;
	case 6:
		return (FAKE_POOL >> PAGE_SHIFT) + draw(FAKE_PAGES);
	case 7:
		return fake_now + draw(3000);
	case 8:
		return CREATE_WORD(draw(14), draw(160));
	default:
		return draw64() << draw(64);
	}
}

/* Arguments 2 to 5 of a creation. */
static void draw_creation(const struct domain *domain, unsigned type, uint64_t a[5])
{
	switch (type) {
	case OBJECT_DOMAIN:
		a[1] = draw(24);
		a[2] = draw(3) ? 0 : draw(65);
		break;
	case OBJECT_THREAD:
		a[1] = CREATE_PAIR(0, draw(2) ? slot_of_type(domain, OBJECT_PORTAL, false) : 0);
		a[2] = page(USER_MEMORY, 64);
		a[3] = USER_START;
		a[4] = USER_STACK;
		break;
	case OBJECT_SC:
		a[1] = slot_of_type(domain, OBJECT_THREAD, false);
		a[2] = draw(3) ? TOP : draw(64);
		a[3] = draw(3) ? 0 : 20 + draw(200);
		a[4] = a[3] ? a[3] + draw(2000) : 0;
		break;
	case OBJECT_PORTAL:
		a[1] = slot_of_type(domain, OBJECT_THREAD, false);
		a[2] = USER_ENTRY + draw(8);
		break;
	case OBJECT_VCPU:
		a[1] = slot_of_type(domain, OBJECT_GSPACE, false);
		a[2] = CREATE_PAIR(
			0, draw(2) ? slot_of_type(domain, OBJECT_NOTIFICATION, false) : 0);
		a[3] = page(USER_MEMORY, 64);
		break;
	case OBJECT_IRQ:
		a[1] = slot_of_type(domain, OBJECT_IRQ_CONTROL, false);
		a[2] = draw(26);
		a[3] = draw(5);
		break;
	default:
		break;
	}
}

/* Where a range to delegate begins. Now and then it is the kernel's own memory. */
static uint64_t memory_base(bool frames)
{
	if (draw(8) == 0)
		return frames ? FAKE_POOL : USER_UTCBS;
	return frames ? RAM : USER_MEMORY;
}

/* Source and arguments of a delegation; returns the slot of the source. */
static uint64_t draw_delegation(const struct domain *domain, unsigned kind, uint64_t a[5])
{
	bool gspace = kind == DELEGATE_MEMORY && draw(2);
	uint64_t to = slot_of_type(domain, gspace ? OBJECT_GSPACE : OBJECT_DOMAIN, false);
	unsigned type = OBJECT_DOMAIN;

	a[0] = DELEGATE_RIGHTS(to, draw(3) ? draw(8) | (draw(4) ? 1 : 0) : 0);
	if (kind == DELEGATE_MEMORY) {
		bool frames = draw(2);

		type = frames ? OBJECT_MEMORY : OBJECT_DOMAIN;
		a[1] = (memory_base(frames) >> PAGE_SHIFT) + draw(2048);
		a[2] = gspace ? draw(4096) : (USER_MEMORY >> PAGE_SHIFT) + draw(2048);
		a[3] = draw(3) ? draw(200) : 512u * draw(4);
	} else if (kind == DELEGATE_PORT) {
		a[1] = draw(0x420);
		a[2] = a[1];
		a[3] = draw(64);
	} else {
		a[1] = draw(160);
		a[2] = draw(3) ? draw(160) : draw(CAP_SLOTS);
		a[3] = draw(3);
	}
	return slot_of_type(domain, type, false);
}

static const uint8_t primary_type[SYS_COUNT] = {
	[SYS_CALL] = OBJECT_PORTAL,
	[SYS_SIGNAL] = OBJECT_NOTIFICATION,
	[SYS_WAIT] = OBJECT_NOTIFICATION,
	[SYS_TIMER] = OBJECT_NOTIFICATION,
	[SYS_VCPU_RUN] = OBJECT_VCPU,
	[SYS_VCPU_POKE] = OBJECT_VCPU,
	[SYS_CREATE] = OBJECT_DOMAIN,
	[SYS_IRQ_BIND] = OBJECT_IRQ,
	[SYS_IRQ_ACK] = OBJECT_IRQ,
	[SYS_INFO] = OBJECT_DOMAIN,
	[SYS_LOG] = OBJECT_LOG,
};

static unsigned draw_flags(unsigned call)
{
	switch (call) {
	case SYS_CALL:
	case SYS_REPLY:
		return draw(4) ? draw(65) : draw(256);
	case SYS_WAIT:
		return draw(8) ? draw(2) : draw(256);
	default:
		return 0;
	}
}

/* Fills the registers of `thread` for a system call. */
static void draw_call(struct thread *thread)
{
	const struct domain *domain = thread->domain;
	unsigned call = draw(40) ? draw(SYS_COUNT) : draw(256);
	unsigned flags = draw_flags(call);
	uint64_t a[5] = {draw(16), draw(8), draw(8), draw(8), draw(8)};
	uint64_t slot = 0;

	if (call < SYS_COUNT)
		slot = slot_of_type(domain, primary_type[call], false);
	if (call == SYS_DESTROY)
		slot = slot_of_type(domain, 1 + draw(OBJECT_IRQ), draw(12));
	if (call == SYS_TIMER)
		a[1] = draw(4) ? fake_now + draw(4000) : draw(2);
	if (call == SYS_IRQ_BIND)
		a[0] = slot_of_type(domain, OBJECT_NOTIFICATION, false);
	if (call == SYS_CREATE) {
		unsigned type = draw(30) ? 1 + draw(OBJECT_IRQ) : draw(256);

		draw_creation(domain, type, a);
		a[0] = CREATE_WORD(type, MORE + draw(MORE_SLOTS));
	}
	if (call == SYS_DELEGATE) {
		flags = draw(30) ? draw(DELEGATE_KIND_COUNT) : draw(256);
		slot = draw_delegation(domain, flags, a);
	}
	if (draw(12) == 0)
		a[draw(5)] = hostile();
	if (draw(60) == 0)
		slot = hostile();
	thread->regs.rdi = SYS_WORD(call, flags, slot);
	thread->regs.rsi = a[0];
	thread->regs.rdx = a[1];
	thread->regs.r10 = a[2];
	thread->regs.r8 = a[3];
	thread->regs.r9 = a[4];
}

/* One system call of the running thread, or one more step of its last. */
static void step_call(void)
{
	struct thread *thread = running();
	struct ref ref = object_ref(&thread->object);
	unsigned call;

	if (thread->regs.rip != USER_SYSCALL || restarts++ > RESTARTS_MAX) {
		restarts = 0;
		draw_call(thread);
	}
	call = SYS_WORD_CALL(thread->regs.rdi);
	source->calls++;
	cpu_syscall();
	if (object_find(ref) && call < 16)
		source->count[call][status_of(thread) < 15 ? status_of(thread) : 15]++;
}

/* Ring 3 writes into pages that it shares with the kernel. */
static void step_scribble(struct thread *thread)
{
	for (unsigned i = 0; i < 8; i++)
		thread->utcb->word[draw(UTCB_WORDS)] = hostile();
}

/* Something happens. False: nothing can any more. */
static bool step(void)
{
	struct thread *thread = running();
	unsigned what = draw(24);

	if (!thread && fake_armed > fake_now + SOON)
		return raise_irq(draw(FAKE_GSIS)) || draw(FAKE_GSIS);
	if (!thread || what == 0)
		clock_to(fake_now + draw(4000));
	else if (what == 1)
		raise_irq(draw(FAKE_GSIS));
	else if (cpu_frame->resume == RESUME_GUEST && what < 12)
		clock_to(fake_now + draw(4000));
	else if (cpu_frame->resume == RESUME_GUEST)
		guest_exit(draw(64));
	else if (what == 2 && thread != root)
		fault(thread, draw(32), draw(16), hostile());
	else if (what == 3)
		step_scribble(thread);
	else
		step_call();
	fake_guests.refuse = what == 5;
	return true;
}

/* Domains D and E, with servers, threads and a few rights to each other. */
static void make_world(void)
{
	for (unsigned d = D; d <= E; d++) {
		assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, d, 200, 64), STATUS_OK);
		grant(d, d, d, RIGHT_ALL);
	}
	grant(D, E, E, RIGHT_USE);
	make_notification(N);
	make_notification(M);
	make_vcpu(D, V, N);
	for (unsigned d = D; d <= E; d++) {
		grant(d, N, N, RIGHT_USE | RIGHT_WAIT);
		grant(d, M, M, RIGHT_USE | RIGHT_WAIT);
		grant(d, V, V, RIGHT_USE);
		grant(d, V + 1, V + 1, RIGHT_ALL);
		EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_MEMORY, ROOT_MEMORY,
			DELEGATE_RIGHTS(d, MEM_R | MEM_W), RAM >> PAGE_SHIFT,
			(USER_MEMORY >> PAGE_SHIFT) + 100, 1200);
		EXPECT(STATUS_OK, root, SYS_DELEGATE, DELEGATE_PORT, ROOT_DOMAIN,
			DELEGATE_RIGHTS(d, 1), 0x3f8, 0x3f8, 8);
	}
	for (unsigned i = 0; i < TASKS; i++) {
		unsigned d = D + i % 2;

		make_server(d, S + i);
		make_portal(P + i, S + i, i);
		make_thread(d, A + 2 * i, TOP);
		for (unsigned to = D; to <= E; to++)
			grant(to, P + i, P + i, RIGHT_USE);
		grant(d, S + i, S + i, RIGHT_ALL);
		grant(d, A + 2 * i, A + 2 * i, RIGHT_ALL);
	}
}

void random_run(struct random *random, uint64_t calls, bool root_too)
{
	uint64_t end = random->calls + calls, check = random->calls + random->check_every;

	source = random;
	restarts = 0;
	machine_start(NULL);
	make_world();
	if (!root_too)
		EXPECT(PENDING, root, SYS_WAIT, 0, M, 0);
	cpu_hold = true;
	while (random->calls < end && !exhausted() && step())
		if (random->calls >= check) {
			check_all();
			check += random->check_every;
		}
	cpu_hold = false;
	machine_stop(NULL);
	layer_reset();
}
