/* SPDX-License-Identifier: MIT */
#include "sched.h"

#include "thread.h"
#include "time.h"

static struct cpu cpus[CPU_MAX];

struct cpu *cpu_get(uint64_t id)
{
	return id < CPU_MAX && cpus[id].idle.resume ? &cpus[id] : NULL;
}

void sched_init(uint32_t id)
{
	struct cpu *cpu = &cpus[id];

	cpu->id = id;
	cpu->bit = percpu()->bit;
	cpu->idle.resume = RESUME_IDLE;
	cpu->dead.resume = RESUME_IDLE;
	runqueue_init(&cpu->ready);
	list_init(&cpu->waking);
	percpu()->kernel = cpu;
	percpu()->regs = &cpu->idle;
}

/* Takes the time since the last charge off the current context's budget. */
static void sched_charge(struct cpu *cpu)
{
	uint64_t begin = cpu->since;

	cpu->since = time_now();
	if (cpu->current)
		sc_charge(cpu->current, begin, cpu->since - begin);
}

void sched_arm(struct cpu *cpu)
{
	uint64_t deadline = timeout_next(&cpu->timeouts);
	struct sc *sc = cpu->current;

	/* A slice need not end while no equal waits for its turn. */
	if (sc && (sc->period || cpu->ready.ready & BIT(sc->priority))) {
		uint64_t end = cpu->since + sc->left;

		deadline = end < deadline ? end : deadline;
	}
	timer_arm(list_empty(&cpu->waking) ? deadline : 0);
}

static void sched_enqueue(struct cpu *cpu, struct sc *sc, bool head)
{
	sc->state = SC_READY;
	runqueue_add(&cpu->ready, &sc->node, sc->priority, head);
}

void sched_ready(struct sc *sc)
{
	struct cpu *cpu = sc->cpu;

	sched_enqueue(cpu, sc, false);
	if (!cpu->current || sc->priority > cpu->current->priority)
		cpu->resched = true;
	else if (sc->priority == cpu->current->priority)
		sched_arm(cpu);
}

void sched_remove(struct sc *sc)
{
	struct cpu *cpu = sc->cpu;

	timeout_cancel(&sc->refill);
	if (sc->state == SC_READY)
		runqueue_remove(&cpu->ready, &sc->node, sc->priority);
	else
		list_remove(&sc->node);
	if (cpu->current == sc) {
		cpu->current = NULL;
		cpu->resched = true;
	}
}

void sched_block(struct thread *thread)
{
	struct cpu *cpu = thread->cpu;
	struct sc *sc = cpu->current;

	if (!sc)
		return;
	sched_charge(cpu);
	sc->state = SC_BLOCKED;
	list_insert(&thread->blocked, &sc->node);
	cpu->current = NULL;
	cpu->resched = true;
}

static void sched_wake_some(struct list *blocked)
{
	for (unsigned woken = 0; woken < SCHED_BATCH && !list_empty(blocked); woken++) {
		struct sc *sc = CONTAINER_OF(blocked->next, struct sc, node);

		list_remove(&sc->node);
		sched_ready(sc);
	}
}

void sched_wake(struct thread *thread)
{
	sched_wake_some(&thread->blocked);
	if (list_empty(&thread->blocked))
		return;
	list_splice(&thread->cpu->waking, &thread->blocked);
	sched_arm(thread->cpu);
}

void sched_renew(struct sc *sc)
{
	struct cpu *cpu = sc->cpu;

	if (sc_replenish(sc, cpu->since)) {
		sched_ready(sc);
		return;
	}
	sc->state = SC_THROTTLED;
	timeout_set(&cpu->timeouts, &sc->refill, sc->pending[0].time);
}

static void sched_exhausted(struct cpu *cpu)
{
	struct sc *sc = cpu->current;

	cpu->current = NULL;
	cpu->resched = true;
	sched_renew(sc);
}

void sched_tick(struct cpu *cpu)
{
	sched_charge(cpu);
	timeout_expire(&cpu->timeouts, cpu->since);
	sched_wake_some(&cpu->waking);
	if (cpu->current && cpu->current->left == 0)
		sched_exhausted(cpu);
	sched_arm(cpu);
}

/* Makes the highest ready context the current one, if it comes before it. */
static void sched_pick(struct cpu *cpu)
{
	int highest = runqueue_highest(&cpu->ready);
	struct sc *next;

	cpu->resched = false;
	if (highest < 0 || (cpu->current && (int)cpu->current->priority >= highest))
		return;
	sched_charge(cpu);
	if (cpu->current)
		sched_enqueue(cpu, cpu->current, true);
	next = CONTAINER_OF(cpu->ready.queue[highest].next, struct sc, node);
	runqueue_remove(&cpu->ready, &next->node, next->priority);
	next->state = SC_CURRENT;
	(void)sc_replenish(next, cpu->since);
	cpu->current = next;
	sched_arm(cpu);
}

struct regs *sched_next(struct cpu *cpu)
{
	cpu->decisions++;
	for (unsigned tried = 0; tried < SCHED_BATCH; tried++) {
		struct thread *thread;

		sched_pick(cpu);
		if (!cpu->current) {
			sched_arm(cpu);
			return &cpu->idle;
		}
		thread = thread_leaf(cpu->current->thread);
		if (thread->state == THREAD_RUNNABLE)
			return thread_activate(thread);
		sched_block(thread);
	}
	cpu->resched = true;
	timer_arm(0);
	return &cpu->idle;
}
