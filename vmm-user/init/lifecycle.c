/* SPDX-License-Identifier: MIT */
/* Starting and ending of components. State: see lifecycle.h; main thread only. */
#include "init/lifecycle.h"
#include "abi/start.h"
#include "init/alarm.h"
#include "init/balance.h"
#include "init/component.h"
#include "init/control.h"
#include "init/event.h"
#include "init/fault.h"
#include "init/init.h"
#include "init/policy.h"
#include "init/vcpus.h"
#include "rt/ending.h"
#include "rt/format.h"
#include "rt/log.h"
#include "rt/syscall.h"

#define DRAIN_MS 20000u    /* the serial lines get this long for what is left */
#define LOG_DRAIN_MS 100u  /* without a driver: for the kernel's last line */
#define LINGER_MS 60000u   /* to read why a guest was killed */
#define POWER_BIT_OFF 1ull /* of the power driver's notification */
#define REASON_TEXT 200u

/* How far the end of the run has come. */
static enum { RUN_ON = 0, RUN_DRAINING, RUN_LINGERING, RUN_OVER } run;
static bool somebody_killed;

/* How a component ended. `why` replaces the general text for `code` if not "". */
struct ending {
	uint32_t how, code;
	const char *why;
};

static uint32_t guests_running(const struct init *init)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < init->plan.header->components; i++)
		count += component_is_vm(init, i) && component_running(init, i);
	return count;
}

/* A driver that is about to be started has nothing of what it had before. */
static bool driver_waits(const struct init *init)
{
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		if (init->component[i].state == COMPONENT_WAITING)
			return true;
	return false;
}

static void ending_log(const struct init *init, uint32_t index, const struct ending *ending,
	enum policy_verdict verdict)
{
	static const char *const after[] = {
		[POLICY_STOP] = "",
		[POLICY_RESTART] = "; starting it again",
		[POLICY_EXHAUSTED] = "; not started again",
	};
	char reason[REASON_TEXT], count[32] = "";

	if (ending->why[0] != 0)
		rt_snprintf(reason, sizeof(reason), "killed: %s", ending->why);
	else
		ending_text(reason, sizeof(reason), ending->how, ending->code);
	if (verdict == POLICY_RESTART)
		rt_snprintf(count, sizeof(count), " (restart %u of %u)",
			init->component[index].restarts + 1, POLICY_RESTARTS_MAX);
	if (verdict == POLICY_EXHAUSTED)
		rt_snprintf(count, sizeof(count), " after %u restarts", POLICY_RESTARTS_MAX);
	rt_log("%s %s: %s%s%s", component_word(init, index), component_name(init, index), reason,
		after[verdict], count);
}

static void component_start(struct init *init, uint32_t index);

/* A driver is started again however often, but later and later if that does not help. */
static void driver_wait(struct init *init, uint32_t index, const struct ending *ending)
{
	struct component *component = &init->component[index];
	uint64_t khz = init->boot->tsc_khz, ran = tsc_read() - component->started;

	component->backoff_ms = policy_backoff(component->backoff_ms, ran / khz);
	component->restarts++;
	component->state = COMPONENT_WAITING;
	rt_log("driver %s: %s%s; starting it again in %u ms (restart %u)",
		component_name(init, index), ending->why[0] != 0 ? "killed: " : "ended",
		ending->why, component->backoff_ms, component->restarts);
	if (alarm_set(index, tsc_read() + component->backoff_ms * khz) != STATUS_OK)
		rt_log("driver %s: not started again: no timer", component_name(init, index));
}

/* Component `index` does not exist any more, or could not be created. */
static void component_ended(struct init *init, uint32_t index, const struct ending *ending)
{
	struct component *component = &init->component[index];
	enum policy_verdict verdict = policy_decide(
		init->plan.component[index].flags, ending->how, ending->code, component->restarts);

	somebody_killed |= ending->how == GUEST_KILLED && verdict != POLICY_RESTART;
	if (verdict == POLICY_RESTART && !component_is_vm(init, index)) {
		driver_wait(init, index, ending);
		return;
	}
	ending_log(init, index, ending, verdict);
	if (component_is_vm(init, index) && guests_running(init) == 0 && !driver_waits(init))
		balance_check(init);
	if (component_is_vm(init, index))
		control_end(index, ending->how, ending->code, verdict == POLICY_RESTART);
	else
		balance_drop();
	if (verdict != POLICY_RESTART)
		return;
	component->restarts++;
	component_start(init, index);
}

/* Whether this machine can run component `index` at all; if not, why. */
static bool machine_check(
	const struct init *init, uint32_t index, struct component_problem *problem)
{
	const struct place *place = &init->component[index].place;
	char list[PLACE_TEXT], machine[PLACE_TEXT];

	*problem = (struct component_problem){0};
	if (component_is_vm(init, index) && init->boot->virt == BOOT_VIRT_NONE) {
		problem->code = KILL_NO_VIRT;
		rt_snprintf(problem->text, PROBLEM_TEXT,
			"this CPU cannot run guests; missing: %.*s", (int)BOOT_FEATURE_TEXT,
			init->boot->missing);
	} else if (place->vcpus == 0) {
		place_text(list, place->missing);
		place_text(machine, (1ull << init->cpus) - 1);
		problem->code = KILL_NO_CPU;
		rt_snprintf(problem->text, PROBLEM_TEXT,
			"the machine has none of its CPUs (%s), only CPU %s", list, machine);
	}
	return problem->code == KILL_NONE;
}

