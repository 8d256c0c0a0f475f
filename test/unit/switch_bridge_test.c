/* SPDX-License-Identifier: MIT */
/* LINK: drivers/switch/bridge.c drivers/switch/table.c */
/* The rules of a net: who may send what, who gets it, what is learned and forgotten. */
#include "drivers/switch/bridge.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define KHZ 1000u
#define AGE ((uint64_t)KHZ * TABLE_AGE_MS)

static struct bridge bridge;
static uint32_t to;

/* Ports 0 to 3, addresses 02:00:00:00:00:(port). */
static void make(unsigned flags0, unsigned flags1, unsigned flags2, unsigned flags3)
{
	const unsigned flags[] = {flags0, flags1, flags2, flags3};

	bridge_init(&bridge, KHZ);
	for (uint8_t i = 0; i < 4; i++) {
		const struct frame_port port = {
			.mac = {2, 0, 0, 0, 0, i}, .flags = (uint16_t)flags[i]};

		bridge_add(&bridge, &port);
	}
}

static int setup(void **state)
{
	(void)state;
	make(0, 0, 0, 0);
	return 0;
}

static enum bridge_verdict frame_at(
	uint32_t from, const char *target, const char *source, uint64_t now)
{
	uint8_t header[BRIDGE_HEADER] = {0};

	memcpy(header, target, 6);
	memcpy(header + 6, source, 6);
	return bridge_frame(&bridge, from, header, now, &to);
}

static enum bridge_verdict frame(uint32_t from, const char *target, const char *source)
{
	return frame_at(from, target, source, 1);
}

#define MAC(n) "\2\0\0\0\0" n
#define ALL "\xff\xff\xff\xff\xff\xff"
#define OUTSIDE "\0\1\2\3\4\5"

static void only_its_own_address(void **state)
{
	static const struct {
		const char *source;
		enum bridge_verdict verdict;
	} rows[] = {{MAC("\1"), BRIDGE_FORWARD}, {MAC("\0"), BRIDGE_FOREIGN},
		{MAC("\2"), BRIDGE_FOREIGN}, {"\2\1\0\0\0\1", BRIDGE_FOREIGN},
		{"\3\0\0\0\0\1", BRIDGE_FOREIGN}, {ALL, BRIDGE_FOREIGN},
		{"\0\0\0\0\0\0", BRIDGE_FOREIGN}};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (frame(1, ALL, rows[i].source) != rows[i].verdict)
			fail_msg("row %u", i);
		assert_int_equal(to, rows[i].verdict == BRIDGE_FORWARD ? 0xd : 0);
	}
	/* What was refused was not learned. */
	assert_int_equal(frame(3, MAC("\2"), MAC("\3")), BRIDGE_FORWARD);
	assert_int_equal(to, 4);
}

/* The plan says who has which address: nothing has to be learned of guests. */
static void guests_are_known_from_the_start(void **state)
{
	(void)state;
	assert_int_equal(frame(0, MAC("\2"), MAC("\0")), BRIDGE_FORWARD);
	assert_int_equal(to, 4);
	assert_int_equal(frame_at(2, MAC("\0"), MAC("\2"), 2 * AGE), BRIDGE_FORWARD);
	assert_int_equal(to, 1);
	assert_int_equal(frame(0, ALL, MAC("\0")), BRIDGE_FORWARD);
	assert_int_equal(to, 0xe);
	assert_int_equal(frame(0, "\1\0\x5e\0\0\1", MAC("\0")), BRIDGE_FORWARD);
	assert_int_equal(to, 0xe);
	assert_int_equal(frame(0, MAC("\0"), MAC("\0")), BRIDGE_NOBODY); /* itself */
	assert_int_equal(frame(0, MAC("\7"), MAC("\0")), BRIDGE_NOBODY); /* no guest's */
	assert_int_equal(to, 0);
}

/* Ports 2 and 3 lead elsewhere. */
static void unknown_ones_are_behind_uplinks(void **state)
{
	(void)state;
	make(0, 0, FRAME_PORT_UPLINK, FRAME_PORT_UPLINK);
	assert_int_equal(frame(0, OUTSIDE, MAC("\0")), BRIDGE_FORWARD);
	assert_int_equal(to, 0xc);
	assert_int_equal(frame(3, MAC("\1"), OUTSIDE), BRIDGE_FORWARD);
	assert_int_equal(to, 2);
	assert_int_equal(frame(0, OUTSIDE, MAC("\0")), BRIDGE_FORWARD);
	assert_int_equal(to, 8);
	/* For another machine on the same wire. */
	assert_int_equal(frame(3, OUTSIDE, "\0\1\2\3\4\6"), BRIDGE_NOBODY);
	/* Through, from one wire to the other; no guest gets to see it. */
	assert_int_equal(frame(2, OUTSIDE, "\0\1\2\3\4\7"), BRIDGE_FORWARD);
	assert_int_equal(to, 8);
	assert_int_equal(frame(3, "\0\1\2\3\4\x8", OUTSIDE), BRIDGE_FORWARD);
	assert_int_equal(to, 4);
	/* What the plan says of an uplink's address means nothing. */
	assert_int_equal(frame(0, MAC("\3"), MAC("\0")), BRIDGE_FORWARD);
	assert_int_equal(to, 0xc);
	assert_int_equal(frame(3, MAC("\0"), MAC("\3")), BRIDGE_FORWARD);
}

