/* SPDX-License-Identifier: MIT */
/* The queue of deadlines: against a model, and how many steps it takes. */
/* LINK: */
#include "timeout.h"

/* Each turn of a loop is a step. */
static unsigned steps;
/* clang-format off */
#define while(condition) while (steps++, condition)
/* clang-format on */
#include "kernel/timeout.c"
#undef while

#include "lib/compiler.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define MANY 4096u

static struct timeout_queue queue;
static struct timeout timeout[MANY];
static unsigned fired[MANY];
static uint64_t last_fired, seed;

static unsigned draw(unsigned below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned)(seed >> 33) % below;
}

static void count(struct timeout *t)
{
	assert_false(timeout_pending(t));
	assert_true(t->deadline == TIMEOUT_NEVER);
	fired[t - timeout]++;
}

static int fresh(void **state)
{
	(void)state;
	memset(&queue, 0, sizeof(queue));
	memset(timeout, 0xa5, sizeof(timeout));
	memset(fired, 0, sizeof(fired));
	last_fired = 0;
	steps = 0;
	seed = 1;
	for (unsigned i = 0; i < MANY; i++)
		timeout_init(&timeout[i], count);
	return 0;
}

/* Nodes of the heap `t`, whose shape is checked. */
static unsigned check_heap(const struct timeout *t, const struct timeout *parent)
{
	if (!t)
		return 0;
	assert_ptr_equal(t->parent, parent);
	assert_true(parent == &queue.head || parent->deadline <= t->deadline);
	assert_true(heap_rank(t->left) >= heap_rank(t->right));
	assert_int_equal(t->rank, heap_rank(t->right) + 1);
	return 1 + check_heap(t->left, t) + check_heap(t->right, t);
}

/* --- the model: what is due when, in an array --- */

#define FEW 200u

static uint64_t model[FEW]; /* 0: not set */

static void model_check(void)
{
	uint64_t earliest = TIMEOUT_NEVER;
	unsigned pending = 0;

	for (unsigned i = 0; i < FEW; i++) {
		assert_int_equal(timeout_pending(&timeout[i]), model[i] != 0);
		if (!model[i])
			continue;
		pending++;
		assert_true(timeout[i].deadline == model[i]);
		earliest = model[i] < earliest ? model[i] : earliest;
	}
	assert_true(timeout_next(&queue) == earliest);
	assert_int_equal(check_heap(queue.head.left, &queue.head), pending);
}

/* The earliest that is due leaves the model, as one of those that fired. */
static bool model_expire_one(uint64_t now)
{
	uint64_t earliest = TIMEOUT_NEVER;

	for (unsigned i = 0; i < FEW; i++)
		if (model[i] && model[i] < earliest)
			earliest = model[i];
	if (earliest > now)
		return false;
	for (unsigned i = 0; i < FEW; i++)
		if (model[i] == earliest && fired[i]) {
			fired[i]--;
			model[i] = 0;
			return true;
		}
	fail_msg("what was due has not fired");
	return false;
}

static void model_expire(uint64_t now)
{
	timeout_expire(&queue, now);
	for (unsigned i = 0; i < TIMEOUT_BATCH && model_expire_one(now); i++)
		;
	for (unsigned i = 0; i < FEW; i++)
		assert_int_equal(fired[i], 0);
}

/* Few different deadlines, so that many are equal. */
static void test_as_the_model(void **state)
{
	uint64_t now = 1;

	(void)state;
	memset(model, 0, sizeof(model));
	for (unsigned round = 0; round < 60000; round++) {
		unsigned i = draw(FEW);

		switch (draw(8)) {
		case 0:
			now += draw(4);
			model_expire(now);
			break;
		case 1:
		case 2:
			timeout_cancel(&timeout[i]);
			model[i] = 0;
			break;
		default:
			model[i] = draw(50) ? now + draw(100) : 1 + draw(5);
			timeout_set(&queue, &timeout[i], model[i]);
			break;
		}
		if (round % 16 == 0)
			model_check();
	}
	model_check();
}

