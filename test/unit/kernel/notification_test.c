/* SPDX-License-Identifier: MIT */
/* Notifications: bits, masks, waiters, timers, bound vCPUs. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "notification.h"
#include "vcpu.h"

enum { N = 20, M, D, A = 30, B = 40, V = 50, P = 60 };

static void test_a_signal_before_the_wait_is_kept(void **state)
{
	(void)state;
	make_notification(N);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x5);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x8);
	EXPECT(STATUS_OK, root, SYS_WAIT, 0, N, 0x9);
	assert_int_equal(root->regs.rsi, 0x9);
	EXPECT(STATUS_OK, root, SYS_WAIT, 0, N, ~0ull);
	assert_int_equal(root->regs.rsi, 0x4);
}

static void test_a_poll_never_blocks(void **state)
{
	(void)state;
	make_notification(N);
	EXPECT(STATUS_OK, root, SYS_WAIT, WAIT_POLL, N, ~0ull);
	assert_int_equal(root->regs.rsi, 0);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x3);
	EXPECT(STATUS_OK, root, SYS_WAIT, WAIT_POLL, N, 0x2);
	assert_int_equal(root->regs.rsi, 0x2);
	EXPECT(STATUS_BAD_CALL, root, SYS_WAIT, 2, N, ~0ull);
}

/* The root task and one more thread as high, which waits for `mask` of N. */
static struct thread *waiter(uint64_t mask)
{
	struct thread *a;

	make_notification(N);
	make_domain(D);
	grant(D, N, N, RIGHT_ALL);
	a = make_thread(D, A, TOP);
	EXPECT(PENDING, a, SYS_WAIT, 0, N, mask);
	return a;
}

static void test_a_waiter_wakes_with_the_bits_it_asked_for(void **state)
{
	struct thread *a = waiter(0xf0);

	(void)state;
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x0f);
	assert_int_equal(status_of(a), PENDING);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x31);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->regs.rsi, 0x30);
	EXPECT(STATUS_OK, root, SYS_WAIT, WAIT_POLL, N, ~0ull);
	assert_int_equal(root->regs.rsi, 0x0f);
}

static void test_bits_are_taken_by_one_only(void **state)
{
	struct thread *a = waiter(0x1);

	(void)state;
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x1);
	EXPECT(STATUS_OK, root, SYS_WAIT, WAIT_POLL, N, ~0ull);
	assert_int_equal(root->regs.rsi, 0);
	run(a);
	EXPECT(PENDING, a, SYS_WAIT, 0, N, 0x1);
}

static void test_one_thread_waits_at_a_time(void **state)
{
	struct thread *a = waiter(0x1);

	(void)state;
	EXPECT(STATUS_IN_USE, root, SYS_WAIT, 0, N, 0x2);
	EXPECT(STATUS_OK, root, SYS_WAIT, WAIT_POLL, N, 0x1);
	assert_int_equal(status_of(a), PENDING);
}

static void test_a_wait_for_no_bit_ends_with_the_notification(void **state)
{
	struct thread *a = waiter(0);

	(void)state;
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, ~0ull);
	assert_int_equal(status_of(a), PENDING);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, N);
	assert_int_equal(status_of(a), STATUS_ABORTED);
}

static void test_a_waiter_that_goes_leaves_the_place_free(void **state)
{
	(void)state;
	waiter(0x1);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x1);
	EXPECT(STATUS_OK, root, SYS_WAIT, 0, N, 0x1);
	assert_int_equal(root->regs.rsi, 0x1);
}

static void test_a_timer_fires_at_its_deadline(void **state)
{
	struct thread *a = waiter(0x4);
	uint64_t deadline = fake_now + 5000;

	(void)state;
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x4, deadline);
	clock_to(deadline - 1);
	assert_int_equal(status_of(a), PENDING);
	clock_to(deadline);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->regs.rsi, 0x4);
	clock_to(deadline + 100000);
	EXPECT(STATUS_OK, root, SYS_WAIT, WAIT_POLL, N, ~0ull);
	assert_int_equal(root->regs.rsi, 0);
}

static void test_a_timer_in_the_past_fires_at_once(void **state)
{
	struct thread *a = waiter(0x4);

	(void)state;
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x4, 1);
	assert_true(fake_armed <= fake_now);
	clock_to(fake_now);
	assert_int_equal(status_of(a), STATUS_OK);
}

static void test_a_timer_is_cancelled_or_replaced(void **state)
{
	struct thread *a = waiter(~0ull);
	uint64_t start = fake_now;

	(void)state;
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x1, start + 1000);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x2, start + 3000);
	clock_to(start + 2000);
	assert_int_equal(status_of(a), PENDING);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x1, 0);
	clock_to(start + 9000);
	assert_int_equal(status_of(a), PENDING);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x8, UINT64_MAX);
	clock_to(start + 100000);
	assert_int_equal(status_of(a), PENDING);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x8, start + 100001);
	clock_to(start + 100001);
	assert_int_equal(a->regs.rsi, 0x8);
}

