/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/plan.c vmm-user/init/crc.c */
/*
 * The plan reader: a good plan is read, every single wrong field is refused with
 * its own words, and no sequence of bytes makes it leave its buffer or break the
 * promises of its header.
 */
#include "init/plan.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include "abi/start.h"
#include "abi/syscall.h"
#include "init/crc.h"

#define TEXT_SIZE 64u

struct blob {
	struct plan_header header;
	struct plan_component component[3]; /* serial, web, vault */
	struct plan_module module[4];       /* serial, vmm, vmlinuz, extra */
	struct plan_channel channel[3];
	struct plan_right right[3];
	char text[TEXT_SIZE];
};

static void blob_seal(struct blob *blob)
{
	blob->header.crc = (uint32_t)crc32(
		0, (const Bytef *)(&blob->header + 1), blob->header.size - sizeof(blob->header));
}

static struct plan_component vm(const char *name)
{
	struct plan_component component = {
		.kind = PLAN_VM,
		.flags = PLAN_RESTART | PLAN_DEBUG_EXIT,
		.image = 1,
		.priority = 20,
		.budget_us = 1000,
		.period_us = 2000,
		.account_pages = 100,
		.heap_pages = 10,
		.guest_pages = 4096,
		.vcpus = 1,
		.kernel = 2,
		.initrd = PLAN_NO_MODULE,
		.first_module = 3,
		.modules = 1,
		.cmdline = 1,
	};

	strcpy(component.name, name);
	return component;
}

static void blob_make(struct blob *blob)
{
	static const char text[TEXT_SIZE] = "\0console=ttyS0\0serial\0vmm\0vmlinuz\0extra";

	memset(blob, 0, sizeof(*blob));
	blob->header = (struct plan_header){
		.magic = PLAN_MAGIC,
		.version = PLAN_VERSION,
		.size = sizeof(*blob),
		.components = 3,
		.component_offset = offsetof(struct blob, component),
		.modules = 4,
		.module_offset = offsetof(struct blob, module),
		.channels = 3,
		.channel_offset = offsetof(struct blob, channel),
		.rights = 3,
		.right_offset = offsetof(struct blob, right),
		.text_offset = offsetof(struct blob, text),
		.text_size = TEXT_SIZE,
		.flags = PLAN_WHEN_DONE_POWEROFF,
	};
	memcpy(blob->text, text, TEXT_SIZE);
	blob->component[0] = (struct plan_component){
		.name = "serial",
		.kind = PLAN_DRIVER,
		.flags = PLAN_LOG,
		.priority = 40,
		.account_pages = 64,
		.kernel = PLAN_NO_MODULE,
		.initrd = PLAN_NO_MODULE,
		.rights = 3,
	};
	blob->component[1] = vm("web");
	blob->component[2] = vm("vault");
	blob->module[0] = (struct plan_module){.name = 15, .size = 1000};
	blob->module[1] = (struct plan_module){.name = 22, .size = 2000};
	blob->module[2] = (struct plan_module){.name = 26, .size = 3000};
	blob->module[3] = (struct plan_module){.name = 34, .cmdline = 1, .size = 4000};
	blob->channel[0] = (struct plan_channel){1, 0, CHANNEL_CONSOLE, 4};
	blob->channel[1] = (struct plan_channel){2, 0, CHANNEL_DIAG, 2};
	blob->channel[2] = (struct plan_channel){PLAN_INIT, 0, CHANNEL_CONTROL, 2};
	blob->right[0] = (struct plan_right){PLAN_RIGHT_PORT, 0, 0x3f8, 8};
	blob->right[1] = (struct plan_right){PLAN_RIGHT_IRQ, IRQ_LEVEL, 4, 1};
	blob->right[2] = (struct plan_right){PLAN_RIGHT_MEMORY, MEM_R | MEM_W | MEM_UC, 0xfee00, 1};
	blob_seal(blob);
}

static void good_plan_is_read(void **state)
{
	struct blob blob;
	struct plan plan;

	(void)state;
	blob_make(&blob);
	assert_int_equal(plan_read(&blob, sizeof(blob), &plan), STATUS_OK);
	assert_null(plan.problem);
	assert_ptr_equal(plan.header, &blob.header);
	assert_ptr_equal(plan.component, blob.component);
	assert_ptr_equal(plan.module, blob.module);
	assert_ptr_equal(plan.channel, blob.channel);
	assert_ptr_equal(plan.right, blob.right);
	assert_string_equal(plan_text(&plan, plan.component[1].cmdline), "console=ttyS0");
	assert_string_equal(plan_text(&plan, plan.module[2].name), "vmlinuz");
}

static void bytes_behind_the_plan_do_not_matter(void **state)
{
	struct {
		struct blob blob;
		uint8_t more[100];
	} file;
	struct plan plan;

	(void)state;
	memset(&file, 0xee, sizeof(file));
	blob_make(&file.blob);
	assert_int_equal(plan_read(&file, sizeof(file), &plan), STATUS_OK);
}

