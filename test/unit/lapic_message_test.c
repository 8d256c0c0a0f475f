/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/vmm/clock.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/lapic.c */
/* LINK: vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c */
/* LINK: vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c */
/* Messages between APICs: sending, matching, routing, and random use. */
#include "vmm/dev/lapic_internal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define CPUS 3u

struct cpu {
	struct lapic apic;
	unsigned events[4], eois;
	uint8_t vector; /* of the last event */
};

static struct clock tsc;
static struct cpu cpu[CPUS];
static struct lapic *all[CPUS + 1]; /* with a NULL in the middle */
static struct apic_message last;
static unsigned sent;

/* Every owner takes up what came at once. */
static uint32_t route(const struct apic_message *message)
{
	uint32_t taken = apic_route(all, CPUS + 1, message);

	for (unsigned i = 0; i < CPUS; i++)
		lapic_collect(&cpu[i].apic);
	return taken;
}

static void send(void *ctx, const struct apic_message *message)
{
	(void)ctx;
	last = *message;
	sent++;
	(void)route(message);
}

static void event(void *ctx, enum lapic_event what, uint8_t vector)
{
	struct cpu *to = ctx;

	to->events[what]++;
	to->vector = vector;
}

static void eoi(void *ctx, uint8_t vector)
{
	(void)vector;
	((struct cpu *)ctx)->eois++;
}

static const struct lapic_ops ops = {send, event, eoi};

static void put(unsigned i, unsigned reg, uint32_t value)
{
	lapic_write(&cpu[i].apic, reg * 16ull, 4, value);
}

static uint32_t get(unsigned i, unsigned reg)
{
	return (uint32_t)lapic_read(&cpu[i].apic, reg * 16ull, 4);
}

/* Three CPUs with IDs 0 to 2, and flat logical IDs 1, 2, 4. */
static int setup(void **state)
{
	(void)state;
	sent = 0;
	assert_int_equal(clock_init(&tsc, 1000000), STATUS_OK);
	for (unsigned i = 0; i < CPUS; i++) {
		cpu[i] = (struct cpu){.eois = 0};
		lapic_init(&cpu[i].apic, i, i == 0, &tsc, &ops, &cpu[i]);
		put(i, LAPIC_REG_SVR, 0x1ff);
		put(i, LAPIC_REG_LDR, 1u << (24 + i));
		all[i + (i > 0)] = &cpu[i].apic;
	}
	all[1] = NULL;
	return 0;
}

static void use_x2apic(void)
{
	for (unsigned i = 0; i < CPUS; i++)
		assert_true(lapic_msr_write(
			&cpu[i].apic, LAPIC_MSR_BASE, cpu[i].apic.base | LAPIC_BASE_X2APIC));
}

/* Bit i: CPU i has `vector` pending; takes and ends it. */
static unsigned receivers(uint8_t vector)
{
	unsigned who = 0;

	for (unsigned i = 0; i < CPUS; i++) {
		if (lapic_pending(&cpu[i].apic) != vector)
			continue;
		who |= 1u << i;
		lapic_accept(&cpu[i].apic, vector);
		lapic_eoi(&cpu[i].apic);
	}
	return who;
}

struct icr_row {
	uint32_t high, low; /* sent by CPU 1 */
	unsigned receivers; /* of vector 0x41 */
	bool leaves;
};

static void icr_destinations(void **state)
{
	static const struct icr_row rows[] = {
		{0x00000000, 0x00041, 1, true},
		{0x02000000, 0x00041, 4, true},
		{0x01000000, 0x00041, 2, true}, /* itself by ID */
		{0x07000000, 0x00041, 0, true},
		{0xff000000, 0x00041, 7, true},
		{0x05000000, 0x00841, 5, true}, /* logical */
		{0xff000000, 0x00841, 7, true},
		{0x08000000, 0x00841, 0, true},
		{0x00000000, 0x40041, 2, false}, /* self */
		{0x00000000, 0x80041, 7, true},  /* all */
		{0x00000000, 0xc0041, 5, true},  /* all but self */
		{0xff000000, 0x00141, 1, true},  /* lowest priority: the first of equals */
		{0x06000000, 0x00941, 2, true},
		{0x00000000, 0x40141, 0, false}, /* lowest priority to self: invalid */
		{0x02000000, 0x00341, 0, false}, /* reserved mode */
		{0x02000000, 0x00741, 0, false}, /* ExtINT is not sent */
		{0x02000000, 0x0c041, 4, true},  /* level bits do not count */
		{0x02000000, 0x0000f, 0, false}, /* illegal vector */
		{0x02000000, 0x4000f, 0, false},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)setup(state);
		put(1, LAPIC_REG_ICR_HIGH, rows[i].high);
		put(1, LAPIC_REG_ICR_LOW, rows[i].low);
		assert_int_equal(receivers(0x41), rows[i].receivers);
		assert_int_equal(cpu[0].eois + cpu[1].eois + cpu[2].eois, 0); /* all are edges */
		assert_int_equal(sent, rows[i].leaves);
		put(1, LAPIC_REG_ESR, 0);
		assert_int_equal(get(1, LAPIC_REG_ESR),
			(rows[i].low & 0xff) < 16 ? LAPIC_ERROR_SEND_VECTOR : 0);
		assert_int_equal(get(1, LAPIC_REG_ICR_LOW) & 0x1000, 0);
	}
}

