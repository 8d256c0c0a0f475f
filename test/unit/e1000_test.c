/* SPDX-License-Identifier: MIT */
/* LINK: drivers/net/e1000.c drivers/net/e1000_ring.c drivers/net/e1000_mac.c */
/* An e1000: how it is set up, its link and interrupts, and one that does not answer. */
#include "drivers/net/e1000.h"
#include "e1000_model.h"

static struct e1000 card;
static struct nic *const nic = &card.nic;
static const struct nic_memory memory = {model_memory, MODEL_BASE};

static const enum e1000_kind kinds[] = {E1000_8254X, E1000_82574};

static void make(enum e1000_kind kind)
{
	model_make(kind);
	assert_true(e1000_open(&card, kind, &model_io, &memory));
}

static void kinds_are_known_by_their_ids(void **state)
{
	(void)state;
	assert_int_equal(e1000_kind(0x8086, 0x100e), E1000_8254X);
	assert_int_equal(e1000_kind(0x8086, 0x100f), E1000_8254X);
	assert_int_equal(e1000_kind(0x8086, 0x10d3), E1000_82574);
	assert_int_equal(e1000_kind(0x8086, 0x1539), E1000_NONE);
	assert_int_equal(e1000_kind(0x10ec, 0x100e), E1000_NONE);
}

struct row {
	uint32_t reg, value[2]; /* of an 8254x, and an 82574 */
};

/* Each register after the start, from one that firmware had filled with anything. */
static const struct row set_up[] = {
	{E1000_CTRL, {0x40, 0x40}},
	{E1000_CTRL_EXT, {0, 0x10000000}},
	{E1000_ICR, {0, 0}},
	{E1000_ITR, {200, 200}},
	{E1000_IMS, {0xd5, 0xd5}},
	{E1000_RCTL, {0x0400801a, 0x0400801a}},
	{E1000_TCTL, {0x400fa, 0x400fa}},
	{E1000_RDBAL, {0x7f000000, 0x7f000000}},
	{E1000_RDBAH, {0, 0}},
	{E1000_RDLEN, {4096, 4096}},
	{E1000_RDH, {0, 0}},
	{E1000_RDT, {0, 0}},
	{E1000_RDTR, {0, 0}},
	{E1000_RADV, {0, 0}},
	{E1000_TDBAL, {0x7f001000, 0x7f001000}},
	{E1000_TDBAH, {0, 0}},
	{E1000_TDLEN, {4096, 4096}},
	{E1000_TDH, {0, 0}},
	{E1000_TDT, {0, 0}},
	{E1000_TXDCTL, {0, 0x400000}},
	{E1000_TIPG, {0x0060200a, 0}},
	{E1000_RXCSUM, {0, 0}},
};

static void each_register_is_set_up(void **state)
{
	(void)state;
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		make(kinds[k]);
		assert_int_equal(model.resets, 1);
		for (unsigned i = 0; i < ARRAY_SIZE(set_up); i++)
			if (*model_reg(set_up[i].reg) != set_up[i].value[k])
				fail_msg("kind %u, register %04x: %08x", k, set_up[i].reg,
					*model_reg(set_up[i].reg));
	}
	assert_int_equal(*model_reg(E1000_RFCTL_82574), 0);
	assert_int_equal(*model_reg(E1000_MRQC_82574), 0);
}

/* As QEMU's 82540EM. TIPG of the 82574 is left alone, and CTRL_EXT is changed. */
static void a_reset_that_keeps_registers_will_do(void **state)
{
	(void)state;
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		model_make(kinds[k]);
		model.keeps = true;
		assert_true(e1000_open(&card, kinds[k], &model_io, &memory));
		for (unsigned i = 0; i < ARRAY_SIZE(set_up); i++)
			if (set_up[i].reg != E1000_CTRL_EXT &&
				(set_up[i].reg != E1000_TIPG || k == 0) &&
				*model_reg(set_up[i].reg) != set_up[i].value[k])
				fail_msg("kind %u, register %04x: %08x", k, set_up[i].reg,
					*model_reg(set_up[i].reg));
	}
	assert_int_equal(*model_reg(E1000_RFCTL_82574) | *model_reg(E1000_MRQC_82574), 0);
}

