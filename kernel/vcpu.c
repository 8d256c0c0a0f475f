/* SPDX-License-Identifier: MIT */
#include "vcpu.h"

#include "assert.h"
#include "domain.h"
#include "gspace.h"
#include "notification.h"
#include "pool.h"
#include "sched.h"
#include "shared.h"
#include "syscall.h"
#include "thread.h"
#include "upcall.h"

enum status vcpu_create(struct domain *payer, struct gspace *gspace, struct cpu *cpu,
	struct notification *notification, uint64_t state_address, struct vcpu **out)
{
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
	object_enter(&vcpu->object, OBJECT_VCPU, payer);
	vcpu->guest.state = state;
	vcpu->guest.second_level = gspace->space.root;
	vcpu->guest.tag = vcpu->object.id;
	status = virt->init(&vcpu->guest, &payer->account.source);
	if (status != STATUS_OK) {
		object_leave(&vcpu->object);
		shared_unmap(payer, state_address, state);
		account_object_free(&payer->account, vcpu);
		return status;
	}
	vcpu->cpu = cpu;
	list_init(&vcpu->in_gspace);
	list_insert(&gspace->vcpus, &vcpu->in_gspace);
	vcpu->state_address = state_address;
	vcpu->notification = notification;
	if (notification)
		notification->vcpu = vcpu;
	*out = vcpu;
	return STATUS_OK;
}

/* Ends SYS_VCPU_RUN of the thread inside with the given results. */
static void vcpu_return(struct vcpu *vcpu, enum status status, uint64_t reason, uint64_t bits)
{
	struct regs *regs = &vcpu->thread->regs;

	regs_leave_guest(regs);
	regs_set_status(regs, status);
	regs_set_result1(regs, reason);
	regs_set_result2(regs, bits);
	vcpu->thread->vcpu = NULL;
	vcpu->thread = NULL;
}

/* Takes a running guest out for a reason of the kernel's own. */
static void vcpu_leave(struct vcpu *vcpu, uint64_t reason, uint64_t bits)
{
	virt->report(&vcpu->guest, reason);
	vcpu_return(vcpu, STATUS_OK, reason, bits);
}

void vcpu_stop(struct vcpu *vcpu)
{
	virt->leave(&vcpu->guest);
	regs_leave_guest(&vcpu->thread->regs);
	vcpu->thread->vcpu = NULL;
	vcpu->thread = NULL;
}

void vcpu_detach(struct vcpu *vcpu)
{
	virt->unload(&vcpu->guest);
	list_remove(&vcpu->in_gspace);
	if (vcpu->thread)
		vcpu_return(vcpu, STATUS_ABORTED, 0, 0);
}

void vcpu_destroy(struct object *object)
{
	struct vcpu *vcpu = CONTAINER_OF(object, struct vcpu, object);
	struct domain *payer = object->owner;

	vcpu_detach(vcpu);
	if (vcpu->notification)
		vcpu->notification->vcpu = NULL;
	virt->fini(&vcpu->guest, &payer->account.source);
	object_leave(object);
	shared_unmap(payer, vcpu->state_address, vcpu->guest.state);
	account_object_free(&payer->account, vcpu);
}

void vcpu_signal(struct vcpu *vcpu)
{
	if (vcpu->thread)
		vcpu_leave(vcpu, EXIT_SIGNAL, notification_take(vcpu->notification, ~0ull));
}

static struct vcpu *vcpu_of(struct thread *current, enum status *status)
{
	uint64_t slot = SYS_WORD_SLOT(regs_call_word(&current->regs));
	struct object *object =
		domain_object(current->domain, slot, OBJECT_VCPU, RIGHT_USE, status);

	return object ? CONTAINER_OF(object, struct vcpu, object) : NULL;
}

/* Ends a SYS_VCPU_RUN that does not enter the guest. */
static struct regs *vcpu_refuse(struct thread *current, uint64_t reason, uint64_t bits)
{
	regs_set_result1(&current->regs, reason);
	regs_set_result2(&current->regs, bits);
	return syscall_finish(current, STATUS_OK);
}

struct regs *vcpu_sys_run(struct thread *current)
{
	enum status status;
	struct vcpu *vcpu = vcpu_of(current, &status);

	if (unlikely(!vcpu))
		return syscall_finish(current, status);
	if (unlikely(vcpu->thread))
		return syscall_finish(current, STATUS_IN_USE);
	if (unlikely(vcpu->cpu != current->cpu))
		return syscall_finish(current, STATUS_WRONG_CPU);
	if (unlikely(list_empty(&vcpu->in_gspace)))
		return syscall_finish(current, STATUS_ABORTED);
	if (unlikely(vcpu->poked)) {
		vcpu->poked = false;
		return vcpu_refuse(current, EXIT_POKED, 0);
	}
	if (vcpu->notification && vcpu->notification->word)
		return vcpu_refuse(
			current, EXIT_SIGNAL, notification_take(vcpu->notification, ~0ull));
	vcpu->guest.host_cr3 = space_cr3(&current->domain->space);
	vcpu->thread = current;
	current->vcpu = vcpu;
	regs_enter_guest(&current->regs, &vcpu->guest);
	return &current->regs;
}

struct regs *vcpu_sys_poke(struct thread *current)
{
	enum status status;
	struct vcpu *vcpu = vcpu_of(current, &status);

	if (unlikely(!vcpu))
		return syscall_finish(current, status);
	if (vcpu->thread)
		vcpu_leave(vcpu, EXIT_POKED, 0);
	else
		vcpu->poked = true;
	return syscall_finish(current, STATUS_OK);
}

struct regs *kernel_guest_exit(struct regs *regs, uint64_t reason)
{
	vcpu_return(thread_of(regs)->vcpu, STATUS_OK, reason, 0);
	return regs;
}

struct regs *kernel_machine_event(struct regs *regs, enum machine_event event)
{
	if (event == MACHINE_CHECK)
		panic("machine check");
	return regs;
}