/* Who is outside cannot make others' frames come to him by a guest's address. */
static void no_uplink_takes_a_guests_address(void **state)
{
	(void)state;
	make(0, 0, 0, FRAME_PORT_UPLINK);
	assert_int_equal(frame(3, MAC("\0"), MAC("\1")), BRIDGE_FOREIGN);
	assert_int_equal(frame(3, ALL, MAC("\2")), BRIDGE_FOREIGN);
	assert_int_equal(to, 0);
	assert_int_equal(frame(0, MAC("\1"), MAC("\0")), BRIDGE_FORWARD);
	assert_int_equal(to, 2);
}

static void a_bridge_keeps_its_groups(void **state)
{
	(void)state;
	assert_int_equal(frame(0, "\x01\x80\xc2\0\0\0", MAC("\0")), BRIDGE_NOBODY);
	assert_int_equal(frame(0, "\x01\x80\xc2\0\0\x0f", MAC("\0")), BRIDGE_NOBODY);
	assert_int_equal(frame(0, "\x01\x80\xc2\0\0\x10", MAC("\0")), BRIDGE_FORWARD);
}

static void silence_is_forgotten(void **state)
{
	(void)state;
	make(0, 0, FRAME_PORT_UPLINK, FRAME_PORT_UPLINK);
	(void)frame_at(3, ALL, OUTSIDE, 5);
	(void)frame_at(0, OUTSIDE, MAC("\0"), 5 + AGE);
	assert_int_equal(to, 8);
	(void)frame_at(0, OUTSIDE, MAC("\0"), 6 + AGE);
	assert_int_equal(to, 0xc);
}

static void isolated_ports_reach_uplinks_only(void **state)
{
	(void)state;
	make(1, 1, 1, 1);
	assert_int_equal(frame(0, ALL, MAC("\0")), BRIDGE_NOBODY);
	assert_int_equal(frame(1, MAC("\0"), MAC("\1")), BRIDGE_NOBODY);
	make(1, 1, FRAME_PORT_UPLINK, 0);
	assert_int_equal(frame(0, ALL, MAC("\0")), BRIDGE_FORWARD);
	assert_int_equal(to, 4);
	assert_int_equal(frame(1, MAC("\0"), MAC("\1")), BRIDGE_NOBODY);
	assert_int_equal(frame(3, ALL, MAC("\3")), BRIDGE_FORWARD);
	assert_int_equal(to, 4);
	assert_int_equal(frame(2, ALL, OUTSIDE), BRIDGE_FORWARD);
	assert_int_equal(to, 0xb);
	assert_int_equal(frame(2, MAC("\0"), "\0\1\2\3\4\6"), BRIDGE_FORWARD);
	assert_int_equal(to, 1);
	assert_int_equal(frame(2, MAC("\0"), "\1\1\2\3\4\6"), BRIDGE_FOREIGN); /* a group's */
}

/* Behind an uplink an address may move, and too many of them push out the oldest. */
static void the_table_is_bounded(void **state)
{
	char mac[6] = "\2\7\0\0\0";
	unsigned known = 0;

	(void)state;
	make(FRAME_PORT_UPLINK, FRAME_PORT_UPLINK, 0, 0);
	(void)frame_at(0, ALL, "\2\7\7\7\7\7", 1);
	(void)frame_at(1, ALL, "\2\7\7\7\7\7", 2);
	(void)frame_at(2, "\2\7\7\7\7\7", MAC("\2"), 3);
	assert_int_equal(to, 2);
	for (unsigned i = 0; i < 4096; i++) {
		mac[4] = (char)(i >> 8);
		mac[5] = (char)i;
		(void)frame_at(0, ALL, mac, 10 + i);
	}
	for (unsigned i = 0; i < 4096; i++) {
		mac[4] = (char)(i >> 8);
		mac[5] = (char)i;
		(void)frame_at(2, mac, MAC("\2"), 5000);
		known += to == 1;
		if (i >= 4096 - 2 * TABLE_SETS)
			assert_int_equal(to, 1); /* the last ones seen */
	}
	assert_true(known >= 200 && known <= TABLE_SETS * TABLE_WAYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_its_own_address, setup),
		cmocka_unit_test_setup(guests_are_known_from_the_start, setup),
		cmocka_unit_test_setup(unknown_ones_are_behind_uplinks, setup),
		cmocka_unit_test_setup(no_uplink_takes_a_guests_address, setup),
		cmocka_unit_test_setup(a_bridge_keeps_its_groups, setup),
		cmocka_unit_test_setup(silence_is_forgotten, setup),
		cmocka_unit_test_setup(isolated_ports_reach_uplinks_only, setup),
		cmocka_unit_test_setup(the_table_is_bounded, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
