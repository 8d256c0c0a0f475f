/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/plan.c tools/carrel/plan_read.c tools/carrel/config.c */
/* LINK: tools/carrel/config_device.c tools/carrel/drivers.c */
/* LINK: tools/carrel/config_set.c tools/carrel/check.c tools/carrel/ini.c tools/carrel/keys.c */
/* LINK: tools/carrel/config_disk.c tools/carrel/config_net.c tools/carrel/plan_net.c */
/* LINK: tools/carrel/plan_disk.c */
/* LINK: tools/carrel/near.c tools/carrel/value.c tools/carrel/diag.c tools/carrel/files.c */
/* LINK: tools/carrel/facts.c tools/carrel/alloc.c tools/carrel/print.c tools/carrel/cpus.c */
/* Nets in the compiled plan: a switch for each that somebody is on, a port for each `net`. */
#include "carrel/plan.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "carrel/config_net.h"
#include "carrel/print.h"

#define CONFIG "test/unit/config/good-nets.conf"
#define UPLINKS "test/unit/config/good-uplinks.conf"

static const struct plan_programs programs = {0};
static struct config config;
static struct plan plan;

static int compile(const char *path)
{
	struct diag diag = {0};

	if (config_read(&config, path, &diag) != STATUS_OK ||
		plan_compile(&config, &programs, &plan, &diag) != STATUS_OK)
		return 1;
	return 0;
}

static int setup(void **state)
{
	(void)state;
	return compile(CONFIG);
}

static int setup_uplinks(void **state)
{
	(void)state;
	return compile(UPLINKS);
}

static int teardown(void **state)
{
	(void)state;
	plan_free(&plan);
	config_free(&config);
	return 0;
}

/* serial, power, net:lan, net:cells, web, vault, alone. */
static void each_net_has_a_switch(void **state)
{
	static const char *const names[] = {"net:lan", "net:cells"};

	(void)state;
	assert_int_equal(plan_header(&plan)->components, 7);
	assert_int_equal(plan.first_vm, 4);
	for (unsigned i = 0; i < 2; i++) {
		const struct plan_component *net = plan_component(&plan, 2 + i);

		assert_string_equal(net->name, names[i]);
		assert_int_equal(net->kind, PLAN_DRIVER);
		assert_int_equal(net->flags, PLAN_RESTART | PLAN_LOG);
		assert_string_equal(
			plan_text(&plan, plan_module(&plan, net->image)->name), "switch");
		assert_int_equal(net->rights, 0);
		assert_int_equal(net->priority, 32);
		assert_int_equal(net->budget_us, 5000);
		assert_int_equal(net->period_us, 10000);
		assert_int_equal(net->account_pages, 96 + 2 * (i + 1));
	}
	assert_int_equal(plan_component(&plan, 2)->image, plan_component(&plan, 3)->image);
	assert_string_equal(plan_component(&plan, 4)->name, "web");
}

static void each_net_of_a_guest_is_a_port(void **state)
{
	const struct {
		unsigned channel;
		uint32_t client, server;
		struct frame_port port;
	} rows[] = {
		{3, 4, 2,
			{.mac = {2, 0x0f, 0xd9, 0xbc, 0x91, 0},
				.packets = 5000,
				.bytes = 10 << 20}},
		{4, 4, 3, {.mac = {2, 0x0f, 0xd9, 0xbc, 0x91, 1}, .flags = 1, .crash = 2000}},
		{7, 5, 3, {.mac = {2, 0x45, 0x49, 0x6b, 0xaf, 0}, .flags = 1, .crash = 2000}},
	};

	(void)state;
	assert_int_equal(plan_header(&plan)->channels, 1 + 3 * 2 + 3);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct plan_channel *channel = plan_channel(&plan, rows[i].channel);

		assert_int_equal(channel->kind, CHANNEL_NET);
		assert_int_equal(channel->client, rows[i].client);
		assert_int_equal(channel->server, rows[i].server);
		assert_int_equal(channel->pages, FRAME_CHANNEL_PAGES);
		assert_memory_equal(&channel->port, &rows[i].port, sizeof(channel->port));
	}
}

/* Tables for the rings, and the cards in the heap; nothing for whoever is on no net. */
static void ports_are_paid_for(void **state)
{
	const struct plan_component *web = plan_component(&plan, 4);
	const struct plan_component *alone = plan_component(&plan, 6);

	(void)state;
	assert_int_equal(web->heap_pages, alone->heap_pages + 2 + 2 * 10);
	assert_int_equal(web->account_pages, alone->account_pages + 2 * 2);
}

/* Whether what is printed of the plan has all these words. */
static void is_printed(const char *const *words, unsigned count)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print_plan(&plan, out);
	fclose(out);
	for (unsigned i = 0; i < count; i++)
		if (!strstr(text, words[i]))
			fail_msg("not printed: %s in %s", words[i], text);
	free(text);
}

