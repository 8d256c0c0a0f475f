/* SPDX-License-Identifier: MIT */
/* SYS_DELEGATE of memory: rights, kernel frames, page sizes, holes. */
/* LINK: test/unit/kernel/layer.c */
#include "delegate_memory_fixture.h"

static void test_pages_go_from_frame_to_domain_to_domain_to_guest(void **state)
{
	(void)state;
	make_world();
	map(D, RW, FRAME + 5, PLACE + 1, 3);
	assert_int_equal(delegate_pages(D, E, MEM_R, PLACE + 2, PLACE + 7, 2), STATUS_OK);
	assert_int_equal(delegate_pages(E, G, MEM_R, PLACE + 8, 3, 1), STATUS_OK);
	assert_int_equal(frame_of(D, PLACE, NULL, NULL), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(frame_of(D, PLACE + 1 + i, NULL, NULL), FRAME + 5 + i);
	assert_int_equal(frame_of(D, PLACE + 4, NULL, NULL), 0);
	assert_int_equal(frame_of(E, PLACE + 7, NULL, NULL), FRAME + 6);
	assert_int_equal(frame_of(E, PLACE + 8, NULL, NULL), FRAME + 7);
	assert_int_equal(frame_of(G, 3, NULL, NULL), FRAME + 7);
	/* What D loses the others keep: there is no mapping database. */
	map(D, 0, 0, PLACE + 1, 3);
	assert_int_equal(frame_of(D, PLACE + 2, NULL, NULL), 0);
	assert_int_equal(frame_of(E, PLACE + 7, NULL, NULL), FRAME + 6);
}

/* Every pair of what a source has and what is asked for. */
static void test_rights_never_grow(void **state)
{
	static const unsigned has[] = {MEM_R, RW, RX};

	(void)state;
	make_world();
	for (unsigned i = 0; i < ARRAY_SIZE(has); i++)
		for (unsigned ask = MEM_R; ask < 8; ask += 2) {
			unsigned attr = 0, guest = 0;
			unsigned executable = ask & MEM_X;

			map(D, has[i], FRAME, PLACE, 1);
			assert_int_equal(delegate_pages(D, E, ask, PLACE, PLACE, 1), STATUS_OK);
			assert_int_equal(frame_of(E, PLACE, NULL, &attr), FRAME);
			assert_int_equal(attr, has[i] & ask);
			assert_int_equal(delegate_pages(D, G, ask, PLACE, 0, 1), STATUS_OK);
			assert_int_equal(frame_of(G, 0, NULL, &guest), FRAME);
			assert_int_equal(guest, (has[i] & ask) | executable);
		}
}

static void test_a_domain_cannot_raise_its_own_rights(void **state)
{
	unsigned attr = 0;

	(void)state;
	make_world();
	map(D, RW, FRAME, PLACE, 1);
	assert_int_equal(delegate_pages(D, D, MEM_R, PLACE, PLACE, 1), STATUS_OK);
	assert_int_equal(delegate_pages(D, D, RW | MEM_X, PLACE, PLACE, 1), STATUS_OK);
	assert_int_equal(frame_of(D, PLACE, NULL, &attr), FRAME);
	assert_int_equal(attr, MEM_R);
}

static void test_writable_and_executable_is_refused(void **state)
{
	(void)state;
	make_world();
	assert_int_equal(
		delegate_pages(ROOT_MEMORY, D, RW | MEM_X, FRAME, PLACE, 1), STATUS_BAD_ARG);
	assert_int_equal(frame_of(D, PLACE, NULL, NULL), 0);
	map(G, RW | MEM_X, FRAME, 0, 1);
}

static void test_rights_that_are_none_are_refused(void **state)
{
	static const uint64_t bad[] = {MEM_W, MEM_X, MEM_W | MEM_X, MEM_UC, MEM_R | 8,
		MEM_R | PTAB_USER, MEM_R | PTAB_GLOBAL, MEM_R | MEM_UC | MEM_WC, MEM_R | BIT(31)};

	(void)state;
	make_world();
	map(D, RW, FRAME, PLACE, 1);
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(
			delegate_pages(ROOT_MEMORY, D, bad[i], FRAME, PLACE, 1), STATUS_BAD_ARG);
		assert_int_equal(
			delegate_pages(ROOT_MEMORY, G, bad[i], FRAME, PLACE, 1), STATUS_BAD_ARG);
		assert_int_equal(frame_of(D, PLACE, NULL, NULL), FRAME);
	}
}

