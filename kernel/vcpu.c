/* SPDX-License-Identifier: MIT */
#include "vcpu.h"

#include "domain.h"
#include "gspace.h"
#include "notification.h"
#include "sched.h"
#include "shared.h"
#include "smp.h"
#include "syscall.h"
#include "thread.h"
#include "upcall.h"

/* Ends SYS_VCPU_RUN of the thread inside with the given results. */
static void vcpu_return(struct vcpu *vcpu, enum status status, uint64_t reason, uint64_t bits)
{
	struct thread *thread = vcpu->thread;

	regs_leave_guest(&thread->regs);
	regs_set_status(&thread->regs, status);
	regs_set_result1(&thread->regs, reason);
	regs_set_result2(&thread->regs, bits);
	thread->vcpu = NULL;
	vcpu->thread = NULL;
}

/* Takes a running guest out for a reason of the kernel's own. */
static void vcpu_leave(struct vcpu *vcpu, uint64_t reason, uint64_t bits)
{
	virt->report(&vcpu->guest, reason);
	vcpu_return(vcpu, STATUS_OK, reason, bits);
}

/*@ requires inside: \valid(vcpu->thread); */
void vcpu_stop(struct vcpu *vcpu)
{
	virt->leave(&vcpu->guest);
	regs_leave_guest(&vcpu->thread->regs);
	vcpu->thread->vcpu = NULL;
	vcpu->thread = NULL;
}

void vcpu_detach(void *argument)
{
	struct vcpu *vcpu = argument;

	virt->unload(&vcpu->guest);
	vcpu->guest.host_cr3 = 0;
	list_remove(&vcpu->in_gspace);
	if (vcpu->thread)
		vcpu_return(vcpu, STATUS_ABORTED, 0, 0);
}

void vcpu_unlink(struct object *object)
{
	struct vcpu *vcpu = CONTAINER_OF(object, struct vcpu, object);

	vcpu_detach(vcpu);
	if (vcpu->notification)
		vcpu->notification->vcpu = NULL;
}

void vcpu_release(struct object *object)
{
	struct vcpu *vcpu = CONTAINER_OF(object, struct vcpu, object);
	struct domain *payer = object->owner;

	virt->fini(&vcpu->guest, &payer->account.source);
	shared_unmap(payer, vcpu->state_address, vcpu->guest.state);
	account_object_free(&payer->account, vcpu);
}

/*@ requires bound: \valid(vcpu->notification); */
void vcpu_signal(struct vcpu *vcpu)
{
	if (vcpu->thread)
		vcpu_leave(vcpu, EXIT_SIGNAL, notification_take(vcpu->notification, ~0ull));
}

static inline struct vcpu *vcpu_of(struct thread *current)
{
	uint64_t slot = SYS_WORD_SLOT(regs_call_word(&current->regs));
	struct object *object = domain_get(current->domain, slot, OBJECT_VCPU, RIGHT_USE);

	return object ? CONTAINER_OF(object, struct vcpu, object) : NULL;
}

/* Ends a call whose slot holds no vCPU. */
static struct regs *vcpu_none(struct thread *current)
{
	enum status status = STATUS_BAD_CAP;

	(void)syscall_object(current, OBJECT_VCPU, RIGHT_USE, &status);
	return syscall_finish(current, status);
}

/* Ends a SYS_VCPU_RUN that does not enter the guest. */
static struct regs *vcpu_refuse(struct thread *current, uint64_t reason, uint64_t bits)
{
	regs_set_result1(&current->regs, reason);
	regs_set_result2(&current->regs, bits);
	return syscall_finish(current, STATUS_OK);
}

static struct regs *vcpu_go(struct vcpu *vcpu, struct thread *current)
{
	vcpu->thread = current;
	current->vcpu = vcpu;
	regs_enter_guest(&current->regs, &vcpu->guest);
	return &current->regs;
}

/* Whatever is out of the ordinary, in order. */
static __attribute__((noinline, cold)) struct regs *vcpu_run_checked(
	struct vcpu *vcpu, struct thread *current)
{
	if (!vcpu)
		return vcpu_none(current);
	if (vcpu->cpu != current->cpu)
		return syscall_finish(current, STATUS_WRONG_CPU);
	if (vcpu->thread)
		return syscall_finish(current, STATUS_IN_USE);
	if (list_empty(&vcpu->in_gspace))
		return syscall_finish(current, STATUS_ABORTED);
	if (vcpu->poked) {
		__atomic_store_n(&vcpu->poked, false, __ATOMIC_SEQ_CST);
		return vcpu_refuse(current, EXIT_POKED, 0);
	}
	if (vcpu->notification && vcpu->notification->word)
		return vcpu_refuse(
			current, EXIT_SIGNAL, notification_take(vcpu->notification, ~0ull));
	/* The VMM is another domain than before: exits lead to its address space. */
	virt->unload(&vcpu->guest);
	vcpu->guest.host_cr3 = space_cr3(&current->domain->space);
	return vcpu_go(vcpu, current);
}