static void empty_plan_is_read(void **state)
{
	struct {
		struct plan_header header;
		char text[8];
	} blob = {
		.header = {.magic = PLAN_MAGIC,
			.version = PLAN_VERSION,
			.size = sizeof(blob),
			.component_offset = sizeof(blob.header),
			.module_offset = sizeof(blob.header),
			.channel_offset = sizeof(blob.header),
			.right_offset = sizeof(blob.header),
			.text_offset = sizeof(blob.header),
			.text_size = 1},
	};
	struct plan plan;

	(void)state;
	blob.header.crc = (uint32_t)crc32(0, (const Bytef *)blob.text, sizeof(blob.text));
	assert_int_equal(plan_read(&blob, sizeof(blob), &plan), STATUS_OK);
}

static void wrong_checksum_is_refused(void **state)
{
	struct blob blob;
	struct plan plan;

	(void)state;
	for (size_t i = sizeof(blob.header); i < sizeof(blob); i += 7) {
		blob_make(&blob);
		((uint8_t *)&blob)[i] ^= 1;
		assert_int_equal(plan_read(&blob, sizeof(blob), &plan), STATUS_BAD_ARG);
		assert_string_equal(plan.problem, "wrong checksum");
	}
}

static void every_cut_is_refused(void **state)
{
	struct blob blob;
	struct plan plan;

	(void)state;
	blob_make(&blob);
	for (size_t size = 0; size < sizeof(blob); size++) {
		void *cut = malloc(size > 0 ? size : 1);

		memcpy(cut, &blob, size);
		assert_int_equal(plan_read(cut, size, &plan), STATUS_BAD_ARG);
		assert_string_equal(plan.problem, size < sizeof(blob.header)
							  ? "it is shorter than its header"
							  : "it is cut short (wrong size)");
		free(cut);
	}
}

/* One wrong field: where, how wide, what, and the words that refuse it. */
struct wrong {
	size_t offset, width;
	uint64_t value;
	const char *problem;
};

#define AT(field) offsetof(struct blob, field), sizeof(((struct blob *)0)->field)