static void test_memory_types_come_from_the_memory_object(void **state)
{
	unsigned attr = 0;

	(void)state;
	make_world();
	map(D, RW | MEM_UC, FRAME, PLACE, 1);
	map(D, RW | MEM_WC, FRAME, PLACE + 1, 1);
	map(D, RW, FRAME, PLACE + 2, 1);
	assert_int_equal(delegate_pages(D, E, RW | MEM_WC, PLACE, PLACE, 3), STATUS_OK);
	assert_int_equal(frame_of(E, PLACE, NULL, &attr), FRAME);
	assert_int_equal(attr, RW | MEM_UC);
	assert_int_equal(frame_of(E, PLACE + 1, NULL, &attr), FRAME);
	assert_int_equal(attr, RW | MEM_WC);
	assert_int_equal(frame_of(E, PLACE + 2, NULL, &attr), FRAME);
	assert_int_equal(attr, RW);
}

static void test_kernel_frames_are_refused(void **state)
{
	static const uint64_t places[] = {USER_UTCBS, USER_UTCBS + PAGE_SIZE, BOOT_INFO_ADDR,
		ROOT_UTCB_ADDR, ROOT_STACK_TOP - PAGE_SIZE};
	uint64_t first = FAKE_POOL >> PAGE_SHIFT;

	(void)state;
	make_world();
	make_server(ROOT_DOMAIN, A);
	make_vcpu(ROOT_DOMAIN, V, 0);
	for (unsigned to = D; to <= G; to += G - D) {
		assert_int_equal(
			delegate_pages(ROOT_MEMORY, to, MEM_R, first, PLACE, 1), STATUS_BAD_ARG);
		assert_int_equal(
			delegate_pages(ROOT_MEMORY, to, MEM_R, first + FAKE_PAGES - 1, PLACE, 1),
			STATUS_BAD_ARG);
		/* A large page would take the first frame along. */
		assert_int_equal(delegate_pages(ROOT_MEMORY, to, MEM_R, first - LARGE,
					 PLACE + LARGE, 2 * LARGE),
			STATUS_BAD_ARG);
		assert_int_equal(root->regs.r8, LARGE);
		assert_int_equal(frame_of(to, PLACE + LARGE, NULL, NULL), first - LARGE);
		assert_int_equal(frame_of(to, PLACE + 2 * LARGE, NULL, NULL), 0);
		for (unsigned i = 0; i < ARRAY_SIZE(places); i++)
			assert_int_equal(delegate_pages(ROOT_DOMAIN, to, MEM_R,
						 places[i] >> PAGE_SHIFT, PLACE, 1),
				STATUS_BAD_ARG);
	}
	check_all();
}

