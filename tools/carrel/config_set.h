/* SPDX-License-Identifier: MIT */
/* Taking in the value of each key; a part of reading a configuration. */
#ifndef CARREL_CONFIG_SET_H
#define CARREL_CONFIG_SET_H

#include "config.h"

/* Where the reader stands. */
struct config_parse {
	struct config *config;
	struct diag *diag;
	struct config_vm *vm;          /* the block's guest; NULL: skip its keys */
	struct config_disk *disk;      /* the block's disk; NULL: it is none of a disk */
	struct config_net *net;        /* the block's net; NULL: it is none of a net */
	bool in_block;                 /* a block has begun, even one that is skipped */
	struct config_vm spare;        /* stands for a guest that is in error itself */
	struct config_disk spare_disk; /* the same */
	struct config_net spare_net;   /* the same */
};

/* One function per key: takes `value` from `line` into the block's guest, or
 * reports to `diag` what was expected. */
extern void (*const config_set[VM_KEY_COUNT])(
	struct config_parse *parse, unsigned line, const char *value);

#endif
