/* SPDX-License-Identifier: MIT */
#include "timeout.h"

#include "lib/compiler.h"

static struct timeout *timeout_of(struct list *node)
{
	return CONTAINER_OF(node, struct timeout, node);
}

void timeout_set(struct list *queue, struct timeout *timeout, uint64_t deadline)
{
	struct list *place;

	list_remove(&timeout->node);
	timeout->deadline = deadline;
	for (place = queue->next; place != queue; place = place->next)
		if (timeout_of(place)->deadline > deadline)
			break;
	list_insert(place, &timeout->node);
}

void timeout_cancel(struct timeout *timeout)
{
	list_remove(&timeout->node);
	timeout->deadline = TIMEOUT_NEVER;
}

void timeout_expire(struct list *queue, uint64_t now)
{
	while (timeout_next(queue) <= now) {
		struct timeout *timeout = timeout_of(queue->next);

		timeout_cancel(timeout);
		timeout->fire(timeout);
	}
}

uint64_t timeout_next(const struct list *queue)
{
	return list_empty(queue) ? TIMEOUT_NEVER : timeout_of(queue->next)->deadline;
}
