/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/keys.c tools/carrel/near.c tools/carrel/alloc.c tools/carrel/files.c */
/* docs/config.md holds what the table of keys holds: every key, nothing else. */
#include "carrel/keys.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "abi/start.h"
#include "carrel/alloc.h"
#include "carrel/config.h"
#include "carrel/files.h"

static char *page;

static int read_page(void **state)
{
	size_t size;

	(void)state;
	return file_read("docs/config.md", 1 << 20, &page, &size) == STATUS_OK ? 0 : -1;
}

static int free_page(void **state)
{
	(void)state;
	free(page);
	return 0;
}

static void has(const char *text)
{
	if (!strstr(page, text))
		fail_msg("docs/config.md lacks: %s", text);
}

static void each_key_has_its_row_and_its_section(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VM_KEY_COUNT; i++) {
		const struct key *key = &key_vm[i];
		const char *preset = key->preset;
		char *value = !preset   ? alloc_text("must be given")
			      : *preset ? alloc_text("`%s`", preset)
					: alloc_text("%s", i == VM_CMDLINE ? "empty" : "none");
		char *row = alloc_text(
			"| [`%s`](#%s) | %s | %s |\n", key->name, key->name, key->expected, value);
		char *head = alloc_text("\n### `%s`\n", key->name);
		has(row);
		has(head);
		free(head);
		free(row);
		free(value);
	}
}

static void has_key(const struct key *key)
{
	char *value = !key->preset   ? alloc_text("must be given")
		      : *key->preset ? alloc_text("`%s`", key->preset)
				     : alloc_text("none");
	char *row = alloc_text(
		"| [`%s`](#%s) | %s | %s |\n", key->name, key->name, key->expected, value);
	char *head = alloc_text("\n### `%s`\n", key->name);

	has(row);
	has(head);
	free(head);
	free(row);
	free(value);
}

static void each_key_of_disks_and_nets_has_too(void **state)
{
	(void)state;
	for (unsigned i = 0; i < DISK_KEY_COUNT; i++)
		has_key(&key_disk[i]);
	for (unsigned i = 0; i < NET_KEY_COUNT; i++)
		has_key(&key_net[i]);
}

static void no_other_key_is_described(void **state)
{
	unsigned sections = 0;

	(void)state;
	for (const char *at = page; (at = strstr(at, "\n### `")); at++)
		sections++;
	assert_int_equal(sections, VM_KEY_COUNT + DISK_KEY_COUNT + NET_KEY_COUNT);
}

static void blocks_and_limits_are_named(void **state)
{
	(void)state;
	for (unsigned i = 0; i < BLOCK_COUNT; i++) {
		char *word = alloc_text("`[%s ", key_blocks[i].name);
		has(word);
		free(word);
	}
	char *guests = alloc_text("A file has up to %u guests.", CONFIG_VMS);
	char *modules = alloc_text("Repeatable, up to %u times;", CONFIG_MODULES);
	char *disks = alloc_text("Repeatable, up to %u times; the first is", PLAN_DISKS);
	char *overlay = alloc_text("at most %lluM, for", CONFIG_OVERLAY_MAX >> 20);
	char *text = alloc_text("to %u characters", START_CMDLINE - 2);
	char *nets = alloc_text("Repeatable, up to %u times, each net once", PLAN_NETS);
	char *files = alloc_text(
		"up to %u nets, with names of up to\n%u characters", CONFIG_NETS, CONFIG_NET_NAME);
	has(nets);
	has(files);
	free(nets);
	free(files);
	has(disks);
	has(overlay);
	free(disks);
	free(overlay);
	has(guests);
	has(modules);
	has(text);
	free(text);
	free(modules);
	free(guests);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_key_has_its_row_and_its_section),
		cmocka_unit_test(each_key_of_disks_and_nets_has_too),
		cmocka_unit_test(no_other_key_is_described),
		cmocka_unit_test(blocks_and_limits_are_named),
	};

	return cmocka_run_group_tests(tests, read_page, free_page);
}
