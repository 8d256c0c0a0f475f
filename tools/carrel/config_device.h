/* SPDX-License-Identifier: MIT */
/* Disks of the machine in a configuration: what must be said of them, and who may share. */
#ifndef CARREL_CONFIG_DEVICE_H
#define CARREL_CONFIG_DEVICE_H

#include "config_set.h"

/* The disk driver has a channel for each. */
#define CONFIG_DEVICES START_CHANNELS

/* Whether it is one of the machine's, not a file. */
bool config_device_is(const struct config_disk *disk);

/* The block is complete: how its keys go together. */
void config_device_end(struct config_parse *parse);

/* The file is complete: no disk that one guest writes is another's as well, as far as
 * the file tells; the driver sees the rest. */
void config_device_check(const struct config *config, struct diag *diag);

/* Puts into `warnings` what has been allowed. */
void config_device_warn(const struct config *config, struct diag *warnings);

#endif
