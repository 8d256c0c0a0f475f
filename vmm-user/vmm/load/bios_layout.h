/* SPDX-License-Identifier: MIT */
/*
 * What the guest's BIOS (bios.S) and the monitor (bios.c) both know: numbers only,
 * for the assembler reads this too.
 *
 *   F000:F000  BIOS_MEMORY    struct bios_memory, written by the monitor
 *   F000:F080  BIOS_ENTRY     where the guest's processor starts
 *   F000:FFF0                 where a processor starts after a reset: resets the machine
 */
#ifndef VMM_LOAD_BIOS_LAYOUT_H
#define VMM_LOAD_BIOS_LAYOUT_H

#define BIOS_SEGMENT 0xf000
#define BIOS_MEMORY 0xf000
#define BIOS_ENTRY 0xf080
#define BIOS_SIZE 0x1000

/* Offsets in struct bios_memory. */
#define BIOS_MEMORY_EXTENDED 0
#define BIOS_MEMORY_BELOW_16M 2
#define BIOS_MEMORY_ABOVE_16M 4
#define BIOS_MEMORY_RANGES 6
#define BIOS_MEMORY_RANGE 8
#define BIOS_RANGE_SIZE 20

/* Devices of the guest machine, as their own headers have them. */
#define BIOS_COM1 0x3f8
#define BIOS_RESET_PORT 0xcf9
#define BIOS_RESET_VALUE 6
#define BIOS_POWER_PORT 0x604
#define BIOS_POWER_VALUE 0x3400 /* SLP_EN, SLP_TYP 5 */

#endif
