/* SPDX-License-Identifier: MIT */
/* `carrel run`; see run.h. */
#include "run.h"
#include "alloc.h"
#include "choose.h"
#include "image.h"
#include "process.h"
#include "session.h"
#include "signals.h"
#include "terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MIB (1ull << 20)
#define MEMORY_STEP (64 * MIB)
#define MEMORY_SPARE (64 * MIB)
#define MEMORY_LEAST (256 * MIB)
#define MEMORY_WITHOUT_PLAN (512 * MIB)
#define EMULATOR_LOG_MAX (64u << 20)

static uint64_t choose_memory(const struct options *options, const struct plan *plan)
{
	if (options->memory)
		return options->memory;
	if (!plan->bytes)
		return MEMORY_WITHOUT_PLAN;
	uint64_t need = plan_memory(plan) + MEMORY_SPARE;
	need = (need + MEMORY_STEP - 1) / MEMORY_STEP * MEMORY_STEP;
	return need > MEMORY_LEAST ? need : MEMORY_LEAST;
}

/* The emulator runs elsewhere, so it is told where the files really are. */
static enum status find_disks(const struct options *options, struct machine *machine)
{
	for (unsigned i = 0; i < options->disks; i++) {
		machine->disk[i] = realpath(options->disk[i], NULL);
		machine->disk_kind[i] = options->disk_kind[i];
		if (machine->disk[i] && access(machine->disk[i], R_OK | W_OK) == 0)
			continue;
		fprintf(stderr, "carrel: --disk %s: %s\n", options->disk[i], strerror(errno));
		return STATUS_BAD_ARG;
	}
	return STATUS_OK;
}

static unsigned choose_cpus(const struct options *options, const struct plan *plan)
{
	unsigned cpus = plan->bytes ? plan_cpus(plan) : 1;

	if (options->cpus)
		return options->cpus;
	if (cpus > 1)
		fprintf(stderr, "carrel: %s names CPU %u, so the machine gets %u CPUs\n",
			options->config, cpus - 1, cpus);
	return cpus;
}

static char *make_scratch(void)
{
	const char *base = getenv("TMPDIR");
	char *path = alloc_text("%s/carrel-XXXXXX", base && *base ? base : "/tmp");

	if (mkdtemp(path))
		return path;
	fprintf(stderr, "carrel: cannot make a directory %s: %s\n", path, strerror(errno));
	free(path);
	return NULL;
}

/* The emulator's own log goes to the others, and is read for how it ended. */
static void examine(struct session *session, int result, struct emulator_report *report)
{
	char *from = alloc_text("%s/" EMULATOR_LOG, session->machine.scratch);
	char *to = logs_path(&session->logs, EMULATOR_LOG);
	char *text;
	size_t size;

	if (file_read(from, EMULATOR_LOG_MAX, &text, &size) != STATUS_OK) {
		text = alloc_text("%s", "");
		size = 0;
	}
	session->emulator->examine(text, size, result, report);
	if (strcmp(from, to) != 0 && size > 0 && file_write(to, text, size, 0644) != STATUS_OK)
		fprintf(stderr, "carrel: cannot write %s: %s\n", to, strerror(errno));
	free(text);
	free(to);
	free(from);
}

static bool show_file(const char *directory, const char *name, unsigned lines)
{
	char *path = alloc_text("%s/%s", directory, name);
	struct file_facts facts;
	const char *problem;
	bool there = file_look(path, &facts, &problem) == STATUS_OK;

	if (there) {
		fprintf(stderr, "carrel: the end of %s:\n", name);
		process_show_tail(path, lines);
	}
	free(path);
	return there;
}

/* What the machine said last, for someone who has to find out why it failed. */
static void show_last_words(
	const struct session *session, const struct emulator_report *report, const char *kept)
{
	bool shown = show_file(session->logs.directory, "kernel.log", 20);

	if (report->reason[0])
		fprintf(stderr, "carrel: %s says: %s\n", session->emulator->name, report->reason);
	else if (!shown)
		show_file(session->machine.scratch, "emulator.out", 10);
	if (kept)
		fprintf(stderr, "carrel: all logs are in %s\n", kept);
	else
		fputs("carrel: --log DIR keeps the logs\n", stderr);
}

static void write_summary(const struct session *session)
{
	char *path = logs_path(&session->logs, "summary.json");
	FILE *out = fopen(path, "we");

	if (out) {
		summary_print_json(session->summary, out);
		fclose(out);
	} else {
		fprintf(stderr, "carrel: cannot write %s: %s\n", path, strerror(errno));
	}
	free(path);
}

