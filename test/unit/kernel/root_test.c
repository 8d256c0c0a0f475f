/* SPDX-License-Identifier: MIT */
/* What the root task starts with: memory, capabilities, and what it is told. */
/* LINK: test/unit/kernel/layer.c */
#include "user.h"

#include "space.h"

#include "abi/boot.h"
#include "machine.h"

#include <string.h>

static unsigned attr_of(uint64_t va)
{
	struct ptab_leaf leaf;

	return space_lookup(&layer_root->space, va, &leaf) ? leaf.attr & ~PTAB_USER : 0;
}

static const struct boot_info *boot_info(void)
{
	struct ptab_leaf leaf;

	assert_true(space_lookup(&layer_root->space, BOOT_INFO_ADDR, &leaf));
	return pool_ptr(leaf.pa);
}

#define LARGE_PAGE (2ull << 20)

static void test_the_root_task_is_mapped(void **state)
{
	(void)state;
	assert_int_equal(attr_of(0x400000), MEM_R | MEM_X);
	assert_int_equal(attr_of(0x400000 + 3 * PAGE_SIZE), MEM_R | MEM_X);
	assert_int_equal(attr_of(0x400000 + 4 * PAGE_SIZE), 0);
	assert_int_equal(attr_of(BOOT_INFO_ADDR), MEM_R);
	assert_int_equal(attr_of(ROOT_UTCB_ADDR), MEM_R | MEM_W);
	assert_int_equal(attr_of(ROOT_STACK_TOP - PAGE_SIZE), MEM_R | MEM_W);
	assert_int_equal(attr_of(ROOT_STACK_TOP - ROOT_STACK_PAGES * PAGE_SIZE), MEM_R | MEM_W);
	assert_int_equal(attr_of(ROOT_STACK_TOP - (ROOT_STACK_PAGES + 1) * PAGE_SIZE), 0);
	assert_int_equal(attr_of(ROOT_STACK_TOP), 0);
	assert_int_equal(root->regs.rip, USER_START);
	assert_int_equal(root->regs.rsp, ROOT_STACK_TOP);
}

static void test_the_root_task_has_its_capabilities(void **state)
{
	static const struct {
		unsigned slot, type, rights;
	} caps[] = {
		{ROOT_DOMAIN, OBJECT_DOMAIN, RIGHT_USE | RIGHT_WAIT | RIGHT_MODIFY},
		{ROOT_THREAD, OBJECT_THREAD, RIGHT_USE | RIGHT_WAIT | RIGHT_MODIFY},
		{ROOT_MEMORY, OBJECT_MEMORY, RIGHT_USE},
		{ROOT_IRQ_CONTROL, OBJECT_IRQ_CONTROL, RIGHT_USE},
		{ROOT_LOG, OBJECT_LOG, RIGHT_USE},
	};
	unsigned found = 0;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(caps); i++) {
		assert_int_equal(object_at(caps[i].slot)->type, caps[i].type);
		assert_int_equal(
			cap_rights(capspace_get(&layer_root->caps, caps[i].slot)), caps[i].rights);
	}
	for (unsigned slot = 0; slot < CAP_SLOTS; slot++)
		found += capspace_get(&layer_root->caps, slot).raw != 0;
	assert_int_equal(found, ARRAY_SIZE(caps));
}

static void test_the_root_task_is_told_about_the_machine(void **state)
{
	const struct boot_info *info = boot_info();

	(void)state;
	assert_int_equal(info->magic, BOOT_INFO_MAGIC);
	assert_int_equal(info->size, sizeof(*info));
	assert_int_equal(info->cpus, 1);
	assert_int_equal(info->virt, BOOT_VIRT_VMX);
	assert_int_equal(info->tsc_khz, FAKE_KHZ);
	assert_int_equal(info->account_pages, FAKE_PAGES - 1);
	assert_int_equal(info->ranges, 0);
	assert_int_equal(info->modules, 0);
}

/* More ranges and modules than the page has room for are left out; a name that
 * is too long is cut. */
static void test_lists_are_cut_to_what_fits(void **state)
{
	static struct ranges ram;
	static struct multiboot2 grub;
	static const struct acpi_info acpi;
	static struct machine machine;
	const struct boot_info *info;

	(void)state;
	ram.count = BOOT_RANGES + 5;
	for (unsigned i = 0; i < ram.count; i++)
		ram.range[i] = (struct range){RAM + i * 0x100000, 0x1000 * (i + 1)};
	grub.modules = ARRAY_SIZE(grub.module);
	for (unsigned i = 0; i < grub.modules; i++) {
		grub.module[i].start = 0x1000000 + i * 0x10000;
		grub.module[i].end = grub.module[i].start + 17 + i;
		memset(grub.module[i].cmdline, 'm', sizeof(grub.module[i].cmdline) - 1);
	}
	machine = (struct machine){.ram = &ram, .grub = &grub, .acpi = &acpi};
	machine_boot(&machine);
	info = boot_info();
	assert_int_equal(info->ranges, BOOT_RANGES);
	assert_int_equal(info->range[BOOT_RANGES - 1].base, ram.range[BOOT_RANGES - 1].base);
	assert_int_equal(info->range[BOOT_RANGES - 1].size, ram.range[BOOT_RANGES - 1].size);
	assert_int_equal(info->modules, grub.modules < BOOT_MODULES ? grub.modules : BOOT_MODULES);
	assert_int_equal(info->module[3].base, grub.module[3].start);
	assert_int_equal(info->module[3].size, 20);
	assert_int_equal(strlen(info->module[3].name), BOOT_NAME - 1);
}

/* What a bug elsewhere could do, and the audit at boot is for. */
static void test_the_audit_sees_a_page_of_the_kernels(void **state)
{
	struct space *space = &layer_root->space;
	struct ptab_leaf table = {USER_MEMORY, space->root, 0, MEM_R | PTAB_USER};
	struct ptab_leaf pool = {
		USER_MEMORY + LARGE_PAGE, hpa(FAKE_POOL & ~(LARGE_PAGE - 1)), 1, MEM_R | PTAB_USER};
	struct ptab_change change = {0};
	uint64_t bad, leaves = space_audit(space, &bad), unused;

	(void)state;
	assert_int_equal(bad, UINT64_MAX);
	assert_true(leaves > ROOT_STACK_PAGES);
	/* A table page; and a part of the machine that only the kernel may reach. */
	assert_int_equal(space_map(space, &table, &change), STATUS_OK);
	assert_int_equal(space_audit(space, &bad), leaves + 1);
	assert_int_equal(bad, USER_MEMORY);
	assert_int_equal(space_unmap(space, USER_MEMORY, PAGE_SIZE, &change, &unused), STATUS_OK);
	space_commit(space, &change);
	assert_int_equal(space_map(space, &pool, &change), STATUS_OK);
	assert_int_equal(space_audit(space, &bad), leaves + 1);
	assert_int_equal(bad, USER_MEMORY + LARGE_PAGE);
	assert_int_equal(space_unmap(space, USER_MEMORY + LARGE_PAGE, LARGE_PAGE, &change, &unused),
		STATUS_OK);
	space_commit(space, &change);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_root_task_is_mapped),
		TEST(test_the_root_task_has_its_capabilities),
		TEST(test_the_root_task_is_told_about_the_machine),
		TEST(test_lists_are_cut_to_what_fits),
		TEST(test_the_audit_sees_a_page_of_the_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
