/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/note.c */
/*
 * What servers of many CPUs note of one component: the first event, whole, and each
 * virtual CPU once; calls of an earlier life of the component change nothing.
 */
#include "init/note.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <threads.h>

#define ROUNDS 2000u
#define NOTES 64u

static struct note note;

static int set_up(void **state)
{
	(void)state;
	memset(&note, 0, sizeof(note));
	return 0;
}

static struct event fault(uint64_t word)
{
	return (struct event){
		EVENT_FAULT, (uint32_t)word, {word, word + 1, word + 2, word + 3, word + 4}};
}

static void first_event_stays(void **state)
{
	struct event first = fault(14), second = {.kind = EVENT_ENDED}, got;

	(void)state;
	assert_false(note_get(&note, &got));
	assert_true(note_put(&note, 0, &first));
	assert_false(note_put(&note, 0, &second));
	for (int i = 0; i < 2; i++) {
		assert_true(note_get(&note, &got));
		assert_memory_equal(&got, &first, sizeof(got));
	}
}

static void former_lives_change_nothing(void **state)
{
	struct event event = fault(6), got;

	(void)state;
	assert_int_equal(note_generation(&note), 0);
	assert_true(note_put(&note, 0, &event));
	note_forget(&note);
	assert_int_equal(note_generation(&note), 1);
	assert_false(note_get(&note, &got));
	assert_false(note_put(&note, 0, &event));
	assert_int_equal(note_ask(&note, 0, 1), STATUS_ABORTED);
	assert_false(note_get(&note, &got));
	assert_int_equal(note_ask(&note, 1, 1), STATUS_OK);
	assert_true(note_put(&note, 1, &event));
}

static void generations_wrap(void **state)
{
	struct event event = fault(6), got;

	(void)state;
	note.state = note.asked = 0xffffffffull << 32;
	note_forget(&note);
	assert_int_equal(note_generation(&note), 0);
	assert_false(note_put(&note, UINT32_MAX, &event));
	assert_true(note_put(&note, 0, &event));
	assert_true(note_get(&note, &got));
}

static void each_virtual_cpu_is_asked_for_once(void **state)
{
	(void)state;
	for (uint64_t vcpu = 1; vcpu < START_VCPUS; vcpu++)
		assert_int_equal(note_ask(&note, 0, vcpu), STATUS_OK);
	for (uint64_t vcpu = 1; vcpu < START_VCPUS; vcpu++)
		assert_int_equal(note_ask(&note, 0, vcpu), STATUS_IN_USE);
	assert_int_equal(note_ask(&note, 0, 0), STATUS_BAD_ARG);
	assert_int_equal(note_ask(&note, 0, START_VCPUS), STATUS_BAD_ARG);
	assert_int_equal(note_ask(&note, 0, UINT64_MAX), STATUS_BAD_ARG);
	assert_int_equal(note_ask(&note, 0, 1ull << 32 | 1), STATUS_BAD_ARG);
	note_forget(&note);
	assert_int_equal(note_ask(&note, 1, 31), STATUS_OK);
}

/*
 * Servers of two CPUs at once, let go together in each round: one event for each
 * component, never a mixture, and each virtual CPU granted once.
 */
static struct note many[NOTES];
static uint32_t go, done, noted, granted;

static void wait_for(const uint32_t *word, uint32_t value)
{
	for (uint32_t i = 1; __atomic_load_n(word, __ATOMIC_ACQUIRE) < value; i++)
		if (i % 10000 == 0)
			thrd_yield();
}

static void serve(uint32_t round, uint64_t self)
{
	uint32_t first = 0, given = 0;

	for (uint32_t i = 0; i < NOTES; i++) {
		struct event event = fault(round * 2 + self);

		first += note_put(&many[i], round, &event);
		for (uint64_t vcpu = 1; vcpu < START_VCPUS; vcpu++)
			given += note_ask(&many[i], round, vcpu) == STATUS_OK;
	}
	__atomic_fetch_add(&noted, first, __ATOMIC_RELAXED);
	__atomic_fetch_add(&granted, given, __ATOMIC_RELAXED);
}

static int other_server(void *argument)
{
	(void)argument;
	for (uint32_t round = 0; round < ROUNDS; round++) {
		wait_for(&go, round + 1);
		serve(round, 1);
		__atomic_store_n(&done, round + 1, __ATOMIC_RELEASE);
	}
	return 0;
}

static void servers_do_not_mix(void **state)
{
	thrd_t thread;

	(void)state;
	assert_int_equal(thrd_create(&thread, other_server, NULL), thrd_success);
	for (uint32_t round = 0; round < ROUNDS; round++) {
		__atomic_store_n(&go, round + 1, __ATOMIC_RELEASE);
		serve(round, 0);
		wait_for(&done, round + 1);
		for (uint32_t i = 0; i < NOTES; i++) {
			struct event got;

			assert_true(note_get(&many[i], &got));
			for (uint64_t k = 0; k < 5; k++)
				assert_true(got.word[k] == got.word[0] + k);
			assert_int_equal(got.vcpu, (uint32_t)got.word[0]);
			note_forget(&many[i]);
		}
	}
	assert_int_equal(thrd_join(thread, NULL), thrd_success);
	assert_int_equal(noted, ROUNDS * NOTES);
	assert_int_equal(granted, ROUNDS * NOTES * (START_VCPUS - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(first_event_stays, set_up),
		cmocka_unit_test_setup(former_lives_change_nothing, set_up),
		cmocka_unit_test_setup(generations_wrap, set_up),
		cmocka_unit_test_setup(each_virtual_cpu_is_asked_for_once, set_up),
		cmocka_unit_test_setup(servers_do_not_mix, set_up),
	};

	return cmocka_run_group_tests_name("init_note", tests, NULL, NULL);
}
