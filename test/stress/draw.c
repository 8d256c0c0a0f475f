/* SPDX-License-Identifier: MIT */
/* Random system calls; see draw.h. Pure: runs in the hostile domain. */
#include "draw.h"

/* xorshift64* */
static uint64_t draw64(struct random *r)
{
	r->seed ^= r->seed >> 12;
	r->seed ^= r->seed << 25;
	r->seed ^= r->seed >> 27;
	return r->seed * 0x2545f4914f6cdd1dull;
}

static uint64_t draw(struct random *r, uint64_t below)
{
	return (draw64(r) >> 32) % below;
}

static uint64_t draw_slot(struct random *r)
{
	return draw(r, 16) ? draw(r, H_END) : draw(r, 4200);
}

/* One that holds an object of the type, most of the time. */
static uint64_t draw_slot_of(struct random *r, unsigned type)
{
	uint64_t first = draw(r, MORE);

	if (draw(r, 12) == 0)
		return draw_slot(r);
	for (unsigned i = 0; i < MORE && draw(r, 64); i++)
		if (r->type[(first + i) % MORE] == type)
			return H_MORE + (first + i) % MORE;
	switch (type) {
	case OBJECT_DOMAIN:
		return H_DOMAIN;
	case OBJECT_THREAD:
		return H_THREAD + r->cpu;
	case OBJECT_SC:
		return H_SC + r->cpu;
	case OBJECT_PORTAL:
		return (draw(r, 4) ? H_ECHO : H_GUARD) + r->cpu;
	case OBJECT_NOTIFICATION:
		return draw(r, 4) ? H_NOTIFICATION : H_DONE;
	default:
		return draw_slot(r);
	}
}

/* An address at an edge, or of something that is there. */
static uint64_t draw_address(struct random *r)
{
	static const uint64_t base[] = {ACT_SHARED, ACT_STACK(0), ACT_UTCB(0), ACT_FREE, 0x400000,
		0x7ffffffff000, 0x800000000000, 0xffff800000000000, 0xffffffff80000000, 0};

	return base[draw(r, ARRAY_SIZE(base))] + draw(r, 24) * PAGE_SIZE -
	       draw(r, 2) * draw(r, PAGE_SIZE);
}

static uint64_t draw_any(struct random *r)
{
	switch (draw(r, 8)) {
	case 0:
		return draw(r, 8);
	case 1:
		return draw_slot(r);
	case 2:
		return CREATE_PAIR(draw_slot(r), draw_slot(r));
	case 3:
		return ((uint64_t)1 << draw(r, 64)) - draw(r, 2);
	case 4:
		return ~(uint64_t)0 - draw(r, 4);
	case 5:
		return draw_address(r);
	case 6:
		return draw_address(r) >> PAGE_SHIFT;
	default:
		return draw64(r) >> draw(r, 64);
	}
}

static uint64_t draw_shared(struct random *r)
{
	return ACT_FREE + draw(r, 64) * PAGE_SIZE;
}

static uint64_t draw_cpu(struct random *r)
{
	return draw(r, 4) ? r->cpu : draw(r, STRESS_CPUS);
}

/* cpu | slot << 32; half of the time there is no object */
static uint64_t draw_pair(struct random *r, unsigned type)
{
	return CREATE_PAIR(draw_cpu(r), draw(r, 2) ? draw_slot_of(r, type) : 0);
}

static uint64_t draw_address_or_any(struct random *r)
{
	return draw(r, 8) ? draw_address(r) : draw_any(r);
}

static void draw_creation(struct random *r, struct ipc_words *w)
{
	uint64_t type = draw(r, 20) ? 1 + draw(r, OBJECT_IRQ) : draw(r, 256);

	w->word[0] = CREATE_WORD(type, draw(r, 16) ? H_MORE + draw(r, MORE) : draw_slot(r));
	switch (type) {
	case OBJECT_DOMAIN:
		w->word[1] = draw(r, 40);
		w->word[2] = draw(r, 8);
		break;
	case OBJECT_THREAD:
		w->word[1] = draw_pair(r, OBJECT_PORTAL);
		w->word[2] = draw_shared(r);
		w->word[3] = draw_address_or_any(r);
		w->word[4] = draw_address_or_any(r);
		break;
	case OBJECT_SC:
		w->word[1] = draw_slot_of(r, OBJECT_THREAD);
		w->word[2] = draw(r, 8);
		w->word[3] = draw(r, 3) * draw(r, 200);
		w->word[4] = w->word[3] + draw(r, 200);
		break;
	case OBJECT_PORTAL:
		w->word[1] = draw_slot_of(r, OBJECT_THREAD);
		w->word[2] = draw_address_or_any(r);
		break;
	case OBJECT_NOTIFICATION:
		w->word[1] = draw_cpu(r);
		break;
	case OBJECT_VCPU:
		w->word[1] = draw_slot_of(r, OBJECT_GSPACE);
		w->word[2] = draw_pair(r, OBJECT_NOTIFICATION);
		w->word[3] = draw_shared(r);
		break;
	default:
		break;
	}
}

