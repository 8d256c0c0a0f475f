/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/info.c vmm-user/init/link_order.c vmm-user/init/module.c */
/*
 * What init tells a component: the start info, the order of channels, and the
 * files that GRUB loaded.
 */
#include "init/info.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "init/init.h"
#include "init/link.h"
#include "init/module.h"

#define LARGE 0x200000ull

/* serial; web: kernel, initrd, one module; vault: kernel only. */
static const struct plan_component component[] = {
	{.name = "serial", .kind = PLAN_DRIVER, .flags = PLAN_LOG, .heap_pages = 3},
	{.name = "web",
		.kind = PLAN_VM,
		.flags = PLAN_RESTART,
		.guest_pages = 0x4000,
		.vcpus = 2,
		.kernel = 1,
		.initrd = 2,
		.first_module = 3,
		.modules = 1,
		.cmdline = 1},
	{.name = "vault",
		.kind = PLAN_VM,
		.guest_pages = 0x100,
		.vcpus = 1,
		.kernel = 1,
		.initrd = PLAN_NO_MODULE,
		.disk = {{.module = 3, .name = 35, .flags = PLAN_DISK_OVERLAY},
			{.module = 2, .name = 23},
			{.module = PLAN_NO_MODULE,
				.name = 15,
				.channel = 4,
				.device = 5,
				.flags = PLAN_DISK_READONLY,
				.serial = 41,
				.partition = 35,
				.debug_crash = 7}},
		.disks = 3},
	{.name = "power", .kind = PLAN_DRIVER, .flags = PLAN_POWER},
};

static const struct plan_channel channel[] = {
	{.client = PLAN_INIT, .kind = CHANNEL_CONTROL, .pages = 2},
	{.client = 1, .kind = CHANNEL_CONSOLE, .pages = 4},
	{.client = 1,
		.kind = CHANNEL_NET,
		.pages = 2,
		.port = {.mac = {2, 4, 6}, .flags = 1, .packets = 7, .crash = 9, .bytes = 8}},
	{.client = 2, .kind = CHANNEL_CONSOLE, .pages = 4},
	{.client = 2, .server = 3, .kind = CHANNEL_BLOCK, .pages = 258},
};

static const char text[] = "\0console=ttyS0\0vmlinuz\0web.cpio.gz\0extra\0one two";

static const struct plan_module module[] = {
	{.name = 41, .size = 100}, /* "two": not loaded */
	{.name = 15, .size = 0x2345},
	{.name = 23, .size = 0x1000},
	{.name = 35, .cmdline = 41, .size = 5},
};

static const struct plan_header header = {
	.components = ARRAY_SIZE(component), .modules = 4, .channels = ARRAY_SIZE(channel)};

static const struct plan plan = {
	.header = &header,
	.component = component,
	.module = module,
	.channel = channel,
	.text = text,
};

static const struct boot_info boot = {
	.virt = BOOT_VIRT_VMX,
	.tsc_khz = 2000000,
	.pm1a_control = 0x604,
	.pm1b_control = 0x608,
	.modules = 3,
	.module =
		{
			{0x123000, 0x2345, "vmlinuz", 0},
			{0x7654000, 0x1000, "web.cpio.gz", 0},
			{0x9000000, 5, "extra", 0},
		},
};

static const struct place place = {.vcpus = 2, .cpu = {3, 1}};

static const struct boot_module *const files[] = {
	&boot.module[0], &boot.module[1], &boot.module[2]};

