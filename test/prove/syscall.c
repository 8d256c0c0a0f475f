/* SPDX-License-Identifier: MIT */
/*
 * System calls by number, and the arguments of those that are short: any number, any
 * registers, any objects. IPC, creation and delegation have drivers of their own.
 */
/* EVA: -eva-precision 2 -eva-split-return full -eva-interprocedural-splits -eva-ilevel 64 */
/* EVA: -eva-slevel-function main:300,come_and_go:500,vcpu_create:500 */
#include "world.h"

#include "kernel/irq.c"
#include "kernel/message.c"
#include "kernel/notification.c"
#include "kernel/syscall.c"
#include "kernel/vcpu.c"

static struct regs *elsewhere(struct thread *current)
{
	current->cpu->resched = maybe();
	return syscall_finish(current, status_any());
}

struct regs *ipc_call(struct thread *current)
{
	return elsewhere(current);
}

struct regs *ipc_reply(struct thread *current)
{
	return elsewhere(current);
}

struct regs *ipc_fault(struct thread *current, uint64_t vector, uint64_t error, uint64_t address)
{
	(void)vector;
	(void)error;
	(void)address;
	return elsewhere(current);
}

struct regs *create_sys(struct thread *current)
{
	return elsewhere(current);
}

struct regs *delegate_sys(struct thread *current)
{
	return elsewhere(current);
}

bool destroy_step(struct object *object)
{
	object->dying = true;
	object->owner->account.objects_used = any32(); /* wants one */
	HERE->resched = maybe();
	return maybe();
}

bool domain_within(const struct domain *inner, const struct domain *outer)
{
	return inner->depth > outer->depth && maybe();
}

struct object *domain_object(struct domain *domain, uint64_t slot, enum object_type type,
	unsigned needed, enum status *status)
{
	struct object *object = domain_get(domain, slot, type, needed);

	if (!object)
		*status = maybe() ? STATUS_NO_RIGHT : STATUS_BAD_CAP;
	return object;
}

struct ref object_ref(const struct object *object)
{
	return ref_any(object->id);
}

uint32_t object_next_id(void)
{
	return any32();
}

void object_enter(struct object *object, enum object_type type, struct domain *owner)
{
	object->id = FREE;
	object->type_and_dying = (uint16_t)type;
	object->owner = owner;
}

void thread_wake(struct thread *thread)
{
	thread->state = THREAD_RUNNABLE;
	thread->cpu->resched = maybe();
}

enum status shared_map(struct domain *domain, uint64_t address, void **page)
{
	enum status status = status_any();

	domain->account.pages_used = any32();
	(void)address;
	if (status == STATUS_OK)
		*page = &state_page;
	return status;
}

void shared_unmap(struct domain *domain, uint64_t address, void *page)
{
	domain->account.pages_used = any32();
	(void)address;
	Frama_C_make_unknown(page, sizeof(state_page));
}

void timeout_set(struct timeout_queue *queue, struct timeout *timeout, uint64_t deadline)
{
	timeout->parent = &queue->head;
	timeout->deadline = deadline;
}

void timeout_cancel(struct timeout *timeout)
{
	timeout->parent = NULL;
}

void sched_tick(struct cpu *cpu)
{
	cpu->resched = maybe();
}

void smp_serve(void) {}

void console_write(const char *text, size_t size)
{
	static char sink[LOG_PIECE];

	memcpy(sink, text, size);
}

/* Lines. */
static uint64_t line_mask;

enum status irq_line_open(uint32_t gsi, uint32_t flags, unsigned *line)
{
	enum status status = status_any();

	(void)gsi;
	(void)flags;
	if (status == STATUS_OK)
		*line = Frama_C_unsigned_int_interval(0, IRQ_LINES - 1);
	return status;
}

bool irq_line_route(unsigned line, uint32_t cpu)
{
	(void)cpu;
	line_mask |= BIT(line);
	return maybe();
}

void irq_line_mask(unsigned line)
{
	line_mask |= BIT(line);
}

