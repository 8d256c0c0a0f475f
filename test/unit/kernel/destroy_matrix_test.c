/* SPDX-License-Identifier: MIT */
/*
 * SYS_DESTROY as a table: a world with an object of each type in each state it
 * can be in, in which one object goes, by the root task or by one of those
 * inside. Then everything is released: notifications signal, servers reply, and
 * the root task calls every portal; and each thread must have ended as the table
 * says, every page and object be accounted for, and the rest go without remainder.
 */
/* LINK: test/unit/kernel/layer.c */
#include "destroy_world.h"

/* How a thread can end, beside with a status, PENDING, IN_GUEST or GONE. */
enum { START = 90, RESUMED, FREE, STOP };

static const struct {
	unsigned slot, domain;
	uint64_t end; /* if nothing happens to it */
} threads[] = {
	{CALLER, E, STATUS_OK},
	{HELPER, E, STATUS_OK},
	{SERVER, D, FREE},
	{A1, E, STATUS_OK},
	{S1, D, FREE},
	{S2, E, FREE},
	{FAULTER, D, RESUMED},
	{PAGER, E, FREE},
	{FAULTER2, E, RESUMED},
	{PAGER2, D, FREE},
	{WAITER, D, STATUS_OK},
	{WAITER2, E, STATUS_OK},
	{GUEST, D, STATUS_OK},
	{GUEST2, E, IN_GUEST},
	{INNER, C, STATUS_OK},
	{STOPPED, D, STOP},
	{READY, D, START},
	{LIMITED, D, START},
	{IDLE, D, FREE},
};

#define OTHERS 22u

struct end {
	unsigned slot;
	uint64_t end;
};

#define WITH_C                                                                                     \
	{                                                                                          \
		INNER, GONE                                                                        \
	}
#define WITH_D                                                                                     \
	WITH_C, {SERVER, GONE}, {S1, GONE}, {FAULTER, GONE}, {PAGER2, GONE}, {WAITER, GONE},       \
		{GUEST, GONE}, {STOPPED, GONE}, {READY, GONE}, {LIMITED, GONE}, {IDLE, GONE},      \
		{CALLER, STATUS_ABORTED}, {HELPER, STATUS_BAD_CAP}, {A1, STATUS_ABORTED},          \
		{FAULTER2, STOP}, {WAITER2, STATUS_ABORTED},                                       \
	{                                                                                          \
		GUEST2, STATUS_ABORTED                                                             \
	}
#define WITH_E                                                                                     \
	{CALLER, GONE}, {HELPER, GONE}, {A1, GONE}, {S2, GONE}, {PAGER, GONE}, {FAULTER2, GONE},   \
		{WAITER2, GONE}, {GUEST2, GONE}, {FAULTER, STOP}, {WAITER, STATUS_ABORTED},        \
	{                                                                                          \
		GUEST, STATUS_ABORTED                                                              \
	}