static void guest_info(void **state)
{
	static struct start_info info;

	(void)state;
	memset(&info, 0xee, sizeof(info));
	assert_int_equal(info_build(&plan, 1, &boot, &place, files, 3, &info), STATUS_OK);
	assert_int_equal(info.magic, START_INFO_MAGIC);
	assert_int_equal(info.size, sizeof(info));
	assert_int_equal(info.virt, BOOT_VIRT_VMX);
	assert_string_equal(info.name, "web");
	assert_int_equal(info.tsc_khz, 2000000);
	assert_int_equal(info.heap_address, START_HEAP_ADDR);
	assert_int_equal(info.heap_size, 0);
	assert_int_equal(info.guest_address, START_GUEST_ADDR);
	assert_int_equal(info.guest_size, 0x4000 * 4096);
	assert_int_equal(info.vcpus, 2);
	assert_int_equal(info.vcpu_cpu[0], 3);
	assert_int_equal(info.vcpu_cpu[1], 1);
	assert_int_equal(info.vcpu_cpu[2], 0);
	assert_int_equal(info.flags, PLAN_RESTART);
	assert_int_equal(info.modules, 3);
	assert_int_equal(info.kernel_module, 0);
	assert_int_equal(info.initrd_module, 1);
	assert_int_equal(info.first_extra_module, 2);
	assert_int_equal(info.extra_modules, 1);
	assert_int_equal(info.disks, 0);
	assert_string_equal(info.text + info.cmdline, "console=ttyS0");
	assert_int_equal(info.module[0].size, 0x2345);
	assert_int_equal(info.module[0].cmdline, 0);
	assert_string_equal(info.text + info.module[2].cmdline, "one two");
	assert_int_equal(info.text[0], 0);
	assert_int_equal(info.pm1a_control, 0); /* only the power driver */
}

static void modules_lie_apart_and_suit_large_pages(void **state)
{
	static struct start_info info;
	uint64_t end = START_MODULE_ADDR;

	(void)state;
	assert_int_equal(info_build(&plan, 1, &boot, &place, files, 3, &info), STATUS_OK);
	for (uint32_t i = 0; i < info.modules; i++) {
		assert_true(info.module[i].address >= end);
		assert_true(info.module[i].address < end + LARGE);
		assert_int_equal(info.module[i].address % LARGE, files[i]->base % LARGE);
		end = info.module[i].address + (info.module[i].size + 4095) / 4096 * 4096;
	}
}

static void guest_without_initrd(void **state)
{
	static struct start_info info;

	(void)state;
	assert_int_equal(info_build(&plan, 2, &boot, &place, files, 3, &info), STATUS_OK);
	assert_int_equal(info.modules, 3);
	assert_int_equal(info.kernel_module, 0);
	assert_int_equal(info.initrd_module, -1);
	assert_int_equal(info.first_extra_module, 1);
	assert_int_equal(info.extra_modules, 0);
	assert_int_equal(info.cmdline, 0);
}

/* Their modules come behind all others. */
static void disks_of_a_guest(void **state)
{
	static struct start_info info;

	(void)state;
	assert_int_equal(info_build(&plan, 2, &boot, &place, files, 3, &info), STATUS_OK);
	assert_int_equal(info.disks, 3);
	assert_int_equal(info.disk[0].module, 1);
	assert_int_equal(info.disk[0].flags, PLAN_DISK_OVERLAY);
	assert_string_equal(info.text + info.disk[0].name, "extra");
	assert_int_equal(info.disk[1].module, 2);
	assert_int_equal(info.disk[1].flags, 0);
	assert_string_equal(info.text + info.disk[1].name, "web.cpio.gz");
	assert_int_equal(info.disk[2].module, PLAN_NO_MODULE);
	assert_int_equal(info.disk[2].channel, 1);
	assert_int_equal(info.channel[1].kind, CHANNEL_BLOCK);
	assert_int_equal(info.channel[1].block.device, 0); /* no guest's business */
	assert_int_equal(info.module[1].size, files[1]->size);
}

static void driver_info(void **state)
{
	static struct start_info info;

	(void)state;
	assert_int_equal(info_build(&plan, 0, &boot, &place, files, 0, &info), STATUS_OK);
	assert_string_equal(info.name, "serial");
	assert_int_equal(info.heap_size, 3 * 4096);
	assert_int_equal(info.guest_size, 0);
	assert_int_equal(info.kernel_module, -1);
	assert_int_equal(info.initrd_module, -1);
	assert_int_equal(info.modules, 0);
	assert_int_equal(info.channels, 4);
}