void irq_line_unmask(unsigned line)
{
	line_mask &= ~BIT(line);
}

void irq_line_close(unsigned line)
{
	irq_line_unmask(line);
}

/* How much the first piece of a text has makes no difference from LOG_PIECE on. */
static void call(void)
{
	unsigned number = Frama_C_unsigned_int_interval(0, 255);
	uint64_t rest = Frama_C_unsigned_long_interval(0, UINT64_MAX >> 8);
	uint64_t size = Frama_C_unsigned_long_interval(0, LOG_PIECE);

	/*@ split number; */
	CALLER->regs.rdi = number + (rest << 8);
	CALLER->state = THREAD_RUNNABLE;
	if (number == SYS_LOG && maybe()) {
		/*@ split size; */
		CALLER->regs.rsi = size;
	} else if (number == SYS_LOG) {
		CALLER->regs.rsi = Frama_C_unsigned_long_interval(LOG_PIECE + 1, UINT64_MAX);
	}
	(void)kernel_syscalls[number](CALLER);
}

/* Messages of both kinds, in any order. */
static void inbox_fill(void)
{
	unsigned first = Frama_C_unsigned_int_interval(0, 2);
	unsigned more = Frama_C_unsigned_int_interval(0, 1);
	struct message *n = &notification.message, *v = &vcpu.message;

	n->receive = notification_receive;
	v->receive = vcpu_receive;
	/*@ split first; */
	/*@ split more; */
	n->next = more && first == 1 ? v : NULL;
	v->next = more && first == 2 ? n : NULL;
	HERE->inbox = first == 0 ? NULL : first == 1 ? n : v;
}

static void upcall(void)
{
	switch (Frama_C_interval(0, 4)) {
	case 0:
		(void)kernel_fault(&CALLER->regs, any32(), any(), any());
		break;
	case 1:
		(void)kernel_timer(&CALLER->regs);
		break;
	case 2:
		(void)kernel_irq(&CALLER->regs, Frama_C_unsigned_int_interval(0, IRQ_LINES - 1));
		break;
	case 3:
		CALLER->vcpu = &vcpu;
		vcpu.thread = CALLER;
		(void)kernel_guest_exit(&CALLER->regs, any());
		break;
	case 4:
		inbox_fill();
		(void)kernel_message(&CALLER->regs);
		break;
	}
}

static void come_and_go(void)
{
	struct notification *n;
	struct irq *line;
	struct vcpu *v;

	switch (Frama_C_interval(0, 7)) {
	case 0:
		if (notification_create(domain_any(), cpu_any(), &n) == STATUS_OK) {
			n->message.receive(&n->message);
			n->timer.fire(&n->timer);
			notification_release(&n->object);
		}
		break;
	case 1:
		if (irq_create(domain_any(), any32(), any32(), &line) == STATUS_OK)
			irq_release(&line->object);
		break;
	case 2:
		virt = maybe() ? &machine : NULL;
		if (vcpu_create(domain_any(), &gspace, cpu_any(), maybe() ? &notification : NULL,
			    any(), &v) == STATUS_OK) {
			v->message.receive(&v->message);
			vcpu_release(&v->object);
		}
		break;
	case 3:
		notification_unlink(&notification.object);
		break;
	case 4:
		vcpu_unlink(&vcpu.object);
		break;
	case 5:
		vcpu.thread = thread_any();
		vcpu_stop(&vcpu);
		break;
	case 6:
		notification_timer(&notification.timer);
		break;
	}
}

int main(void)
{
	unsigned bound = Frama_C_unsigned_int_interval(0, 1);

	world_make();
	virt = &machine;
	/*@ split bound; */
	notification.vcpu = bound ? &vcpu : NULL;
	vcpu.notification = bound ? &notification : NULL;
	for (unsigned i = 0; i < IRQ_LINES; i++)
		owners[i] = maybe() ? &irq : NULL;
	switch (Frama_C_interval(0, 2)) {
	case 0:
		call();
		break;
	case 1:
		upcall();
		break;
	case 2:
		come_and_go();
		break;
	}
	return 0;
}
