/* SPDX-License-Identifier: MIT */
/* What a partition can be called: numbers and UUIDs, from text. Pure; no state. */
#ifndef DISK_PARTITION_NAME_H
#define DISK_PARTITION_NAME_H

#include <stdbool.h>
#include <stdint.h>

/* A decimal number of up to four digits, and nothing else. */
bool name_number(const char *name, uint64_t *number);

/* "1a2b3c4d-05": the identity of an MBR and a number of two hexadecimal digits. */
bool name_mbr_id(const char *name, uint32_t *id, uint32_t *part);

/* A UUID of 32 digits in five groups, as its bytes lie in a GPT. */
bool name_uuid(const char *name, uint8_t uuid[16]);

#endif
