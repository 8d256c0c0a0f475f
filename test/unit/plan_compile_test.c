/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/config_disk.c tools/carrel/config_device.c tools/carrel/plan.c */
/* LINK: tools/carrel/plan_read.c tools/carrel/drivers.c tools/carrel/config.c */
/* LINK: tools/carrel/config_set.c tools/carrel/check.c tools/carrel/ini.c tools/carrel/keys.c */
/* LINK: tools/carrel/config_net.c tools/carrel/plan_net.c tools/carrel/plan_disk.c vmm-user/init/crc.c tools/carrel/cpus.c */
/* LINK: tools/carrel/near.c tools/carrel/value.c tools/carrel/diag.c tools/carrel/files.c */
/* LINK: tools/carrel/facts.c tools/carrel/alloc.c tools/carrel/print.c vmm-user/init/plan.c */
/*
 * The compiled plan: every table says what the configuration said, the drivers
 * have exactly their rights, and init's own reader takes it.
 */
#include "carrel/plan.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "abi/start.h"
#include "abi/syscall.h"
#include "carrel/print.h"

/* init's reader has its own `struct plan`. */
#define plan init_plan
#define plan_text init_plan_text
#include "init/plan.h"
#undef plan
#undef plan_text

#define DIRECTORY "test/unit/config/"

static const struct plan_programs programs = {
	.vmm = DIRECTORY "files/kernel.elf",
	.serial = DIRECTORY "files/multiboot.elf",
	.power = DIRECTORY "files/object.o",
};

static struct config config;
static struct plan plan;

static enum status compile(const char *path)
{
	struct diag diag = {0};
	enum status status = config_read(&config, path, &diag);

	if (status == STATUS_OK)
		status = plan_compile(&config, &programs, &plan, &diag);
	diag_print(&diag, stderr);
	diag_free(&diag);
	return status;
}

static int tear_down(void **state)
{
	(void)state;
	plan_free(&plan);
	config_free(&config);
	return 0;
}

static void header_is_right(void **state)
{
	(void)state;
	assert_int_equal(compile(DIRECTORY "good-two.conf"), STATUS_OK);
	const struct plan_header *header = plan_header(&plan);
	assert_int_equal(header->magic, PLAN_MAGIC);
	assert_int_equal(header->version, PLAN_VERSION);
	assert_int_equal(header->size, plan.size);
	assert_int_equal(header->crc,
		crc32(0, plan.bytes + sizeof(*header), (uInt)(plan.size - sizeof(*header))));
	assert_int_equal(header->components, 4);
	assert_int_equal(header->modules, 5); /* vault's kernel is the very file of vmm */
	assert_int_equal(header->channels, 5);
	assert_int_equal(header->rights, 6);
	assert_int_equal(header->flags, PLAN_WHEN_DONE_POWEROFF);
}

static void drivers_have_their_rights(void **state)
{
	static const struct plan_right serial[] = {
		{PLAN_RIGHT_PORT, 0, 0x3f8, 8},
		{PLAN_RIGHT_PORT, 0, 0x2f8, 8},
		{PLAN_RIGHT_IRQ, 0, 4, 1},
	};
	static const struct plan_right power[] = {
		{PLAN_RIGHT_PORT, 0, 0x8900, 1},
		{PLAN_RIGHT_PORT, 0, 0x604, 2},
		{PLAN_RIGHT_PORT, 0, 0xcf9, 1},
	};

	(void)state;
	assert_int_equal(compile(DIRECTORY "good-one.conf"), STATUS_OK);
	const struct plan_component *component = plan_component(&plan, 0);
	assert_string_equal(component->name, "serial");
	assert_int_equal(component->kind, PLAN_DRIVER);
	assert_int_equal(component->flags, PLAN_LOG);
	assert_int_equal(component->priority, 40);
	assert_int_equal(component->cpus, 1);
	assert_int_equal(component->guest_pages, 0);
	assert_int_equal(component->kernel, PLAN_NO_MODULE);
	assert_int_equal(component->initrd, PLAN_NO_MODULE);
	assert_int_equal(component->rights, ARRAY_SIZE(serial));
	assert_memory_equal(plan_right(&plan, component->first_right), serial, sizeof(serial));
	component = plan_component(&plan, 1);
	assert_string_equal(component->name, "power");
	assert_int_equal(component->flags, PLAN_POWER | PLAN_LOG);
	assert_int_equal(component->rights, ARRAY_SIZE(power));
	assert_memory_equal(plan_right(&plan, component->first_right), power, sizeof(power));
}

