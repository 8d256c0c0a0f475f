/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/clock.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/lapic.c */
/* LINK: vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c */
/* LINK: vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c */
/* The local APIC's timer: one-shot, periodic, TSC deadline. */
#include "vmm/dev/lapic_internal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define VECTOR 0xec
#define ONE_SHOT VECTOR
#define PERIODIC (0x20000 | VECTOR)
#define DEADLINE (0x40000 | VECTOR)
#define MASKED 0x10000

static struct clock tsc;
static struct lapic apic;

static void send(void *ctx, const struct apic_message *message)
{
	(void)ctx;
	(void)message;
}

static void event(void *ctx, enum lapic_event what, uint8_t vector)
{
	(void)ctx;
	(void)what;
	(void)vector;
}

static void eoi(void *ctx, uint8_t vector)
{
	(void)ctx;
	(void)vector;
}

static const struct lapic_ops ops = {send, event, eoi};

static uint32_t get(unsigned reg)
{
	return (uint32_t)lapic_read(&apic, reg * 16ull, 4);
}

static void put(unsigned reg, uint32_t value)
{
	lapic_write(&apic, reg * 16ull, 4, value);
}

static int setup(void **state)
{
	(void)state;
	assert_int_equal(clock_init(&tsc, 2000000), STATUS_OK);
	lapic_init(&apic, 0, true, &tsc, &ops, NULL);
	put(LAPIC_REG_SVR, 0x1ff);
	put(LAPIC_REG_DIVIDE, 0xb);
	lapic_advance(&apic, 1000);
	return 0;
}

/* Whether the timer has interrupted since; takes and ends the interrupt. */
static bool fired(void)
{
	if (lapic_pending(&apic) != VECTOR)
		return false;
	assert_int_equal(get(LAPIC_REG_TMR + VECTOR / 32), 0); /* an edge */
	lapic_accept(&apic, VECTOR);
	put(LAPIC_REG_EOI, 0);
	return true;
}

static void one_shot(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, ONE_SHOT);
	put(LAPIC_REG_INITIAL, 500);
	assert_int_equal(get(LAPIC_REG_INITIAL), 500);
	assert_int_equal(get(LAPIC_REG_CURRENT), 500);
	assert_int_equal(lapic_deadline(&apic), 1500);
	lapic_advance(&apic, 1499);
	assert_int_equal(get(LAPIC_REG_CURRENT), 1);
	assert_false(fired());
	lapic_advance(&apic, 1500);
	assert_true(fired());
	assert_int_equal(get(LAPIC_REG_CURRENT), 0);
	assert_int_equal(get(LAPIC_REG_INITIAL), 500);
	assert_true(lapic_deadline(&apic) == UINT64_MAX);
	lapic_advance(&apic, 9000);
	assert_false(fired());
}

static void periodic(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, PERIODIC);
	put(LAPIC_REG_INITIAL, 500);
	for (unsigned i = 1; i < 100; i++) {
		assert_int_equal(lapic_deadline(&apic), 1000 + 500 * i);
		lapic_advance(&apic, 1000 + 500 * i - 1);
		assert_false(fired());
		lapic_advance(&apic, 1000 + 500 * i + 7);
		assert_true(fired());
		assert_int_equal(get(LAPIC_REG_CURRENT), 493);
	}
}

static void periods_missed_count_once_and_keep_the_beat(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, PERIODIC);
	put(LAPIC_REG_INITIAL, 500);
	lapic_advance(&apic, 1000 + 500 * 10 + 100);
	assert_true(fired());
	assert_false(fired());
	assert_int_equal(lapic_deadline(&apic), 1000 + 500 * 11);
}

static void dividers(void **state)
{
	static const struct {
		uint32_t code, divider;
	} rows[] = {{0, 2}, {1, 4}, {2, 8}, {3, 16}, {8, 32}, {9, 64}, {0xa, 128}, {0xb, 1}};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)setup(state);
		put(LAPIC_REG_DIVIDE, rows[i].code);
		put(LAPIC_REG_LVT, ONE_SHOT);
		put(LAPIC_REG_INITIAL, 10);
		assert_int_equal(lapic_deadline(&apic), 1000 + 10 * rows[i].divider);
		lapic_advance(&apic, 1000 + 3 * rows[i].divider);
		assert_int_equal(get(LAPIC_REG_CURRENT), 7);
		lapic_advance(&apic, lapic_deadline(&apic));
		assert_true(fired());
	}
}