struct regs *vcpu_sys_run(struct thread *current)
{
	struct vcpu *vcpu = vcpu_of(current);

	/* host_cr3 is 0, which is no VMM's, before the first run and once the gspace
	 * is gone. */
	if (unlikely(!vcpu || vcpu->cpu != current->cpu || vcpu->thread || vcpu->poked ||
		     (vcpu->notification && vcpu->notification->word) ||
		     vcpu->guest.host_cr3 != space_cr3(&current->domain->space)))
		return vcpu_run_checked(vcpu, current);
	return vcpu_go(vcpu, current);
}

/* On its CPU: a running guest leaves; a stopped one will not be entered once. */
static void vcpu_poke(struct vcpu *vcpu)
{
	if (vcpu->thread && __atomic_exchange_n(&vcpu->poked, false, __ATOMIC_SEQ_CST))
		vcpu_leave(vcpu, EXIT_POKED, 0);
}

static void vcpu_receive(struct message *message)
{
	vcpu_poke(CONTAINER_OF(message, struct vcpu, message));
}

/* A vCPU to be made ready on its CPU, and what came of it. */
struct vcpu_start {
	struct vcpu *vcpu;
	struct page_source *source;
	enum status status;
};

static void vcpu_start(void *argument)
{
	struct vcpu_start *start = argument;
	struct notification *notification = start->vcpu->notification;

	start->status = virt->init(&start->vcpu->guest, start->source);
	if (start->status == STATUS_OK && notification)
		notification->vcpu = start->vcpu;
}

enum status vcpu_create(struct domain *payer, struct gspace *gspace, struct cpu *cpu,
	struct notification *notification, uint64_t state_address, struct vcpu **out)
{
	struct vcpu_start start = {.source = &payer->account.source};
	struct vcpu *vcpu;
	void *state;
	enum status status;

	if (!virt)
		return STATUS_NO_FEATURE;
	if (notification && notification->cpu != cpu)
		return STATUS_WRONG_CPU;
	if (notification && notification->vcpu)
		return STATUS_IN_USE;
	vcpu = account_object(&payer->account, sizeof(*vcpu));
	if (!vcpu)
		return STATUS_NO_MEMORY;
	status = shared_map(payer, state_address, &state);
	if (status != STATUS_OK) {
		account_object_free(&payer->account, vcpu);
		return status;
	}
	vcpu->guest.state = state;
	vcpu->guest.second_level = gspace->space.root;
	vcpu->guest.tag = object_next_id();
	vcpu->cpu = cpu;
	vcpu->message.receive = vcpu_receive;
	vcpu->state_address = state_address;
	vcpu->notification = notification;
	list_init(&vcpu->in_gspace);
	start.vcpu = vcpu;
	smp_run(cpu->bit, vcpu_start, &start);
	if (start.status != STATUS_OK) {
		shared_unmap(payer, state_address, state);
		account_object_free(&payer->account, vcpu);
		return start.status;
	}
	gspace->space.cpus |= cpu->bit;
	list_insert(&gspace->vcpus, &vcpu->in_gspace);
	vcpu->object.home = cpu->bit;
	object_enter(&vcpu->object, OBJECT_VCPU, payer);
	*out = vcpu;
	return STATUS_OK;
}

struct regs *vcpu_sys_poke(struct thread *current)
{
	struct vcpu *vcpu = vcpu_of(current);

	if (unlikely(!vcpu))
		return vcpu_none(current);
	__atomic_store_n(&vcpu->poked, true, __ATOMIC_SEQ_CST);
	if (vcpu->cpu == current->cpu)
		vcpu_poke(vcpu);
	else
		message_send(&vcpu->message, vcpu->cpu);
	return syscall_finish(current, STATUS_OK);
}

/*@ requires inside: \valid(((struct thread *)regs)->vcpu); */
struct regs *kernel_guest_exit(struct regs *regs, uint64_t reason)
{
	vcpu_return(thread_of(regs)->vcpu, STATUS_OK, reason, 0);
	return regs;
}