static void guests_have_no_rights_and_all_they_asked_for(void **state)
{
	(void)state;
	assert_int_equal(compile(DIRECTORY "good-two.conf"), STATUS_OK);
	assert_int_equal(plan.first_vm, 2);
	assert_int_equal(plan.vms, 2);
	const struct plan_component *web = plan_component(&plan, 2),
				    *vault = plan_component(&plan, 3);
	assert_string_equal(web->name, "web");
	assert_int_equal(web->kind, PLAN_VM);
	assert_int_equal(web->flags, 0);
	assert_int_equal(web->rights, 0);
	assert_int_equal(web->priority, 20);
	assert_int_equal(web->cpus, 0);
	assert_int_equal(web->budget_us, 0);
	assert_int_equal(web->period_us, 0);
	assert_int_equal(web->guest_pages, 256u * 256);
	assert_int_equal(web->vcpus, 1);
	assert_string_equal(plan_text(&plan, web->cmdline), "console=ttyS0");
	assert_string_equal(plan.file[web->kernel].path, DIRECTORY "files/bzimage");
	assert_string_equal(plan.file[web->initrd].path, DIRECTORY "files/initrd");
	assert_int_equal(web->modules, 0);
	assert_int_equal(web->account_pages, 192 + (256u * 256 + 1 + 2) / 512);
	assert_string_equal(vault->name, "vault");
	assert_int_equal(vault->flags, PLAN_DEBUG_EXIT | PLAN_RESTART);
	assert_int_equal(vault->initrd, PLAN_NO_MODULE);
	assert_int_equal(vault->image, web->image);
	assert_string_equal(plan.file[vault->image].name, "vmm");
}

static void files_have_names_sizes_and_sums(void **state)
{
	(void)state;
	assert_int_equal(compile(DIRECTORY "good-two.conf"), STATUS_OK);
	static const char *const names[] = {"serial", "power", "vmm", "03-bzimage", "04-initrd"};
	for (unsigned i = 0; i < ARRAY_SIZE(names); i++) {
		const struct plan_module *module = plan_module(&plan, i);
		uint32_t crc;
		struct file_facts facts;
		const char *problem;
		assert_string_equal(plan_text(&plan, module->name), names[i]);
		assert_string_equal(plan.file[i].name, names[i]);
		assert_int_equal(file_crc(plan.file[i].path, &crc), STATUS_OK);
		assert_int_equal(file_look(plan.file[i].path, &facts, &problem), STATUS_OK);
		assert_int_equal(module->crc, crc);
		assert_int_equal(module->size, facts.size);
	}
}

/* A kernel that two guests share is loaded once; modules never are shared, as
 * each has its own words and they have to be consecutive. */
static void files_are_shared_and_modules_are_not(void **state)
{
	(void)state;
	assert_int_equal(compile(DIRECTORY "good-fifteen.conf"), STATUS_OK);
	assert_int_equal(plan.files, 4);
	for (unsigned i = 0; i < 15; i++)
		assert_int_equal(plan_component(&plan, 2 + i)->kernel, 3);
	tear_down(NULL);
	assert_int_equal(compile(DIRECTORY "good-multiboot.conf"), STATUS_OK);
	const struct plan_component *vm = plan_component(&plan, 2);
	assert_int_equal(vm->modules, 2);
	assert_string_equal(plan.file[vm->first_module].path, DIRECTORY "files/text");
	assert_string_equal(
		plan_text(&plan, plan_module(&plan, vm->first_module)->cmdline), "first one");
	assert_string_equal(plan.file[vm->first_module + 1].path, DIRECTORY "files/initrd");
	assert_string_equal(
		plan_text(&plan, plan_module(&plan, vm->first_module + 1)->cmdline), "");
}

static void disks_are_modules_and_memory(void **state)
{
	(void)state;
	assert_int_equal(compile(DIRECTORY "good-disks.conf"), STATUS_OK);
	const struct plan_component *web = plan_component(&plan, 2),
				    *vault = plan_component(&plan, 3);
	assert_int_equal(web->disks, 2);
	assert_string_equal(plan.file[web->disk[0].module].path, DIRECTORY "files/text");
	assert_string_equal(plan_text(&plan, web->disk[0].name), "root");
	assert_int_equal(web->disk[0].flags, PLAN_DISK_OVERLAY);
	assert_string_equal(plan.file[web->disk[1].module].path, DIRECTORY "files/initrd");
	assert_string_equal(plan_text(&plan, web->disk[1].name), "tools");
	assert_int_equal(vault->disks, 1);
	assert_int_equal(vault->disk[0].module, web->disk[1].module); /* loaded once */
	assert_int_equal(vault->heap_pages, 128 + 2 + 24);
	assert_int_equal(web->heap_pages, 128 + 2 + 2 * 24 + 1 + 1 + 2);
}