static void divider_changed_on_the_way(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, ONE_SHOT);
	put(LAPIC_REG_INITIAL, 500);
	lapic_advance(&apic, 1300);
	put(LAPIC_REG_DIVIDE, 0xa); /* 128: `start` is now before 0 */
	assert_int_equal(get(LAPIC_REG_CURRENT), 200);
	assert_int_equal(lapic_deadline(&apic), 1300 + 200 * 128);
	lapic_advance(&apic, 1300 + 199 * 128);
	assert_int_equal(get(LAPIC_REG_CURRENT), 1);
	lapic_advance(&apic, 1300 + 200 * 128);
	assert_true(fired());
}

static void writing_the_count_restarts_or_stops(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, PERIODIC);
	put(LAPIC_REG_INITIAL, 500);
	lapic_advance(&apic, 1400);
	put(LAPIC_REG_INITIAL, 300);
	assert_int_equal(lapic_deadline(&apic), 1700);
	put(LAPIC_REG_INITIAL, 0);
	assert_true(lapic_deadline(&apic) == UINT64_MAX);
	assert_int_equal(get(LAPIC_REG_CURRENT), 0);
	lapic_advance(&apic, 9000);
	assert_false(fired());
}

static void masked_timer_runs_without_interrupts(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, PERIODIC | MASKED);
	put(LAPIC_REG_INITIAL, 500);
	assert_true(lapic_deadline(&apic) == UINT64_MAX);
	lapic_advance(&apic, 1700);
	assert_false(fired());
	assert_int_equal(get(LAPIC_REG_CURRENT), 300);
	put(LAPIC_REG_LVT, PERIODIC);
	assert_false(fired()); /* what passed while masked is gone */
	assert_int_equal(lapic_deadline(&apic), 2000);
}

/* Linux calibrates with the largest count, masked and one-shot. */
static void linux_calibration(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, ONE_SHOT | MASKED);
	put(LAPIC_REG_DIVIDE, 3);
	put(LAPIC_REG_INITIAL, UINT32_MAX);
	lapic_advance(&apic, 1000 + 100000000);
	assert_int_equal(UINT32_MAX - get(LAPIC_REG_CURRENT), 100000000 / 16);
}

static void change_of_mode_disarms(void **state)
{
	static const uint32_t modes[] = {ONE_SHOT, PERIODIC, DEADLINE, 0x60000 | VECTOR};

	for (unsigned from = 0; from < 3; from++) {
		for (unsigned to = 0; to < 4; to++) {
			(void)setup(state);
			put(LAPIC_REG_LVT, modes[from]);
			put(LAPIC_REG_INITIAL, 500);
			assert_true(lapic_msr_write(&apic, LAPIC_MSR_TSC_DEADLINE, 4000));
			assert_true(lapic_deadline(&apic) != UINT64_MAX);
			put(LAPIC_REG_LVT, modes[to]);
			assert_int_equal(lapic_deadline(&apic) == UINT64_MAX, from != to);
		}
	}
}

static uint64_t tsc_deadline(void)
{
	uint64_t value;

	assert_true(lapic_msr_read(&apic, LAPIC_MSR_TSC_DEADLINE, &value));
	return value;
}

static void tsc_deadline_fires_and_disarms(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, DEADLINE);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_TSC_DEADLINE, 4000));
	assert_int_equal(tsc_deadline(), 4000);
	assert_in_range(lapic_deadline(&apic), 2000, 2001);
	assert_int_equal(get(LAPIC_REG_CURRENT), 0);
	lapic_advance(&apic, 1999);
	assert_false(fired());
	lapic_advance(&apic, lapic_deadline(&apic));
	assert_true(fired());
	assert_int_equal(tsc_deadline(), 0);
	assert_true(lapic_deadline(&apic) == UINT64_MAX);
}

