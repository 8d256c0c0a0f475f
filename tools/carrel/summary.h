/* SPDX-License-Identifier: MIT */
/* How a run ended: per guest, and for the machine. Pure but for the printing. */
#ifndef CARREL_SUMMARY_H
#define CARREL_SUMMARY_H

#include "abi/plan.h"
#include "abi/start.h"
#include "abi/tap.h"
#include "config.h"
#include "options.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct summary_guest {
	char name[PLAN_NAME];
	uint32_t how; /* enum guest_end; GUEST_RUNNING until it has ended for good */
	uint32_t code;
	unsigned restarts;
	uint32_t last_how, last_code; /* of the end before the last restart */
};

enum machine_end {
	MACHINE_OFF = 0, /* switched itself off */
	MACHINE_STOPPED, /* by the person, or because it did not switch itself off */
	MACHINE_TIMEOUT,
	MACHINE_PANIC,  /* the kernel said so */
	MACHINE_REFUSED, /* init said so: the plan is no good */
	MACHINE_FAILED, /* the emulator ended in another way */
	MACHINE_END_COUNT
};

struct summary {
	struct summary_guest guest[CONFIG_VMS];
	unsigned guests;
	enum machine_end machine;
	const char *emulator; /* "bochs" or "qemu" */
	bool has_ticks;
	uint64_t ticks; /* of the machine at its end */
	double seconds; /* of the whole run */
};

/* Takes in the end of a guest. An end with `restarted` set is not its last. */
void summary_note_end(struct summary_guest *guest, const struct tap_end *end);

/* Whether every guest has ended. */
bool summary_all_ended(const struct summary *summary);

enum exit_code summary_exit_code(const struct summary *summary);

/* `poweroff`, `debug-exit 3`, `killed no-memory`: one guest's end for machines. */
#define SUMMARY_END_TEXT 48u
const char *summary_end_word(uint32_t how, uint32_t code, char text[SUMMARY_END_TEXT]);

/* Prints a line per guest, and one on the machine if it did not end well. */
void summary_print(const struct summary *summary, FILE *out);

/* Writes summary.json. */
void summary_print_json(const struct summary *summary, FILE *out);

#endif