static void power_driver_learns_its_ports(void **state)
{
	static struct start_info info;

	(void)state;
	assert_int_equal(info_build(&plan, 3, &boot, &place, files, 0, &info), STATUS_OK);
	assert_int_equal(info.pm1a_control, 0x604);
	assert_int_equal(info.pm1b_control, 0x608);
}

/* The disk's driver, and nobody else, hears which one it is. */
static void the_driver_is_told_which_disk(void **state)
{
	static struct start_info info;
	const struct start_block *block = &info.channel[0].block;

	(void)state;
	assert_int_equal(info_build(&plan, 3, &boot, &place, files, 0, &info), STATUS_OK);
	assert_int_equal(info.channels, 1);
	assert_int_equal(info.channel[0].kind, CHANNEL_BLOCK);
	assert_int_equal(block->device, 5);
	assert_int_equal(block->flags, PLAN_DISK_READONLY);
	assert_string_equal(info.text + block->serial, "one two");
	assert_string_equal(info.text + block->partition, "extra");
	assert_int_equal(block->debug_crash, 7);
	assert_int_equal(info.channel[0].physical, 0); /* init adds it */
}

/* Both ends of each channel: same memory size, same kind, each other's bits. */
static void channel_ends_agree(void **state)
{
	static struct start_info serial, web, vault;

	(void)state;
	assert_int_equal(info_build(&plan, 0, &boot, &place, files, 0, &serial), STATUS_OK);
	assert_int_equal(info_build(&plan, 1, &boot, &place, files, 3, &web), STATUS_OK);
	assert_int_equal(info_build(&plan, 2, &boot, &place, files, 3, &vault), STATUS_OK);
	assert_int_equal(web.channels, 2);
	assert_int_equal(vault.channels, 2);

	const struct {
		const struct start_info *client;
		uint32_t client_index, server_index;
	} row[] = {{&web, 0, 1}, {&web, 1, 2}, {&vault, 0, 3}};

	for (size_t i = 0; i < ARRAY_SIZE(row); i++) {
		const struct start_channel *client = &row[i].client->channel[row[i].client_index];
		const struct start_channel *server = &serial.channel[row[i].server_index];

		assert_string_equal(client->peer, "serial");
		assert_string_equal(server->peer, row[i].client->name);
		assert_int_equal(client->kind, server->kind);
		assert_int_equal(client->size, server->size);
		assert_memory_equal(&client->port, &server->port, sizeof(client->port));
		assert_memory_equal(
			&client->port, &channel[row[i].server_index].port, sizeof(client->port));
		assert_int_equal(client->is_server, 0);
		assert_int_equal(server->is_server, 1);
		assert_int_equal(client->signal_bit, server->own_bit);
		assert_int_equal(server->signal_bit, client->own_bit);
		assert_int_equal(client->own_bit, 1ull << row[i].client_index);
		assert_int_equal(server->own_bit, 1ull << row[i].server_index);
	}
}

static void channels_lie_one_after_the_other(void **state)
{
	static struct start_info serial;
	uint64_t address = START_CHANNEL_ADDR;

	(void)state;
	assert_int_equal(info_build(&plan, 0, &boot, &place, files, 0, &serial), STATUS_OK);
	for (uint32_t i = 0; i < serial.channels; i++) {
		assert_int_equal(serial.channel[i].address, address);
		assert_int_equal(serial.channel[i].size, channel[i].pages * 4096);
		address += serial.channel[i].size;
	}
	assert_string_equal(serial.channel[0].peer, "init");
	assert_int_equal(serial.channel[0].kind, CHANNEL_CONTROL);
	assert_int_equal(serial.channel[0].signal_bit, INIT_BIT_CONTROL);
}

