/* SPDX-License-Identifier: MIT */
#include "sc.h"

#include "domain.h"
#include "sched.h"
#include "smp.h"
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

/* On the thread's CPU: the thread gets the context, if it has none. */
static void sc_attach(void *argument)
{
	struct sc *sc = argument;
	struct thread *thread = sc->thread;

	if (thread->sc || thread->state != THREAD_IDLE) {
		sc->thread = NULL;
		return;
	}
	sc->period_start = time_now();
	thread->sc = sc;
	thread->state = THREAD_RUNNABLE;
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
