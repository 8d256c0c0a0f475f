/* SPDX-License-Identifier: MIT */
#include "message.h"

#include "sched.h"
#include "smp.h"
#include "upcall.h"

void message_send(struct message *message, struct cpu *cpu)
{
	if (__atomic_exchange_n(&message->sent, 1, __ATOMIC_SEQ_CST))
		return;
	message->next = __atomic_load_n(&cpu->inbox, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(
		&cpu->inbox, &message->next, message, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
	/* Whoever made the inbox not empty has sent the interrupt. */
	if (!message->next)
		smp_send(cpu->id);
}

void message_receive_all(struct cpu *cpu)
{
	struct message *message = __atomic_exchange_n(&cpu->inbox, NULL, __ATOMIC_ACQUIRE);

	while (message) {
		struct message *next = message->next;

		/* From here on it can be sent again: what it is about is looked at after. */
		__atomic_store_n(&message->sent, 0, __ATOMIC_SEQ_CST);
		message->receive(message);
		message = next;
	}
}

struct regs *kernel_message(struct regs *regs)
{
	struct cpu *cpu = cpu_this();

	message_receive_all(cpu);
	smp_serve();
	return cpu->resched ? sched_next(cpu) : regs;
}
