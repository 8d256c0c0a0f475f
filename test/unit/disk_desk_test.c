/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/desk.c drivers/disk/find.c drivers/disk/serve.c drivers/disk/ata.c */
/* LINK: drivers/disk/unit.c drivers/disk/partition.c drivers/disk/partition_gpt.c */
/* LINK: drivers/disk/partition_name.c */
/*
 * Who is served next: clients take turns, data goes where the slot is, what takes too long
 * or fails is an error, a disk that is gone answers at once. And who is given which disk.
 */
#include "../../drivers/disk/find.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "abi/plan.h"

#define SECTORS 10000u

/* A disk that says when it is told to. */
struct fake {
	struct unit unit;
	bool refuses, recovers;
	enum unit_state state;
	unsigned started, recovered;
	struct ata_command command;
};

static struct fake fakes[2];
static struct desk desk;
static uint8_t *shared[3], buffer[UNIT_BUFFER];

static bool start(struct unit *unit, const struct ata_command *command)
{
	struct fake *fake = (struct fake *)unit;

	if (fake->refuses)
		return false;
	fake->started++;
	fake->command = *command;
	return true;
}

static enum unit_state poll(struct unit *unit)
{
	return ((struct fake *)unit)->state;
}

static bool recover(struct unit *unit)
{
	struct fake *fake = (struct fake *)unit;

	fake->recovered++;
	return fake->recovers;
}

static const struct unit_ops ops = {start, poll, recover};

static void want(uint32_t client, uint32_t device, const char *serial, bool readonly,
	enum block_reason expected)
{
	const struct find_wish wish = {device, serial, "", readonly};

	assert_int_equal(find_disk(&desk, client, &wish), expected);
}

static struct block_client *client(unsigned i)
{
	return desk.client[i].serve.client;
}

static struct block_server *server(unsigned i)
{
	return desk.client[i].serve.server;
}

static int setup(void **state)
{
	(void)state;
	memset(&desk, 0, sizeof desk);
	memset(fakes, 0, sizeof fakes);
	desk.clients = 3;
	desk.units = 2;
	for (unsigned i = 0; i < 3; i++) {
		shared[i] = calloc(1, BLOCK_CHANNEL);
		serve_attach(&desk.client[i].serve, shared[i]);
		desk.client[i].physical = 0x1000000ull * (i + 1);
	}
	for (unsigned i = 0; i < 2; i++) {
		desk.unit[i] = &fakes[i].unit;
		fakes[i].unit.ops = &ops;
		fakes[i].unit.identity = (struct ata_identity){
			.sectors = SECTORS, .lba48 = true, .flush_ext = true, .trim = true};
		fakes[i].unit.buffer = (struct unit_memory){buffer, 0x9000000};
		fakes[i].recovers = true;
	}
	strcpy(fakes[0].unit.identity.serial, "A");
	strcpy(fakes[1].unit.identity.serial, "B");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++)
		free(shared[i]);
	return 0;
}

static void put(unsigned c, unsigned slot, uint32_t op, uint64_t sector, uint32_t sectors)
{
	client(c)->request[slot].op = op;
	client(c)->request[slot].sector = sector;
	client(c)->request[slot].sectors = sectors;
	client(c)->submitted[slot]++;
}

static bool answered(unsigned c, unsigned slot, enum block_result result)
{
	return server(c)->answered[slot] == client(c)->submitted[slot] &&
	       server(c)->result[slot] == result;
}

static void a_request_becomes_its_command(void **state)
{
	(void)state;
	want(0, 1, "", false, BLOCK_FOUND);
	put(0, 3, BLOCK_WRITE, 700, 9);
	assert_true(desk_turn(&desk, 0));
	assert_int_equal(fakes[1].command.code, ATA_WRITE_DMA_EXT);
	assert_int_equal(fakes[1].command.physical, 0x1000000 + 3 * BLOCK_SLOT_BYTES);
	assert_int_equal(fakes[1].command.sector, 700);
	assert_int_equal(fakes[1].command.bytes, 9 * 512);
	assert_false(desk_turn(&desk, 10));
	assert_true(desk_busy(&desk));
	fakes[1].state = UNIT_DONE;
	assert_true(desk_turn(&desk, 20));
	assert_true(answered(0, 3, BLOCK_OK));
	assert_false(desk_busy(&desk));
	put(0, 4, BLOCK_DISCARD, 5, 65000 % SECTORS);
	desk_turn(&desk, 20);
	assert_int_equal(fakes[1].command.code, ATA_DATA_SET_MANAGEMENT);
	assert_int_equal(fakes[1].command.physical, 0x9000000);
	desk_turn(&desk, 20);
	put(0, 5, BLOCK_FLUSH, 0, 0);
	desk_turn(&desk, 20);
	assert_int_equal(fakes[1].command.code, ATA_FLUSH_EXT);
	assert_int_equal(fakes[0].started, 0);
}

