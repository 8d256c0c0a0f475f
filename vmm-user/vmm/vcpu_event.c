/* SPDX-License-Identifier: MIT */
/*
 * What goes into the guest: faults, traps, interrupts; and how emulation ends an
 * instruction. Pure.
 *
 * Source: Intel SDM vol. 3C section 26.6 "Event Injection"; section 27.2.3
 * "Information About NMI Unblocking Due to IRET".
 */
#include "vmm/vcpu_internal.h"

/* Pending debug exceptions: Intel SDM vol. 3C section 24.4.2 "Guest Non-Register
 * State". */
#define PENDING_BS BIT(14)

/* Of IDT-vectoring information; bit 12 is undefined. */
#define EVENT_BITS (EVENT_VALID | EVENT_ERROR_CODE | EVENT_TYPE_MASK | 0xffu)

void vcpu_end(struct vcpu *v, enum guest_end end, uint64_t code)
{
	if (v->end != GUEST_RUNNING)
		return;
	v->end = end;
	v->end_code = code;
}

void vcpu_ask(struct vcpu *v, uint32_t groups)
{
	struct vcpu_state *s = v->cpu.state;

	v->refetch = groups;
	v->refetch_reason = s->exit_reason;
	s->want[VCPU_WANT_INDEX(s->exit_reason)] |= groups;
}

bool vcpu_has(struct vcpu *v, uint32_t groups)
{
	if ((v->cpu.state->valid & groups) == groups)
		return true;
	vcpu_ask(v, groups);
	return false;
}

void vcpu_refetch_end(struct vcpu *v)
{
	struct vcpu_state *s = v->cpu.state;
	uint32_t want[VCPU_WANTS];
	unsigned index = VCPU_WANT_INDEX(v->refetch_reason);

	if (s->exit_reason != v->refetch_reason || (s->valid & v->refetch) != v->refetch)
		return;
	v->hardware.wants(&v->hardware, want);
	s->want[index] = want[index];
	v->refetch = 0;
}

void vcpu_raise(struct vcpu *v, const struct fault *fault)
{
	struct vcpu_state *s = v->cpu.state;

	if (fault->has_error && !vcpu_has(v, GROUP_CR))
		return;
	if (fault->vector == VECTOR_PF) {
		s->cr2 = fault->address;
		s->dirty |= GROUP_CR2;
	}
	v->inject.exception = event_of_fault(fault, s->cr0 & CR0_PE);
}

void vcpu_raise_ud(struct vcpu *v)
{
	struct fault fault = fault_plain(VECTOR_UD);

	vcpu_raise(v, &fault);
}

void vcpu_raise_gp(struct vcpu *v)
{
	struct fault fault = fault_error(VECTOR_GP, 0);

	vcpu_raise(v, &fault);
}

void vcpu_debug_trap(struct vcpu *v, uint64_t reasons)
{
	struct fault trap = fault_plain(VECTOR_DB);

	debug_trap(&v->debug, reasons);
	vcpu_raise(v, &trap);
}

void vcpu_step_trap(struct vcpu *v)
{
	if (v->cpu.state->rflags & RFLAGS_TF)
		vcpu_debug_trap(v, DR6_BS);
}

/* The manual says that none is pending then, but Bochs leaves one, which would
 * come before the instruction if that were entered again. */
void vcpu_forget_step(struct vcpu *v, const struct exit *exit)
{
	struct vcpu_state *s = v->cpu.state;

	if (!exit->length || !(s->valid & GROUP_INTR) || !(s->pending_debug & PENDING_BS))
		return;
	s->pending_debug &= ~PENDING_BS;
	s->dirty |= GROUP_INTR;
}

void vcpu_skip(struct vcpu *v, const struct exit *exit)
{
	cpu_skip(v->cpu.state, exit->length);
	vcpu_step_trap(v);
}

void vcpu_reblock_nmi(struct vcpu *v)
{
	v->cpu.state->interruptibility |= INTR_BLOCK_NMI;
	v->cpu.state->dirty |= GROUP_INTR;
}

static struct event event_take(struct event *event)
{
	struct event taken = *event;

