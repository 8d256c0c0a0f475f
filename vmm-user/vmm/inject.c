/* SPDX-License-Identifier: MIT */
/* Choice and merging of events: see inject.h. */
#include "vmm/inject.h"

#define SHADOW (INTR_BLOCK_STI | INTR_BLOCK_MOV_SS)

static bool takes_nmi(const struct vcpu_state *s)
{
	return !(s->interruptibility & (SHADOW | INTR_BLOCK_NMI));
}

static bool takes_interrupt(const struct vcpu_state *s)
{
	return s->rflags & RFLAGS_IF && !(s->interruptibility & SHADOW);
}

static enum inject_kind first_choice(
	const struct inject *i, const struct vcpu_state *s, bool interrupt, bool busy)
{
	bool known = (s->valid & (GROUP_RFLAGS | GROUP_INTR)) == (GROUP_RFLAGS | GROUP_INTR);

	if (busy)
		return INJECT_NONE;
	if (i->again.info)
		return INJECT_AGAIN;
	if (i->exception.info)
		return INJECT_EXCEPTION;
	if (i->nmi && !i->nmi_blocked && known && takes_nmi(s))
		return INJECT_NMI;
	if (interrupt && known && takes_interrupt(s))
		return INJECT_INTERRUPT;
	return INJECT_NONE;
}

struct inject_choice inject_choose(
	const struct inject *inject, const struct vcpu_state *state, bool interrupt, bool busy)
{
	struct inject_choice choice = {first_choice(inject, state, interrupt, busy), 0};

	if (inject->nmi && choice.kind != INJECT_NMI)
		choice.windows |= WINDOW_NMI;
	if (interrupt && choice.kind != INJECT_INTERRUPT)
		choice.windows |= WINDOW_INTERRUPT;
	return choice;
}

struct event event_of_fault(const struct fault *fault, bool protected)
{
	struct event event = {.info = EVENT_VALID | EVENT_EXCEPTION | fault->vector};

	if (fault->has_error && protected) {
		event.info |= EVENT_ERROR_CODE;
		event.error = fault->error;
	}
	return event;
}

enum exception_class { BENIGN = 0, CONTRIBUTORY, PAGE, DOUBLE };

/* Table 6-4 "Interrupt and Exception Classes". */
static enum exception_class class_of(uint32_t info)
{
	static const uint8_t class[32] = {
		[0] = CONTRIBUTORY,
		[8] = DOUBLE,
		[10] = CONTRIBUTORY,
		[11] = CONTRIBUTORY,
		[12] = CONTRIBUTORY,
		[13] = CONTRIBUTORY,
		[14] = PAGE,
		[21] = CONTRIBUTORY,
	};

	if ((info & EVENT_TYPE_MASK) != EVENT_EXCEPTION)
		return BENIGN;
	return (enum exception_class) class[EVENT_VECTOR(info) & 31];
}

struct event event_merge(const struct event *first, const struct event *second)
{
	enum exception_class a = class_of(first->info), b = class_of(second->info);
	static const struct event none;

	if (a == BENIGN || b == BENIGN || (a == CONTRIBUTORY && b == PAGE))
		return *second;
	if (a == DOUBLE)
		return none;
	return (struct event){.info = EVENT_VALID | EVENT_EXCEPTION | EVENT_ERROR_CODE | VECTOR_DF};
}
