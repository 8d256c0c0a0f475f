/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/ask.c vmm-user/init/rights.c */
/*
 * Rights on request: a part of what the plan gives on request, and nothing that is RAM, of
 * another component, or more than was meant. The grants are recorded, not made; interrupts
 * are made by system calls, which are tried in whole machines.
 */
#include "init/ask.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "init/grant.h"
#include "init/init.h"

static char granted[128];

enum status grant_ports(uint64_t domain, uint64_t first, uint64_t count)
{
	assert_int_equal(domain, component_slot(1, SLOT_DOMAIN));
	snprintf(granted, sizeof granted, "port %lx+%lx", (long)first, (long)count);
	return STATUS_OK;
}

enum status grant_memory(
	uint64_t domain, uint64_t base, uint64_t size, uint64_t address, uint64_t rights)
{
	assert_int_equal(domain, component_slot(1, SLOT_DOMAIN));
	snprintf(granted, sizeof granted, "memory %lx+%lx at %lx for %lx", (long)base, (long)size,
		(long)address, (long)rights);
	return STATUS_OK;
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

#define ASK PLAN_RIGHT_ON_REQUEST

static const struct plan_right right[] = {
	{PLAN_RIGHT_PORT, 0, 0xcf8, 8},
	{PLAN_RIGHT_PORT, ASK, 0x1000, 0xf000},
	{PLAN_RIGHT_PORT, ASK, 0x1f0, 8},
	{PLAN_RIGHT_IRQ, ASK | IRQ_LEVEL, 5, 10},
	{PLAN_RIGHT_MEMORY, ASK | MEM_R | MEM_W | MEM_UC, 0x1000, 0xfdc00},
	/* of the others: */
	{PLAN_RIGHT_PORT, 0, 0x2000, 4},
	{PLAN_RIGHT_PORT, ASK, 0x300, 4},
};

static const struct boot_info boot = {
	.pm1a_control = 0x1604,
	.ranges = 1,
	.range = {{0x100000, 0x10000000}},
	.modules = 1,
	.module = {{0x20000000, 0x1001, "m", 0}},
};

static enum status ask(enum plan_right_kind kind, uint32_t flags, uint64_t first, uint64_t count)
{
	static const struct plan_component component[3] = {
		[1] = {.kind = PLAN_DRIVER, .first_right = 0, .rights = 5},
		[2] = {.kind = PLAN_DRIVER, .first_right = 5, .rights = 2}};
	static const struct plan_header header = {.components = 3, .rights = 7};
	static struct init init;
	const struct request request = {.component = 1,
		.kind = INIT_GRANT,
		.number = 3,
		.word = {kind | GRANT_FLAGS(flags), first, count}};

	init.boot = &boot;
	init.plan.component = component;
	init.plan.header = &header;
	init.plan.right = right;
	init.component[1].state = COMPONENT_RUNNING;
	granted[0] = 0;
	return ask_grant(&init, &request);
}

static void what_is_planned_is_given(void **state)
{
	(void)state;
	assert_int_equal(ask(PLAN_RIGHT_PORT, 0, 0xc000, 16), STATUS_OK);
	assert_string_equal(granted, "port c000+10");
	assert_int_equal(ask(PLAN_RIGHT_PORT, 0, 0xfff8, 8), STATUS_OK);
	assert_int_equal(ask(PLAN_RIGHT_PORT, 0, 0x1f0, 8), STATUS_OK);
	assert_int_equal(ask(PLAN_RIGHT_MEMORY, MEM_R | MEM_UC, 0xfebf1, 2), STATUS_OK);
	assert_string_equal(granted, "memory febf1000+2000 at 4c000000 for 11");
}

static void all_else_is_not(void **state)
{
	static const struct {
		enum plan_right_kind kind;
		uint32_t flags;
		uint64_t first, count;
		enum status status;
	} rows[] = {
		{PLAN_RIGHT_PORT, 0, 0xfff9, 8, STATUS_NO_RIGHT},
		{PLAN_RIGHT_PORT, 0, 0xfff, 2, STATUS_NO_RIGHT},
		{PLAN_RIGHT_PORT, 0, 0x1f0, 0, STATUS_NO_RIGHT},
		{PLAN_RIGHT_PORT, 0, 0x1f0, UINT64_MAX, STATUS_NO_RIGHT},
		{PLAN_RIGHT_PORT, 0, 0xcf8, 4, STATUS_NO_RIGHT},  /* it has that already */
		{PLAN_RIGHT_PORT, 0, 0x300, 4, STATUS_NO_RIGHT},  /* another one may ask */
		{PLAN_RIGHT_PORT, 0, 0x1fff, 2, STATUS_NO_RIGHT}, /* another one has it */
		{PLAN_RIGHT_PORT, 0, 0x1600, 8, STATUS_NO_RIGHT}, /* the FADT's */
		{PLAN_RIGHT_PORT, 1, 0xc000, 8, STATUS_NO_RIGHT},
		{PLAN_RIGHT_IRQ, 0, 15, 1, STATUS_NO_RIGHT},
		{PLAN_RIGHT_IRQ, IRQ_ACTIVE_LOW, 10, 1, STATUS_NO_RIGHT},
		{PLAN_RIGHT_IRQ, IRQ_LEVEL, 10, 2, STATUS_BAD_ARG},
		{PLAN_RIGHT_MEMORY, MEM_R | MEM_X, 0xfebf1, 1, STATUS_NO_RIGHT},
		{PLAN_RIGHT_MEMORY, MEM_R, 0x2000, 1, STATUS_NO_RIGHT},  /* RAM */
		{PLAN_RIGHT_MEMORY, MEM_R, 0x20001, 1, STATUS_NO_RIGHT}, /* a module's end */
		{PLAN_RIGHT_MEMORY, MEM_R, 0xfec00, 1, STATUS_NO_RIGHT},
		{PLAN_RIGHT_MEMORY, MEM_R, 0xfebff, 2, STATUS_NO_RIGHT},
		{PLAN_RIGHT_MEMORY, MEM_R, 0x80000, 0x4001, STATUS_BAD_ARG},
		{PLAN_RIGHT_DMA, 0, 0, 1, STATUS_NO_RIGHT},
		{(enum plan_right_kind)77, 0, 0, 1, STATUS_NO_RIGHT},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(ask(rows[i].kind, rows[i].flags, rows[i].first, rows[i].count),
			rows[i].status);
		assert_string_equal(granted, "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_planned_is_given), cmocka_unit_test(all_else_is_not)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
