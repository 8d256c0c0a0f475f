/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/plan.c tools/carrel/plan_read.c tools/carrel/drivers.c */
/* LINK: tools/carrel/plan_disk.c tools/carrel/plan_net.c tools/carrel/config_net.c */
/* LINK: tools/carrel/config.c tools/carrel/config_set.c tools/carrel/check.c */
/* LINK: tools/carrel/ini.c tools/carrel/keys.c tools/carrel/near.c tools/carrel/value.c */
/* LINK: tools/carrel/diag.c tools/carrel/files.c tools/carrel/facts.c tools/carrel/alloc.c */
/* LINK: vmm-user/init/crc.c tools/carrel/cpus.c tools/carrel/config_disk.c */
/* LINK: tools/carrel/config_device.c */
/*
 * Disks of the machine in the compiled plan: a driver only if there are some, a channel for
 * each, and the words that were written of them; and what the tool warns of.
 */
#include "carrel/plan.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "abi/block.h"
#include "carrel/config_device.h"

static struct config config;
static struct plan plan;

static int compile(const char *path)
{
	static const struct plan_programs programs = {.disk = "test/unit/config/files/text"};
	struct diag diag = {0};
	enum status status = config_read(&config, path, &diag);

	if (status == STATUS_OK)
		status = plan_compile(&config, &programs, &plan, &diag);
	diag_print(&diag, stderr);
	diag_free(&diag);
	return (int)status;
}

static int tear_down(void **state)
{
	(void)state;
	plan_free(&plan);
	config_free(&config);
	return 0;
}

static void each_disk_has_its_channel(void **state)
{
	(void)state;
	assert_int_equal(compile("test/unit/config/good-devices.conf"), STATUS_OK);
	assert_int_equal(plan.first_vm, 3);
	assert_string_equal(plan_component(&plan, 2)->name, "disk");
	const struct plan_component *web = plan_component(&plan, 3), *vault = web + 1;
	assert_int_equal(web->disks, 2);
	assert_int_equal(vault->disks, 3);
	for (unsigned i = 0; i < 5; i++) {
		const struct plan_disk *disk = i < 2 ? &web->disk[i] : &vault->disk[i - 2];
		const struct plan_channel *channel = plan_channel(&plan, disk->channel);

		assert_int_equal(disk->module, PLAN_NO_MODULE);
		assert_int_equal(channel->kind, CHANNEL_BLOCK);
		assert_int_equal(channel->client, i < 2 ? 3 : 4);
		assert_int_equal(channel->server, 2);
		assert_int_equal(channel->pages * 4096, BLOCK_CHANNEL);
		assert_int_equal(disk->flags, i == 1 || i == 3 ? PLAN_DISK_READONLY : 0);
	}
	assert_int_equal(web->disk[0].device, 0);
	assert_string_equal(plan_text(&plan, web->disk[0].partition), "1");
	assert_string_equal(plan_text(&plan, vault->disk[0].partition), "data");
	assert_int_equal(vault->disk[1].device, 1);
	assert_int_equal(vault->disk[2].device, PLAN_ANY_DEVICE);
	assert_string_equal(plan_text(&plan, vault->disk[2].serial), "A-1");
	assert_int_equal(vault->disk[2].debug_crash, 50);
}

/* It is started again however often it fails; what it may ask for is not what it has. */
static void driver_has_its_rights(void **state)
{
	const struct plan_component *driver;
	unsigned had = 0, dma = 0;

	(void)state;
	assert_int_equal(compile("test/unit/config/good-devices.conf"), STATUS_OK);
	driver = plan_component(&plan, 2);
	assert_int_equal(driver->flags, PLAN_LOG | PLAN_RESTART);
	for (unsigned i = 0; i < driver->rights; i++) {
		const struct plan_right *right = plan_right(&plan, driver->first_right + i);

		dma += right->kind == PLAN_RIGHT_DMA;
		if (right->kind == PLAN_RIGHT_DMA || right->flags & PLAN_RIGHT_ON_REQUEST)
			continue;
		had++;
		assert_int_equal(right->kind, PLAN_RIGHT_PORT);
		assert_int_equal(right->first, 0xcf8);
		assert_int_equal(right->count, 8);
	}
	assert_int_equal(had, 1);
	assert_int_equal(dma, 1);
}

static void files_need_no_driver(void **state)
{
	(void)state;
	assert_int_equal(compile("test/unit/config/good-disks.conf"), STATUS_OK);
	assert_int_equal(plan.first_vm, 2);
}

static void what_was_allowed_is_said(void **state)
{
	struct diag warnings = {0};

	(void)state;
	assert_int_equal(compile("test/unit/config/good-devices.conf"), STATUS_OK);
	config_device_warn(&config, &warnings);
	assert_int_equal(warnings.count, 4);
	diag_free(&warnings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(each_disk_has_its_channel, tear_down),
		cmocka_unit_test_teardown(driver_has_its_rights, tear_down),
		cmocka_unit_test_teardown(files_need_no_driver, tear_down),
		cmocka_unit_test_teardown(what_was_allowed_is_said, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