static void rings_may_lie_above_4_gib(void **state)
{
	const struct nic_memory high = {model_memory, 0x567000000000ull};

	(void)state;
	model_make(E1000_82574);
	assert_true(e1000_open(&card, E1000_82574, &model_io, &high));
	assert_int_equal(*model_reg(E1000_RDBAL), 0);
	assert_int_equal(*model_reg(E1000_RDBAH), 0x5670);
	assert_int_equal(*model_reg(E1000_TDBAL), 0x1000);
	assert_int_equal(*model_reg(E1000_TDBAH), 0x5670);
}

static void the_address_is_found(void **state)
{
	static const uint8_t mac[] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x9a}, none[6];

	(void)state;
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		make(kinds[k]);
		assert_true(nic->has_mac);
		assert_memory_equal(nic->mac, mac, 6);
		model_make(kinds[k]);
		model.no_address = true; /* in the EEPROM only */
		assert_true(e1000_open(&card, kinds[k], &model_io, &memory));
		assert_true(nic->has_mac);
		assert_memory_equal(nic->mac, mac, 6);
		model.eeprom[0] |= 1; /* a group's */
		assert_true(nic->ops->reset(nic));
		assert_false(nic->has_mac);
		assert_memory_equal(nic->mac, none, 6);
		memset(model.eeprom, 0, sizeof(model.eeprom));
		assert_true(nic->ops->reset(nic));
		assert_false(nic->has_mac);
		model.no_eeprom = true;
		assert_true(nic->ops->reset(nic));
		assert_false(nic->has_mac);
	}
}

static void a_card_that_does_not_answer_is_given_up(void **state)
{
	(void)state;
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		model_make(kinds[k]);
		model.never_resets = true;
		assert_false(e1000_open(&card, kinds[k], &model_io, &memory));
		assert_true(model.time_us < 1400000);
		model.never_resets = false; /* later it does */
		assert_true(nic->ops->reset(nic));
		assert_true(nic->up);
		model.gone = true;
		assert_false(nic->ops->reset(nic));
		assert_false(nic->up);
		model.gone = false;
	}
	model_make(E1000_82574); /* that it is not done with the bus is no reason */
	model.master_stays = true;
	assert_true(e1000_open(&card, E1000_82574, &model_io, &memory));
	assert_true(model.time_us < 1200000);
}

static void the_link_is_looked_at(void **state)
{
	static const uint32_t mbps[] = {10, 100, 1000, 1000};

	(void)state;
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		make(kinds[k]);
		assert_true(nic->up);
		assert_int_equal(nic->mbps, 1000);
		for (unsigned i = 0; i < 4; i++) {
			model_link(false, i);
			assert_true(model_interrupts());
			assert_true(nic->ops->events(nic));
			assert_false(nic->up);
			assert_int_equal(nic->mbps, 0);
			model_link(true, i);
			assert_true(nic->ops->events(nic));
			assert_true(nic->up);
			assert_int_equal(nic->mbps, mbps[i]);
		}
		model_link(false, 0); /* and while there is none, without being told */
		assert_true(nic->ops->events(nic));
		model_link(true, 0);
		*model_reg(E1000_ICR) = 0;
		assert_true(nic->ops->events(nic));
		assert_true(nic->up);
		model.gone = true;
		assert_false(nic->ops->events(nic));
		assert_false(nic->up);
	}
}

/* With the 82574, also what came while its interrupt was masked. */
static void an_interrupt_is_taken(void **state)
{
	(void)state;
	for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++) {
		make(kinds[k]);
		assert_false(model_interrupts());
		assert_true(nic->ops->events(nic));
		model_cause(E1000_CAUSE_RECEIVED);
		assert_true(model_interrupts());
		assert_true(nic->ops->events(nic));
		assert_false(model_interrupts());
		*model_reg(E1000_ICR) = E1000_CAUSE_SENT;
		assert_true(nic->ops->events(nic));
		assert_int_equal(*model_reg(E1000_ICR), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_known_by_their_ids),
		cmocka_unit_test(each_register_is_set_up),
		cmocka_unit_test(a_reset_that_keeps_registers_will_do),
		cmocka_unit_test(rings_may_lie_above_4_gib),
		cmocka_unit_test(the_address_is_found),
		cmocka_unit_test(a_card_that_does_not_answer_is_given_up),
		cmocka_unit_test(the_link_is_looked_at),
		cmocka_unit_test(an_interrupt_is_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
