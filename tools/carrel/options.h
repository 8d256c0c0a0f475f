/* SPDX-License-Identifier: MIT */
/* The command line of `carrel`: its verbs, their options, the help texts. */
#ifndef CARREL_OPTIONS_H
#define CARREL_OPTIONS_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Exit statuses. */
enum exit_code {
	EXIT_GOOD = 0,    /* run: every guest powered off, or left by debug-exit 0 */
	EXIT_GUEST = 1,   /* run: a guest ended otherwise; other verbs: it failed */
	EXIT_USAGE = 2,   /* wrong command line or configuration */
	EXIT_MACHINE = 3, /* the machine failed */
	EXIT_TIMEOUT = 124
};

enum verb { VERB_CHECK = 0, VERB_PLAN, VERB_IMAGE, VERB_RUN, VERB_INSTALL, VERB_COUNT };
enum emulator_kind { EMULATOR_AUTO = 0, EMULATOR_BOCHS, EMULATOR_QEMU };
enum disk_kind { DISK_AHCI = 0, DISK_NVME, DISK_VIRTIO, DISK_KINDS };

#define OPTION_MODULES 8u
#define OPTION_NETS 4u
#define OPTION_DISKS 3u
#define OPTION_CPUS 32u
#define OPTION_TIMEOUT_MAX 86400u
#define OPTION_STATUS_MAX 3600u

struct options {
	enum verb verb;
	const char *config; /* NULL only with root_task, or to remove */
	uint64_t memory;    /* bytes; 0: as much as is needed */
	const char *output;
	const char *kernel_args; /* "" if none */
	const char *root_task;   /* NULL: init */
	const char *module[OPTION_MODULES];
	unsigned modules;
	const char *disk[OPTION_DISKS]; /* files */
	enum disk_kind disk_kind[OPTION_DISKS];
	unsigned disks;
	const char *net[OPTION_NETS]; /* models of network cards */
	unsigned nets;
	enum emulator_kind emulator;
	bool headless;
	unsigned timeout; /* seconds; 0: none */
	const char *log;  /* directory; NULL: none */
	unsigned status;  /* seconds between two looks at the guests; 0: when asked */
	unsigned cpus;    /* 0: as many as the plan names */
	const char *cpu;  /* model; NULL: the usual one */
	bool uefi;
	const char *root;
	bool remove;
};

/* What to do after the command line is read. */
enum options_result { OPTIONS_RUN = 0, OPTIONS_HELP, OPTIONS_WRONG };

/* True if they name what only QEMU has. */
static inline bool options_need_qemu(const struct options *options)
{
	bool need = options->uefi;

	for (unsigned i = 0; i < options->disks; i++)
		need |= options->disk_kind[i] != DISK_AHCI;
	return need;
}

/* Reads the command line. With OPTIONS_HELP the help was asked for and has been
 * printed to standard output, with OPTIONS_WRONG one line on standard error says
 * what is wrong. The texts in `options` are those of `argv`. */
enum options_result options_read(struct options *options, int argc, char **argv) MUST_CHECK;

#endif