static void component_start(struct init *init, uint32_t index)
{
	struct component_problem problem;

	init->component[index].started = tsc_read();
	if (machine_check(init, index, &problem) && component_create(init, index, &problem))
		control_started(init, index);
	else
		component_ended(
			init, index, &(struct ending){GUEST_KILLED, problem.code, problem.text});
}

/* Where component `index` runs, if that says anything or is not what was asked for. */
static void place_log(const struct init *init, uint32_t index)
{
	const struct place *place = &init->component[index].place;
	char missing[PLACE_TEXT], on[PLACE_TEXT];

	place_text(missing, place->missing);
	place_text(on, place_mask(place));
	if (place->vcpus != 0 && place->missing != 0)
		rt_log("%s %s: the machine has no CPU %s; it runs on CPU %s",
			component_word(init, index), component_name(init, index), missing, on);
	else if (place->vcpus != 0 && init->cpus > 1 && component_is_vm(init, index))
		rt_log("vm %s: runs on CPU %s", component_name(init, index), on);
}

/* What a monitor said. It may say anything, but not that its guest still runs. */
static struct ending ending_told(const struct event *event)
{
	if (event->word[0] <= GUEST_RUNNING || event->word[0] >= GUEST_END_COUNT)
		return (struct ending){GUEST_KILLED, KILL_NONE, ""};
	return (struct ending){(uint32_t)event->word[0], (uint32_t)event->word[1], ""};
}

static void event_handle(struct init *init, uint32_t index)
{
	char text[REASON_TEXT], fault[REASON_TEXT - 60], thread[28] = "";
	struct ending ending = {.why = ""};
	struct event event;

	if (!component_running(init, index) || !event_get(index, &event))
		return;
	if (event.kind == EVENT_FAULT) {
		fault_text(fault, sizeof(fault), event.word);
		if (event.vcpu != 0)
			rt_snprintf(thread, sizeof(thread), " of virtual CPU %u", event.vcpu);
		rt_snprintf(text, sizeof(text), "the %s%s faulted (%s)",
			component_is_vm(init, index) ? "monitor" : "driver", thread, fault);
		ending = (struct ending){GUEST_KILLED, KILL_VMM_FAULT, text};
	} else {
		ending = ending_told(&event);
	}
	component_destroy(init, index);
	component_ended(init, index, &ending);
}

static void power_off(const struct init *init)
{
	bool asked = false;

	run = RUN_OVER;
	if ((init->plan.header->flags & PLAN_WHEN_DONE_POWEROFF) == 0)
		return;
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		if ((init->plan.component[i].flags & PLAN_POWER) != 0 && component_running(init, i))
			asked |= sys_signal(component_slot(i, SLOT_NOTIFICATION), POWER_BIT_OFF) ==
				 STATUS_OK;
	if (!asked)
		rt_log("init: no power driver runs; the machine stays on");
}

/* Every guest has ended: the serial driver may finish, then the machine. */
static void run_end(const struct init *init)
{
	uint32_t wait_ms;

	rt_log("init: every guest has ended");
	run = RUN_DRAINING;
	wait_ms = control_done(init) ? DRAIN_MS : LOG_DRAIN_MS;
	if (alarm_set(ALARM_RUN, tsc_read() + wait_ms * init->boot->tsc_khz) != STATUS_OK)
		power_off(init);
}

static bool has_guests(const struct init *init)
{
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		if (component_is_vm(init, i))
			return true;
	return false;
}

/* All has been said. Whoever looks at a screen may want to read it. */
static void run_drained(const struct init *init)
{
	bool linger = (init->plan.header->flags & PLAN_WHEN_DONE_LINGER) != 0 && somebody_killed;

	run = RUN_LINGERING;
	if (linger)
		rt_log("init: the machine is switched off in %u seconds", LINGER_MS / 1000);
	if (!linger ||
		alarm_set(ALARM_RUN, tsc_read() + LINGER_MS * init->boot->tsc_khz) != STATUS_OK)
		power_off(init);
}

static void run_step(struct init *init)
{
	bool due = alarm_due(ALARM_RUN);

	if (run == RUN_ON && has_guests(init) && guests_running(init) == 0)
		run_end(init);
	if (run == RUN_LINGERING && due)
		power_off(init);
	if (run == RUN_DRAINING && (due || control_drained()))
		run_drained(init);
}

/* Drivers whose wait is over. */
static void times_handle(struct init *init)
{
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		if (alarm_due(i) && init->component[i].state == COMPONENT_WAITING)
			component_start(init, i);
	if (alarm_again() != STATUS_OK)
		rt_log("init: no timer");
}

void lifecycle_handle(struct init *init, uint64_t bits)
{
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		if ((bits & 1ull << i) != 0)
			event_handle(init, i);
	if ((bits & INIT_BIT_REQUEST) != 0)
		vcpus_handle(init);
	if ((bits & INIT_BIT_TIMER) != 0)
		times_handle(init);
	run_step(init);
}

void lifecycle_start_all(struct init *init)
{
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		place_log(init, i);
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		if (!component_is_vm(init, i))
			component_start(init, i);
	balance_open(init);
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		if (component_is_vm(init, i))
			component_start(init, i);
	run_step(init);
}
