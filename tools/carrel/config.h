/* SPDX-License-Identifier: MIT */
/*
 * A configuration file, read and checked. docs/config.md describes it for the
 * people who write one; keys.h has the keys.
 */
#ifndef CARREL_CONFIG_H
#define CARREL_CONFIG_H

#include "abi/plan.h"
#include "abi/start.h"
#include "diag.h"
#include "files.h"
#include "keys.h"

#include <stdbool.h>
#include <stdint.h>

/* The serial driver has START_CHANNELS channels: one to init, two per guest. */
#define CONFIG_VMS ((START_CHANNELS - 1) / 2)
/* A monitor is handed START_MODULES files, the kernel and the initrd among them. */
#define CONFIG_MODULES (START_MODULES - 2)
#define CONFIG_DISKS 16u
#define CONFIG_DEVICE_MAX 7u /* the driver has room for eight */
#define CONFIG_CRASH_MAX 1000000u
/* It is in the monitor's heap, from START_HEAP_ADDR to START_CHANNEL_ADDR. */
#define CONFIG_OVERLAY_MAX (240ull << 20)
/* Each has a switch, and there are PLAN_COMPONENTS in all: with all guests, and the drivers. */
#define CONFIG_NETS 7u
/* Each has a driver of its own. */
#define CONFIG_UPLINKS 4u
#define CONFIG_NET_NAME 27u   /* characters: its switch is called net:NAME */
#define CONFIG_RATE_MIN 1024u /* bytes in a second: less than a frame, and nothing moves */
#define CONFIG_CRASH_MIN 100u /* frames: more than are moved in one go */
#define CONFIG_VCPUS START_VCPUS
#define CONFIG_PRIORITY 20u
/* Shorter ones would be eaten up by switching; a day is not the scheduler's matter. */
#define CONFIG_BUDGET_MIN 100u /* us */
#define CONFIG_PERIOD 10000u
#define CONFIG_PERIOD_MIN 1000u
#define CONFIG_PERIOD_MAX 1000000u
#define CONFIG_MEMORY_MIN (4ull << 20)
#define CONFIG_MEMORY_MAX (64ull << 30)

/* What a device that reaches memory by itself may do. */
#define CONFIG_DANGER                                                                              \
	"can read and write all memory, that of Carrel and of every guest, and there is no VT-d "  \
	"support yet that keeps it from it"

struct config_file {
	char *path; /* as opened; NULL: not given */
	struct file_facts facts;
	char *args; /* module: the text behind the path */
	unsigned line;
};

struct config_disk {
	char name[PLAN_NAME];
	unsigned line;                 /* of its block */
	unsigned seen[DISK_KEY_COUNT]; /* line of each key, 0: not given */
	bool meant[DISK_KEY_COUNT];    /* given, if not well */
	struct config_file file;
	bool readonly, overlay, unsafe_dma;
	unsigned device, debug_crash;
	char *serial, *partition; /* NULL: not given */
};

/* A guest's `disk = NAME`. */
struct config_vm_disk {
	char *name;
	unsigned line;
	const struct config_disk *disk; /* NULL: there is none of that name */
};

struct config_net {
	char name[PLAN_NAME];
	unsigned line;                /* of its block */
	unsigned seen[NET_KEY_COUNT]; /* line of each key, 0: not given */
	bool meant[NET_KEY_COUNT];    /* given, if not well */
	uint64_t bytes;               /* in a second, 0: no limit */
	uint32_t packets;             /* the same */
	uint32_t crash;               /* frames, 0: never */
	bool isolate, unsafe_dma;
	bool has_uplink;
	unsigned uplink; /* which of the machine's cards */
};

/* A guest's `net = NAME`: a port. */
struct config_vm_net {
	char *name;
	unsigned line;
	const struct config_net *net; /* NULL: there is none of that name */
	uint8_t mac[6];
};

struct config_vm {
	char name[PLAN_NAME];
	unsigned line;               /* of its block */
	unsigned seen[VM_KEY_COUNT]; /* line of each key, 0: not given */
	bool meant[VM_KEY_COUNT];    /* given, if not well; that was reported */
	struct config_file kernel, initrd;
	uint64_t kernel_needs; /* bytes, 0: unknown */
	struct config_file module[CONFIG_MODULES];
	unsigned modules;
	struct config_vm_disk disk[PLAN_DISKS];
	unsigned disks;
	struct config_vm_net net[PLAN_NETS];
	unsigned nets;
	char *cmdline;
	uint64_t memory; /* bytes */
	unsigned vcpus;
	uint64_t cpus; /* as in abi/plan.h */
	unsigned priority;
	/* us; 0: none, or not well given. Percent until the block is complete. */
	uint32_t budget, period, budget_percent;
	bool debug_exit, restart;
};

struct config {
	const char *path;
	struct config_vm vm[CONFIG_VMS];
	unsigned vms;
	struct config_disk disk[CONFIG_DISKS];
	unsigned disks;
	struct config_net net[CONFIG_NETS];
	unsigned nets;
	bool linger; /* for a machine with people: time to read before it switches off */
};

/* Reads `path` and checks each line and each guest; errors go to `diag`, whose
 * path becomes `path`. Returns STATUS_OK without errors, STATUS_BAD_ARG with
 * some; config_free() is called in either case. */
enum status config_read(struct config *config, const char *path, struct diag *diag) MUST_CHECK;

/* Checks a guest when its block is complete, and works out what several keys make
 * together (check.c). */
void config_check_vm(struct config_vm *vm, struct diag *diag);

void config_free(struct config *config);

#endif
