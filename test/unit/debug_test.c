/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/debug.c */
#include "vmm/debug.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

static struct vcpu_state s;
static struct debug d;

static int setup(void **state)
{
	(void)state;
	s = (struct vcpu_state){0};
	debug_init(&d, &s);
	return 0;
}

static void test_reset(void **state)
{
	(void)state;
	assert_int_equal(d.dr[6], 0xffff0ff0);
	assert_int_equal(d.dr[7], 0x400);
	assert_int_equal(s.dr7, 0x400);
	assert_int_equal(s.dirty, GROUP_DR);
}

static const struct {
	unsigned dr;
	uint64_t value, reads, loaded; /* loaded: what the CPU gets */
	bool good;
} writes[] = {
	{0, 0x1122334455667788, 0x1122334455667788, 0x1122334455667788, true},
	{1, 1, 1, 1, true},
	{2, ~0ull, ~0ull, ~0ull, true},
	{3, 3, 3, 3, true},
	{6, 0, 0xffff0ff0, 0, true},
	{6, 0xffffffff, 0xffffefff, 0, true},
	{6, 1ull << 32, 0xffff0ff0, 0, false},
	{7, 0, 0x400, 0x400, true},
	{7, 0xffffffff, 0xffff27ff, 0xffff07ff, true},
	{7, 0x2000, 0x2400, 0x400, true},
	{7, 1ull << 63, 0x400, 0x400, false},
};

static void test_writes(void **state)
{
	for (size_t i = 0; i < sizeof writes / sizeof writes[0]; i++) {
		unsigned dr = writes[i].dr;

		setup(state);
		s.dirty = 0;
		assert_int_equal(debug_write(&d, &s, dr, writes[i].value), writes[i].good);
		assert_int_equal(d.dr[dr], writes[i].reads);
		if (dr != 6)
			assert_int_equal(dr == 7 ? s.dr7 : s.dr[dr], writes[i].loaded);
		assert_int_equal(s.dirty, writes[i].good && dr != 6 ? GROUP_DR : 0);
	}
}

static void test_trap(void **state)
{
	(void)state;
	assert_true(debug_write(&d, &s, 7, DR7_GD));
	debug_trap(&d, DR6_BS | 1 | 1ull << 40);
	assert_int_equal(d.dr[6], 0xffff0ff0 | DR6_BS | 1);
	assert_int_equal(d.dr[7], 0x400);
	debug_trap(&d, 2);
	assert_int_equal(d.dr[6], 0xffff0ff0 | DR6_BS | 3);
}

/* Breakpoint 1 on ports 0x3fc to 0x3ff, breakpoint 3 on port 0x80. */
#define DR7_PORTS (1ull << 2 | 0xeull << 20 | 2ull << 6 | 0x2ull << 28)

static const struct {
	uint16_t port;
	unsigned bytes;
	uint64_t hits;
} ports[] = {
	{0x3fb, 1, 0},
	{0x3fb, 2, 2},
	{0x3fc, 1, 2},
	{0x3ff, 1, 2},
	{0x400, 1, 0},
	{0x3f8, 4, 0},
	{0x3ff, 4, 2},
	{0x80, 1, 8},
	{0x7f, 1, 0},
	{0x7f, 2, 8},
	{0x7d, 4, 8},
	{0x81, 1, 0},
};

static void test_ports(void **state)
{
	(void)state;
	assert_false(debug_has_ports(&d));
	assert_true(debug_write(&d, &s, 1, 0x3fe)); /* its length aligns it */
	assert_true(debug_write(&d, &s, 3, 0x80));
	assert_true(debug_write(&d, &s, 7, DR7_PORTS));
	assert_true(debug_has_ports(&d));
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (debug_port_hits(&d, ports[i].port, ports[i].bytes) != ports[i].hits)
			fail_msg("port %#x, %u bytes", ports[i].port, ports[i].bytes);
	/* kinds other than ports, or none enabled */
	assert_true(debug_write(&d, &s, 7, 0xff | 1ull << 20 | 1ull << 28));
	assert_false(debug_has_ports(&d));
	assert_int_equal(debug_port_hits(&d, 0x80, 1), 0);
	assert_true(debug_write(&d, &s, 7, DR7_PORTS & ~0xffull));
	assert_false(debug_has_ports(&d));
	assert_int_equal(debug_port_hits(&d, 0x80, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_reset, setup),
		cmocka_unit_test_setup(test_writes, setup),
		cmocka_unit_test_setup(test_trap, setup),
		cmocka_unit_test_setup(test_ports, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