/* `victim` is destroyed by `by`, if not 0, else by the root task. */
static const struct row {
	unsigned victim, by;
	uint64_t status;
	struct end others[OTHERS]; /* that end otherwise than in threads[] */
} rows[] = {
	{D, 0, STATUS_OK, {WITH_D}},
	{E, 0, STATUS_OK, {WITH_E}},
	{C, 0, STATUS_OK, {WITH_C}},

	{CALLER, 0, STATUS_OK, {{CALLER, GONE}}},
	{HELPER, 0, STATUS_OK, {{HELPER, GONE}}},
	{SERVER, 0, STATUS_OK,
		{{SERVER, GONE}, {CALLER, STATUS_ABORTED}, {HELPER, STATUS_ABORTED}}},
	{A1, 0, STATUS_OK, {{A1, GONE}}},
	{S1, 0, STATUS_OK, {{S1, GONE}, {A1, STATUS_ABORTED}}},
	{S2, 0, STATUS_OK, {{S2, GONE}}}, /* S1 hears of it, and answers A1 */
	{FAULTER, 0, STATUS_OK, {{FAULTER, GONE}}},
	{PAGER, 0, STATUS_OK, {{PAGER, GONE}, {FAULTER, STOP}}},
	{FAULTER2, 0, STATUS_OK, {{FAULTER2, GONE}}},
	{PAGER2, 0, STATUS_OK, {{PAGER2, GONE}, {FAULTER2, STOP}}},
	{WAITER, 0, STATUS_OK, {{WAITER, GONE}}},
	{WAITER2, 0, STATUS_OK, {{WAITER2, GONE}}},
	{GUEST, 0, STATUS_OK, {{GUEST, GONE}}},
	{GUEST2, 0, STATUS_OK, {{GUEST2, GONE}}},
	{INNER, 0, STATUS_OK, {{INNER, GONE}}},
	{STOPPED, 0, STATUS_OK, {{STOPPED, GONE}}},
	{READY, 0, STATUS_OK, {{READY, GONE}}},
	{LIMITED, 0, STATUS_OK, {{LIMITED, GONE}}},
	{IDLE, 0, STATUS_OK, {{IDLE, GONE}}},

	/* Contexts: who waits for his thread is answered all the same. */
	{CALLER + 1, 0, STATUS_OK, {}},
	{HELPER + 1, 0, STATUS_OK, {{HELPER, PENDING}}}, /* calls when it runs: never */
	{A1 + 1, 0, STATUS_OK, {}},
	{FAULTER + 1, 0, STATUS_OK, {}},
	{FAULTER2 + 1, 0, STATUS_OK, {}},
	{WAITER + 1, 0, STATUS_OK, {}},
	{GUEST + 1, 0, STATUS_OK, {}},
	{GUEST2 + 1, 0, STATUS_OK, {}},
	{INNER + 1, 0, STATUS_OK, {}},
	{STOPPED + 1, 0, STATUS_OK, {}},
	{READY + 1, 0, STATUS_OK, {}},
	{LIMITED + 1, 0, STATUS_OK, {}},

	{P, 0, STATUS_OK, {{HELPER, STATUS_BAD_CAP}}},
	{PS1, 0, STATUS_OK, {}},
	{PS2, 0, STATUS_OK, {}},
	{PP, 0, STATUS_OK, {}},
	{PP2, 0, STATUS_OK, {}},
	{PI, 0, STATUS_OK, {}},

	{NW, 0, STATUS_OK, {}}, /* the server hears of it, and answers */
	{NC, 0, STATUS_OK, {}},
	{NP, 0, STATUS_OK, {}},
	{NP2, 0, STATUS_OK, {}},
	{NWAIT, 0, STATUS_OK, {{WAITER, STATUS_ABORTED}}},
	{NWAIT2, 0, STATUS_OK, {{WAITER2, STATUS_ABORTED}}},
	{NV, 0, STATUS_OK, {{GUEST, IN_GUEST}}},
	{NT, 0, STATUS_OK, {{INNER, STATUS_ABORTED}}},
	{NI, 0, STATUS_OK, {}},

	{G, 0, STATUS_OK, {{GUEST, STATUS_ABORTED}, {GUEST2, STATUS_ABORTED}}},
	{V, 0, STATUS_OK, {{GUEST, STATUS_ABORTED}}},
	{V2, 0, STATUS_OK, {{GUEST2, STATUS_ABORTED}}},
	{V3, 0, STATUS_OK, {}},
	{I1, 0, STATUS_OK, {}},
	{I2, 0, STATUS_OK, {}},
	{I3, 0, STATUS_OK, {}},

	/* From inside: a server that serves, on the context of a caller that waits. */
	{SERVER, SERVER, GONE,
		{{SERVER, GONE}, {CALLER, STATUS_ABORTED}, {HELPER, STATUS_ABORTED}}},
	{CALLER, SERVER, STATUS_OK, {{CALLER, GONE}}},
	{CALLER + 1, SERVER, STATUS_OK, {}},
	{HELPER, SERVER, STATUS_OK, {{HELPER, GONE}}},
	{HELPER + 1, SERVER, STATUS_OK, {{HELPER, PENDING}}},
	{P, SERVER, STATUS_OK, {{HELPER, STATUS_BAD_CAP}}},
	{NW, SERVER, STATUS_OK, {}},
	{C, SERVER, STATUS_OK, {WITH_C}},
	{D, SERVER, STATUS_BAD_STATE, {}},
	{E, SERVER, STATUS_OK, {WITH_E}},
	{S2, S2, GONE, {{S2, GONE}}},
	{S1, S2, STATUS_OK, {{S1, GONE}, {A1, STATUS_ABORTED}}},
	{A1, S2, STATUS_OK, {{A1, GONE}}},
	{A1 + 1, S2, STATUS_OK, {}},
	{PS2, S2, STATUS_OK, {}},
	{E, S2, STATUS_BAD_STATE, {}},
	{D, S2, STATUS_OK, {WITH_D}},
	{PAGER, PAGER, GONE, {{PAGER, GONE}, {FAULTER, STOP}}},
	{FAULTER, PAGER, STATUS_OK, {{FAULTER, GONE}}},
	{FAULTER + 1, PAGER, STATUS_OK, {}},
	{D, PAGER, STATUS_OK, {WITH_D}},
	/* Threads with a context of their own. */
	{WAITER, WAITER, GONE, {{WAITER, GONE}}},
	{WAITER + 1, WAITER, STATUS_OK, {}},
	{NWAIT, WAITER, STATUS_OK, {}},
	{V, WAITER, STATUS_OK, {{GUEST, STATUS_ABORTED}}},
	{G, WAITER, STATUS_OK, {{GUEST, STATUS_ABORTED}, {GUEST2, STATUS_ABORTED}}},
	{GUEST, WAITER, STATUS_OK, {{GUEST, GONE}}},
	{I1, WAITER, STATUS_OK, {}},
	{D, WAITER, STATUS_BAD_STATE, {{WAITER, STATUS_BAD_STATE}}},
	{E, WAITER, STATUS_OK, {WITH_E, {WAITER, STATUS_OK}}},
	{D, WAITER2, STATUS_OK, {WITH_D, {WAITER2, STATUS_OK}}},
	{INNER, INNER, GONE, {{INNER, GONE}}},
	{INNER + 1, INNER, STATUS_OK, {}},
	{C, INNER, STATUS_BAD_STATE, {{INNER, STATUS_BAD_STATE}}},
	{D, INNER, STATUS_BAD_STATE, {{INNER, STATUS_BAD_STATE}}},
};