static uint64_t draw_delegation(struct random *r, struct ipc_words *w)
{
	uint64_t kind = draw(r, 20) ? draw(r, DELEGATE_KIND_COUNT) : draw(r, 256);
	uint64_t rights = draw(r, 3) ? draw(r, 8) | 1 : 0;
	bool slots = kind == DELEGATE_CAP;
	unsigned to = kind == DELEGATE_MEMORY && draw(r, 2) ? OBJECT_GSPACE : OBJECT_DOMAIN;

	w->word[0] = DELEGATE_RIGHTS(draw_slot_of(r, to), rights);
	w->word[1] = slots ? draw_slot(r) : draw_address(r) >> PAGE_SHIFT;
	w->word[2] = slots ? H_MORE + draw(r, MORE) : draw_shared(r) >> PAGE_SHIFT;
	if (draw(r, 16) == 0)
		w->word[2] = draw_any(r);
	if (kind == DELEGATE_PORT)
		w->word[2] = w->word[1] = draw(r, 70000);
	w->word[3] = draw(r, 8) ? draw(r, 16) : draw_any(r);
	return kind;
}

static const uint8_t primary_type[SYS_COUNT] = {
	[SYS_CALL] = OBJECT_PORTAL,
	[SYS_SIGNAL] = OBJECT_NOTIFICATION,
	[SYS_WAIT] = OBJECT_NOTIFICATION,
	[SYS_TIMER] = OBJECT_NOTIFICATION,
	[SYS_VCPU_RUN] = OBJECT_VCPU,
	[SYS_VCPU_POKE] = OBJECT_VCPU,
	[SYS_DELEGATE] = OBJECT_DOMAIN,
	[SYS_CREATE] = OBJECT_DOMAIN,
	[SYS_IRQ_BIND] = OBJECT_IRQ,
	[SYS_IRQ_ACK] = OBJECT_IRQ,
	[SYS_INFO] = OBJECT_DOMAIN,
	[SYS_LOG] = OBJECT_LOG,
};

uint64_t draw_call(struct random *r, struct ipc_words *w)
{
	uint64_t call = draw(r, 40) ? draw(r, SYS_COUNT) : draw(r, 256), flags = 0;
	uint64_t slot = draw_slot_of(r, call < SYS_COUNT ? primary_type[call] : OBJECT_NONE);

	for (unsigned i = 0; i < 5; i++)
		w->word[i] = draw(r, 3) ? draw_any(r) : draw(r, 16);
	switch (call) {
	case SYS_CALL:
	case SYS_REPLY:
		flags = draw(r, 4) ? draw(r, 65) : draw(r, 256);
		break;
	case SYS_WAIT:
		flags = draw(r, 64) ? WAIT_POLL : draw(r, 256);
		break;
	case SYS_TIMER:
		w->word[1] = draw(r, 4) ? tsc_read() + draw(r, 100000) : draw_any(r);
		break;
	case SYS_CREATE:
		draw_creation(r, w);
		break;
	case SYS_DELEGATE:
		flags = draw_delegation(r, w);
		break;
	case SYS_DESTROY:
		slot = draw(r, 64) ? H_MORE + draw(r, MORE) : draw_slot(r);
		break;
	default:
		break;
	}
	if (draw(r, 12) == 0)
		w->word[draw(r, 5)] = draw_any(r);
	return SYS_WORD(call, flags, draw(r, 60) ? slot : draw64(r));
}

void draw_note(struct random *r, uint64_t asked)
{
	uint64_t slot = asked >> 8;

	if (slot >= H_MORE && slot < H_END)
		r->type[slot - H_MORE] = (uint8_t)asked;
}