static const struct wrong wrongs[] = {
	{AT(header.magic), 0, "it is not a plan (wrong magic number)"},
	{AT(header.version), PLAN_VERSION + 1, "wrong version"},
	{AT(header.version), 0, "wrong version"},
	{AT(header.size), sizeof(struct blob) + 1, "it is cut short (wrong size)"},
	{AT(header.size), sizeof(struct plan_header) - 1, "it is cut short (wrong size)"},
	{AT(header.size), UINT32_MAX, "it is cut short (wrong size)"},
	{AT(header.flags), 4, "unknown flag"},
	{AT(header.components), PLAN_COMPONENTS + 1, "the table of components is out of bounds"},
	{AT(header.components), UINT32_MAX, "the table of components is out of bounds"},
	{AT(header.components), PLAN_COMPONENTS, "the table of components is out of bounds"},
	{AT(header.component_offset), 0, "the table of components is out of bounds"},
	{AT(header.component_offset), 68, "the table of components is out of bounds"},
	{AT(header.component_offset), UINT32_MAX - 7, "the table of components is out of bounds"},
	{AT(header.modules), PLAN_MODULES + 1, "the table of modules is out of bounds"},
	{AT(header.modules), UINT32_MAX, "the table of modules is out of bounds"},
	{AT(header.module_offset), sizeof(struct blob) - 8,
		"the table of modules is out of bounds"},
	{AT(header.module_offset), 8, "the table of modules is out of bounds"},
	{AT(header.channels), PLAN_CHANNELS + 1, "the table of channels is out of bounds"},
	{AT(header.channel_offset), UINT32_MAX - 7, "the table of channels is out of bounds"},
	{AT(header.channel_offset), 4, "the table of channels is out of bounds"},
	{AT(header.rights), PLAN_RIGHTS + 1, "the table of rights is out of bounds"},
	{AT(header.right_offset), sizeof(struct blob), "the table of rights is out of bounds"},
	{AT(header.text_offset), 0, "the text is out of bounds"},
	{AT(header.text_offset), UINT32_MAX, "the text is out of bounds"},
	{AT(header.text_size), 0, "the text is out of bounds"},
	{AT(header.text_size), TEXT_SIZE + 1, "the text is out of bounds"},
	{AT(header.text_size), UINT32_MAX, "the text is out of bounds"},
	{AT(text[0]), 'x', "the text is not terminated"},
	{AT(text[TEXT_SIZE - 1]), 'x', "the text is not terminated"},
	{AT(module[1].name), TEXT_SIZE, "a module has no name"},
	{AT(module[1].name), 0, "a module has no name"},
	{AT(module[1].name), UINT32_MAX, "a module has no name"},
	{AT(module[3].cmdline), TEXT_SIZE, "a module's command line is out of bounds"},
	{AT(component[1].name[0]), 0, "a component has no valid name"},
	{AT(component[1].name[1]), ' ', "a component has no valid name"},
	{AT(component[1].name[1]), 0x1b, "a component has no valid name"},
	{AT(component[1].name[1]), 0xff, "a component has no valid name"},
	{AT(component[1].kind), PLAN_VM + 1, "a component's kind is unknown"},
	{AT(component[1].flags), 16, "a component has an unknown flag"},
	{AT(component[1].image), 4, "a component's program is not in the table of modules"},
	{AT(component[1].image), PLAN_NO_MODULE,
		"a component's program is not in the table of modules"},
	{AT(component[1].priority), PRIORITY_COUNT, "a component's priority is out of range"},
	{AT(component[1].budget_us), 0, "a component's budget does not fit its period"},
	{AT(component[1].period_us), 0, "a component's budget does not fit its period"},
	{AT(component[1].budget_us), 2001, "a component's budget does not fit its period"},
	{AT(component[1].account_pages), 0, "a component's account is empty"},
	{AT(component[1].heap_pages), 65537, "a component's heap is too large"},
	{AT(component[1].guest_pages), 0, "a guest's memory size is out of range"},
	{AT(component[1].guest_pages), (1ull << 26) + 1, "a guest's memory size is out of range"},
	{AT(component[1].guest_pages), UINT64_MAX, "a guest's memory size is out of range"},
	{AT(component[0].guest_pages), 1, "a driver has guest memory"},
	{AT(component[1].vcpus), 0, "a guest's number of CPUs is out of range"},
	{AT(component[1].vcpus), 65, "a guest's number of CPUs is out of range"},
	{AT(component[1].kernel), 4, "a guest's kernel or initrd is not in the table of modules"},
	{AT(component[1].initrd), 4, "a guest's kernel or initrd is not in the table of modules"},
	{AT(component[1].first_module), 4, "a guest's modules are not in the table of modules"},
	{AT(component[1].first_module), UINT32_MAX,
		"a guest's modules are not in the table of modules"},
	{AT(component[1].modules), 2, "a guest's modules are not in the table of modules"},
	{AT(component[1].modules), UINT32_MAX, "a guest's modules are not in the table of modules"},
	{AT(component[1].cmdline), TEXT_SIZE, "a guest's command line is out of bounds"},
	{AT(component[0].first_right), 1, "a component's rights are not in the table of rights"},
	{AT(component[0].rights), UINT32_MAX,
		"a component's rights are not in the table of rights"},
	{AT(channel[0].kind), CHANNEL_NONE, "a channel's kind is unknown"},
	{AT(channel[0].kind), CHANNEL_CONTROL + 1, "a channel's kind is unknown"},
	{AT(channel[0].kind), CHANNEL_CONTROL, "a control channel that is not init's"},
	{AT(channel[2].kind), CHANNEL_DIAG, "a control channel that is not init's"},
	{AT(channel[0].client), 3, "a channel's client is not in the table of components"},
	{AT(channel[0].server), 3, "a channel's server is not in the table of components"},
	{AT(channel[0].server), PLAN_INIT, "a channel's server is not in the table of components"},
	{AT(channel[0].server), 1, "a channel leads back to its own component"},
	{AT(channel[0].pages), 0, "a channel's size is out of range"},
	{AT(channel[0].pages), 3, "a channel's size is out of range"},
	{AT(channel[0].pages), 514, "a channel's size is out of range"},
	{AT(right[0].kind), PLAN_RIGHT_MEMORY + 1, "a right's kind is unknown"},
	{AT(right[0].flags), 1, "a port right is out of range"},
	{AT(right[0].count), 0, "a port right is out of range"},
	{AT(right[0].first), 0x10000, "a port right is out of range"},
	{AT(right[0].first), 0xfff9, "a port right is out of range"},
	{AT(right[0].count), UINT64_MAX, "a port right is out of range"},
	{AT(right[1].count), 2, "an interrupt right is out of range"},
	{AT(right[1].first), 1024, "an interrupt right is out of range"},
	{AT(right[1].flags), 4, "an interrupt right is out of range"},
	{AT(right[2].count), 0, "a memory right is out of range"},
	{AT(right[2].count), UINT64_MAX, "a memory right is out of range"},
	{AT(right[2].first), 1ull << 40, "a memory right is out of range"},
	{AT(right[2].flags), MEM_W, "a memory right has impossible flags"},
	{AT(right[2].flags), MEM_R | MEM_W | MEM_X, "a memory right has impossible flags"},
	{AT(right[2].flags), MEM_R | 8, "a memory right has impossible flags"},
};