/* Everything that somebody may wait for comes. */
static void release(void)
{
	for (unsigned n = NW; n < N_END; n++)
		assert_int_equal(
			SYS(root, SYS_SIGNAL, 0, n, 1), object_at(n) ? STATUS_OK : STATUS_BAD_CAP);
	check_all();
	drive(100);
	for (unsigned p = P; p < P_END; p++) {
		uint64_t status = SYS(root, SYS_CALL, 0, p);

		drive(status == PENDING ? 60 : 0);
		status = status_of(root);
		if (!object_at(p))
			assert_int_equal(status, STATUS_BAD_CAP);
		else
			assert_true(status == STATUS_OK || status == STATUS_ABORTED);
	}
	clock_to(fake_now + 2000000);
	drive(100);
	check_all();
}

static uint64_t end_of(unsigned slot)
{
	struct thread *thread;

	if (!object_at(slot))
		return GONE;
	thread = thread_at(slot);
	if (thread->state == THREAD_STOPPED)
		return STOP;
	if (thread->state == THREAD_IDLE)
		return FREE;
	if (thread->state == THREAD_RUNNABLE && thread->regs.resume != RESUME_GUEST) {
		if (thread->regs.rip == USER_FAULT)
			return RESUMED;
		if (thread->regs.rip == USER_START)
			return START;
	}
	return status_of(thread);
}

static uint64_t expected_end(const struct row *row, unsigned t)
{
	uint64_t end = threads[t].end;

	/* The last word is the one that counts. */
	for (unsigned i = 0; i < OTHERS && row && row->others[i].slot; i++)
		if (row->others[i].slot == threads[t].slot)
			end = row->others[i].end;
	return end;
}

static void check_ends(unsigned index, const struct row *row)
{
	unsigned lines = 0;

	for (unsigned t = 0; t < ARRAY_SIZE(threads); t++) {
		uint64_t end = end_of(threads[t].slot), expected = expected_end(row, t);

		if (end != expected)
			fail_msg("row %u: thread %u ends with %lu, not %lu", index, threads[t].slot,
				end, expected);
	}
	for (unsigned i = 0; i < IRQ_LINES; i++)
		lines += fake_lines[i].open;
	for (unsigned i = I1; i < I_END; i++)
		lines -= object_at(i) != NULL;
	assert_int_equal(lines, 0);
}

static void play(unsigned index, const struct row *row)
{
	struct thread *by = root;
	struct ref victim;
	uint64_t status;

	make_world();
	victim = object_ref(object_at(row->victim));
	if (row->by) {
		EXPECT(STATUS_OK, root, SYS_SIGNAL, 0, wakes(row->by), 1);
		by = thread_at(row->by);
	}
	run(by);
	status = SYS(by, SYS_DESTROY, 0, row->victim);
	/* A domain goes in steps, and whoever takes them may lose what he runs on. */
	if (status == PENDING && row->status == STATUS_OK) {
		status = SYS(root, SYS_DESTROY, 0, row->victim);
		status = status == STATUS_BAD_CAP ? STATUS_OK : status;
	}
	if (status != row->status)
		fail_msg("row %u: status %lu, not %lu", index, status, row->status);
	check_all();
	assert_true((object_find(victim) != NULL) == (status == STATUS_BAD_STATE));
	release();
	assert_true((object_find(victim) != NULL) == (status == STATUS_BAD_STATE));
	check_ends(index, row);
}

static void test_each_object_in_each_state(void **state)
{
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		play(i, &rows[i]);
		machine_stop(state);
		machine_start(state);
	}
}

static void test_nothing_goes(void **state)
{
	(void)state;
	make_world();
	release();
	check_ends(0, NULL);
}

/* Each of the world's objects is destroyed by the root task in some row. */
static void test_the_table_is_complete(void **state)
{
	(void)state;
	make_world();
	for (unsigned slot = D; slot <= IDLE; slot++) {
		bool found = !object_at(slot);

		for (unsigned i = 0; i < ARRAY_SIZE(rows) && !found; i++)
			found = rows[i].victim == slot && !rows[i].by;
		if (!found && object_at(slot)->type != OBJECT_SC)
			fail_msg("nobody destroys %u", slot);
	}
}

/* All of it goes in any order: the objects one by one, starting anywhere. */
static void test_everything_goes_one_by_one(void **state)
{
	for (unsigned start = 0; start <= IDLE - D; start++) {
		make_world();
		run(root);
		for (unsigned i = 0; i <= IDLE - D; i++) {
			unsigned slot = D + (start + i * 29) % (IDLE - D + 1);

			if (object_at(slot))
				EXPECT(STATUS_OK, root, SYS_DESTROY, 0, slot);
			check_all();
		}
		machine_stop(state);
		machine_start(state);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_goes),
		TEST(test_each_object_in_each_state),
		TEST(test_the_table_is_complete),
		TEST(test_everything_goes_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
