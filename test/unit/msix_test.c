/* SPDX-License-Identifier: MIT */
/* MSI-X: the table, masks of vectors and of the function, what waits. */
#include "vmm/dev/msix.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* LINK: vmm-user/vmm/dev/msix.c */

#define VECTORS 3u
#define ADDRESS(v) (0xfee00000u + ((v) << 12))

static struct msix m;
static unsigned sent;
static uint64_t address;
static uint32_t data;

static void send(void *ctx, uint64_t to, uint32_t what)
{
	assert_ptr_equal(ctx, &sent);
	address = to;
	data = what;
	sent++;
}

static int setup(void **state)
{
	(void)state;
	sent = 0;
	msix_init(&m, VECTORS, send, &sent);
	return 0;
}

/* On, with every vector's message set and unmasked. */
static void all_on(void)
{
	for (unsigned v = 0; v < VECTORS; v++) {
		msix_table_write(&m, 16 * v, 4, ADDRESS(v));
		msix_table_write(&m, 16 * v + 8, 4, 0x40 + v);
		msix_table_write(&m, 16 * v + 12, 4, 0);
	}
	msix_control_write(&m, MSIX_CONTROL_ENABLE);
}

static void the_table_holds_what_is_written(void **state)
{
	static const uint32_t want[] = {0xfffffffc, 0xffffffff, 0xffffffff, 1};

	(void)state;
	for (unsigned at = 0; at < VECTORS * 16; at += 4) {
		assert_int_equal(msix_table_read(&m, at, 4), at % 16 == 12);
		msix_table_write(&m, at, 4, 0xffffffff);
		assert_int_equal(msix_table_read(&m, at, 4), want[at % 16 / 4]);
		msix_table_write(&m, at, 4, 0);
		assert_int_equal(msix_table_read(&m, at, 4), 0);
	}
}

static void odd_accesses_do_nothing(void **state)
{
	static const struct {
		uint64_t offset;
		unsigned bytes;
	} rows[] = {{0, 1}, {0, 2}, {0, 8}, {2, 4}, {VECTORS * 16, 4}, {UINT64_MAX - 3, 4},
		{0x1000, 4}};

	(void)state;
	all_on();
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		msix_table_write(&m, rows[i].offset, rows[i].bytes, 0xffffffff);
		assert_int_equal(msix_table_read(&m, rows[i].offset, rows[i].bytes), 0);
	}
	for (unsigned v = 0; v < VECTORS; v++)
		assert_int_equal(msix_table_read(&m, 16 * v, 4), ADDRESS(v));
	assert_int_equal(msix_table_read(&m, 8, 4), 0x40);
}

static void a_raised_vector_is_sent(void **state)
{
	(void)state;
	all_on();
	msix_table_write(&m, 16 + 4, 4, 0x12345678);
	msix_raise(&m, 1);
	assert_int_equal(sent, 1);
	assert_int_equal(address, 0x1234567800000000 | ADDRESS(1));
	assert_int_equal(data, 0x41);
	msix_raise(&m, VECTORS);
	msix_raise(&m, 0xffff);
	assert_int_equal(sent, 1);
	assert_int_equal(msix_pending_read(&m, 0, 8), 0);
}

static void off_means_off(void **state)
{
	(void)state;
	all_on();
	msix_control_write(&m, 0);
	msix_raise(&m, 0);
	msix_control_write(&m, MSIX_CONTROL_ENABLE);
	assert_int_equal(sent, 0);
}

static void a_masked_vector_waits(void **state)
{
	(void)state;
	all_on();
	msix_table_write(&m, 16 + 12, 4, 1);
	msix_raise(&m, 1);
	msix_raise(&m, 1);
	assert_int_equal(sent, 0);
	assert_int_equal(msix_pending_read(&m, 0, 4), 2);
	assert_int_equal(msix_pending_read(&m, 0, 8), 2);
	assert_int_equal(msix_pending_read(&m, 0, 2), 0);
	assert_int_equal(msix_pending_read(&m, 4, 4), 0);
	msix_raise(&m, 0); /* another goes its way */
	assert_int_equal(sent, 1);
	msix_table_write(&m, 16 + 12, 4, 0);
	assert_int_equal(sent, 2);
	assert_int_equal(data, 0x41);
	assert_int_equal(msix_pending_read(&m, 0, 4), 0);
}

static void a_masked_function_waits(void **state)
{
	(void)state;
	all_on();
	msix_control_write(&m, MSIX_CONTROL_ENABLE | MSIX_CONTROL_MASK);
	msix_raise(&m, 0);
	msix_raise(&m, 2);
	assert_int_equal(sent, 0);
	assert_int_equal(msix_pending_read(&m, 0, 4), 5);
	msix_control_write(&m, MSIX_CONTROL_ENABLE);
	assert_int_equal(sent, 2);
	assert_int_equal(data, 0x42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_table_holds_what_is_written, setup),
		cmocka_unit_test_setup(odd_accesses_do_nothing, setup),
		cmocka_unit_test_setup(a_raised_vector_is_sent, setup),
		cmocka_unit_test_setup(off_means_off, setup),
		cmocka_unit_test_setup(a_masked_vector_waits, setup),
		cmocka_unit_test_setup(a_masked_function_waits, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
