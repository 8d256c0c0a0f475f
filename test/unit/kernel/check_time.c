/* SPDX-License-Identifier: MIT */
/* Invariants of budgets and deadlines. */
#include "check.h"

#include "sc.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>

/* What is left and what comes back are the budget; the earliest comes first. */
void check_budget(const struct sc *sc)
{
	uint64_t sum = sc->left;

	assert_in_range(sc->count, 0, sc->period ? SC_PENDING : 0);
	for (unsigned i = 0; i < sc->count; i++) {
		sum += sc->pending[i].amount;
		assert_true(sc->pending[i].amount > 0);
		assert_true(i == 0 || sc->pending[i - 1].time <= sc->pending[i].time);
	}
	assert_true(sc->period ? sum == sc->budget : sum <= sc->budget);
	assert_true(sc->debt <= (sc->period ? sc->budget : 0));
	assert_true(sc->left == 0 || sc->debt == 0);
	assert_true(sc->state != SC_THROTTLED || (sc->left == 0 && sc->count > 0));
}

/* How many timeouts there are from `t`, the child of `parent`, on. */
unsigned check_timeouts(const struct timeout *t, const struct timeout *parent)
{
	if (!t)
		return 0;
	assert_ptr_equal(t->parent, parent);
	assert_true(!parent->parent || parent->deadline <= t->deadline);
	return 1 + check_timeouts(t->left, t) + check_timeouts(t->right, t);
}