static void channels_lead_to_the_serial_driver(void **state)
{
	static const struct plan_channel want[] = {
		{.client = PLAN_INIT, .kind = CHANNEL_CONTROL, .pages = 2},
		{.client = 2, .kind = CHANNEL_CONSOLE, .pages = 8},
		{.client = 2, .kind = CHANNEL_DIAG, .pages = 2},
		{.client = 3, .kind = CHANNEL_CONSOLE, .pages = 8},
		{.client = 3, .kind = CHANNEL_DIAG, .pages = 2},
	};

	(void)state;
	assert_int_equal(compile(DIRECTORY "good-two.conf"), STATUS_OK);
	assert_int_equal(plan_header(&plan)->channels, ARRAY_SIZE(want));
	assert_memory_equal(plan_channel(&plan, 0), want, sizeof(want));
}

static void same_input_gives_the_same_bytes(void **state)
{
	(void)state;
	assert_int_equal(compile(DIRECTORY "good-two.conf"), STATUS_OK);
	size_t size = plan.size;
	uint8_t *bytes = malloc(size);
	memcpy(bytes, plan.bytes, size);
	tear_down(NULL);
	assert_int_equal(compile(DIRECTORY "good-two.conf"), STATUS_OK);
	assert_int_equal(plan.size, size);
	assert_memory_equal(plan.bytes, bytes, size);
	free(bytes);
}

static void init_can_read_every_good_plan(void **state)
{
	static const char *const files[] = {"one", "two", "multiboot", "crlf", "no-newline",
		"longest-name", "fifteen", "shares", "disks"};

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
		char path[80];
		struct init_plan read;
		snprintf(path, sizeof(path), DIRECTORY "good-%s.conf", files[i]);
		assert_int_equal(compile(path), STATUS_OK);
		if (plan_read(plan.bytes, plan.size, &read) != STATUS_OK)
			fail_msg("%s: init says: %s", path, read.problem);
		assert_int_equal(read.header->components, 2 + config.vms);
		tear_down(NULL);
	}
}

static void machine_has_to_be_large_enough(void **state)
{
	struct diag diag = {.path = "c"};
	uint64_t need;

	(void)state;
	assert_int_equal(compile(DIRECTORY "good-two.conf"), STATUS_OK);
	need = plan_memory(&plan);
	assert_true(need > (256ull + 1024 + 64) << 20);
	assert_true(need < (256ull + 1024 + 80) << 20);
	assert_int_equal(plan_check_machine(&plan, &config, need, &diag), STATUS_OK);
	assert_int_equal(plan_check_machine(&plan, &config, need - 1, &diag), STATUS_BAD_ARG);
	assert_int_equal(diag.count, 1);
	assert_int_equal(diag.entry[0].line, config.vm[1].seen[VM_MEMORY]);
	assert_non_null(
		strstr(diag.entry[0].text, "`memory`: expected no more than the machine has"));
	assert_non_null(strstr(diag.entry[0].text, "[vm vault]"));
	diag_free(&diag);
	assert_int_equal(plan_check_machine(&plan, &config, 128u << 20, &diag), STATUS_BAD_ARG);
	assert_int_equal(diag.count, 1);
	assert_int_equal(diag.entry[0].line, config.vm[0].seen[VM_MEMORY]);
	diag_free(&diag);
}

static void shares_are_in_the_plan(void **state)
{
	(void)state;
	assert_int_equal(compile(DIRECTORY "good-shares.conf"), STATUS_OK);
	const struct plan_component *few = plan_component(&plan, 2),
				    *not0 = plan_component(&plan, 4);
	assert_int_equal(few->vcpus, 4);
	assert_int_equal(few->cpus, 0xe);
	assert_int_equal(few->priority, 31);
	assert_int_equal(few->budget_us, 5000);
	assert_int_equal(few->period_us, 20000);
	assert_int_equal(plan_component(&plan, 3)->cpus, 0);
	assert_true(not0->cpus == ~0x39ull);
	/* Each virtual CPU after the first is paid for. */
	assert_int_equal(not0->account_pages, plan_component(&plan, 3)->account_pages + 31 * 12);
	assert_int_equal(not0->heap_pages, plan_component(&plan, 3)->heap_pages + 31 * 8);
	assert_int_equal(plan_cpus(&plan), 7);
}

