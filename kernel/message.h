/* SPDX-License-Identifier: MIT */
/*
 * Messages between CPUs: "look at this object", without a lock and without
 * waiting. A message is embedded in the object. Sent again before it has been
 * received it is one message still, so an object costs its CPU one interrupt at
 * a time, however many signals others send.
 */
#ifndef KERNEL_MESSAGE_H
#define KERNEL_MESSAGE_H

#include <stdint.h>

struct cpu;

struct message {
	struct message *next; /* in the inbox */
	uint32_t sent;        /* is in an inbox, or about to be; atomic */
	void (*receive)(struct message *);
};

/* `cpu` calls message->receive(message) soon. What was written before is seen
 * there. Any CPU, no lock. */
void message_send(struct message *message, struct cpu *cpu);

/* Receives what is in this CPU's inbox. */
void message_receive_all(struct cpu *cpu);

#endif