static void every_wrong_field_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		struct blob blob;
		struct plan plan;

		blob_make(&blob);
		memcpy((uint8_t *)&blob + wrongs[i].offset, &wrongs[i].value, wrongs[i].width);
		if (blob.header.size >= sizeof(blob.header) && blob.header.size <= sizeof(blob))
			blob_seal(&blob);
		assert_int_equal(plan_read(&blob, sizeof(blob), &plan), STATUS_BAD_ARG);
		assert_string_equal(plan.problem, wrongs[i].problem);
	}
}

static void entry_of_the_problem_is_named(void **state)
{
	struct blob blob;
	struct plan plan;

	(void)state;
	blob_make(&blob);
	blob.component[2].vcpus = 0;
	blob_seal(&blob);
	assert_int_equal(plan_read(&blob, sizeof(blob), &plan), STATUS_BAD_ARG);
	assert_int_equal(plan.entry, 2);
	blob.header.version = 0;
	assert_int_equal(plan_read(&blob, sizeof(blob), &plan), STATUS_BAD_ARG);
	assert_int_equal(plan.entry, PLAN_NO_ENTRY);
}

static void name_without_end_is_refused(void **state)
{
	struct blob blob;
	struct plan plan;

	(void)state;
	blob_make(&blob);
	memset(blob.component[1].name, 'a', PLAN_NAME);
	blob_seal(&blob);
	assert_int_equal(plan_read(&blob, sizeof(blob), &plan), STATUS_BAD_ARG);
	assert_string_equal(plan.problem, "a component has no valid name");
}

static void same_name_twice_is_refused(void **state)
{
	struct blob blob;
	struct plan plan;

	(void)state;
	blob_make(&blob);
	strcpy(blob.component[2].name, "web");
	blob_seal(&blob);
	assert_int_equal(plan_read(&blob, sizeof(blob), &plan), STATUS_BAD_ARG);
	assert_string_equal(plan.problem, "two components have the same name");
}

static void checksum_is_zlibs(void **state)
{
	uint8_t data[300];

	(void)state;
	srand(3);
	for (size_t size = 0; size < sizeof(data); size++) {
		data[size] = (uint8_t)rand();
		assert_int_equal(crc32_of(data, size), crc32(0, data, (uInt)size));
	}
}

/* What plan.h promises after STATUS_OK, walked by someone who trusts it. */
static void promises_check(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->header->components; i++) {
		const struct plan_component *component = &plan->component[i];

		assert_true(strlen(component->name) < PLAN_NAME);
		assert_true(component->image < plan->header->modules);
		assert_true(strlen(plan_text(plan, plan->module[component->image].name)) > 0);
		for (uint32_t r = 0; r < component->rights; r++)
			assert_true(
				plan->right[component->first_right + r].kind <= PLAN_RIGHT_MEMORY);
		if (component->kind != PLAN_VM)
			continue;
		strlen(plan_text(plan, component->cmdline));
		for (uint32_t m = 0; m < component->modules; m++)
			strlen(plan_text(plan, plan->module[component->first_module + m].cmdline));
	}
	for (uint32_t i = 0; i < plan->header->channels; i++)
		assert_true(plan->channel[i].server < plan->header->components);
}

static void random_damage_is_survived(void **state)
{
	uint32_t accepted = 0;

	(void)state;
	srand(4);
	for (int round = 0; round < 30000; round++) {
		struct blob *blob = malloc(sizeof(*blob));
		struct plan plan;

		blob_make(blob);
		for (int hit = rand() % 4; hit >= 0; hit--)
			((uint8_t *)blob)[(size_t)rand() % sizeof(*blob)] =
				rand() % 2 != 0 ? (uint8_t)rand() : 0xff;
		blob->header.magic = PLAN_MAGIC;
		blob->header.version = PLAN_VERSION;
		blob->header.size = sizeof(*blob);
		blob_seal(blob);
		if (plan_read(blob, sizeof(*blob), &plan) == STATUS_OK) {
			promises_check(&plan);
			accepted++;
		}
		free(blob);
	}
	assert_in_range(accepted, 100, 29000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_plan_is_read),
		cmocka_unit_test(bytes_behind_the_plan_do_not_matter),
		cmocka_unit_test(empty_plan_is_read),
		cmocka_unit_test(wrong_checksum_is_refused),
		cmocka_unit_test(every_cut_is_refused),
		cmocka_unit_test(every_wrong_field_is_refused),
		cmocka_unit_test(entry_of_the_problem_is_named),
		cmocka_unit_test(name_without_end_is_refused),
		cmocka_unit_test(same_name_twice_is_refused),
		cmocka_unit_test(checksum_is_zlibs),
		cmocka_unit_test(random_damage_is_survived),
	};

	return cmocka_run_group_tests_name("init_plan", tests, NULL, NULL);
}
