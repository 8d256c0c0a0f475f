/* SPDX-License-Identifier: MIT */
/* SYS_DELEGATE of memory: no old translation is left after a revocation. */
/* LINK: test/unit/kernel/layer.c */
#include "delegate_memory_fixture.h"

/* After a revocation, or a change, the TLB finds what the tables say. */
static void test_no_old_translation_is_left(void **state)
{
	struct thread *a;

	(void)state;
	make_world();
	map(D, RW, FRAME, PLACE, 8);
	a = make_thread(D, A, TOP);
	grant(D, D, D, RIGHT_ALL);
	run(a);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(fake_access(USER_MEMORY + i * PAGE_SIZE), RAM + i * PAGE_SIZE);
	map(D, 0, 0, PLACE, 1); /* while another domain runs */
	map(D, RW, FRAME + 77, PLACE + 1, 1);
	EXPECT(STATUS_OK, a, SYS_DELEGATE, DELEGATE_MEMORY, D, DELEGATE_RIGHTS(D, 0), 0, PLACE + 2,
		1); /* in its own */
	assert_int_equal(fake_access(USER_MEMORY), 0);
	assert_int_equal(fake_access(USER_MEMORY + PAGE_SIZE), RAM + 77 * PAGE_SIZE);
	assert_int_equal(fake_access(USER_MEMORY + 2 * PAGE_SIZE), 0);
	assert_int_equal(fake_access(USER_MEMORY + 3 * PAGE_SIZE), RAM + 3 * PAGE_SIZE);
}

static void test_no_old_translation_of_a_guest_is_left(void **state)
{
	struct space *space;

	(void)state;
	make_world();
	space = space_at(G);
	space->cpus = 1; /* as if a vCPU had run on it */
	map(G, RW | MEM_X, FRAME, 0, 2 * LARGE);
	assert_int_equal(fake_guest_access(space->root, 5 * PAGE_SIZE), RAM + 5 * PAGE_SIZE);
	map(G, 0, 0, 5, 1);
	assert_int_equal(fake_guest_access(space->root, 5 * PAGE_SIZE), 0);
	assert_int_equal(fake_guest_access(space->root, 6 * PAGE_SIZE), RAM + 6 * PAGE_SIZE);
	map(G, MEM_R, FRAME + 9, 6, 1);
	assert_int_equal(fake_guest_access(space->root, 6 * PAGE_SIZE), RAM + 9 * PAGE_SIZE);
}

/* Each page has a table of its own: more tables than one change can hold. */
static void test_a_revocation_frees_many_tables(void **state)
{
	struct space *space;
	uint64_t used;

	(void)state;
	make_world();
	space = space_at(G);
	space->cpus = 1;
	used = layer_root->account.pages_used;
	for (unsigned i = 0; i < 50; i++)
		map(G, MEM_R, FRAME, i * LARGE, 1);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(
			fake_guest_access(space->root, (uint64_t)i * LARGE * PAGE_SIZE), RAM);
	map(G, 0, 0, 0, 50 * LARGE);
	for (unsigned i = 0; i < 50; i++)
		assert_int_equal(
			fake_guest_access(space->root, (uint64_t)i * LARGE * PAGE_SIZE), 0);
	assert_int_equal(layer_root->account.pages_used, used);
}

/* A domain made anew in the place of an old one has the old one's PCID. */
static void test_a_new_space_does_not_see_the_old_ones_translations(void **state)
{
	uint64_t id = 0;

	(void)state;
	for (unsigned round = 0; round < 2; round++) {
		make_domain(D);
		assert_true(!id || object_at(D)->id == id);
		id = object_at(D)->id;
		run(make_thread(D, A, TOP));
		assert_int_equal(fake_access(USER_MEMORY), 0);
		if (round == 0)
			map(D, MEM_R, FRAME, PLACE, 1);
		run(thread_at(A));
		assert_int_equal(fake_access(USER_MEMORY), round ? 0 : RAM);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, A + 1);
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	}
}

/* The destination has used up its account: what one call mapped, whatever leaves it
 * is made of, can be taken away; a part of a large page cannot. */
static void test_a_revocation_needs_memory_only_for_a_part(void **state)
{
	uint64_t left;

	(void)state;
	for (uint64_t size = 1; size < 12; size++) {
		assert_int_equal(CREATE(root, ROOT_DOMAIN, OBJECT_DOMAIN, D, size), STATUS_OK);
		if (delegate_pages(ROOT_MEMORY, D, RW, FRAME + 1, PLACE + 1, 3 * LARGE) ==
			STATUS_OK)
			break;
		EXPECT(STATUS_OK, root, SYS_DESTROY, 0, D);
	}
	assert_int_equal(domain_at(D)->account.pages_used, domain_at(D)->account.pages_limit);
	assert_int_equal(
		delegate_pages(ROOT_MEMORY, D, 0, 0, PLACE + LARGE - 1, 3), STATUS_NO_MEMORY);
	assert_int_equal(root->regs.r10, PLACE + LARGE);
	assert_int_equal(frame_of(D, PLACE + LARGE - 1, NULL, NULL), 0);
	for (uint64_t page = LARGE; page < 2 * LARGE; page++)
		assert_int_equal(frame_of(D, PLACE + page, NULL, NULL), FRAME + page);
	assert_int_equal(delegate_pages(ROOT_MEMORY, D, 0, 0, PLACE + 1, 3 * LARGE), STATUS_OK);
	for (left = 0; left < 4 * LARGE; left++)
		assert_int_equal(frame_of(D, PLACE + left, NULL, NULL), 0);
	check_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_no_old_translation_is_left),
		TEST(test_no_old_translation_of_a_guest_is_left),
		TEST(test_a_revocation_frees_many_tables),
		TEST(test_a_revocation_needs_memory_only_for_a_part),
		TEST(test_a_new_space_does_not_see_the_old_ones_translations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
