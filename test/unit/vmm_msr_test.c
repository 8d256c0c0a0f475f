/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/msr.c vmm-user/vmm/cr.c vmm-user/vmm/guest_memory.c vmm-user/vmm/clock.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/apic.c */
/* clang-format on */
#include "vmm/msr.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "vmm/clock.h"
#include "vmm/dev/lapic.h"
#include "vmm/guest_memory.h"

static void send(void *ctx, const struct apic_message *message)
{
	(void)ctx, (void)message;
}
static void event(void *ctx, enum lapic_event what, uint8_t vector)
{
	(void)ctx, (void)what, (void)vector;
}
static void eoi(void *ctx, uint8_t vector)
{
	(void)ctx, (void)vector;
}
static const struct lapic_ops ops = {send, event, eoi};

static struct vcpu_state s;
static struct lapic lapic;
static struct clock clock_;
static struct msr_file file;
static struct msr_env env = {.state = &s, .lapic = &lapic, .clock = &clock_};
static unsigned reports;

static void report(uint32_t msr, bool write)
{
	(void)msr, (void)write;
	reports++;
}

static int setup(void **state)
{
	(void)state;
	memset(&s, 0, sizeof s);
	reports = 0;
	env.tsc = 1000;
	msr_init(&file, report);
	if (clock_init(&clock_, 1000000))
		return 1;
	lapic_init(&lapic, 0, true, &clock_, &ops, NULL);
	return 0;
}

/* GP: the access faults. */
#define GP 0xbadbadbadbadull
static const struct {
	uint32_t msr;
	uint64_t reads, written, then; /* the value read before and after a write */
} rows[] = {
	{0x17, 0, GP, 0},
	{0x3a, 1, GP, 1},
	{0x8b, 0, 1, 0},
	{0xce, 0, GP, 0},
	{0xfe, 0x508, GP, 0x508},
	{0x179, 0, GP, 0},
	{0x17a, 0, 7, 7},
	{0x277, 0, 0x0007040601050406, 0x0007040601050406},
	{0x277, 0, 0x0200000000000000, GP},
	{0x277, 0, 0x0000000000000300, GP},
	{0x277, 0, 0x0000000800000000, GP},
	{0xc0010010, 0, ~0ull, 0},
	{0xc0010015, 0x1000000, 0x40, 0x1000000},
	{0xc001001f, 0, ~0ull, 0},
	{0xc0010055, 0, 0, 0},
	{0xc0010058, 0, ~0ull, 0},
	{0xc0011029, 2, 0, 2},
	{0xc001102a, 0, ~0ull, 0},
	{0x17a, 0, GP, 0},
	{0x198, 0, GP, 0},
	{0x1a0, 0x1801, 0, 0x1800},
	{0x1a0, 0x1801, ~0ull, 0x1801},
	{0x1d9, 0, 3, 3},
	{0x200, 0xc0000000, 0x80000006, 0x80000006},
	{0x201, 0xfffffc0000800, 0xfffff80000800, 0xfffff80000800},
	{0x202, 0, 0x100, GP}, /* a reserved bit */
	{0x20f, 0, 0xfffff80000800, 0xfffff80000800},
	{0x250, 0, 0x0606060606060606, 0x0606060606060606},
	{0xc0000081, 0, ~0ull, ~0ull},
	{0xc0000082, 0, 0xffffffff81000000, 0xffffffff81000000},
	{0xc0000082, 0, 0x0000800000000000, GP},
	{0xc0000083, 0, 0x00007fffffffffff, 0x00007fffffffffff},
	{0xc0000083, 0, 0xffff7fffffffffff, GP},
	{0xc0000084, 0, 0xffffffff, 0xffffffff},
	{0xc0000084, 0, 0x100000000, GP},
	{0x250, 0, 0x0206060606060606, GP}, /* no such memory type */
	{0x250, 0, 0x0606060606060607, GP},
	{0x258, 0, 1, 1},
	{0x259, 0, 4, 4},
	{0x268, 0, 5, 5},
	{0x26f, 0, 6, 6},
	{0x2ff, 0x806, 0xc00, 0xc00},
	{0x2ff, 0x806, 0x1000, GP},
	{0xc0000080, 0, EFER_SCE | EFER_NXE, EFER_SCE | EFER_NXE},
	{0xc0000080, 0, BIT(12), GP},
	{0x1b, 0xfee00900, 0xfee00d00, 0xfee00d00},
	{0x1b, 0xfee00900, 0xfee00500, GP},
	{0x6e0, 0, 0, 0},
};

static void test_rows(void **state)
{
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		uint64_t value = 0, write = rows[i].written == GP ? ~0ull : rows[i].written;
		bool refused = rows[i].written == GP || rows[i].then == GP;

		setup(state);
		assert_int_equal(msr_read(&file, &env, rows[i].msr, &value), STATUS_OK);
		if (value != rows[i].reads)
			fail_msg("row %zu reads %#lx", i, (long)value);
		if (msr_write(&file, &env, rows[i].msr, write) !=
			(refused ? STATUS_BAD_ARG : STATUS_OK))
			fail_msg("row %zu: write", i);
		assert_int_equal(msr_read(&file, &env, rows[i].msr, &value), STATUS_OK);
		if (value != (refused ? rows[i].reads : rows[i].then))
			fail_msg("row %zu reads %#lx after the write", i, (long)value);
		assert_int_equal(reports, 0);
	}
}

