/* SPDX-License-Identifier: MIT */
/*
 * The emulators: how each is started, and what can be read from what it leaves.
 * All paths are relative to the scratch directory, in which it runs.
 */
#ifndef CARREL_EMULATOR_H
#define CARREL_EMULATOR_H

#include "abi/status.h"
#include "options.h"
#include "words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EMULATOR_ISO "carrel.iso"
#define EMULATOR_LOG "emulator.log"
#define EMULATOR_PORTS 3u

/* A machine that is to be made. */
struct machine {
	const char *scratch;              /* directory for files on the way */
	const char *port[EMULATOR_PORTS]; /* devices of COM1 to COM3 */
	uint64_t memory;                  /* bytes, a multiple of 1 MiB */
	unsigned cpus;
	const char *cpu;                        /* NULL: the usual model */
	char *disk[OPTION_DISKS];               /* files, by absolute paths; NULL: no more */
	enum disk_kind disk_kind[OPTION_DISKS]; /* other than DISK_AHCI: QEMU only */
	const char *net[OPTION_NETS];           /* models of network cards; NULL: no more */
	bool kvm;                               /* QEMU only */
	bool uefi;                              /* QEMU only */
	bool real_time; /* a person watches: no faster than the clock (Bochs) */
};

/* What an emulator left behind. */
struct emulator_report {
	bool switched_off; /* the machine did so itself */
	bool has_ticks;
	uint64_t ticks;
	char reason[160]; /* why it ended if not that way; "" if it does not say */
};

struct emulator {
	const char *name;        /* as in options and summaries */
	const char *program;     /* to be found in PATH */
	const char *packages;    /* of Debian, that have it */
	bool screen_on_terminal; /* it draws the screen on its standard streams */
	/* Writes what it needs into the scratch directory and makes its command line.
	 * STATUS_BAD_STATE, said on standard error. */
	enum status (*prepare)(const struct machine *machine, struct words *words);
	/* Reads its log of `size` bytes; `result` is what waitpid() gave. */
	void (*examine)(const char *log, size_t size, int result, struct emulator_report *report);
};

extern const struct emulator emulator_bochs, emulator_qemu;

#endif