struct event_row {
	uint32_t low; /* to CPU 2 */
	int event;    /* -1: none */
	uint8_t vector;
};

static void icr_events(void **state)
{
	static const struct event_row rows[] = {
		{0x0400, LAPIC_EVENT_NMI, 0}, {0x0200, LAPIC_EVENT_SMI, 0},
		{0x4500, LAPIC_EVENT_INIT, 0}, {0xc500, LAPIC_EVENT_INIT, 0},
		{0x8500, -1, 0}, /* INIT level de-assert */
		{0x469a, LAPIC_EVENT_STARTUP, 0x9a},
		{0x4601, LAPIC_EVENT_STARTUP, 0x01}, /* a page number, not a vector */
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		(void)setup(state);
		put(2, LAPIC_REG_SVR, 0xff); /* these come through even so */
		put(0, LAPIC_REG_ICR_HIGH, 0x02000000);
		put(0, LAPIC_REG_ICR_LOW, rows[i].low);
		for (int what = 0; what < 4; what++)
			assert_int_equal(cpu[2].events[what], what == rows[i].event);
		assert_int_equal(cpu[2].vector, rows[i].vector);
		assert_int_equal(cpu[0].events[0] + cpu[1].events[0], 0);
	}
}

/* The sender learns whether somebody took the message. */
static void events_count_as_taken(void **state)
{
	static const enum apic_delivery modes[] = {APIC_SMI, APIC_NMI, APIC_INIT, APIC_STARTUP};
	struct apic_message message = {.destination = 1};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(modes); i++) {
		message.delivery = modes[i];
		assert_true(route(&message));
	}
	message.delivery = APIC_RESERVED;
	assert_false(route(&message));
}

static void lowest_priority_goes_to_the_idlest(void **state)
{
	struct apic_message message = {
		.destination = APIC_BROADCAST, .delivery = APIC_LOWEST, .vector = 0x41};

	(void)state;
	put(0, LAPIC_REG_TPR, 0x30);
	put(1, LAPIC_REG_TPR, 0x20);
	put(2, LAPIC_REG_TPR, 0x10);
	assert_true(route(&message));
	assert_int_equal(receivers(0x41), 4);
	put(2, LAPIC_REG_SVR, 0xff);
	assert_true(route(&message));
	assert_int_equal(receivers(0x41), 2);
	put(0, LAPIC_REG_SVR, 0xff);
	put(1, LAPIC_REG_SVR, 0xff);
	assert_false(route(&message));
}

static void cluster_mode(void **state)
{
	struct apic_message message = {.logical = true, .vector = 0x41, .source = APIC_NO_SOURCE};
	static const struct {
		uint32_t destination;
		unsigned receivers;
	} rows[] = {{0x11, 1}, {0x13, 3}, {0x21, 4}, {0x2f, 4}, {0x31, 0}, {0x14, 0}, {0x111, 0}};

	(void)state;
	for (unsigned i = 0; i < CPUS; i++)
		put(i, LAPIC_REG_DFR, 0x0fffffff);
	put(0, LAPIC_REG_LDR, 0x11000000);
	put(1, LAPIC_REG_LDR, 0x12000000);
	put(2, LAPIC_REG_LDR, 0x21000000);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		message.destination = rows[i].destination;
		assert_int_equal(route(&message) != 0, rows[i].receivers != 0);
		assert_int_equal(receivers(0x41), rows[i].receivers);
	}
}