static void tsc_deadline_in_the_past_fires_at_once(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, DEADLINE);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_TSC_DEADLINE, 1));
	assert_true(fired());
	assert_int_equal(tsc_deadline(), 0);
}

static void tsc_deadline_zero_disarms(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, DEADLINE);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_TSC_DEADLINE, 4000));
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_TSC_DEADLINE, 0));
	lapic_advance(&apic, 9000);
	assert_false(fired());
}

static void tsc_deadline_needs_its_mode(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, ONE_SHOT);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_TSC_DEADLINE, 4000));
	assert_int_equal(tsc_deadline(), 0);
	put(LAPIC_REG_LVT, DEADLINE);
	put(LAPIC_REG_INITIAL, 100); /* ignored */
	assert_true(lapic_deadline(&apic) == UINT64_MAX);
	lapic_advance(&apic, 9000);
	assert_false(fired());
}

static void tsc_deadline_follows_the_guests_counter(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, DEADLINE);
	clock_set_tsc(&tsc, 1000, 0);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_TSC_DEADLINE, 4000));
	assert_in_range(lapic_deadline(&apic), 3000, 3001);
	clock_set_tsc(&tsc, 1000, 3000);
	assert_in_range(lapic_deadline(&apic), 1500, 1501);
	clock_set_tsc(&tsc, 1000, 5000);
	assert_int_equal(lapic_deadline(&apic), 1000);
	lapic_advance(&apic, 1000);
	assert_true(fired());
}

static void masked_tsc_deadline_passes(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, DEADLINE | MASKED);
	assert_true(lapic_msr_write(&apic, LAPIC_MSR_TSC_DEADLINE, 4000));
	assert_true(lapic_deadline(&apic) == UINT64_MAX);
	lapic_advance(&apic, 9000);
	assert_int_equal(tsc_deadline(), 0);
	assert_false(fired());
}

static void software_disable_silences(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, PERIODIC);
	put(LAPIC_REG_INITIAL, 500);
	put(LAPIC_REG_SVR, 0xff);
	assert_true(lapic_deadline(&apic) == UINT64_MAX);
	lapic_advance(&apic, 9000);
	assert_false(fired());
}

static void time_does_not_go_back_and_ends(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, PERIODIC);
	put(LAPIC_REG_INITIAL, 500);
	lapic_advance(&apic, 10);
	assert_int_equal(get(LAPIC_REG_CURRENT), 500);
	lapic_advance(&apic, UINT64_MAX - 3);
	assert_true(fired());
	assert_true(lapic_deadline(&apic) == UINT64_MAX || lapic_deadline(&apic) > apic.now);
	put(LAPIC_REG_INITIAL, UINT32_MAX);
	assert_true(lapic_deadline(&apic) == UINT64_MAX);
	lapic_advance(&apic, UINT64_MAX);
	assert_false(fired());
}

static void illegal_timer_vector_is_an_error(void **state)
{
	(void)state;
	put(LAPIC_REG_LVT, 0x05);
	put(LAPIC_REG_INITIAL, 500);
	lapic_advance(&apic, 9000);
	put(LAPIC_REG_ESR, 0);
	assert_int_equal(get(LAPIC_REG_ESR), LAPIC_ERROR_RECEIVE_VECTOR);
	assert_int_equal(lapic_pending(&apic), -1);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_shot),
		TEST(periodic),
		TEST(periods_missed_count_once_and_keep_the_beat),
		TEST(dividers),
		TEST(divider_changed_on_the_way),
		TEST(writing_the_count_restarts_or_stops),
		TEST(masked_timer_runs_without_interrupts),
		TEST(linux_calibration),
		TEST(change_of_mode_disarms),
		TEST(tsc_deadline_fires_and_disarms),
		TEST(tsc_deadline_in_the_past_fires_at_once),
		TEST(tsc_deadline_zero_disarms),
		TEST(tsc_deadline_needs_its_mode),
		TEST(tsc_deadline_follows_the_guests_counter),
		TEST(masked_tsc_deadline_passes),
		TEST(software_disable_silences),
		TEST(time_does_not_go_back_and_ends),
		TEST(illegal_timer_vector_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