static void machine_has_to_have_the_cpus(void **state)
{
	struct diag diag = {.path = "c"}, warnings = {.path = "c"};

	(void)state;
	assert_int_equal(compile(DIRECTORY "good-shares.conf"), STATUS_OK);
	assert_int_equal(plan_check_cpus(&config, 7, &diag, &warnings), STATUS_OK);
	assert_int_equal(warnings.count, 0);
	assert_int_equal(plan_check_cpus(&config, 3, &diag, &warnings), STATUS_OK);
	assert_int_equal(warnings.count, 2);
	assert_int_equal(warnings.entry[0].line, config.vm[0].seen[VM_CPUS]);
	assert_string_equal(warnings.entry[0].text,
		"warning: `cpus`: the machine has no CPU 3, only 0-2: [vm few] runs on 1-2");
	assert_string_equal(warnings.entry[1].text,
		"warning: `cpus`: the machine has no CPU 3,6, only 0-2: [vm list] runs on 0,2");
	diag_free(&warnings);
	assert_int_equal(plan_check_cpus(&config, 1, &diag, &warnings), STATUS_BAD_ARG);
	assert_int_equal(diag.count, 2);
	assert_int_equal(diag.entry[0].line, config.vm[0].seen[VM_CPUS]);
	assert_string_equal(diag.entry[0].text,
		"`cpus`: expected at least one that the machine has, got 1-3: it has 0");
	assert_string_equal(diag.entry[1].text,
		"`cpus`: expected at least one that the machine has, got all,^0,^3-5: it has 0");
	diag_free(&diag);
	diag_free(&warnings);
}

static void missing_program_is_an_error(void **state)
{
	struct plan_programs lost = programs;
	struct diag diag = {0};

	(void)state;
	lost.vmm = DIRECTORY "files/nothing";
	assert_int_equal(config_read(&config, DIRECTORY "good-one.conf", &diag), STATUS_OK);
	assert_int_equal(plan_compile(&config, &lost, &plan, &diag), STATUS_BAD_ARG);
	assert_int_equal(diag.count, 1);
	assert_null(plan.bytes);
	assert_int_equal(plan.files, 0);
	diag_free(&diag);
}

static void print_has_shares(void **state)
{
	static const char *const words[] = {
		"priority  31, 5ms in each 20ms, that is 25.0% of a CPU, for each virtual CPU\n",
		"cpus      1-3: virtual CPU by virtual CPU 1, 2, 3, 1\n",
		"priority  0, 2500us in each 10ms, that is 25.0% of a CPU\n",
		"cpus      any, where the least is planned\n",
		"cpus      all,^0,^3-5, where the least is planned\n",
		"priority  40, no limit of time\n"};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(compile(DIRECTORY "good-shares.conf"), STATUS_OK);
	print_plan(&plan, out);
	fclose(out);
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (!strstr(text, words[i]))
			fail_msg("not printed: %s", words[i]);
	free(text);
}

static void print_names_everything(void **state)
{
	static const char *const words[] = {"driver serial", "driver power", "vm web", "vm vault",
		"ports     0x3f8 to 0x3ff", "ports     0x8900 to 0x8900",
		"interrupt 4, edge, active high", "256M of memory", "1G of memory", "files/initrd",
		"console=ttyS0", "debug-exit", "restart on crash", "channel   to serial: console",
		"as 03-bzimage", "the machine is switched off"};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_int_equal(compile(DIRECTORY "good-two.conf"), STATUS_OK);
	print_plan(&plan, out);
	fclose(out);
	for (unsigned i = 0; i < ARRAY_SIZE(words); i++)
		if (!strstr(text, words[i]))
			fail_msg("not printed: %s", words[i]);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(header_is_right, tear_down),
		cmocka_unit_test_teardown(drivers_have_their_rights, tear_down),
		cmocka_unit_test_teardown(guests_have_no_rights_and_all_they_asked_for, tear_down),
		cmocka_unit_test_teardown(files_have_names_sizes_and_sums, tear_down),
		cmocka_unit_test_teardown(files_are_shared_and_modules_are_not, tear_down),
		cmocka_unit_test_teardown(disks_are_modules_and_memory, tear_down),
		cmocka_unit_test_teardown(channels_lead_to_the_serial_driver, tear_down),
		cmocka_unit_test_teardown(same_input_gives_the_same_bytes, tear_down),
		cmocka_unit_test_teardown(init_can_read_every_good_plan, tear_down),
		cmocka_unit_test_teardown(machine_has_to_be_large_enough, tear_down),
		cmocka_unit_test_teardown(shares_are_in_the_plan, tear_down),
		cmocka_unit_test_teardown(machine_has_to_have_the_cpus, tear_down),
		cmocka_unit_test_teardown(print_has_shares, tear_down),
		cmocka_unit_test_teardown(missing_program_is_an_error, tear_down),
		cmocka_unit_test_teardown(print_names_everything, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
