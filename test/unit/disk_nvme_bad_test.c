/* SPDX-License-Identifier: MIT */
/* LINK: drivers/disk/nvme.c drivers/disk/nvme_disk.c drivers/disk/nvme_queue.c */
/* LINK: drivers/disk/nvme_command.c drivers/disk/order.c drivers/disk/ata.c drivers/disk/unit.c */
/*
 * NVM Express controllers that fail, hang, or answer what cannot be. Each is an error or
 * none, the other disks of the controller go on, and no controller that comes back from a
 * reset is given up.
 */
#include "disk_nvme_model.h"
#include "disk_nvme_fixture.h"

#define AT (DMA_BASE + 0x10000)

static bool write_one(struct nvme_disk *to)
{
	struct ata_command command = ata_transfer(&to->unit.identity, true, 5, 1, AT);

	return unit_do(&to->unit, &command, 1000);
}

static bool start_one(struct nvme_disk *to)
{
	struct ata_command command = ata_transfer(&to->unit.identity, true, 5, 1, AT);

	return to->unit.ops->start(&to->unit, &command);
}

static enum unit_state poll_one(struct nvme_disk *from)
{
	return from->unit.ops->poll(&from->unit);
}

static void error_is_one_without_a_reset(void **state)
{
	static const uint16_t rows[] = {0x4281, 0x0281, 0x0001, 0x0006, 0x4007, 0x0700};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		nvm.fail = 1;
		nvm.status = rows[i];
		nvm.commands = 0;
		assert_false(write_one(&disk));
		assert_int_equal(nvm.commands, 1);
		unit_works(&disk.unit, 0x10000);
	}
	assert_int_equal(nvm.resets, 1);
}

static void error_for_a_while_is_tried_again(void **state)
{
	(void)state;
	nvm.status = 0x0082;
	nvm.fail = 1;
	nvm.fails = 2;
	nvm.commands = 0;
	assert_true(write_one(&disk));
	assert_int_equal(nvm.commands, 3);
	nvm.fail = 1;
	nvm.fails = 3;
	nvm.commands = 0;
	assert_false(write_one(&disk));
	assert_int_equal(nvm.commands, 3);
	assert_int_equal(nvm.resets, 1);
}

static void orders_that_cannot_be_fail(void **state)
{
	struct ata_command command = {.code = ATA_READ_DMA_EXT, .sector = 5000, .count = 1};

	(void)state;
	nvm.commands = 0;
	assert_false(unit_do(&disk.unit, &command, 1000));
	assert_int_equal(nvm.commands, 0);
	/* to the desk it is no controller that is busy */
	assert_true(disk.unit.ops->start(&disk.unit, &command));
	assert_int_equal(poll_one(&disk), UNIT_FAILED);
	assert_true(write_one(&disk));
}

/* The other disk's command is lost with the controller's reset, and sent again. */
static void hanging_command_is_reset(void **state)
{
	uint64_t before = time_us;

	(void)state;
	unit_works(&disk.unit, 0x10000); /* answers that stay in memory */
	nvm.hold = true;
	assert_true(start_one(&second));
	nvm.hang = 1;
	assert_false(write_one(&disk));
	assert_true(time_us - before >= 1000000);
	assert_int_equal(nvm.resets, 2);
	assert_false(disk.unit.gone);
	assert_int_equal(nvm.holds, 1);
	assert_int_equal(poll_one(&second), UNIT_BUSY);
	model_release(0);
	assert_int_equal(poll_one(&second), UNIT_DONE);
	nvm.hold = false;
	unit_works(&disk.unit, 0x10000);
}

/* A neighbour that hangs again and again takes what is sent with it at last. */
static void neighbours_are_sent_again_for_some_time(void **state)
{
	(void)state;
	nvm.hold = true;
	assert_true(start_one(&second));
	for (unsigned i = 0; i < NVME_TRIES; i++) {
		assert_int_equal(poll_one(&second), UNIT_BUSY);
		nvm.hang = 1;
		assert_false(write_one(&disk));
	}
	assert_int_equal(poll_one(&second), UNIT_FAILED);
	nvm.hold = false;
	assert_true(write_one(&second));
}

