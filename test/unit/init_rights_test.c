/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/rights.c */
/*
 * Rights to hardware: exactly what the plan lists is granted, and no RAM as
 * device memory. The grants themselves are recorded, not made.
 */
#include "init/rights.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "init/grant.h"
#include "init/init.h"

#define PAGE 4096ull
#define DOMAIN component_slot(1, SLOT_DOMAIN)

static char granted[512];
static enum status next_status;

static void note(const char *text)
{
	strncat(granted, text, sizeof(granted) - strlen(granted) - 1);
}

enum status grant_ports(uint64_t domain, uint64_t first, uint64_t count)
{
	char text[64];

	assert_int_equal(domain, DOMAIN);
	snprintf(text, sizeof(text), "port %lx+%lx;", (long)first, (long)count);
	note(text);
	return next_status;
}

enum status grant_memory(
	uint64_t domain, uint64_t base, uint64_t size, uint64_t address, uint64_t rights)
{
	char text[96];

	assert_int_equal(domain, DOMAIN);
	snprintf(text, sizeof(text), "memory %lx+%lx at %lx for %lx;", (long)base, (long)size,
		(long)address, (long)rights);
	note(text);
	return next_status;
}

enum status grant_cap(uint64_t domain, uint64_t from, uint64_t to, uint64_t rights)
{
	(void)domain;
	(void)from;
	(void)to;
	(void)rights;
	fail_msg("no capability belongs here");
	return STATUS_OK;
}

static const struct plan_right right[] = {
	{PLAN_RIGHT_PORT, 0, 0x60, 1}, {PLAN_RIGHT_PORT, 0, 0x3f8, 8},
	{PLAN_RIGHT_MEMORY, MEM_R | MEM_W | MEM_UC, 0xfed00, 1},
	{PLAN_RIGHT_MEMORY, MEM_R, 0xe0000, 0x10}, {PLAN_RIGHT_MEMORY, MEM_R, 0x100, 1}, /* RAM */
};

static const struct boot_info boot = {
	.pm1a_control = 0x604,
	.pm1b_control = 0,
	.ranges = 2,
	.range = {{0x100000, 0x100000}, {0x400000, 0x1000000}},
	.modules = 1,
	.module = {{0x300000, 0x1001, "m", 0}},
};

static enum status grant(uint32_t flags, uint32_t first, uint32_t count)
{
	const struct plan_component component[2] = {
		[1] = {.flags = flags, .first_right = first, .rights = count}};
	static struct init init;

	init.boot = &boot;
	init.plan.component = component;
	init.plan.right = right;
	granted[0] = 0;
	return rights_grant(&init, 1);
}

static void nothing_listed_nothing_granted(void **state)
{
	(void)state;
	assert_int_equal(grant(0, 0, 0), STATUS_OK);
	assert_string_equal(granted, "");
}

static void what_is_listed_is_granted(void **state)
{
	(void)state;
	next_status = STATUS_OK;
	assert_int_equal(grant(0, 1, 1), STATUS_OK);
	assert_string_equal(granted, "port 3f8+8;");
	assert_int_equal(grant(PLAN_LOG, 0, 2), STATUS_OK);
	assert_string_equal(granted, "port 60+1;port 3f8+8;");
}

static void device_memory_is_mapped_in_a_row(void **state)
{
	(void)state;
	next_status = STATUS_OK;
	assert_int_equal(grant(0, 2, 2), STATUS_OK);
	assert_string_equal(granted, "memory fed00000+1000 at 30000000 for 13;"
				     "memory e0000000+10000 at 30001000 for 1;");
}

static void ram_is_no_device(void **state)
{
	(void)state;
	next_status = STATUS_OK;
	assert_int_equal(grant(0, 4, 1), STATUS_NO_RIGHT);
	assert_string_equal(granted, "");
}

static void power_driver_gets_the_pm1_ports(void **state)
{
	(void)state;
	next_status = STATUS_OK;
	assert_int_equal(grant(PLAN_POWER, 0, 0), STATUS_OK);
	assert_string_equal(granted, "port 604+2;"); /* there is no pm1b */
}

static void refusal_ends_it(void **state)
{
	(void)state;
	next_status = STATUS_NO_MEMORY;
	assert_int_equal(grant(0, 0, 2), STATUS_NO_MEMORY);
	assert_string_equal(granted, "port 60+1;");
}

static void what_is_device_memory(void **state)
{
	static const struct {
		uint64_t base, size;
		bool device;
	} row[] = {
		{0, PAGE, true},
		{0xff000, PAGE, true},
		{0xff000, 2 * PAGE, false},
		{0x100000, PAGE, false},
		{0x1ff000, PAGE, false},
		{0x200000, PAGE, true},
		{0x300000, PAGE, false},
		{0x301000, PAGE, false}, /* the module's last, partly used page */
		{0x302000, PAGE, true},
		{0x2ff000, 3 * PAGE, false},
		{0x1400000, PAGE, true},
		{0, 1ull << 40, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(row); i++)
		assert_int_equal(rights_is_device(&boot, row[i].base, row[i].size), row[i].device);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_listed_nothing_granted),
		cmocka_unit_test(what_is_listed_is_granted),
		cmocka_unit_test(device_memory_is_mapped_in_a_row),
		cmocka_unit_test(ram_is_no_device),
		cmocka_unit_test(power_driver_gets_the_pm1_ports),
		cmocka_unit_test(refusal_ends_it),
		cmocka_unit_test(what_is_device_memory),
	};

	return cmocka_run_group_tests_name("init_rights", tests, NULL, NULL);
}