static void test_timers_fire_in_the_order_of_their_deadlines(void **state)
{
	static const uint64_t after[] = {500, 100, 400, 100, 300, 200};
	uint64_t start = fake_now;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(after); i++) {
		make_notification(N + i);
		EXPECT(STATUS_OK, root, SYS_TIMER, 0, N + i, 1, start + after[i]);
		check_all();
	}
	for (uint64_t time = 50; time < 600; time += 100) {
		clock_to(start + time);
		for (unsigned i = 0; i < ARRAY_SIZE(after); i++)
			assert_int_equal(
				CONTAINER_OF(object_at(N + i), struct notification, object)->word,
				after[i] < time);
	}
}

static void test_a_timer_goes_with_its_notification(void **state)
{
	(void)state;
	make_notification(N);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x4, fake_now + 1000);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, N);
	check_all();
	clock_to(fake_now + 2000);
}

static void test_a_woken_thread_preempts_if_it_comes_first(void **state)
{
	struct thread *low, *high;

	(void)state;
	make_notification(N);
	make_notification(M);
	low = make_thread(ROOT_DOMAIN, A, 5);
	high = make_thread(ROOT_DOMAIN, B, 6);
	EXPECT(PENDING, root, SYS_WAIT, 0, M, 1);
	EXPECT(PENDING, high, SYS_WAIT, 0, N, 1);
	EXPECT(STATUS_OK, low, SYS_SIGNAL, 0, N, 1);
	assert_ptr_equal(running(), high);
	assert_int_equal(status_of(high), STATUS_OK);
	assert_int_equal(status_of(low), STATUS_OK);
}

static void test_a_signal_ends_the_run_of_the_bound_vcpu(void **state)
{
	struct thread *a;

	(void)state;
	make_notification(N);
	make_vcpu(ROOT_DOMAIN, V, N);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x6);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->regs.rsi, EXIT_SIGNAL);
	assert_int_equal(a->regs.rdx, 0x6);
}

static void test_a_bit_set_before_keeps_the_guest_out(void **state)
{
	struct vcpu *vcpu;

	(void)state;
	make_notification(N);
	vcpu = make_vcpu(ROOT_DOMAIN, V, N);
	vcpu->guest.state->dirty = GROUP_ALL;
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x6);
	EXPECT(STATUS_OK, root, SYS_VCPU_RUN, 0, V);
	assert_int_equal(root->regs.rsi, EXIT_SIGNAL);
	assert_int_equal(root->regs.rdx, 0x6);
	assert_int_equal(vcpu->guest.state->dirty, GROUP_ALL);
	assert_int_equal(fake_guests.entered, 0);
}

static void test_bits_that_the_waiter_leaves_go_to_the_guest(void **state)
{
	struct thread *a, *b;

	(void)state;
	make_notification(N);
	make_vcpu(ROOT_DOMAIN, V, N);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	b = make_thread(ROOT_DOMAIN, B, TOP);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	EXPECT(PENDING, b, SYS_WAIT, 0, N, 0x1);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0x3);
	assert_int_equal(b->regs.rsi, 0x1);
	assert_int_equal(status_of(a), STATUS_OK);
	assert_int_equal(a->regs.rdx, 0x2);
}

static void test_a_signal_of_no_bit_leaves_the_guest_alone(void **state)
{
	struct thread *a;

	(void)state;
	make_notification(N);
	make_vcpu(ROOT_DOMAIN, V, N);
	a = make_thread(ROOT_DOMAIN, A, TOP);
	EXPECT(IN_GUEST, a, SYS_VCPU_RUN, 0, V);
	EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, N, 0);
	assert_int_equal(status_of(a), IN_GUEST);
}

static void test_a_timer_takes_the_running_guest_out(void **state)
{
	(void)state;
	make_notification(N);
	make_vcpu(ROOT_DOMAIN, V, N);
	EXPECT(STATUS_OK, root, SYS_TIMER, 0, N, 0x4, fake_now + 100);
	EXPECT(IN_GUEST, root, SYS_VCPU_RUN, 0, V);
	clock_to(fake_now + 100);
	assert_int_equal(status_of(root), STATUS_OK);
	assert_int_equal(root->regs.rsi, EXIT_SIGNAL);
	assert_int_equal(root->regs.rdx, 0x4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_signal_before_the_wait_is_kept),
		TEST(test_a_poll_never_blocks),
		TEST(test_a_waiter_wakes_with_the_bits_it_asked_for),
		TEST(test_bits_are_taken_by_one_only),
		TEST(test_one_thread_waits_at_a_time),
		TEST(test_a_wait_for_no_bit_ends_with_the_notification),
		TEST(test_a_waiter_that_goes_leaves_the_place_free),
		TEST(test_a_timer_fires_at_its_deadline),
		TEST(test_a_timer_in_the_past_fires_at_once),
		TEST(test_a_timer_is_cancelled_or_replaced),
		TEST(test_timers_fire_in_the_order_of_their_deadlines),
		TEST(test_a_timer_goes_with_its_notification),
		TEST(test_a_woken_thread_preempts_if_it_comes_first),
		TEST(test_a_signal_ends_the_run_of_the_bound_vcpu),
		TEST(test_a_bit_set_before_keeps_the_guest_out),
		TEST(test_bits_that_the_waiter_leaves_go_to_the_guest),
		TEST(test_a_signal_of_no_bit_leaves_the_guest_alone),
		TEST(test_a_timer_takes_the_running_guest_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