static void print_has_ports(void **state)
{
	static const char *const words[] = {"driver net:lan\n", "driver net:cells\n",
		"  channel   to net:lan: frames, 194 pages\n"
		"            address 02:0f:d9:bc:91:00, sends up to 10485760 bytes a second, 5000 "
		"frames a second\n",
		"  channel   from web: frames, 194 pages\n",
		"            address 02:45:49:6b:af:00, isolated; the switch dies after 2000 "
		"frames\n",
		"priority  32, 5ms in each 10ms, that is 50.0% of a CPU\n"};

	(void)state;
	is_printed(words, ARRAY_SIZE(words));
}

/* serial, power, net:lan, net:guests, net:inside, nic:lan, nic:guests, web, vault. */
static void each_uplink_has_a_driver(void **state)
{
	static const char *const names[] = {"nic:lan", "nic:guests"};

	(void)state;
	assert_int_equal(plan_header(&plan)->components, 9);
	assert_int_equal(plan.first_vm, 7);
	for (unsigned i = 0; i < 2; i++) {
		const struct plan_component *nic = plan_component(&plan, 5 + i);
		const struct plan_right *right = plan_right(&plan, nic->first_right);

		assert_string_equal(nic->name, names[i]);
		assert_int_equal(nic->kind, PLAN_DRIVER);
		assert_int_equal(nic->flags, PLAN_RESTART | PLAN_LOG);
		assert_string_equal(plan_text(&plan, plan_module(&plan, nic->image)->name), "net");
		assert_int_equal(nic->priority, plan_component(&plan, 2)->priority + 1);
		assert_int_equal(nic->budget_us, 2500);
		assert_int_equal(nic->period_us, 10000);
		assert_int_equal(nic->cpus, 1);
		assert_int_equal(nic->rights, 4);
		assert_int_equal(right->kind, PLAN_RIGHT_DMA);
		assert_int_equal(right->count, 2);
		assert_int_equal(right[1].kind, PLAN_RIGHT_PORT);
		assert_int_equal(right[1].first, 0xcf8);
		assert_int_equal(right[2].kind, PLAN_RIGHT_IRQ);
		assert_int_equal(right[3].kind, PLAN_RIGHT_MEMORY);
		for (unsigned k = 2; k < 4; k++)
			assert_true(right[k].flags & PLAN_RIGHT_ON_REQUEST);
	}
	assert_string_equal(plan_component(&plan, 7)->name, "web");
	/* The rings to the card's driver are paid for, as those to guests. */
	assert_int_equal(plan_component(&plan, 2)->account_pages, 96 + 2 * 3);
	assert_int_equal(plan_component(&plan, 3)->account_pages, 96 + 2 * 2);
	assert_int_equal(plan_component(&plan, 4)->account_pages, 96 + 2 * 1);
}

/* It reaches the one switch, with the number of its card; limits are for guests. */
static void each_uplink_is_a_port(void **state)
{
	const struct {
		uint32_t client, server;
		struct frame_port port;
	} rows[] = {
		{5, 2, {.flags = FRAME_PORT_UPLINK, .card = 1}},
		{6, 3, {.flags = FRAME_PORT_UPLINK, .crash = 2000}},
	};
	unsigned uplinks = 0;

	(void)state;
	for (unsigned i = 0; i < plan_header(&plan)->channels; i++) {
		const struct plan_channel *channel = plan_channel(&plan, i);

		if (!(channel->port.flags & FRAME_PORT_UPLINK))
			continue;
		assert_int_equal(channel->kind, CHANNEL_NET);
		assert_int_equal(channel->pages, FRAME_CHANNEL_PAGES);
		assert_int_equal(channel->client, rows[uplinks].client);
		assert_int_equal(channel->server, rows[uplinks].server);
		assert_memory_equal(&channel->port, &rows[uplinks++].port, sizeof(channel->port));
	}
	assert_int_equal(uplinks, 2);
}

static void print_has_uplinks(void **state)
{
	static const char *const words[] = {"driver nic:lan\n",
		"  channel   to net:lan: frames, 194 pages\n"
		"            by network card 1 of the machine\n",
		"  channel   from nic:guests: frames, 194 pages\n"
		"            by network card 0 of the machine; its driver dies after 2000 frames\n",
		"  dma       2 pages that devices reach, which may reach all others as well\n"};

	(void)state;
	is_printed(words, ARRAY_SIZE(words));
}

static void what_is_unsafe_is_said(void **state)
{
	struct diag warnings = {0};

	(void)state;
	config_net_warn(&config, &warnings);
	assert_int_equal(warnings.count, 3);
	diag_free(&warnings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_net_has_a_switch, setup, teardown),
		cmocka_unit_test_setup_teardown(each_net_of_a_guest_is_a_port, setup, teardown),
		cmocka_unit_test_setup_teardown(ports_are_paid_for, setup, teardown),
		cmocka_unit_test_setup_teardown(print_has_ports, setup, teardown),
		cmocka_unit_test_setup_teardown(each_uplink_has_a_driver, setup_uplinks, teardown),
		cmocka_unit_test_setup_teardown(each_uplink_is_a_port, setup_uplinks, teardown),
		cmocka_unit_test_setup_teardown(print_has_uplinks, setup_uplinks, teardown),
		cmocka_unit_test_setup_teardown(what_is_unsafe_is_said, setup_uplinks, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
