/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/plan.c vmm-user/init/crc.c vmm-user/init/place.c */
/* LINK: vmm-user/rt/format.c */
/*
 * The plan reader: a good plan is read, one that is cut or has a wrong checksum is
 * not, and no sequence of bytes makes it leave its buffer or break the promises of
 * its header.
 */
#include "test/unit/init_plan_fixture.h"

#include <stdlib.h>
#include "init/crc.h"
#include "init/place.h"

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
		assert_true(component->priority < PRIORITY_COUNT);
		assert_true(component->budget_us <= component->period_us);
		if (component->kind != PLAN_VM)
			continue;
		assert_true(component->priority < PLAN_GUEST_PRIORITIES);
		assert_in_range(component->vcpus, 1, START_VCPUS);
		strlen(plan_text(plan, component->cmdline));
		for (uint32_t m = 0; m < component->modules; m++)
			strlen(plan_text(plan, plan->module[component->first_module + m].cmdline));
	}
	for (uint32_t i = 0; i < plan->header->channels; i++)
		assert_true(plan->channel[i].server < plan->header->components);
	/* Its arithmetic rests on these promises; the sanitizers watch it. */
	for (uint32_t cpus = 1; cpus <= PLAN_CPUS; cpus *= 2) {
		struct place place[PLAN_COMPONENTS];

		place_all(plan, cpus, place);
	}
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
		cmocka_unit_test(checksum_is_zlibs),
		cmocka_unit_test(random_damage_is_survived),
	};

	return cmocka_run_group_tests_name("init_plan", tests, NULL, NULL);
}
