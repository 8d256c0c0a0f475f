/* SPDX-License-Identifier: MIT */
/*
 * What a configuration file may say: the blocks and the keys of each, with
 * what is expected, the default and what it is for. The one place that knows;
 * a test holds docs/config.md against it.
 */
#ifndef CARREL_KEYS_H
#define CARREL_KEYS_H

#include <stdbool.h>
#include <stddef.h>

enum vm_key {
	VM_KERNEL = 0,
	VM_INITRD,
	VM_CMDLINE,
	VM_MEMORY,
	VM_VCPUS,
	VM_CPUS,
	VM_PRIORITY,
	VM_BUDGET,
	VM_PERIOD,
	VM_MODULE,
	VM_DISK,
	VM_NET,
	VM_DEBUG_EXIT,
	VM_ON_CRASH,
	VM_KEY_COUNT
};

enum disk_key {
	DISK_FILE = 0,
	DISK_DEVICE,
	DISK_SERIAL,
	DISK_PARTITION,
	DISK_READONLY,
	DISK_OVERLAY,
	DISK_UNSAFE_DMA,
	DISK_DEBUG_CRASH,
	DISK_KEY_COUNT
};

enum net_key {
	NET_UPLINK = 0,
	NET_RATE_LIMIT,
	NET_ISOLATE,
	NET_UNSAFE_DMA,
	NET_DEBUG_CRASH,
	NET_KEY_COUNT
};

struct key {
	const char *name;
	const char *expected; /* "expected ..." in messages */
	const char *preset;   /* the value when it is not given; NULL: must be given */
	const char *meaning;
	bool repeatable;
};

extern const struct key key_vm[VM_KEY_COUNT];
extern const struct key key_disk[DISK_KEY_COUNT];
extern const struct key key_net[NET_KEY_COUNT];

struct block {
	const char *name;
	const char *missing; /* NULL, or what is not supported yet */
};

#define BLOCK_COUNT 5u
extern const struct block key_blocks[BLOCK_COUNT];

/* The index of key `name` of a [vm] block, or VM_KEY_COUNT. */
enum vm_key key_find(const char *name);

/* The key that the unknown word `name` was probably meant to be: what other
 * monitors call it, or a near miss. NULL if there is none. */
const char *key_suggest(const char *name);

/* The block named `name`, or NULL; and the near miss, or NULL. */
const struct block *key_find_block(const char *name);
const char *key_suggest_block(const char *name);

/* All keys of a [vm] block as "`kernel`, `initrd`, ..."; to be freed. */
char *key_list(void);

#endif
