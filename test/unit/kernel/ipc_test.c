/* SPDX-License-Identifier: MIT */
/* Calls and replies: messages, refusals, depth, whose context pays. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "ipc.h"

enum { D = 20, E, S = 30, P, Q, A = 40, B = 50, CHAIN = 60 };

static struct thread *server, *client;

/* A server of domain D with portal P, and a client, of D or of E, that has it. */
static void make_pair(uint64_t client_domain)
{
	make_domain(D);
	make_domain(E);
	server = make_server(D, S);
	make_portal(P, S, 7);
	grant(E, P, P, RIGHT_USE);
	grant(D, P, P, RIGHT_USE);
	client = make_thread(client_domain, A, TOP);
}

static void test_a_call_and_its_reply_carry_five_words(void **state)
{
	(void)state;
	for (unsigned other = 0; other < 2; other++) {
		if (other)
			machine_start(NULL);
		make_pair(other ? E : D);
		EXPECT(PENDING, client, SYS_CALL, 0, P, 1, 2, 3, 4, 5);
		EXPECT_MESSAGE(server, 7, 1, 2, 3, 4, 5);
		EXPECT(PENDING, server, SYS_REPLY, 0, 0, 11, 12, 13, 14, 15);
		assert_ptr_equal(running(), client);
		assert_int_equal(status_of(client), STATUS_OK);
		assert_int_equal(client->regs.rsi, 11);
		assert_int_equal(client->regs.rdx, 12);
		assert_int_equal(client->regs.r10, 13);
		assert_int_equal(client->regs.r8, 14);
		assert_int_equal(client->regs.r9, 15);
		check_all();
	}
}

static void fill_utcb(struct thread *thread, uint64_t seed)
{
	for (unsigned i = 0; i < UTCB_WORDS; i++)
		thread->utcb->word[i] = seed + i;
}

/* The first `words` came from `from`, the rest are still those of `own`. */
static void expect_utcb(struct thread *thread, uint64_t from, unsigned words, uint64_t own)
{
	for (unsigned i = 0; i < UTCB_WORDS; i++)
		assert_int_equal(thread->utcb->word[i], (i < words ? from : own) + i);
}

static void test_exactly_the_utcb_words_named_are_copied(void **state)
{
	(void)state;
	make_pair(E);
	for (unsigned words = 0; words <= IPC_WORDS_MAX; words++) {
		fill_utcb(client, 1000);
		fill_utcb(server, 2000);
		EXPECT(PENDING, client, SYS_CALL, words, P);
		expect_utcb(server, 1000, words, 2000);
		fill_utcb(server, 3000);
		EXPECT(PENDING, server, SYS_REPLY, IPC_WORDS_MAX - words, 0);
		expect_utcb(client, 3000, IPC_WORDS_MAX - words, 1000);
	}
}

static void test_too_many_words_are_refused(void **state)
{
	static const unsigned bad[] = {IPC_WORDS_MAX + 1, 0x7f, 0x80, 0xff};
	static const unsigned bad_reply[] = {IPC_WORDS_MAX + 1, 0x7f, REPLY_STOP | 65, 0xff};

	(void)state;
	make_pair(E);
	fill_utcb(server, 2000);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++)
		EXPECT(STATUS_BAD_ARG, client, SYS_CALL, bad[i], P);
	expect_utcb(server, 2000, 0, 2000);
	EXPECT(PENDING, client, SYS_CALL, 0, P);
	for (unsigned i = 0; i < ARRAY_SIZE(bad_reply); i++)
		EXPECT(STATUS_BAD_ARG, server, SYS_REPLY, bad_reply[i], 0);
	assert_int_equal(status_of(client), PENDING);
	/* REPLY_STOP means nothing to a caller that did not fault. */
	EXPECT(PENDING, server, SYS_REPLY, REPLY_STOP, 0);
	assert_int_equal(status_of(client), STATUS_OK);
}

static void test_calls_that_cannot_be(void **state)
{
	(void)state;
	make_pair(E);
	EXPECT(STATUS_BAD_CAP, client, SYS_CALL, 0, 0);
	EXPECT(STATUS_BAD_CAP, client, SYS_CALL, 0, P + 1);
	EXPECT(STATUS_BAD_CAP, client, SYS_CALL, 0, CAP_SLOTS + P);
	EXPECT(STATUS_BAD_CAP, root, SYS_CALL, 0, D);
	grant(E, P, Q, RIGHT_ALL & ~RIGHT_USE);
	EXPECT(STATUS_NO_RIGHT, client, SYS_CALL, 0, Q);
	EXPECT(STATUS_BAD_STATE, client, SYS_REPLY, 0, 0);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, P);
	EXPECT(STATUS_BAD_CAP, client, SYS_CALL, 0, P);
}

static void test_a_server_on_another_cpu_is_refused(void **state)
{
	(void)state;
	add_cpu();
	make_pair(E);
	assert_int_equal(CREATE(root, D, OBJECT_THREAD, B, CREATE_PAIR(1, 0), USER_MEMORY,
				 USER_START, USER_STACK),
		STATUS_OK);
	make_portal(Q, B, 1);
	EXPECT(STATUS_WRONG_CPU, root, SYS_CALL, 0, Q);
}

static void test_a_portal_of_a_server_that_is_gone(void **state)
{
	(void)state;
	make_pair(E);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, S);
	EXPECT(STATUS_ABORTED, client, SYS_CALL, 0, P);
}