static unsigned log2_of(unsigned n)
{
	return 31 - (unsigned)__builtin_clz(n);
}

/* 5 log2(n + 1) + 3: two rightmost ways down and up again, and the way up. */
static void expect_few_steps(void)
{
	assert_in_range(steps, 0, 5 * log2_of(MANY + 1) + 3);
	steps = 0;
}

static uint64_t rising(unsigned i)
{
	return 1000 + i;
}

static uint64_t falling(unsigned i)
{
	return 1000 + MANY - i;
}

static uint64_t equal(unsigned i)
{
	(void)i;
	return 1000;
}

static uint64_t mixed(unsigned i)
{
	return 1000 + i * 2654435761u % MANY;
}

/* Whatever the order, each operation on thousands takes a few steps. */
static void test_each_operation_takes_few_steps(void **state)
{
	static uint64_t (*const order[])(unsigned) = {rising, falling, equal, mixed};

	for (unsigned k = 0; k < ARRAY_SIZE(order) * ARRAY_SIZE(order); k++) {
		fresh(state);
		for (unsigned i = 0; i < MANY; i++) {
			timeout_set(&queue, &timeout[i], order[k % 4](i));
			expect_few_steps();
		}
		assert_int_equal(check_heap(queue.head.left, &queue.head), MANY);
		for (unsigned i = 0; i < MANY; i += 2) {
			timeout_cancel(&timeout[(order[k / 4](i) - 1000) % MANY]);
			expect_few_steps();
			timeout_set(&queue, &timeout[i], order[k / 4](i));
			steps = 0;
		}
		check_heap(queue.head.left, &queue.head);
		for (unsigned i = 0; i < MANY; i++) {
			timeout_cancel(&timeout[i]);
			expect_few_steps();
		}
		assert_null(queue.head.left);
	}
}

/* The deepest of a heap that is one way down along left links. */
static void test_the_bottom_of_a_deep_heap(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		timeout_set(&queue, &timeout[i], falling(i));
	steps = 0;
	for (unsigned i = 0; i < MANY; i++) {
		timeout_cancel(&timeout[i]);
		assert_in_range(steps, 1, 8);
		steps = 0;
	}
}

/* Thousands due at one instant: so many now, the next at once, in order. */
static void test_what_one_interrupt_fires_is_bounded(void **state)
{
	(void)state;
	for (unsigned i = 0; i < MANY; i++)
		timeout_set(&queue, &timeout[i], rising(i));
	for (unsigned turn = 0; turn < MANY / TIMEOUT_BATCH; turn++) {
		assert_true(timeout_next(&queue) == rising(turn * TIMEOUT_BATCH));
		timeout_expire(&queue, 1000000);
		for (unsigned i = 0; i < MANY; i++)
			assert_int_equal(fired[i], i < (turn + 1) * TIMEOUT_BATCH);
	}
	assert_true(timeout_next(&queue) == TIMEOUT_NEVER);
}

/* A timeout that fires may set itself and others anew. */
static void again(struct timeout *t)
{
	assert_true(last_fired < 10);
	last_fired++;
	timeout_set(&queue, t, last_fired);
	timeout_set(&queue, t + 1, 50);
}

static void test_a_timeout_is_set_while_it_fires(void **state)
{
	(void)state;
	timeout[0].fire = again;
	timeout_set(&queue, &timeout[0], 0);
	timeout_expire(&queue, 9);
	assert_int_equal(last_fired, 10);
	assert_true(timeout_next(&queue) == 10);
	timeout_cancel(&timeout[0]);
	timeout_expire(&queue, 49);
	assert_int_equal(fired[1], 0);
	timeout_expire(&queue, 50);
	assert_int_equal(fired[1], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_as_the_model, fresh),
		cmocka_unit_test_setup(test_each_operation_takes_few_steps, fresh),
		cmocka_unit_test_setup(test_the_bottom_of_a_deep_heap, fresh),
		cmocka_unit_test_setup(test_what_one_interrupt_fires_is_bounded, fresh),
		cmocka_unit_test_setup(test_a_timeout_is_set_while_it_fires, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
