/* SPDX-License-Identifier: MIT */
/* LINK: tools/carrel/summary.c */
/* How a run ended: exit statuses, the words of summary.json, the lines for people. */
#include "carrel/summary.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct summary make(unsigned guests)
{
	struct summary summary = {.guests = guests, .emulator = "bochs"};

	for (unsigned i = 0; i < guests; i++)
		snprintf(summary.guest[i].name, PLAN_NAME, "g%u", i);
	return summary;
}

static char *print(const struct summary *summary, void (*how)(const struct summary *, FILE *))
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	how(summary, out);
	fclose(out);
	return text;
}

/* One row per way to end: the exit status, the word, the line. */
static const struct {
	uint32_t how, code;
	int status;
	const char *word, *line;
} ends[] = {
	{GUEST_RUNNING, 0, EXIT_GUEST, "running", "was still running"},
	{GUEST_POWEROFF, 0, EXIT_GOOD, "poweroff", "powered itself off"},
	{GUEST_REBOOT, 0, EXIT_GUEST, "reboot", "asked for a reboot"},
	{GUEST_DEBUG_EXIT, 0, EXIT_GOOD, "debug-exit 0", "left by debug-exit with 0"},
	{GUEST_DEBUG_EXIT, 1, EXIT_GUEST, "debug-exit 1", "left by debug-exit with 1"},
	{GUEST_DEBUG_EXIT, 255, EXIT_GUEST, "debug-exit 255", "left by debug-exit with 255"},
	{GUEST_TRIPLE_FAULT, 0, EXIT_GUEST, "triple-fault", "ended in a triple fault"},
	{GUEST_KILLED, KILL_NONE, EXIT_GUEST, "killed unknown", "was killed: no reason was given"},
	{GUEST_KILLED, KILL_VMM_FAULT, EXIT_GUEST, "killed vmm-fault",
		"was killed: its monitor made a fault"},
	{GUEST_KILLED, KILL_BAD_KERNEL, EXIT_GUEST, "killed bad-kernel",
		"was killed: its kernel is none that can be loaded"},
	{GUEST_KILLED, KILL_BAD_INITRD, EXIT_GUEST, "killed bad-initrd",
		"was killed: its initrd does not fit into its memory"},
	{GUEST_KILLED, KILL_BAD_MODULE, EXIT_GUEST, "killed bad-module",
		"was killed: a module does not fit into its memory"},
	{GUEST_KILLED, KILL_NO_MEMORY, EXIT_GUEST, "killed no-memory",
		"was killed: there was not enough memory for it"},
	{GUEST_KILLED, KILL_NO_MODULE, EXIT_GUEST, "killed no-module",
		"was killed: one of its files was not loaded"},
	{GUEST_KILLED, KILL_ENTRY_FAILED, EXIT_GUEST, "killed entry-failed",
		"was killed: the CPU refused the guest's state"},
	{GUEST_KILLED, KILL_EMULATION, EXIT_GUEST, "killed emulation",
		"was killed: it did an access that its monitor cannot emulate"},
	{GUEST_KILLED, KILL_NO_VIRT, EXIT_GUEST, "killed no-virt",
		"was killed: this CPU cannot run guests"},
	{GUEST_KILLED, KILL_NO_CPU, EXIT_GUEST, "killed no-cpu",
		"was killed: the machine has none of its CPUs"},
	{GUEST_KILLED, KILL_NO_DISK, EXIT_GUEST, "killed no-disk",
		"was killed: the machine has not one of its disks"},
	{GUEST_KILLED, 9999, EXIT_GUEST, "killed unknown", "was killed: no reason was given"},
	{77, 0, EXIT_GUEST, "unknown 77", "ended in a way this tool does not know (77)"},
};

static void each_end_has_its_words(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(ends); i++) {
		struct summary summary = make(1);
		char text[SUMMARY_END_TEXT], line[200];
		summary.guest[0].how = ends[i].how;
		summary.guest[0].code = ends[i].code;
		assert_int_equal(summary_exit_code(&summary), ends[i].status);
		assert_string_equal(
			summary_end_word(ends[i].how, ends[i].code, text), ends[i].word);
		char *printed = print(&summary, summary_print);
		snprintf(line, sizeof(line), "carrel: guest g0 %s\n", ends[i].line);
		assert_string_equal(printed, line);
		free(printed);
	}
}

/* The table above has every reason that the ABI knows. */
static void no_end_is_forgotten(void **state)
{
	unsigned long hows = 0, kills = 0;

	(void)state;
	for (unsigned i = 0; i < ARRAY_SIZE(ends); i++) {
		if (ends[i].how < GUEST_END_COUNT)
			hows |= 1ul << ends[i].how;
		if (ends[i].how == GUEST_KILLED && ends[i].code < KILL_COUNT)
			kills |= 1ul << ends[i].code;
	}
	assert_int_equal(hows, (1ul << GUEST_END_COUNT) - 1);
	assert_int_equal(kills, (1ul << KILL_COUNT) - 1);
}

