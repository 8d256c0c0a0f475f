/* SPDX-License-Identifier: MIT */
#include "sc.h"

#include "domain.h"
#include "lib/string.h"
#include "sched.h"
#include "smp.h"
#include "thread.h"
#include "time.h"

static void sc_refill(struct timeout *timeout)
{
	sched_renew(CONTAINER_OF(timeout, struct sc, refill));
}

/*
 * `amount`, used from `begin` on, comes back a period later. Uses that begin
 * within a quarter of a period come back together, as if they had been one
 * that ended when the last of them did: none earlier than alone, and what
 * follows without a gap not later either. So a context is refilled at most
 * about SC_PENDING times in a period, however often it wakes and sleeps.
 */
static void sc_promise(struct sc *sc, uint64_t begin, uint64_t amount)
{
	uint64_t time = begin + sc->period;
	unsigned last = sc->count - 1;

	if (sc->count &&
		(sc->count == SC_PENDING || begin < sc->joined + sc->period / SC_PENDING)) {
		time -= sc->pending[last].amount;
		if (time > sc->pending[last].time)
			sc->pending[last].time = time;
		sc->pending[last].amount += amount;
		return;
	}
	sc->joined = begin;
	sc->pending[sc->count].time = time;
	sc->pending[sc->count++].amount = amount;
}

void sc_charge(struct sc *sc, uint64_t begin, uint64_t used)
{
	uint64_t covered = used < sc->left ? used : sc->left;

	sc->left -= covered;
	if (!sc->period || !used)
		return;
	if (covered)
		sc_promise(sc, begin, covered);
	/* Not more than a budget: the clock may have jumped. */
	sc->debt += used - covered;
	if (sc->debt > sc->budget)
		sc->debt = sc->budget;
}

bool sc_replenish(struct sc *sc, uint64_t now)
{
	if (!sc->period && !sc->left)
		sc->left = sc->budget;
	while (sc->count && sc->pending[0].time <= now) {
		uint64_t time = sc->pending[0].time, amount = sc->pending[0].amount;
		uint64_t paid = amount < sc->debt ? amount : sc->debt;

		sc->count--;
		memmove(&sc->pending[0], &sc->pending[1], sc->count * sizeof(sc->pending[0]));
		sc->left += amount - paid;
		sc->debt -= paid;
		if (paid) /* is used the moment it comes back */
			sc_promise(sc, time, paid);
	}
	return sc->left > 0;
}

/* On the thread's CPU: the thread gets the context, if it has none. */
static void sc_attach(void *argument)
{
	struct sc *sc = argument;
	struct thread *thread = sc->thread;

	if (thread->sc || thread->state != THREAD_IDLE) {
		sc->thread = NULL;
		return;
	}
	thread->sc = sc;
	thread->state = THREAD_RUNNABLE;
	/* A server that waits for a call comes back from its SYS_REPLY. */
	regs_set_status(&thread->regs, STATUS_OK);
	sched_ready(sc);
}

enum status sc_create(struct domain *payer, struct thread *thread, uint64_t priority,
	uint64_t budget_us, uint64_t period_us, struct sc **out)
{
	struct sc *sc;

	if (priority >= PRIORITY_COUNT || budget_us > period_us || (period_us && !budget_us))
		return STATUS_BAD_ARG;
	sc = account_object(&payer->account, sizeof(*sc));
	if (!sc)
		return STATUS_NO_MEMORY;
	list_init(&sc->node);
	timeout_init(&sc->refill, sc_refill);
	sc->cpu = thread->cpu;
	sc->thread = thread;
	sc->priority = (uint32_t)priority;
	sc->budget = time_from_us(period_us ? budget_us : SLICE_US);
	if (period_us && period_us < SC_PERIOD_LEAST_US)
		period_us = SC_PERIOD_LEAST_US;
	sc->period = time_from_us(period_us);
	sc->left = sc->budget;
	sc->object.home = thread->cpu->bit;
	smp_run(sc->object.home, sc_attach, sc);
	if (!sc->thread) {
		account_object_free(&payer->account, sc);
		return STATUS_IN_USE;
	}
	object_enter(&sc->object, OBJECT_SC, payer);
	*out = sc;
	return STATUS_OK;
}

void sc_unlink(struct object *object)
{
	struct sc *sc = CONTAINER_OF(object, struct sc, object);

	sched_remove(sc);
	if (sc->thread)
		sc->thread->sc = NULL;
}

void sc_release(struct object *object)
{
	account_object_free(&object->owner->account, CONTAINER_OF(object, struct sc, object));
}
