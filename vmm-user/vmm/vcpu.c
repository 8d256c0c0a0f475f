/* SPDX-License-Identifier: MIT */
/* The run loop of a virtual processor: see vcpu.h. */
#include "vmm/vcpu.h"

#include "rt/log.h"
#include "rt/syscall.h"

/* Between two events of its timers the guest runs at least so long: one that asks
 * for a period of a nanosecond would not execute an instruction otherwise. */
#define TIMER_LEAST_US 100u

/* One timer serves the processor's own and, for the first one, those of all devices.
 * Or an NMI waits for the guest to have got on a little. Deadline 0 cancels it. */
static void arm_timer(struct vcpu *v)
{
	uint64_t deadline = v->nmi.soon ? 0 : machine_deadline(v->own);
	uint64_t least;

	if (deadline == v->armed)
		return;
	v->armed = deadline;
	least = tsc_read() + v->own->clock.tsc_khz * TIMER_LEAST_US / 1000;
	if (deadline < least)
		deadline = least;
	if (sys_timer(v->notification, v->crew->timer_bit, deadline == CLOCK_NEVER ? 0 : deadline))
		rt_panic("the kernel refuses the timer");
}

static void take_signal(struct vcpu *v, uint64_t bits)
{
	if (bits & v->crew->timer_bit) {
		v->armed = CLOCK_NEVER;
		machine_advance(v->own);
	}
	if (bits & ~v->crew->timer_bit)
		v->crew->signalled(v, bits & ~v->crew->timer_bit);
	v->crew->idle(v);
}

/* What a device asked of the whole machine. */
static void check_event(struct vcpu *v)
{
	const struct machine *m = v->own->machine;

	switch (machine_event(m)) {
	case MACHINE_POWEROFF:
		vcpu_end(v, GUEST_POWEROFF, 0);
		break;
	case MACHINE_RESET:
		vcpu_end(v, GUEST_REBOOT, 0);
		break;
	case MACHINE_DEBUG_EXIT:
		vcpu_end(v, GUEST_DEBUG_EXIT, debugexit_code(&m->debugexit));
		break;
	case MACHINE_CRASH:
		rt_panic("the guest asked its monitor to fail");
	default:
		break;
	}
}

/* Who posts something after the look finds the processor not due, and signals. */
static void sleep(struct vcpu *v)
{
	uint64_t bits;

	v->crew->idle(v);
	__atomic_store_n(&v->shown->asleep, 1, __ATOMIC_RELAXED);
	if (sys_wait(v->notification, ~0ull, &bits))
		rt_panic("the kernel refuses to wait");
	__atomic_store_n(&v->shown->asleep, 0, __ATOMIC_RELAXED);
	take_signal(v, bits);
}

static void enter(struct vcpu *v)
{
	struct vcpu_state *s = v->cpu.state;
	uint64_t reason, bits;
	struct exit exit;

	if (sys_vcpu_run(v->slot, &reason, &bits))
		rt_panic("the kernel refuses to run the guest");
	s->exit_reason = reason; /* the page keeps the old one if it did not enter */
	v->hardware.decode(&v->hardware, &v->cpu, &exit);
	vcpu_handle(v, &exit);
	if (exit.kind == KIND_SIGNAL)
		take_signal(v, bits);
	v->crew->pace(v);
}

static void look(struct vcpu *v)
{
	check_event(v);
	vcpu_look(v);
	arm_timer(v);
}

/* If nothing waits and no device was touched: straight back into the guest. */
static bool must_look(const struct vcpu *v)
{
	return machine_due(v->own) || v->inject.exception.info || v->inject.again.info;
}

void vcpu_run(struct vcpu *v)
{
	while (v->end == GUEST_RUNNING) {
		if (must_look(v)) {
			machine_tell(v->own, v->own);
			look(v);
			if (v->crew->stopped(v))
				return;
		} else if (v->halted || v->waits) {
			sleep(v);
		} else {
			enter(v);
		}
	}
}
