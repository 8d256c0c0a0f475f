/* SPDX-License-Identifier: MIT */
/* CRC-32 as in IEEE 802.3 and zlib. Pure; no state. */
#ifndef INIT_CRC_H
#define INIT_CRC_H

#include <stddef.h>
#include <stdint.h>

/* The checksum of `size` bytes at `data`; 0 for no bytes. */
uint32_t crc32_of(const void *data, size_t size);

#endif
