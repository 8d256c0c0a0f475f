/* SPDX-License-Identifier: MIT */
/* How a run ended; see summary.h. No state. */
#include "summary.h"

#include <inttypes.h>
#include <string.h>

static const struct {
	const char *word; /* for programs */
	const char *text; /* for people */
} ends[GUEST_END_COUNT] = {
	[GUEST_RUNNING] = {"running", "was still running"},
	[GUEST_POWEROFF] = {"poweroff", "powered itself off"},
	[GUEST_REBOOT] = {"reboot", "asked for a reboot"},
	[GUEST_DEBUG_EXIT] = {"debug-exit", "left by debug-exit"},
	[GUEST_TRIPLE_FAULT] = {"triple-fault", "ended in a triple fault"},
	[GUEST_KILLED] = {"killed", "was killed"},
};

static const struct {
	const char *word, *text;
} kills[KILL_COUNT] = {
	[KILL_NONE] = {"unknown", "no reason was given"},
	[KILL_VMM_FAULT] = {"vmm-fault", "its monitor made a fault"},
	[KILL_BAD_KERNEL] = {"bad-kernel", "its kernel is none that can be loaded"},
	[KILL_BAD_INITRD] = {"bad-initrd", "its initrd does not fit into its memory"},
	[KILL_BAD_MODULE] = {"bad-module", "a module does not fit into its memory"},
	[KILL_NO_MEMORY] = {"no-memory", "there was not enough memory for it"},
	[KILL_NO_MODULE] = {"no-module", "one of its files was not loaded"},
	[KILL_ENTRY_FAILED] = {"entry-failed", "the CPU refused the guest's state"},
	[KILL_EMULATION] = {"emulation", "it did an access that its monitor cannot emulate"},
	[KILL_NO_VIRT] = {"no-virt", "this CPU cannot run guests"},
	[KILL_NO_CPU] = {"no-cpu", "the machine has none of its CPUs"},
	[KILL_NO_DISK] = {"no-disk", "the machine has not one of its disks"},
};

static const struct {
	const char *word, *text;
} machines[MACHINE_END_COUNT] = {
	[MACHINE_OFF] = {"off", NULL},
	[MACHINE_STOPPED] = {"stopped", "the machine was stopped from outside"},
	[MACHINE_TIMEOUT] = {"timeout", "the time limit was reached"},
	[MACHINE_PANIC] = {"panic", "the machine failed: Carrel's kernel panicked"},
	[MACHINE_REFUSED] = {"refused",
		"the machine failed: init refused the plan and started nothing"},
	[MACHINE_FAILED] = {"failed",
		"the machine failed: it stopped without switching itself off"},
};

void summary_note_end(struct summary_guest *guest, const struct tap_end *end)
{
	if (!end->restarted) {
		guest->how = end->how;
		guest->code = end->code;
		return;
	}
	guest->restarts++;
	guest->last_how = end->how;
	guest->last_code = end->code;
	guest->how = GUEST_RUNNING;
}

bool summary_all_ended(const struct summary *summary)
{
	for (unsigned i = 0; i < summary->guests; i++)
		if (summary->guest[i].how == GUEST_RUNNING)
			return false;
	return true;
}

static bool ended_well(const struct summary_guest *guest)
{
	return guest->how == GUEST_POWEROFF || (guest->how == GUEST_DEBUG_EXIT && guest->code == 0);
}

enum exit_code summary_exit_code(const struct summary *summary)
{
	if (summary->machine == MACHINE_TIMEOUT)
		return EXIT_TIMEOUT;
	if (summary->machine == MACHINE_PANIC || summary->machine == MACHINE_REFUSED ||
		summary->machine == MACHINE_FAILED)
		return EXIT_MACHINE;
	for (unsigned i = 0; i < summary->guests; i++)
		if (!ended_well(&summary->guest[i]))
			return EXIT_GUEST;
	return EXIT_GOOD;
}

static unsigned kill_index(uint32_t code)
{
	return code < KILL_COUNT ? code : KILL_NONE;
}

const char *summary_end_word(uint32_t how, uint32_t code, char text[SUMMARY_END_TEXT])
{
	if (how >= GUEST_END_COUNT)
		snprintf(text, SUMMARY_END_TEXT, "unknown %" PRIu32, how);
	else if (how == GUEST_DEBUG_EXIT)
		snprintf(text, SUMMARY_END_TEXT, "%s %" PRIu32, ends[how].word, code);
	else if (how == GUEST_KILLED)
		snprintf(text, SUMMARY_END_TEXT, "%s %s", ends[how].word,
			kills[kill_index(code)].word);
	else
		snprintf(text, SUMMARY_END_TEXT, "%s", ends[how].word);
	return text;
}

static void print_guest(const struct summary_guest *guest, FILE *out)
{
	fprintf(out, "carrel: guest %s ", guest->name);
	if (guest->how >= GUEST_END_COUNT)
		fprintf(out, "ended in a way this tool does not know (%" PRIu32 ")", guest->how);
	else
		fputs(ends[guest->how].text, out);
	if (guest->how == GUEST_DEBUG_EXIT)
		fprintf(out, " with %" PRIu32, guest->code);
	if (guest->how == GUEST_KILLED)
		fprintf(out, ": %s", kills[kill_index(guest->code)].text);
	if (guest->restarts)
		fprintf(out, " (restarted %u time%s)", guest->restarts,
			guest->restarts == 1 ? "" : "s");
	fputc('\n', out);
}

void summary_print(const struct summary *summary, FILE *out)
{
	for (unsigned i = 0; i < summary->guests; i++)
		print_guest(&summary->guest[i], out);
	if (machines[summary->machine].text)
		fprintf(out, "carrel: %s\n", machines[summary->machine].text);
}

/* Names are safe in JSON as they are: value_is_name(). */
static void print_json_guest(const struct summary_guest *guest, FILE *out)
{
	char text[SUMMARY_END_TEXT];

	fprintf(out, "    {\"name\": \"%s\", \"end\": \"%s\", \"restarts\": %u", guest->name,
		summary_end_word(guest->how, guest->code, text), guest->restarts);
	if (guest->restarts)
		fprintf(out, ", \"restarted_after\": \"%s\"",
			summary_end_word(guest->last_how, guest->last_code, text));
	fputc('}', out);
}

void summary_print_json(const struct summary *summary, FILE *out)
{
	fprintf(out, "{\n  \"status\": %d,\n", summary_exit_code(summary));
	fprintf(out, "  \"machine\": \"%s\",\n", machines[summary->machine].word);
	fprintf(out, "  \"emulator\": \"%s\",\n", summary->emulator);
	if (summary->has_ticks)
		fprintf(out, "  \"ticks\": %" PRIu64 ",\n", summary->ticks);
	else
		fputs("  \"ticks\": null,\n", out);
	fprintf(out, "  \"seconds\": %.1f,\n  \"guests\": [", summary->seconds);
	for (unsigned i = 0; i < summary->guests; i++) {
		fputs(i ? ",\n" : "\n", out);
		print_json_guest(&summary->guest[i], out);
	}
	fputs(summary->guests ? "\n  ]\n}\n" : "]\n}\n", out);
}
