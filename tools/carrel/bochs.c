/* SPDX-License-Identifier: MIT */
/*
 * Bochs; see emulator.h. It has VT-x and runs an instruction per tick.
 *
 * Its screen goes to a pseudo-terminal of ours: the other display Debian has,
 * rfb, listens on a network port without a password. Debian's build holds its
 * debugger, which has to be told to go on.
 */
#include "emulator.h"
#include "alloc.h"
#include "files.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CPU_MODEL "corei7_skylake_x"
#define TICKS_PER_SECOND 100000000u
#define HOST_MEMORY_MAX 2048u /* MiB held at a time; Bochs swaps the rest to a file */

/* Behind the ISO, in the order in which a driver finds them. */
static void print_disks(const struct machine *machine, FILE *out)
{
	static const char *const place[OPTION_DISKS] = {"ata0-slave", "ata1-master", "ata1-slave"};

	if (machine->disk[1])
		fputs("ata1: enabled=1, ioaddr1=0x170, ioaddr2=0x370, irq=15\n", out);
	for (unsigned i = 0; i < OPTION_DISKS && machine->disk[i]; i++)
		fprintf(out, "%s: type=disk, path=\"%s\", mode=flat, model=\"CARREL%u\"\n",
			place[i], machine->disk[i], i);
}

/* In the slots after those of the chipset, in the order in which a driver finds them. */
static void print_nets(const struct machine *machine, FILE *out)
{
	if (machine->net[0])
		fputs("pci: enabled=1, chipset=i440fx", out);
	for (unsigned i = 0; i < OPTION_NETS && machine->net[i]; i++)
		fprintf(out, ", slot%u=e1000", i + 1);
	if (machine->net[0])
		fputc('\n', out);
	for (unsigned i = 0; i < OPTION_NETS && machine->net[i]; i++)
		fprintf(out,
			"e1000: card=%u, enabled=1, mac=52:54:00:ca:99:%02x, ethmod=slirp, "
			"ethdev=%s, script=\"\"\n",
			i, i, machine->scratch);
}

static void print_configuration(const struct machine *machine, FILE *out)
{
	uint64_t mib = machine->memory >> 20;

	fprintf(out,
		"config_interface: textconfig\n"
		"display_library: term\n"
		"romimage: file=/usr/share/bochs/BIOS-bochs-latest\n"
		"vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest\n"
		"cpu: model=%s, count=%u, ips=%u, reset_on_triple_fault=0\n"
		"clock: sync=%s\n"
		"memory: guest=%" PRIu64 ", host=%" PRIu64 "\n"
		"boot: cdrom\n"
		"ata0-master: type=cdrom, path=%s, status=inserted\n",
		machine->cpu ? machine->cpu : CPU_MODEL, machine->cpus, TICKS_PER_SECOND,
		machine->real_time ? "slowdown" : "none", mib,
		mib < HOST_MEMORY_MAX ? mib : HOST_MEMORY_MAX, EMULATOR_ISO);
	print_disks(machine, out);
	print_nets(machine, out);
	for (unsigned i = 0; i < EMULATOR_PORTS; i++)
		fprintf(out, "com%u: enabled=1, mode=term, dev=%s\n", i + 1, machine->port[i]);
	fputs("sound: waveoutdrv=dummy\n"
	      "speaker: enabled=0\n"
	      "panic: action=fatal\n"
	      "error: action=report\n"
	      "info: action=ignore\n"
	      "log: " EMULATOR_LOG "\n",
		out);
}

static enum status write_text(
	const char *directory, const char *name, const char *text, size_t size)
{
	char *path = alloc_text("%s/%s", directory, name);
	enum status status = file_write(path, text, size, 0644);

	if (status != STATUS_OK)
		fprintf(stderr, "carrel: cannot write %s: %s\n", path, strerror(errno));
	free(path);
	return status == STATUS_OK ? STATUS_OK : STATUS_BAD_STATE;
}

static enum status prepare(const struct machine *machine, struct words *words)
{
	static const char go[] = "c\n"; /* the debugger's "continue" */
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print_configuration(machine, out);
	fclose(out);
	enum status status = write_text(machine->scratch, "bochsrc", text, size);
	free(text);
	if (status == STATUS_OK)
		status = write_text(machine->scratch, "go", go, sizeof(go) - 1);
	words_add(words, "bochs");
	words_add(words, "-q");
	words_add(words, "-f");
	words_add(words, "bochsrc");
	words_add(words, "-rc");
	words_add(words, "go");
	return status;
}

static void note_reason(const char *line, struct emulator_report *report)
{
	static const char mark[] = ">>PANIC<< ";
	const char *text = strstr(line, mark), *end = strchr(line, '\n');

	if (!text || (end && text > end) || report->switched_off)
		return;
	text += sizeof(mark) - 1;
	snprintf(report->reason, sizeof(report->reason), "%.*s", (int)strcspn(text, "\n"), text);
}

/* A line of the log begins with the tick at which it was written:
 * "00392060089p[UNMAP ] >>PANIC<< Shutdown port: shutdown requested" */
static void examine(const char *log, size_t size, int result, struct emulator_report *report)
{
	(void)result;
	(void)size;
	report->switched_off = strstr(log, "Shutdown port: shutdown requested") ||
			       strstr(log, "ACPI control: soft power off");
	for (const char *line = log; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		size_t digits = strspn(line, "0123456789");
		if (digits < 11 || !isalpha((unsigned char)line[digits]) || line[digits + 1] != '[')
			continue;
		report->has_ticks = true;
		report->ticks = strtoull(line, NULL, 10);
		note_reason(line + digits, report);
	}
}

const struct emulator emulator_bochs = {
	.name = "bochs",
	.program = "bochs",
	.packages = "bochs bochs-term bochsbios vgabios",
	.screen_on_terminal = true,
	.prepare = prepare,
	.examine = examine,
};