	event->info = 0;
	return taken;
}

/* Used once: a page that was not stored anew must not deliver it twice. */
static struct event interrupted_event(struct vcpu_state *s, const struct exit *exit)
{
	struct event event = {s->vectoring_info & EVENT_BITS, s->vectoring_error, exit->length};

	if (!(event.info & EVENT_VALID))
		event.info = 0;
	s->vectoring_info = 0;
	return event;
}

void vcpu_note_interrupted(struct vcpu *v, const struct exit *exit)
{
	v->inject.again = interrupted_event(v->cpu.state, exit);
}

void vcpu_on_exception(struct vcpu *v, const struct exit *exit)
{
	const struct exit_exception *e = &exit->exception;
	struct event first = event_take(&v->inject.again);
	struct event event = {EVENT_VALID | e->type | e->vector, e->error, exit->length};

	if (e->has_error)
		event.info |= EVENT_ERROR_CODE;
	if (e->vector == VECTOR_DB)
		debug_trap(&v->debug, e->address);
	if (first.info)
		event = event_merge(&first, &event);
	else if (e->unblocked_nmi)
		vcpu_reblock_nmi(v);
	if (event.info)
		v->inject.exception = event;
	else
		vcpu_end(v, GUEST_TRIPLE_FAULT, 0);
}

bool vcpu_awake(const struct vcpu *v)
{
	if (v->inject.again.info || v->inject.exception.info || v->own->nmi)
		return true;
	return v->cpu.state->rflags & RFLAGS_IF && machine_irq(v->own);
}

static void event_set(struct vcpu *v, const struct event *event)
{
	struct vcpu_state *s = v->cpu.state;

	s->inject_info = event->info;
	s->inject_error = event->error;
	s->inject_length = event->length;
	s->dirty |= GROUP_INJECT;
}

static struct event chosen_event(struct vcpu *v, enum inject_kind kind)
{
	switch (kind) {
	case INJECT_AGAIN:
		return event_take(&v->inject.again);
	case INJECT_EXCEPTION:
		return event_take(&v->inject.exception);
	case INJECT_NMI:
		v->own->nmi = false;
		return (struct event){.info = EVENT_VALID | EVENT_NMI | VECTOR_NMI};
	default:
		return (struct event){.info = EVENT_VALID | EVENT_INTERRUPT | machine_take(v->own)};
	}
}

void vcpu_inject(struct vcpu *v)
{
	struct vcpu_state *s = v->cpu.state;
	struct inject_choice choice;

	v->inject.nmi = v->own->nmi;
	v->inject.nmi_blocked = nmi_blocked(&v->nmi, s->rip);
	choice = inject_choose(&v->inject, s, machine_irq(v->own), s->dirty & GROUP_INJECT);
	if (choice.kind != INJECT_NONE) {
		struct event event = chosen_event(v, choice.kind);

		event_set(v, &event);
	}
	choice.windows = nmi_windows(&v->nmi, choice.kind == INJECT_NMI, choice.windows);
	if (choice.windows != s->windows) {
		s->windows = choice.windows;
		s->dirty |= GROUP_CONTROLS;
	}
}

/* There is no firmware behind the first processor's reset vector: the machine is
 * reset with it. */
static void look_init(struct vcpu *v)
{
	v->own->init = false;
	if (v->own->index == 0)
		vcpu_end(v, GUEST_REBOOT, 0);
	else
		vcpu_reset(v);
}

static void look_startup(struct vcpu *v)
{
	vcpu_startup(v, (uint8_t)v->own->startup);
	v->own->startup = MACHINE_NO_STARTUP;
}

/* Taking an interrupt from the 8259 pair may make the processor due again. */
void vcpu_look(struct vcpu *v)
{
	while (machine_due(v->own)) {
		machine_collect(v->own);
		if (v->own->init)
			look_init(v);
		if (v->own->startup != MACHINE_NO_STARTUP)
			look_startup(v);
		if (v->halted && vcpu_awake(v))
			v->halted = false;
		if (!v->halted && !v->waits)
			vcpu_inject(v);
	}
}
