/* SPDX-License-Identifier: MIT */
#include "timeout.h"

static uint32_t heap_rank(const struct timeout *node)
{
	return node ? node->rank : 0;
}

/* Restores the order of the children and the rank; false if that has not changed. */
static bool heap_settle(struct timeout *node)
{
	uint32_t before = node->rank;
	struct timeout *right = node->right;

	if (heap_rank(node->left) < heap_rank(right)) {
		node->right = node->left;
		node->left = right;
	}
	node->rank = heap_rank(node->right) + 1;
	return node->rank != before;
}

/* Puts the heaps a and b, as one, into *link, a child of `parent`. */
static void heap_join(
	struct timeout *parent, struct timeout **link, struct timeout *a, struct timeout *b)
{
	struct timeout *at = parent;

	*link = a;
	if (a)
		a->parent = parent;
	/* The two rightmost ways down become one, sorted: b is what hangs loose. */
	while (b) {
		a = *link;
		if (!a || b->deadline < a->deadline) {
			*link = b;
			b->parent = at;
			b = a;
		}
		at = *link;
		link = &at->right;
	}
	while (at != parent) {
		heap_settle(at);
		at = at->parent;
	}
	/* Further up, each rank that changes is one more than the last one was or
	 * is: this ends after log2(n) steps, though the way to the top may be long. */
	while (at->parent && heap_settle(at))
		at = at->parent;
}

void timeout_set(struct timeout_queue *queue, struct timeout *timeout, uint64_t deadline)
{
	timeout_cancel(timeout);
	timeout->left = NULL;
	timeout->right = NULL;
	timeout->rank = 1;
	timeout->deadline = deadline;
	heap_join(&queue->head, &queue->head.left, queue->head.left, timeout);
}

void timeout_cancel(struct timeout *timeout)
{
	struct timeout *parent = timeout->parent;

	if (!parent)
		return;
	heap_join(parent, parent->left == timeout ? &parent->left : &parent->right, timeout->left,
		timeout->right);
	timeout->parent = NULL;
	timeout->deadline = TIMEOUT_NEVER;
}

void timeout_expire(struct timeout_queue *queue, uint64_t now)
{
	for (unsigned fired = 0; fired < TIMEOUT_BATCH && timeout_next(queue) <= now; fired++) {
		struct timeout *timeout = queue->head.left;

		timeout_cancel(timeout);
		timeout->fire(timeout);
	}
}
