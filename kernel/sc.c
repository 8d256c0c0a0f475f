/* SPDX-License-Identifier: MIT */
#include "sc.h"

#include "domain.h"
#include "sched.h"
#include "thread.h"
#include "time.h"

/* A new period begins for a context that had used up its budget. */
static void sc_refill(struct timeout *timeout)
{
	struct sc *sc = CONTAINER_OF(timeout, struct sc, refill);
	uint64_t now = time_now();

	sc->left = sc->budget;
	sc->period_start = now - (now - sc->period_start) % sc->period;
	sched_ready(sc);
}

enum status sc_create(struct domain *payer, struct thread *thread, uint64_t priority,
	uint64_t budget_us, uint64_t period_us, struct sc **out)
{
	struct sc *sc;

	if (priority >= PRIORITY_COUNT || budget_us > period_us || (period_us && !budget_us))
		return STATUS_BAD_ARG;
	if (thread->sc || thread->state != THREAD_IDLE)
		return STATUS_IN_USE;
	sc = account_object(&payer->account, sizeof(*sc));
	if (!sc)
		return STATUS_NO_MEMORY;
	object_enter(&sc->object, OBJECT_SC, payer);
	list_init(&sc->node);
	timeout_init(&sc->refill, sc_refill);
	sc->cpu = thread->cpu;
	sc->thread = thread;
	sc->priority = (uint32_t)priority;
	sc->budget = time_from_us(period_us ? budget_us : SLICE_US);
	sc->period = time_from_us(period_us);
	sc->left = sc->budget;
	sc->period_start = time_now();
	thread->sc = sc;
	thread->state = THREAD_RUNNABLE;
	sched_ready(sc);
	*out = sc;
	return STATUS_OK;
}

void sc_destroy(struct object *object)
{
	struct sc *sc = CONTAINER_OF(object, struct sc, object);

	sched_remove(sc);
	if (sc->thread)
		sc->thread->sc = NULL;
	object_leave(object);
	account_object_free(&object->owner->account, sc);
}