/* The hole below 4 GiB is uncached, all else write-back. */
static void test_mtrr_reset(void **state)
{
	uint64_t base, mask;

	(void)state;
	assert_int_equal(msr_read(&file, &env, 0x200, &base), STATUS_OK);
	assert_int_equal(msr_read(&file, &env, 0x201, &mask), STATUS_OK);
	assert_int_equal(base & 0xff, 0);
	assert_int_equal(GUEST_HOLE & mask, base & ~0xffull & mask);
	assert_int_equal((GUEST_HIGH - 1) & mask & ~0xfffull, base & ~0xffull);
	assert_int_not_equal(GUEST_HIGH & mask & ~0xfffull, base & ~0xffull);
	assert_int_not_equal((GUEST_HOLE - 1) & mask & ~0xfffull, base & ~0xffull);
}

static void test_tsc(void **state)
{
	uint64_t value;

	(void)state;
	s.tsc_offset = 100;
	assert_int_equal(msr_read(&file, &env, 0x10, &value), STATUS_OK);
	assert_int_equal(value, 1000);
	assert_int_equal(msr_write(&file, &env, 0x10, 5000), STATUS_OK);
	assert_int_equal(s.tsc_offset, 4100);
	assert_int_equal(s.dirty, GROUP_TSC);
	assert_int_equal(clock_.tsc_base, 4000);
	assert_int_equal(msr_read(&file, &env, 0x3b, &value), STATUS_OK);
	assert_int_equal(value, 4000);
	assert_int_equal(msr_write(&file, &env, 0x3b, (uint64_t)-1000), STATUS_OK);
	assert_int_equal(s.tsc_offset, (uint64_t)-900);
	assert_int_equal(clock_.tsc_base, (uint64_t)-1000);
	assert_int_equal(msr_read(&file, &env, 0x3b, &value), STATUS_OK);
	assert_int_equal(value, (uint64_t)-1000);
}

static void test_x2apic(void **state)
{
	uint64_t value;

	(void)state;
	assert_int_equal(msr_read(&file, &env, 0x803, &value), STATUS_BAD_ARG);
	assert_int_equal(msr_write(&file, &env, 0x1b, 0xfee00d00), STATUS_OK);
	assert_int_equal(msr_read(&file, &env, 0x803, &value), STATUS_OK);
	assert_int_not_equal(value, 0);
	assert_int_equal(msr_write(&file, &env, 0x808, 0x20), STATUS_OK);
	assert_int_equal(lapic.tpr, 0x20);
	assert_int_equal(msr_write(&file, &env, 0x808, 0x100), STATUS_BAD_ARG);
	assert_int_equal(msr_read(&file, &env, 0x8ff, &value), STATUS_BAD_ARG);
	assert_int_equal(reports, 0);
}

static void test_unknown(void **state)
{
	static const uint32_t msr[] = {0, 0x11, 0x48, 0x49, 0x10a, 0x186, 0x20f + 1, 0x25a, 0x270,
		0x345, 0x3f1, 0x480, 0x570, 0x7ff, 0x900, 0xda0, 0xc0000103, 0xc0010114,
		0xffffffff};
	const unsigned count = sizeof msr / sizeof msr[0];
	uint64_t value;

	(void)state;
	for (unsigned i = 0; i < count; i++) {
		assert_int_equal(msr_read(&file, &env, msr[i], &value), STATUS_BAD_ARG);
		assert_int_equal(msr_write(&file, &env, msr[i], 0), STATUS_BAD_ARG);
	}
	assert_int_equal(file.unknown_reads, count);
	assert_int_equal(file.unknown_writes, count);
	assert_int_equal(reports, count); /* once each */
}

/* The kernel is told, and only of values that it can load. */
static void test_syscall_is_dirty(void **state)
{
	(void)state;
	assert_int_equal(msr_write(&file, &env, 0xc0000082, BIT(62)), STATUS_BAD_ARG);
	assert_int_equal(s.dirty, 0);
	assert_int_equal(msr_write(&file, &env, 0xc0000082, 0x1000), STATUS_OK);
	assert_int_equal(s.dirty, GROUP_SYSCALL);
	assert_int_equal(s.lstar, 0x1000);
}

static void test_groups(void **state)
{
	(void)state;
	assert_int_equal(msr_groups(0xc0000080), GROUP_EFER | GROUP_CR);
	assert_int_equal(msr_groups(0xc0000084), GROUP_SYSCALL | GROUP_CR);
	assert_int_equal(msr_groups(0xc0000081), GROUP_SYSCALL | GROUP_CR);
	assert_int_equal(msr_groups(0xc0000085), GROUP_CR);
	assert_int_equal(msr_groups(0x1b), 0);
	assert_int_equal(msr_groups(0x12345), GROUP_CR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rows, setup),
		cmocka_unit_test_setup(test_mtrr_reset, setup),
		cmocka_unit_test_setup(test_tsc, setup),
		cmocka_unit_test_setup(test_x2apic, setup),
		cmocka_unit_test_setup(test_unknown, setup),
		cmocka_unit_test_setup(test_syscall_is_dirty, setup),
		cmocka_unit_test_setup(test_groups, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
