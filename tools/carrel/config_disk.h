/* SPDX-License-Identifier: MIT */
/* The [disk NAME] blocks of a configuration, and the disks that guests name. */
#ifndef CARREL_CONFIG_DISK_H
#define CARREL_CONFIG_DISK_H

#include "config_set.h"
#include "ini.h"

/* Begins the block [disk name] on `line`: parse->disk is its disk. */
void config_disk_begin(struct config_parse *parse, unsigned line, const char *name);

/* Takes in `key = value` of the block. */
void config_disk_pair(struct config_parse *parse, const struct ini_item *item);

/* The block is complete. */
void config_disk_end(struct config_parse *parse);

/* Takes in `disk = value` of a guest. */
void config_disk_take(struct config_parse *parse, unsigned line, const char *value);

/* The file is complete: finds the disk that each guest names. */
void config_disk_resolve(struct config *config, struct diag *diag);

void config_disk_free(struct config_disk *disk);

#endif