static void clients_take_turns(void **state)
{
	unsigned per[2] = {0, 0};

	(void)state;
	want(0, 0, "", true, BLOCK_FOUND);
	want(1, 0, "", true, BLOCK_FOUND);
	fakes[0].state = UNIT_DONE;
	for (unsigned i = 0; i < BLOCK_SLOTS; i++)
		put(0, i, BLOCK_READ, i, 1);
	put(1, 0, BLOCK_READ, 0, 1);
	put(1, 1, BLOCK_READ, 0, 1);
	for (unsigned i = 0; i < 4; i++) {
		desk_turn(&desk, 0);
		per[fakes[0].command.physical >= 0x2000000]++;
	}
	assert_int_equal(per[0], 2);
	assert_int_equal(per[1], 2);
}

static void late_and_failed_are_errors(void **state)
{
	(void)state;
	want(0, 0, "", false, BLOCK_FOUND);
	put(0, 0, BLOCK_READ, 0, 1);
	desk_turn(&desk, 1000);
	assert_false(desk_turn(&desk, 10000999));
	assert_true(desk_turn(&desk, 10001000));
	assert_true(answered(0, 0, BLOCK_ERROR));
	assert_int_equal(fakes[0].recovered, 1);
	assert_int_equal(desk.timeouts, 1);
	put(0, 1, BLOCK_FLUSH, 0, 0);
	desk_turn(&desk, 0);
	assert_false(desk_turn(&desk, 59999999));
	assert_true(desk_turn(&desk, 60000000));
	put(0, 2, BLOCK_READ, 0, 1);
	desk_turn(&desk, 0);
	fakes[0].state = UNIT_FAILED;
	desk_turn(&desk, 0);
	assert_true(answered(0, 2, BLOCK_ERROR));
	assert_int_equal(desk.timeouts, 2);
	assert_int_equal(fakes[0].recovered, 3);
}

static void a_port_that_is_busy_is_tried_again(void **state)
{
	(void)state;
	want(0, 0, "", false, BLOCK_FOUND);
	fakes[0].refuses = true;
	put(0, 0, BLOCK_READ, 0, 1);
	desk_turn(&desk, 0);
	desk_turn(&desk, 100);
	assert_false(answered(0, 0, BLOCK_ERROR) || answered(0, 0, BLOCK_OK));
	fakes[0].refuses = false;
	assert_true(desk_turn(&desk, 200));
	fakes[0].state = UNIT_DONE;
	desk_turn(&desk, 300);
	assert_true(answered(0, 0, BLOCK_OK));
}

static void a_disk_that_is_gone_answers_at_once(void **state)
{
	(void)state;
	want(0, 0, "", false, BLOCK_FOUND);
	want(1, 1, "", false, BLOCK_FOUND);
	fakes[0].recovers = false;
	fakes[0].state = UNIT_FAILED;
	fakes[1].state = UNIT_DONE;
	put(0, 0, BLOCK_READ, 0, 1);
	desk_turn(&desk, 0);
	desk_turn(&desk, 0);
	assert_true(fakes[0].unit.gone);
	for (unsigned i = 0; i < BLOCK_SLOTS; i++)
		put(0, i, BLOCK_WRITE, 0, 1);
	put(1, 0, BLOCK_READ, 0, 1);
	desk_turn(&desk, 0);
	desk_turn(&desk, 0);
	for (unsigned i = 0; i < BLOCK_SLOTS; i++)
		assert_true(answered(0, i, BLOCK_ERROR));
	assert_true(answered(1, 0, BLOCK_OK));
	assert_int_equal(fakes[0].started, 1);
}

static void disks_are_given_to_one_writer(void **state)
{
	(void)state;
	want(0, PLAN_ANY_DEVICE, "B", false, BLOCK_FOUND);
	assert_int_equal(server(0)->state, BLOCK_READY);
	assert_int_equal(server(0)->sectors, SECTORS);
	want(1, 1, "", true, BLOCK_OVERLAP);
	assert_int_equal(server(1)->state, BLOCK_ABSENT);
	assert_int_equal(server(1)->reason, BLOCK_OVERLAP);
	want(1, 2, "", true, BLOCK_NO_DISK);
	want(1, PLAN_ANY_DEVICE, "C", true, BLOCK_NO_DISK);
	want(1, 0, "", true, BLOCK_FOUND);
	want(2, 0, "", true, BLOCK_FOUND);
	assert_int_equal(server(2)->flags, BLOCK_READONLY);
	fakes[1].unit.readonly = true;
	want(0, 1, "", false, BLOCK_FOUND);
	assert_int_equal(server(0)->flags, BLOCK_READONLY);
	put(0, 0, BLOCK_WRITE, 0, 1);
	desk_turn(&desk, 0);
	assert_true(answered(0, 0, BLOCK_REFUSED));
	strcpy(fakes[0].unit.identity.serial, "B");
	want(2, PLAN_ANY_DEVICE, "B", true, BLOCK_NO_DISK);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(a_request_becomes_its_command),
		CASE(clients_take_turns), CASE(late_and_failed_are_errors),
		CASE(a_port_that_is_busy_is_tried_again), CASE(a_disk_that_is_gone_answers_at_once),
		CASE(disks_are_given_to_one_writer)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