static void interrupts_are_on_after_a_reset(void **state)
{
	(void)state;
	nvm.hang = 1;
	assert_false(write_one(&disk));
	assert_int_equal(nvm.masked, 0xffffffff);
	nvme_interrupts(&nvme);
	nvm.hang = 1;
	assert_false(write_one(&disk));
	assert_int_equal(nvm.masked, 0xfffffffe);
}

/* CSTS.CFS: looked at when an answer is late. */
static void failed_controller_is_reset(void **state)
{
	uint64_t before = time_us;

	(void)state;
	nvm.die = 1;
	assert_true(write_one(&disk));
	assert_true(time_us - before < 200000);
	assert_int_equal(nvm.resets, 2);
	/* one that fails at each command is an error, and is not given up */
	nvm.die = 1;
	assert_true(start_one(&disk));
	for (unsigned i = 0; i < NVME_TRIES; i++) {
		nvm.die = 1;
		time_us += 200000;
		assert_int_equal(poll_one(&disk), i + 1 < NVME_TRIES ? UNIT_BUSY : UNIT_FAILED);
	}
	assert_true(disk.unit.ops->recover(&disk.unit));
	nvm.die = 0;
	nvm.csts &= ~2u;
	unit_works(&disk.unit, 0x10000);
}

static void controller_that_does_not_come_back_is_gone(void **state)
{
	bool *const rows[] = {&nvm.stuck_on, &nvm.stuck_off, &nvm.dies_at_start, &nvm.gone};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		nvm_reset();
		again();
		nvm.hold = true;
		assert_true(start_one(&second));
		nvm.hang = 1;
		*rows[i] = true;
		assert_false(write_one(&disk));
		assert_true(disk.unit.gone);
		assert_int_equal(poll_one(&second), UNIT_FAILED);
		assert_false(second.unit.ops->recover(&second.unit));
		assert_true(start_one(&second));
		assert_int_equal(poll_one(&second), UNIT_FAILED);
		assert_false(nvme_interrupt(&nvme));
		assert_int_equal(nvme_next(&nvme, 0), 0);
		assert_true(nvm.gone || !(nvm.cc & 1)); /* it reaches no memory any more */
	}
}

static void controller_that_is_pulled_is_gone_soon(void **state)
{
	uint64_t before = time_us;

	(void)state;
	nvm.hold = true;
	assert_true(start_one(&disk));
	nvm.gone = true;
	while (poll_one(&disk) == UNIT_BUSY)
		time_us += 1000;
	assert_true(time_us - before < 200000);
	assert_false(disk.unit.ops->recover(&disk.unit));
}

/* Writes an answer into the queue as if the command under way had been another one. */
static void post(uint32_t queue, uint32_t id)
{
	model_post(&nvm.queue[1], 0, queue, id, 0);
}

static void answers_that_cannot_be_are_not_believed(void **state)
{
	(void)state;
	for (unsigned row = 0; row < 9; row++) {
		unsigned resets;

		nvm_reset();
		again();
		nvm.hold = true;
		assert_true(start_one(&disk));
		resets = nvm.resets;
		switch (row) {
		case 0: /* a slot that is not */
			post(1, nvm.last_id | 0xff);
			break;
		case 1: /* a slot that is free */
			post(1, nvm.last_id + 1);
			break;
		case 2: /* a use of the slot before */
			post(1, nvm.last_id - 0x100);
			break;
		case 3: /* the last of the slots, and one behind it */
			post(1, (nvm.last_id & 0xff00) | NVME_SLOTS);
			break;
		case 4: /* of another queue */
			post(0, nvm.last_id);
			break;
		case 5:
			post(0xffff, nvm.last_id);
			break;
		case 6:
			post(1, 0xffff);
			break;
		case 7: /* and what comes behind one neither */
			post(0, nvm.last_id);
			post(1, nvm.last_id);
			break;
		default: /* all phase bits turned over */
			for (unsigned i = 0; i < 32; i++)
				dma[0x3000 + i * 16 + 14] ^= 1;
			break;
		}
		/* it was reset, and the command sent again */
		assert_int_equal(poll_one(&disk), UNIT_BUSY);
		assert_int_equal(nvm.resets, resets + 1);
		assert_int_equal(nvm.holds, 1);
		model_release(0);
		assert_int_equal(poll_one(&disk), UNIT_DONE);
		nvm.hold = false;
		unit_works(&disk.unit, 0x10000);
	}
}