static void x2apic_icr(void **state)
{
	static const struct {
		uint64_t icr;
		unsigned receivers;
	} rows[] = {
		{0x0000000200000041, 4},
		{0x000000ff00000041, 0}, /* 0xff is an ID here */
		{0xffffffff00000041, 7},
		{0x0000000500000841, 5}, /* cluster 0, members 0 and 2 */
		{0x0001000500000841, 0}, /* cluster 1 */
		{0x00000000000c0041, 5},
		{0x0000000000040041, 2},
	};

	(void)state;
	use_x2apic();
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_true(lapic_msr_write(&cpu[1].apic, 0x830, rows[i].icr));
		assert_int_equal(receivers(0x41), rows[i].receivers);
	}
	assert_true(lapic_msr_write(&cpu[1].apic, 0x83f, 0x41));
	assert_int_equal(receivers(0x41), 2);
}

static void least_vector(void **state)
{
	(void)state;
	put(1, LAPIC_REG_ICR_LOW, 0x40010);
	assert_int_equal(receivers(0x10), 2);
	put(1, LAPIC_REG_ICR_LOW, 0xc0010);
	assert_int_equal(receivers(0x10), 5);
	assert_int_equal(cpu[1].apic.errors, 0);
}

static uint64_t seed = 88172645463325252ull;

static uint64_t rnd(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

static void random_access(struct lapic *l, uint64_t r)
{
	uint64_t offset = r >> 8 & 15 ? r >> 12 & 0x3f0 : rnd(), value;
	uint32_t msr = r >> 8 & 15 ? 0x800 + (r >> 12 & 0x3f) : r >> 9 & 1 ? 0x1b : 0x6e0;
	unsigned bytes = 1u << (r >> 24 & 3);

	switch (r & 3) {
	case 0:
		lapic_write(l, offset, bytes, rnd());
		break;
	case 1:
		(void)lapic_read(l, offset, bytes);
		break;
	case 2:
		(void)!lapic_msr_write(l, msr, rnd() >> (r >> 32 & 63));
		break;
	default:
		(void)!lapic_msr_read(l, msr, &value);
		break;
	}
}

static void random_event(struct lapic *l, uint64_t r)
{
	struct apic_message message = {
		.destination = r >> 20 & 1 ? r >> 32 & 3 : (uint32_t)rnd(),
		.logical = r >> 8 & 1,
		.level = r >> 9 & 1,
		.vector = (uint8_t)(r >> 40),
		.delivery = (enum apic_delivery)(r >> 48 & 7),
		.shorthand = (enum apic_shorthand)(r >> 52 & 3),
		.source = r >> 56 & 3,
	};

	switch (r & 3) {
	case 0:
		(void)route(&message);
		break;
	case 1:
		lapic_set_lint(l, r >> 8 & 1, r >> 9 & 1);
		break;
	case 2:
		lapic_advance(l, l->now + (rnd() >> (24 + (r >> 32 & 31))));
		break;
	default:
		lapic_set_cr8(l, r >> 8);
		break;
	}
}

static void check(struct lapic *l)
{
	int vector = lapic_pending(l);

	assert_true(vector == -1 || (vector >= 16 && vector >> 4 > lapic_priority(l) >> 4));
	assert_int_equal(l->irr[0] & 0xffff, 0);
	assert_int_equal(l->isr[0] & 0xffff, 0);
	if (lapic_deadline(l) <= l->now)
		lapic_advance(l, l->now);
	assert_true(lapic_deadline(l) > l->now);
	if (vector < 0)
		return;
	lapic_accept(l, (uint8_t)vector);
	assert_true(lapic_pending(l) != vector);
	assert_int_equal(lapic_priority(l) >> 4 >= vector >> 4, 1);
}

static void random_operations(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 1000000; i++) {
		uint64_t r = rnd();
		struct lapic *l = &cpu[(r >> 60) % CPUS].apic;

		if (r >> 59 & 1)
			random_access(l, r);
		else
			random_event(l, r);
		if (i % 64 == 0)
			assert_true(lapic_msr_write(l, LAPIC_MSR_BASE, LAPIC_BASE_DEFAULT));
		if (i % 64 == 0)
			assert_true(lapic_msr_write(
				l, LAPIC_MSR_BASE, LAPIC_BASE_DEFAULT | LAPIC_BASE_ENABLE));
		if (i % 64 < 2)
			lapic_write(l, LAPIC_REG_SVR * 16, 4, 0x1ff);
		check(l);
	}
	assert_true(sent > 100);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(icr_destinations),
		TEST(icr_events),
		TEST(events_count_as_taken),
		TEST(lowest_priority_goes_to_the_idlest),
		TEST(cluster_mode),
		TEST(x2apic_icr),
		TEST(least_vector),
		TEST(random_operations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
