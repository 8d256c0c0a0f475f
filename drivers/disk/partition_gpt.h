/* SPDX-License-Identifier: MIT */
/* GPT: see partition.h, to which this belongs. Pure; no state. */
#ifndef DISK_PARTITION_GPT_H
#define DISK_PARTITION_GPT_H

#include "partition.h"

/* As partition_find(), on a disk whose MBR says that it has a GPT. The second table, at
 * the end of the disk, serves if the first one is damaged. */
enum partition_result partition_gpt(
	const struct partition_disk *disk, const char *name, struct partition *out);

#endif