static void answer_that_comes_twice_is_one(void **state)
{
	(void)state;
	assert_true(start_one(&disk));
	post(1, nvm.last_id);
	assert_int_equal(poll_one(&disk), UNIT_DONE);
	assert_int_equal(nvm.resets, 1);
	/* the controller is reset before the next order */
	assert_true(write_one(&second));
	assert_int_equal(nvm.resets, 2);
	unit_works(&disk.unit, 0x10000);
}

static void controllers_that_are_none(void **state)
{
	static const struct {
		uint64_t cap;
		enum nvme_refusal refusal;
	} rows[] = {
		{~0ull, NVME_SILENT},
		{0, NVME_NONSENSE},
		{MODEL_CAP & ~(1ull << 37), NVME_NO_COMMANDS},
		{MODEL_CAP | 1ull << 48, NVME_LARGE_PAGES},
		{MODEL_CAP | 9ull << 32, NVME_FAR},
		{MODEL_CAP | 15ull << 32, NVME_FAR},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		nvm_reset();
		nvm.cap = rows[i].cap;
		assert_int_equal(open_controller(), rows[i].refusal);
		assert_int_equal(nvm.cc & 1, 0); /* it reaches no memory any more */
	}
	nvm_reset();
	nvm.sizes = 0x77;
	assert_int_equal(open_controller(), NVME_NONSENSE);
	assert_int_equal(nvm.cc & 1, 0);
}

static void silence_ends_in_time(void **state)
{
	uint64_t before;

	(void)state;
	for (unsigned row = 0; row < 8; row++) {
		nvm_reset();
		before = time_us;
		nvm.stuck_on = row == 0;
		nvm.stuck_off = row == 1;
		nvm.dies_at_start = row == 2;
		nvm.gone = row == 3;
		/* queues counted (which matters not), created twice, Identify */
		nvm.admin_hang = row > 3 ? row - 3 : 0;
		assert_int_equal(open_controller(), NVME_SILENT);
		assert_true(time_us - before < (row == 2 ? 100000 : 8000000));
	}
	for (unsigned row = 1; row <= 4; row++) {
		nvm_reset();
		nvm.admin_wrong = row;
		assert_int_equal(open_controller(), NVME_SILENT);
	}
}

/* A namespace that does not answer leaves a controller that is reset before it is used. */
static void silent_namespace_is_none(void **state)
{
	struct unit_memory buffer = dma_memory(0x5000);

	(void)state;
	nvm.admin_hang = 1;
	assert_int_equal(nvme_disk_open(&nvme, 7, &buffer, &second), NVME_SILENT);
	assert_int_equal(nvme_next(&nvme, 0), 0);
	unit_works(&disk.unit, 0x10000);
	assert_int_equal(nvm.resets, 2);
	assert_int_equal(nvme_next(&nvme, 0), 1);
}

#define CASE(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(error_is_one_without_a_reset),
		CASE(error_for_a_while_is_tried_again), CASE(orders_that_cannot_be_fail),
		CASE(hanging_command_is_reset), CASE(neighbours_are_sent_again_for_some_time),
		CASE(interrupts_are_on_after_a_reset), CASE(failed_controller_is_reset),
		CASE(controller_that_does_not_come_back_is_gone),
		CASE(controller_that_is_pulled_is_gone_soon),
		CASE(answers_that_cannot_be_are_not_believed), CASE(answer_that_comes_twice_is_one),
		CASE(controllers_that_are_none), CASE(silence_ends_in_time),
		CASE(silent_namespace_is_none)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