static void link_order(void **state)
{
	struct link link;

	(void)state;
	assert_true(link_get(&plan, 0, 3, &link));
	assert_int_equal(link.channel, 3);
	assert_int_equal(link.peer, 2);
	assert_int_equal(link.ordinal, 3);
	assert_true(link.is_server);
	assert_false(link_get(&plan, 0, 4, &link));
	assert_true(link_get(&plan, 3, 0, &link));
	assert_int_equal(link.channel, 4);
	assert_true(link.is_server);
	assert_false(link_get(&plan, 3, 1, &link));
	assert_int_equal(link_ordinal(&plan, 2, 1), 1);
	assert_int_equal(link_ordinal(&plan, 2, 0), 2);
	assert_int_equal(link_ordinal(&plan, 3, 2), 0);
}

static void text_that_does_not_fit_is_refused(void **state)
{
	static char longer[START_CMDLINE + 8];
	static struct start_info info;
	struct plan_component vm = component[2];
	struct plan other = {.header = &header,
		.component = &vm,
		.module = module,
		.channel = channel,
		.text = longer};
	static const struct plan_header one = {.components = 1, .modules = 4};

	(void)state;
	other.header = &one;
	vm.cmdline = 1;
	vm.disks = 0;
	memset(longer + 1, 'x', START_CMDLINE - 2);
	assert_int_equal(info_build(&other, 0, &boot, &place, files, 1, &info), STATUS_OK);
	assert_int_equal(strlen(info.text + info.cmdline), START_CMDLINE - 2);
	longer[START_CMDLINE - 1] = 'x';
	assert_int_equal(info_build(&other, 0, &boot, &place, files, 1, &info), STATUS_BAD_ARG);
}

static void wrong_number_of_files_is_refused(void **state)
{
	static struct start_info info;

	(void)state;
	assert_int_equal(info_build(&plan, 1, &boot, &place, files, 2, &info), STATUS_BAD_ARG);
	assert_int_equal(info_build(&plan, 0, &boot, &place, files, 1, &info), STATUS_BAD_ARG);
}

static void files_are_found_by_name(void **state)
{
	const char *problem;

	(void)state;
	assert_ptr_equal(module_find(&boot, &plan, 1, &problem), &boot.module[0]);
	assert_ptr_equal(module_find(&boot, &plan, 2, &problem), &boot.module[1]);
	assert_null(module_find(&boot, &plan, 0, &problem));
	assert_string_equal(problem, "was not loaded by GRUB");
	assert_null(module_named(&boot, "vmlinu"));
	assert_null(module_named(&boot, "vmlinuz2"));
}

static void file_of_another_size_is_refused(void **state)
{
	struct boot_info other = boot;
	const char *problem;

	(void)state;
	other.module[0].size--;
	assert_null(module_find(&other, &plan, 1, &problem));
	assert_string_equal(
		problem, "is not the file that the plan was made with (its size differs)");
}

/* GRUB's name is cut after BOOT_NAME - 1 characters, and so is the comparison. */
static void long_names_match_as_far_as_kept(void **state)
{
	struct boot_info other = {.modules = 1};

	(void)state;
	memset(other.module[0].name, 'n', BOOT_NAME - 1);
	assert_non_null(module_named(&other, "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"));
	assert_non_null(module_named(&other, "nnnnnnnnnnnnnnnnnnnnnnnnnnn"));
	assert_null(module_named(&other, "nnnnnnnnnnnnnnnnnnnnnnnnnn"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guest_info),
		cmocka_unit_test(modules_lie_apart_and_suit_large_pages),
		cmocka_unit_test(guest_without_initrd),
		cmocka_unit_test(disks_of_a_guest),
		cmocka_unit_test(the_driver_is_told_which_disk),
		cmocka_unit_test(driver_info),
		cmocka_unit_test(power_driver_learns_its_ports),
		cmocka_unit_test(channel_ends_agree),
		cmocka_unit_test(channels_lie_one_after_the_other),
		cmocka_unit_test(link_order),
		cmocka_unit_test(text_that_does_not_fit_is_refused),
		cmocka_unit_test(wrong_number_of_files_is_refused),
		cmocka_unit_test(files_are_found_by_name),
		cmocka_unit_test(file_of_another_size_is_refused),
		cmocka_unit_test(long_names_match_as_far_as_kept),
	};

	return cmocka_run_group_tests_name("init_info", tests, NULL, NULL);
}