static void finish(struct session *session, int result, const char *kept)
{
	struct summary *summary = session->summary;
	struct emulator_report report = {0};

	examine(session, result, &report);
	summary->has_ticks = report.has_ticks;
	summary->ticks = report.ticks;
	summary->seconds = progress_now() - session->progress.start;
	if (report.switched_off && summary->machine != MACHINE_PANIC &&
		summary->machine != MACHINE_REFUSED)
		summary->machine = MACHINE_OFF;
	else if (!report.switched_off && summary->machine == MACHINE_OFF)
		summary->machine = MACHINE_FAILED;
	write_summary(session);
	summary_print(summary, stdout);
	fflush(stdout);
	if (summary_exit_code(summary) == EXIT_MACHINE)
		show_last_words(session, &report, kept);
}

static void announce(const struct options *options, const struct choice *choice)
{
	bool terminal = terminal_is_there() && !options->headless;

	fprintf(stderr, "carrel: booting %s in %s%s\n",
		options->config ? options->config : options->root_task, choice->text,
		terminal ? "; Ctrl-] q ends the run, Ctrl-] s tells what the guests do" : "");
}

static int run_session(
	const struct options *options, const struct choice *choice, struct session *session)
{
	struct words words = {0};
	int result = 0, code = EXIT_MACHINE;

	if (session_open(session) == STATUS_OK &&
		session->emulator->prepare(&session->machine, &words) == STATUS_OK) {
		announce(options, choice);
		if (session_run(session, &words, &result) == STATUS_OK) {
			finish(session, result, options->log);
			code = summary_exit_code(session->summary);
		}
	}
	words_free(&words);
	return code;
}

static int run_in(const struct options *options, const struct choice *choice,
	const struct plan *plan, const char *scratch)
{
	struct summary summary = {.guests = plan->vms};
	struct session *session = alloc_zero(1, sizeof(*session));
	const char *names[CONFIG_VMS];
	int code = EXIT_MACHINE;

	session->emulator = choice->emulator;
	session->summary = &summary;
	session->first_vm = plan->first_vm;
	session->headless = options->headless;
	session->timeout = options->timeout;
	session->watch.period = options->status;
	session->machine = (struct machine){.scratch = scratch,
		.memory = choose_memory(options, plan),
		.cpus = choose_cpus(options, plan),
		.cpu = options->cpu,
		.kvm = choice->kvm,
		.uefi = options->uefi,
		.real_time = terminal_is_there() && !options->headless};
	memcpy(session->machine.net, options->net, sizeof(options->net));
	summary.emulator = session->emulator->name;
	for (unsigned i = 0; i < plan->vms; i++) {
		names[i] = plan_component(plan, plan->first_vm + i)->name;
		memcpy(summary.guest[i].name, names[i], PLAN_NAME);
	}
	const char *directory = options->log ? options->log : scratch;
	if (find_disks(options, &session->machine) == STATUS_OK &&
		logs_open(&session->logs, directory, names, plan->vms) == STATUS_OK)
		code = run_session(options, choice, session);
	session_close(session);
	for (unsigned i = 0; i < options->disks; i++)
		free(session->machine.disk[i]);
	free(session);
	return code;
}

static void choose(const struct options *options, struct choice *choice)
{
	struct choose_facts facts = {.has_qemu = process_exists(emulator_qemu.program),
		.has_bochs = process_exists(emulator_bochs.program)};

	kvm_look(&facts.kvm);
	choose_machine(options, &facts, choice);
}

int run_machine(const struct options *options, const struct bundle *bundle, const struct plan *plan)
{
	struct choice choice;
	int code = EXIT_MACHINE;

	choose(options, &choice);
	if (!choice.emulator) {
		fprintf(stderr, "carrel: %s\n", choice.text);
		return EXIT_MACHINE;
	}
	char *scratch = make_scratch();
	if (!scratch)
		return EXIT_MACHINE;
	char *iso = alloc_text("%s/" EMULATOR_ISO, scratch);
	if (image_make(bundle, iso, scratch) == STATUS_OK)
		code = run_in(options, &choice, plan, scratch);
	file_remove_directory(scratch);
	free(iso);
	free(scratch);
	return signals_caught() ? 128 + signals_caught() : code;
}
