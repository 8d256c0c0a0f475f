/* SPDX-License-Identifier: MIT */
/* Intrusive doubly linked ring. A node that is in no list points at itself. */
#ifndef LIB_LIST_H
#define LIB_LIST_H

#include <stdbool.h>

struct list {
	struct list *next, *prev;
};

static inline void list_init(struct list *node)
{
	node->next = node;
	node->prev = node;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

/* Puts `node`, which is in no list, before `place`: at the tail if that is the head. */
static inline void list_insert(struct list *place, struct list *node)
{
	node->prev = place->prev;
	node->next = place;
	place->prev->next = node;
	place->prev = node;
}

/* Moves all of `from` to the tail of `to`. Both are heads. */
static inline void list_splice(struct list *to, struct list *from)
{
	if (list_empty(from))
		return;
	from->next->prev = to->prev;
	to->prev->next = from->next;
	from->prev->next = to;
	to->prev = from->prev;
	list_init(from);
}

/* Takes `node` out of its list, if it is in one. */
static inline void list_remove(struct list *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
	list_init(node);
}

#endif