static void test_a_portal_that_goes_lets_the_call_go_on(void **state)
{
	(void)state;
	make_pair(E);
	EXPECT(PENDING, client, SYS_CALL, 0, P);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, P);
	EXPECT(PENDING, server, SYS_REPLY, 0, 0, 5);
	assert_int_equal(status_of(client), STATUS_OK);
	assert_int_equal(client->regs.rsi, 5);
}

/* Server n, named CHAIN + n, with a portal CHAIN + 32 + n that all of D have. */
static struct thread *make_link(unsigned n)
{
	struct thread *link = make_server(D, CHAIN + n);

	make_portal(CHAIN + 32 + n, CHAIN + n, n);
	grant(D, CHAIN + 32 + n, CHAIN + 32 + n, RIGHT_USE);
	return link;
}

static void test_calls_nest_to_the_limit(void **state)
{
	struct thread *chain[IPC_DEPTH_MAX + 1];

	(void)state;
	make_domain(D);
	for (unsigned i = 0; i <= IPC_DEPTH_MAX; i++)
		chain[i] = make_link(i);
	client = make_thread(D, A, TOP);
	EXPECT(PENDING, client, SYS_CALL, 0, CHAIN + 32);
	for (unsigned i = 0; i + 1 < IPC_DEPTH_MAX; i++)
		EXPECT(PENDING, chain[i], SYS_CALL, 0, CHAIN + 32 + i + 1);
	check_all();
	EXPECT(STATUS_TOO_DEEP, chain[IPC_DEPTH_MAX - 1], SYS_CALL, 0, CHAIN + 32 + IPC_DEPTH_MAX);
	for (unsigned i = IPC_DEPTH_MAX; i-- > 0;)
		EXPECT(PENDING, chain[i], SYS_REPLY, 0, 0, i);
	assert_int_equal(status_of(client), STATUS_OK);
	assert_int_equal(client->regs.rsi, 0);
}

static void test_a_circle_is_refused(void **state)
{
	struct thread *a, *b, *c;

	(void)state;
	make_domain(D);
	a = make_link(0);
	b = make_link(1);
	c = make_link(2);
	client = make_thread(D, A, TOP);
	EXPECT(PENDING, client, SYS_CALL, 0, CHAIN + 32);
	EXPECT(STATUS_TOO_DEEP, a, SYS_CALL, 0, CHAIN + 32);
	EXPECT(PENDING, a, SYS_CALL, 0, CHAIN + 33);
	EXPECT(STATUS_TOO_DEEP, b, SYS_CALL, 0, CHAIN + 32);
	EXPECT(PENDING, b, SYS_CALL, 0, CHAIN + 34);
	EXPECT(STATUS_TOO_DEEP, c, SYS_CALL, 0, CHAIN + 33);
	EXPECT(STATUS_TOO_DEEP, c, SYS_CALL, 0, CHAIN + 32);
}

static void test_the_server_runs_on_the_callers_context(void **state)
{
	(void)state;
	make_pair(E);
	run(client);
	EXPECT(PENDING, client, SYS_CALL, 0, P);
	assert_ptr_equal(cpu_this()->current, client->sc);
	/* The slice that ends is the client's, and so is the one that follows. */
	run(root);
	run(server);
	assert_ptr_equal(cpu_this()->current, client->sc);
	EXPECT(PENDING, server, SYS_REPLY, 0, 0);
	assert_ptr_equal(running(), client);
}

static void test_a_server_without_a_caller_waits_for_one(void **state)
{
	(void)state;
	make_pair(E);
	EXPECT(PENDING, client, SYS_CALL, 0, P);
	EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A);
	assert_int_equal(server->state, THREAD_RUNNABLE);
	client = make_thread(E, B, TOP);
	/* It is served to its end on the next caller's context, for nobody. */
	EXPECT(PENDING, client, SYS_CALL, 0, P, 9);
	assert_ptr_equal(running(), server);
	assert_int_not_equal(server->regs.rsi, 9);
	EXPECT(PENDING, server, SYS_REPLY, 0, 0);
	EXPECT_MESSAGE(server, 7, 9, 0, 0, 0, 0);
}

static void test_a_reply_returns_if_the_server_gets_a_context(void **state)
{
	(void)state;
	make_pair(E);
	EXPECT(PENDING, client, SYS_CALL, 0, P);
	EXPECT(STATUS_BAD_CAP, server, SYS_SIGNAL, 0, 0);
	EXPECT(PENDING, server, SYS_REPLY, 0, 0);
	assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_SC, B, S, TOP), STATUS_OK);
	run(server);
	assert_int_equal(status_of(server), STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_call_and_its_reply_carry_five_words),
		TEST(test_exactly_the_utcb_words_named_are_copied),
		TEST(test_too_many_words_are_refused),
		TEST(test_calls_that_cannot_be),
		TEST(test_a_server_on_another_cpu_is_refused),
		TEST(test_a_portal_of_a_server_that_is_gone),
		TEST(test_a_portal_that_goes_lets_the_call_go_on),
		TEST(test_calls_nest_to_the_limit),
		TEST(test_a_circle_is_refused),
		TEST(test_the_server_runs_on_the_callers_context),
		TEST(test_a_server_without_a_caller_waits_for_one),
		TEST(test_a_reply_returns_if_the_server_gets_a_context),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
