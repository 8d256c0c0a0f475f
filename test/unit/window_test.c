/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/window.c arch/x86_64/ptab.c arch/x86_64/ptab_format.c */
/* The kernel's own mappings, and the audit of them: it must see what is planted. */
#include "window.h"

#include "assert.h"
#include "console.h"
#include "layout.h"
#include "pool.h"
#include "ptab.h"
#include "smp.h"
#include "virt.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define PAGES 64u
#define POOL_PA 0x10000000ull
#define POOL_BYTES (4ull << 20)
#define RAM 0x20000000ull
#define PLACE 0xffffffff80204000ull

static uint8_t arena[PAGES][PAGE_SIZE] ALIGNED(4096);
static unsigned taken;

/* An empty image: addresses of the kernel's half cannot be linked on the host. */
__asm__(".data\n.globl init_start, text_start, text_end, rodata_end, data_end\n"
	"init_start:\ntext_start:\ntext_end:\nrodata_end:\ndata_end:\n.text\n");

void *pool_take(enum pool_use use)
{
	(void)use;
	assert_in_range(taken, 0, PAGES - 1);
	return memset(arena[taken++], 0, PAGE_SIZE);
}

void pool_give(void *page)
{
	(void)page;
}

hpa_t pool_hpa(const void *page)
{
	return hpa(POOL_PA + (uint64_t)((const uint8_t *)page - arena[0]));
}

uint64_t pool_linear = (uint64_t)arena - POOL_PA;

static jmp_buf panicked;
static bool panic_expected;

void panic(const char *format, ...)
{
	if (panic_expected)
		longjmp(panicked, 1);
	fail_msg("panic: %s", format);
	abort();
}

static jmp_buf resumed;
static struct regs *resumed_with;

NORETURN void resume(struct regs *regs)
{
	resumed_with = regs;
	longjmp(resumed, 1);
}

void kprintf(const char *format, ...)
{
	(void)format;
}

static unsigned locked;

void smp_lock(void)
{
	locked++;
}

void smp_unlock(void)
{
	locked--;
}

void smp_run(uint32_t mask, void (*run)(void *), void *argument)
{
	assert_int_equal(mask, ~0u);
	assert_int_equal(locked, 1);
	run(argument);
}

static hpa_t root;

static int setup(void **state)
{
	(void)state;
	taken = 0;
	root = window_build(hpa(POOL_PA), POOL_BYTES);
	return 0;
}

static void test_only_the_pool_is_mapped(void **state)
{
	struct ptab_leaf leaf;

	(void)state;
	assert_true(ptab_lookup(&ptab_host, root, POOL_BASE + POOL_BYTES - 1, &leaf));
	assert_int_equal(leaf.attr, MEM_R | MEM_W | PTAB_GLOBAL);
	assert_false(ptab_lookup(&ptab_host, root, POOL_BASE + POOL_BYTES, &leaf));
	assert_false(ptab_lookup(&ptab_host, root, 0x200000, &leaf));
}

static void test_a_sound_half_is_passed(void **state)
{
	uint64_t bad;

	(void)state;
	assert_int_equal(window_audit(&bad), POOL_BYTES / ptab_size(1));
	assert_int_equal(bad, 0);
}

static void *source_take(struct page_source *source, unsigned use)
{
	(void)source;
	return pool_take(use);
}

static void plant(const struct ptab_format *format, unsigned attr)
{
	struct page_source source = {.take = source_take};
	struct ptab_leaf leaf = {PLACE, hpa(RAM), 0, attr};
	struct ptab_change change = {0};

	assert_int_equal(ptab_map(format, root, &leaf, &source, &change), STATUS_OK);
}

static void test_a_page_for_ring_3_is_found(void **state)
{
	uint64_t bad;

	(void)state;
	plant(&ptab_host, MEM_R | PTAB_USER);
	assert_int_equal(window_audit(&bad), POOL_BYTES / ptab_size(1) + 1);
	assert_int_equal(bad, PLACE);
}

/* The walker refuses to make such a page, so it is made behind its back. */
static void test_a_writable_executable_page_is_found(void **state)
{
	struct ptab_format loose = ptab_host;
	uint64_t bad;

	(void)state;
	loose.pairs = 0;
	plant(&loose, MEM_R | MEM_W | MEM_X);
	(void)window_audit(&bad);
	assert_int_equal(bad, PLACE);
}

/* The image has no pages here, so there is none to unmap. */
static void test_the_end_of_boot(void **state)
{
	struct regs *frame = (struct regs *)arena[0];

	(void)state;
	if (!setjmp(resumed))
		window_end_boot(frame);
	assert_ptr_equal(resumed_with, frame);
	assert_int_equal(locked, 0);
	plant(&ptab_host, MEM_R | PTAB_USER);
	panic_expected = true;
	if (!setjmp(panicked)) {
		window_end_boot(frame);
		fail();
	}
	panic_expected = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_only_the_pool_is_mapped, setup),
		cmocka_unit_test_setup(test_a_sound_half_is_passed, setup),
		cmocka_unit_test_setup(test_a_page_for_ring_3_is_found, setup),
		cmocka_unit_test_setup(test_a_writable_executable_page_is_found, setup),
		cmocka_unit_test_setup(test_the_end_of_boot, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