static void machine_counts_more_than_guests(void **state)
{
	static const struct {
		enum machine_end machine;
		int good, bad; /* status with guests that ended well, and not */
		const char *word, *line;
	} rows[MACHINE_END_COUNT] = {
		{MACHINE_OFF, EXIT_GOOD, EXIT_GUEST, "off", ""},
		{MACHINE_STOPPED, EXIT_GOOD, EXIT_GUEST, "stopped",
			"carrel: the machine was stopped from outside\n"},
		{MACHINE_TIMEOUT, EXIT_TIMEOUT, EXIT_TIMEOUT, "timeout",
			"carrel: the time limit was reached\n"},
		{MACHINE_PANIC, EXIT_MACHINE, EXIT_MACHINE, "panic",
			"carrel: the machine failed: Carrel's kernel panicked\n"},
		{MACHINE_REFUSED, EXIT_MACHINE, EXIT_MACHINE, "refused",
			"carrel: the machine failed: init refused the plan and started nothing\n"},
		{MACHINE_FAILED, EXIT_MACHINE, EXIT_MACHINE, "failed",
			"carrel: the machine failed: it stopped without switching itself off\n"},
	};

	(void)state;
	for (unsigned i = 0; i < MACHINE_END_COUNT; i++) {
		struct summary summary = make(0);
		char *text, word[40];
		summary.machine = rows[i].machine;
		assert_int_equal(summary_exit_code(&summary), rows[i].good);
		text = print(&summary, summary_print);
		assert_string_equal(text, rows[i].line);
		free(text);
		text = print(&summary, summary_print_json);
		snprintf(word, sizeof(word), "\"machine\": \"%s\",", rows[i].word);
		assert_non_null(strstr(text, word));
		free(text);
		summary.guests = 1;
		summary.guest[0].how = GUEST_TRIPLE_FAULT;
		assert_int_equal(summary_exit_code(&summary), rows[i].bad);
	}
}

static void one_bad_guest_is_enough(void **state)
{
	struct summary summary = make(3);

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		summary.guest[i].how = GUEST_POWEROFF;
	assert_int_equal(summary_exit_code(&summary), EXIT_GOOD);
	for (unsigned i = 0; i < 3; i++) {
		summary.guest[i].how = GUEST_REBOOT;
		assert_int_equal(summary_exit_code(&summary), EXIT_GUEST);
		summary.guest[i].how = GUEST_POWEROFF;
	}
}

static void restarts_are_counted_and_are_no_end(void **state)
{
	struct summary summary = make(1);
	struct tap_end end = {.how = GUEST_KILLED, .restarted = 1, .code = KILL_VMM_FAULT};

	(void)state;
	summary_note_end(&summary.guest[0], &end);
	assert_int_equal(summary.guest[0].how, GUEST_RUNNING);
	assert_false(summary_all_ended(&summary));
	summary_note_end(&summary.guest[0], &end);
	end = (struct tap_end){.how = GUEST_POWEROFF};
	summary_note_end(&summary.guest[0], &end);
	assert_true(summary_all_ended(&summary));
	assert_int_equal(summary.guest[0].restarts, 2);
	assert_int_equal(summary_exit_code(&summary), EXIT_GOOD);
	char *text = print(&summary, summary_print);
	assert_string_equal(text, "carrel: guest g0 powered itself off (restarted 2 times)\n");
	free(text);
	text = print(&summary, summary_print_json);
	assert_non_null(strstr(text, "{\"name\": \"g0\", \"end\": \"poweroff\", \"restarts\": 2, "
				     "\"restarted_after\": \"killed vmm-fault\"}"));
	free(text);
}

static void json_is_exact(void **state)
{
	struct summary summary = make(2);

	(void)state;
	summary.guest[0].how = GUEST_POWEROFF;
	summary.guest[1].how = GUEST_DEBUG_EXIT;
	summary.guest[1].code = 3;
	summary.has_ticks = true;
	summary.ticks = 12345678901ull;
	summary.seconds = 41.25;
	char *text = print(&summary, summary_print_json);
	assert_string_equal(text,
		"{\n"
		"  \"status\": 1,\n"
		"  \"machine\": \"off\",\n"
		"  \"emulator\": \"bochs\",\n"
		"  \"ticks\": 12345678901,\n"
		"  \"seconds\": 41.2,\n"
		"  \"guests\": [\n"
		"    {\"name\": \"g0\", \"end\": \"poweroff\", \"restarts\": 0},\n"
		"    {\"name\": \"g1\", \"end\": \"debug-exit 3\", \"restarts\": 0}\n"
		"  ]\n"
		"}\n");
	free(text);
	summary = make(0);
	summary.emulator = "qemu";
	text = print(&summary, summary_print_json);
	assert_string_equal(text, "{\n"
				  "  \"status\": 0,\n"
				  "  \"machine\": \"off\",\n"
				  "  \"emulator\": \"qemu\",\n"
				  "  \"ticks\": null,\n"
				  "  \"seconds\": 0.0,\n"
				  "  \"guests\": []\n"
				  "}\n");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_end_has_its_words),
		cmocka_unit_test(no_end_is_forgotten),
		cmocka_unit_test(machine_counts_more_than_guests),
		cmocka_unit_test(one_bad_guest_is_enough),
		cmocka_unit_test(restarts_are_counted_and_are_no_end),
		cmocka_unit_test(json_is_exact),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
