/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/plan.c vmm-user/init/crc.c */
/*
 * The plan reader refuses: every single wrong field has its own words, and the
 * entry of the problem is named.
 */
#include "test/unit/init_plan_fixture.h"

#include "lib/compiler.h"

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
	{AT(component[1].flags), 32, "a component has an unknown flag"},
	{AT(component[1].image), 4, "a component's program is not in the table of modules"},
	{AT(component[1].image), PLAN_NO_MODULE,
		"a component's program is not in the table of modules"},
	{AT(component[1].priority), PRIORITY_COUNT, "a component's priority is out of range"},
	{AT(component[1].priority), PLAN_GUEST_PRIORITIES, "a guest's priority is one of drivers"},
	{AT(component[0].priority), PRIORITY_COUNT, "a component's priority is out of range"},
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
	{AT(component[1].vcpus), START_VCPUS + 1, "a guest's number of CPUs is out of range"},
	{AT(component[1].vcpus), UINT32_MAX, "a guest's number of CPUs is out of range"},
	{AT(component[1].cpus), 1ull << 32, "a component's list of CPUs is none"},
	{AT(component[1].cpus), 1ull << 63 | 1, "a component's list of CPUs is none"},
	{AT(component[1].cpus), 0x7fffffffffffffff, "a component's list of CPUs is none"},
	{AT(component[1].cpus), PLAN_CPUS_OPEN, "a component's list of CPUs is none"},
	{AT(component[0].cpus), PLAN_CPUS_OPEN, "a component's list of CPUs is none"},
	{AT(component[1].kernel), 4, "a guest's kernel or initrd is not in the table of modules"},
	{AT(component[1].initrd), 4, "a guest's kernel or initrd is not in the table of modules"},
	{AT(component[1].first_module), 4, "a guest's modules are not in the table of modules"},
	{AT(component[1].first_module), UINT32_MAX,
		"a guest's modules are not in the table of modules"},
	{AT(component[1].modules), 2, "a guest's modules are not in the table of modules"},
	{AT(component[1].modules), UINT32_MAX, "a guest's modules are not in the table of modules"},
	{AT(component[1].cmdline), TEXT_SIZE, "a guest's command line is out of bounds"},
	{AT(component[1].disks), PLAN_DISKS + 1, "a guest has too many disks"},
	{AT(component[1].disks), START_MODULES - 1, "a guest has too many modules"},
	{AT(component[1].disks), UINT32_MAX, "a guest has too many modules"},
	{AT(component[1].disk[0].module), 4, "a guest's disk is not in the table of modules"},
	{AT(component[1].disk[0].module), PLAN_NO_MODULE,
		"a guest's disk has no channel of its own to a driver"},
	{AT(component[1].disk[0].name), TEXT_SIZE, "a disk's name is out of bounds"},
	{AT(component[1].disk[0].serial), TEXT_SIZE, "a disk's name is out of bounds"},
	{AT(component[1].disk[0].partition), UINT32_MAX, "a disk's name is out of bounds"},
	{AT(component[1].disk[0].flags), 2, "a disk has an unknown flag"},
	{AT(component[0].first_right), 1, "a component's rights are not in the table of rights"},
	{AT(component[0].rights), UINT32_MAX,
		"a component's rights are not in the table of rights"},
	{AT(channel[0].kind), CHANNEL_NONE, "a channel's kind is unknown"},
	{AT(channel[0].kind), CHANNEL_KINDS, "a channel's kind is unknown"},
	{AT(channel[0].kind), CHANNEL_BLOCK, "a block channel is too small"},
	{AT(channel[0].kind), CHANNEL_CONTROL, "a control channel that is not init's"},
	{AT(channel[2].kind), CHANNEL_DIAG, "a control channel that is not init's"},
	{AT(channel[0].client), 3, "a channel's client is not in the table of components"},
	{AT(channel[0].server), 3, "a channel's server is not in the table of components"},
	{AT(channel[0].server), PLAN_INIT, "a channel's server is not in the table of components"},
	{AT(channel[0].server), 1, "a channel leads back to its own component"},
	{AT(channel[0].pages), 0, "a channel's size is out of range"},
	{AT(channel[0].pages), 3, "a channel's size is out of range"},
	{AT(channel[0].pages), 514, "a channel's size is out of range"},
	{AT(channel[3].pages), FRAME_CHANNEL_PAGES - 2,
		"a network channel's size is not that of its rings"},
	{AT(channel[3].pages), FRAME_CHANNEL_PAGES + 2,
		"a network channel's size is not that of its rings"},
	{AT(channel[3].port.flags), FRAME_PORT_FLAGS + 1, "a network port has an unknown flag"},
	{AT(channel[3].port.mac[0]), 3, "a network port's address is that of a group"},
	{AT(channel[3].port.bytes), FRAME_RATE_MAX + 1, "a network port's rate is out of range"},
	{AT(channel[3].port.card), 1, "a network port has a card that cannot be"}, /* no uplink */
	{AT(channel[3].port.card), FRAME_CARDS, "a network port has a card that cannot be"},
	{AT(right[0].kind), PLAN_RIGHT_COUNT, "a right's kind is unknown"},
	{AT(right[0].kind), PLAN_RIGHT_DMA, "memory for devices is out of range"},
	{AT(right[0].flags), PLAN_RIGHT_ON_REQUEST | 1, "a port right is out of range"},
	{AT(right[1].flags), PLAN_RIGHT_ON_REQUEST | 4, "an interrupt right is out of range"},
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_wrong_field_is_refused),
		cmocka_unit_test(entry_of_the_problem_is_named),
		cmocka_unit_test(name_without_end_is_refused),
		cmocka_unit_test(same_name_twice_is_refused),
	};

	return cmocka_run_group_tests_name("init_plan_bad", tests, NULL, NULL);
}
