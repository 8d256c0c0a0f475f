/* SPDX-License-Identifier: MIT */
/* The verbs and options of `carrel`, and the help; see help.h. Constant tables. */
#include "help.h"

#include <string.h>

const struct help_verb help_verbs[VERB_COUNT] = {
	[VERB_CHECK] = {"check", "CONFIG", "check a configuration file",
		"Reads CONFIG and reports every error in it as FILE:LINE: message on standard\n"
		"error. Says nothing else.\n"},
	[VERB_PLAN] = {"plan", "CONFIG", "print what a configuration gives to whom",
		"Compiles CONFIG and prints the plan: every component with its memory, files,\n"
		"ports, interrupts and channels. With --output writes the binary plan instead.\n"},
	[VERB_IMAGE] = {"image", "CONFIG", "make a bootable ISO",
		"Makes an ISO with GRUB that boots CONFIG by BIOS and by UEFI. The same input\n"
		"gives the same ISO.\n"},
	[VERB_RUN] = {"run", "CONFIG", "boot a configuration in an emulator",
		"Makes the ISO and boots it. Your terminal is the guests' console; Ctrl-] q\n"
		"ends the run, Ctrl-] s says what each guest does, Ctrl-] h lists the keys of\n"
		"the console itself. What is not a terminal is fed to the console line by line,\n"
		"each line when the console waits at a prompt.\n"
		"\n"
		"At the end one line per guest says how it ended. With --log DIR, DIR gets\n"
		"NAME.log (the console of guest NAME), NAME.monitor.log (what its monitor said,\n"
		"if anything), kernel.log, com1.log (all that was shown), status.log (what the\n"
		"guests did), emulator.log and summary.json.\n"
		"\n"
		"Exit status: 0 every guest powered off or left by debug-exit 0; 1 a guest\n"
		"ended otherwise; 2 wrong usage or configuration; 3 the machine failed; 124\n"
		"the time limit; 128 + N ended by signal N.\n"},
	[VERB_INSTALL] = {"install", "CONFIG", "put a configuration into this machine's GRUB menu",
		"Writes kernel, plan and files to DIR/boot/carrel and a script to\n"
		"DIR/etc/grub.d/42_carrel; then run `update-grub`. Never overwrites or removes a\n"
		"file that it did not write, or that was changed since.\n"},
};

#define ON(verb) (1u << VERB_##verb)
#define ON_BOOT (ON(IMAGE) | ON(RUN))
#define ON_ALL (~0u)

const struct help_option help_options[OPTION_COUNT] = {
	[OPTION_EMULATOR] = {"emulator", "bochs|qemu", ON(RUN),
		"default: qemu, with KVM where that offers VT-x or\n"
		"AMD-V, else emulating AMD-V; bochs emulates VT-x"},
	[OPTION_HEADLESS] = {"headless", NULL, ON(RUN),
		"no terminal: consoles go to the logs only"},
	[OPTION_TIMEOUT] = {"timeout", "SECONDS", ON(RUN),
		"end the run after so long, with status 124"},
	[OPTION_LOG] = {"log", "DIR", ON(RUN), "keep logs and summary.json in DIR"},
	[OPTION_STATUS] = {"status", "SECONDS", ON(RUN),
		"say every so often what each guest does, as Ctrl-] s"},
	[OPTION_NCPUS] = {"cpus", "N", ON(CHECK) | ON(PLAN) | ON(IMAGE) | ON(RUN) | ON(INSTALL),
		"CPUs of the machine (default: run makes as many as\n"
		"CONFIG names, the others do not check)"},
	[OPTION_MEMORY] = {"memory", "SIZE",
		ON(CHECK) | ON(PLAN) | ON(IMAGE) | ON(RUN) | ON(INSTALL),
		"memory of the machine, such as 1G (default: run makes\n"
		"it as large as is needed, the others do not check)"},
	[OPTION_CPU] = {"cpu", "MODEL", ON(RUN),
		"the emulator's name of a CPU model, which is emulated"},
	[OPTION_BIOS] = {"bios", "bios|uefi", ON(RUN),
		"firmware (default bios; uefi in QEMU only)"},
	[OPTION_OUTPUT] = {"output", "FILE", ON(PLAN) | ON(IMAGE),
		"what to write (image: default is CONFIG's name with\n"
		".iso in the current directory)"},
	[OPTION_ROOT] = {"root", "DIR", ON(INSTALL), "the system to install into (default /)"},
	[OPTION_REMOVE] = {"remove", NULL, ON(INSTALL),
		"take away what was installed; CONFIG is not needed"},
	[OPTION_KERNEL_ARGS] = {"kernel-args", "TEXT", ON_BOOT | ON(INSTALL),
		"add TEXT to the command line of Carrel's kernel"},
	[OPTION_ROOT_TASK] = {"root-task", "FILE", ON_BOOT,
		"start FILE instead of init; CONFIG is then not needed"},
	[OPTION_MODULE] = {"module", "FILE", ON_BOOT,
		"with --root-task: one more module (repeatable)"},
	[OPTION_DISK] = {"disk", "FILE", ON(RUN),
		"the machine has a disk, whose bytes are FILE's\n"
		"(repeatable: device 0, 1 ...); it is written to;\n"
		"nvme:FILE, virtio:FILE: of that kind, in QEMU"},
	[OPTION_NET] = {"net", "user[:MODEL]", ON(RUN),
		"the machine has a network card that leads to where\n"
		"this computer's own leads (repeatable: uplink 0, 1\n"
		"...); MODEL is e1000, the default, or e1000e"},
	[OPTION_HELP] = {"help", NULL, ON_ALL, "print this"},
};

static void print_option(const struct help_option *option, FILE *out)
{
	char left[32];

	snprintf(left, sizeof(left), "--%s%s%s", option->name, option->argument ? " " : "",
		option->argument ? option->argument : "");
	for (const char *text = option->text; *text;) {
		int length = (int)strcspn(text, "\n");
		fprintf(out, "  %-22s %.*s\n", text == option->text ? left : "", length, text);
		text += length + (text[length] == '\n');
	}
}

void help_print(FILE *out)
{
	fputs("usage: carrel VERB [OPTIONS] CONFIG\n"
	      "\n"
	      "Checks, compiles and boots a file that says which guests run under Carrel.\n"
	      "docs/config.md describes the file.\n"
	      "\n"
	      "verbs:\n",
		out);
	for (unsigned i = 0; i < VERB_COUNT; i++)
		fprintf(out, "  %-9s %s\n", help_verbs[i].name, help_verbs[i].summary);
	fputs("\n`carrel VERB --help` tells more about a verb and its options.\n", out);
}

void help_print_verb(enum verb verb, FILE *out)
{
	const struct help_verb *help = &help_verbs[verb];

	fprintf(out, "usage: carrel %s [OPTIONS] %s\n\n%s\noptions:\n", help->name, help->arguments,
		help->text);
	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if (help_options[i].verbs & 1u << verb)
			print_option(&help_options[i], out);
}
