/* SPDX-License-Identifier: MIT */
/*
 * Ports that exist only to be written: POST codes (0x80), the delay ports (0x80
 * and 0xED) and the SMI command port (0xB2) of a machine always in ACPI mode.
 *
 * Model: the last byte written reads back. One struct per port.
 * State: struct postcode.
 * Missing: everything else.
 * Ignored bits: 63..8.
 * Source: IBM PC AT Technical Reference, "I/O Address Map"; Linux's io_delay.
 */
#ifndef VMM_DEV_POSTCODE_H
#define VMM_DEV_POSTCODE_H

#include <stdint.h>

#define POSTCODE_PORT 0x80u
#define POSTCODE_DELAY_PORT 0xedu
#define POSTCODE_SMI_PORT 0xb2u

struct postcode {
	uint8_t last;
};

void postcode_init(struct postcode *);

/* Guest access at `offset` 0, 1, 2, 4 or 8 bytes; other offsets read all ones. */
uint64_t postcode_read(struct postcode *, uint64_t offset, unsigned bytes);
void postcode_write(struct postcode *, uint64_t offset, unsigned bytes, uint64_t value);

#endif