/* One frame of the kernel's among others: up to it small pages are used. */
static void test_a_kernel_frame_in_a_large_page_is_left_out(void **state)
{
	unsigned level = 9;

	(void)state;
	make_world();
	reserved_add(hpa(RAM + 7 * PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(delegate_pages(ROOT_MEMORY, D, RW, FRAME, PLACE, LARGE), STATUS_BAD_ARG);
	assert_int_equal(root->regs.rdx, FRAME + 7);
	assert_int_equal(root->regs.r10, PLACE + 7);
	assert_int_equal(root->regs.r8, LARGE - 7);
	assert_int_equal(frame_of(D, PLACE + 6, &level, NULL), FRAME + 6);
	assert_int_equal(level, 0);
	assert_int_equal(frame_of(D, PLACE + 7, NULL, NULL), 0);
}

static void test_ranges_that_cannot_be(void **state)
{
	static const struct {
		uint64_t first, at, count;
	} bad[] = {
		{FRAME, USER_END >> PAGE_SHIFT, 1},
		{FRAME, (USER_END >> PAGE_SHIFT) - 1, 2},
		{FRAME, BIT(47 - 12), 1},
		{FRAME, BIT(52), 1},
		{FRAME, UINT64_MAX, 1},
		{FRAME, 0xffff800000000, 1}, /* the kernel's half */
		{FAKE_ADDRESS_END >> PAGE_SHIFT, PLACE, 1},
		{BIT(52), PLACE, 1},
		{UINT64_MAX, PLACE, 1},
		{FRAME, PLACE, UINT64_MAX},
	};

	(void)state;
	make_world();
	for (unsigned i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(delegate_pages(ROOT_MEMORY, D, MEM_R, bad[i].first, bad[i].at,
					 bad[i].count),
			STATUS_BAD_ARG);
		check_all();
	}
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(delegate_pages(ROOT_MEMORY, D, 0, 0, bad[i].at, bad[i].count),
			STATUS_BAD_ARG);
	assert_int_equal(delegate_pages(ROOT_MEMORY, G, MEM_R, FRAME, BIT(36), 1), STATUS_BAD_ARG);
	map(G, MEM_R, FRAME, BIT(36) - 1, 1);
	map(D, MEM_R, FRAME, (USER_END >> PAGE_SHIFT) - 1, 1);
	map(D, MEM_R, FRAME, PLACE, 0);
	assert_int_equal(frame_of(D, PLACE, NULL, NULL), 0);
}

static void test_large_pages_are_used_where_they_fit(void **state)
{
	unsigned level = 9;

	(void)state;
	make_world();
	map(D, RW, FRAME + 1, PLACE + 1, 3 * LARGE);
	assert_int_equal(frame_of(D, PLACE + LARGE - 1, &level, NULL), FRAME + LARGE - 1);
	assert_int_equal(level, 0);
	assert_int_equal(frame_of(D, PLACE + LARGE + 7, &level, NULL), FRAME + LARGE + 7);
	assert_int_equal(level, 1);
	assert_int_equal(frame_of(D, PLACE + 3 * LARGE, &level, NULL), FRAME + 3 * LARGE);
	assert_int_equal(level, 0);
	assert_int_equal(frame_of(D, PLACE + 3 * LARGE + 1, &level, NULL), 0);
	/* Frame and place are not aligned alike. */
	map(E, RW, FRAME + 1, PLACE, LARGE);
	assert_int_equal(frame_of(E, PLACE + 8, &level, NULL), FRAME + 9);
	assert_int_equal(level, 0);
	ptab_ept.leaf_levels |= BIT(2);
	map(G, RW, FRAME, 0, LARGE * LARGE);
	ptab_ept.leaf_levels &= (uint8_t)~BIT(2);
	assert_int_equal(frame_of(G, 12345, &level, NULL), FRAME + 12345);
	assert_int_equal(level, 2);
}

/* What a source has as one large page goes on from any page of it. */
static void test_part_of_a_large_page_is_passed_on(void **state)
{
	unsigned level = 9;

	(void)state;
	make_world();
	map(D, RW, FRAME, PLACE, 2 * LARGE);
	assert_int_equal(delegate_pages(D, E, RW, PLACE + 5, PLACE + 1, 3), STATUS_OK);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(frame_of(E, PLACE + 1 + i, NULL, NULL), FRAME + 5 + i);
	assert_int_equal(
		delegate_pages(D, G, RW, PLACE + LARGE - 2, LARGE - 2, LARGE + 2), STATUS_OK);
	for (unsigned i = 0; i < LARGE + 2; i++)
		assert_int_equal(frame_of(G, LARGE - 2 + i, &level, NULL), FRAME + LARGE - 2 + i);
	assert_int_equal(level, 1);
}

static void test_a_large_page_is_split_and_small_ones_are_kept(void **state)
{
	unsigned level = 9;

	(void)state;
	make_world();
	map(D, RW, FRAME, PLACE, LARGE);
	map(D, RW, FRAME + 3000, PLACE + 100, 1);
	assert_int_equal(frame_of(D, PLACE + 99, &level, NULL), FRAME + 99);
	assert_int_equal(level, 0);
	assert_int_equal(frame_of(D, PLACE + 100, NULL, NULL), FRAME + 3000);
	assert_int_equal(frame_of(D, PLACE + 101, NULL, NULL), FRAME + 101);
	map(D, MEM_R, FRAME, PLACE, LARGE);
	assert_int_equal(frame_of(D, PLACE + 100, &level, NULL), FRAME + 100);
	assert_int_equal(level, 0);
}

static void test_holes_of_the_source_are_skipped(void **state)
{
	(void)state;
	make_world();
	map(D, RW, FRAME, PLACE, 1);
	map(D, RW, FRAME + 2, PLACE + 2, 1);
	map(E, RW, FRAME + 9, PLACE + 1, 1);
	assert_int_equal(delegate_pages(D, E, RW, PLACE, PLACE, 300), STATUS_OK);
	assert_int_equal(frame_of(E, PLACE, NULL, NULL), FRAME);
	assert_int_equal(frame_of(E, PLACE + 1, NULL, NULL), FRAME + 9);
	assert_int_equal(frame_of(E, PLACE + 2, NULL, NULL), FRAME + 2);
	assert_int_equal(frame_of(E, PLACE + 3, NULL, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_pages_go_from_frame_to_domain_to_domain_to_guest),
		TEST(test_rights_never_grow),
		TEST(test_a_domain_cannot_raise_its_own_rights),
		TEST(test_writable_and_executable_is_refused),
		TEST(test_rights_that_are_none_are_refused),
		TEST(test_memory_types_come_from_the_memory_object),
		TEST(test_kernel_frames_are_refused),
		TEST(test_a_kernel_frame_in_a_large_page_is_left_out),
		TEST(test_ranges_that_cannot_be),
		TEST(test_large_pages_are_used_where_they_fit),
		TEST(test_part_of_a_large_page_is_passed_on),
		TEST(test_a_large_page_is_split_and_small_ones_are_kept),
		TEST(test_holes_of_the_source_are_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
