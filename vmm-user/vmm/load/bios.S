/* SPDX-License-Identifier: MIT */
/*
 * The BIOS of a guest whose kernel starts in real mode (linux_real.c): the image
 * that bios.c puts at F000:F000. It runs in the guest and knows the machine by its
 * ports only, as any PC's does. The screen and the keyboard are the first serial port.
 *
 * Model: what a PC AT's boot code leaves (vectors, BIOS data area, the 8259 pair, an
 *   IRQ0 of 18.2 Hz) and the calls that boot loaders live on:
 *     10h  text: 00 01 02 03 06 08 09 0A 0E 0F, on 80 by 25 characters
 *     11h 12h  equipment, base memory          13h  no drives
 *     15h  88 E801 E820: memory; 87: block move; 24: A20
 *     16h  00 01 02 10 11 12: keys
 *     18h  nothing left to boot: power off      19h  reset the machine
 *     1Ah  00 01: ticks since midnight          1Ch  each tick
 * State: the BIOS data area (segment 40h); the image itself is only read.
 * Missing: all other calls; they return with carry set where that means "no", and
 *   otherwise as they came. Colours, scrolling of windows, reading the screen back,
 *   keys that send more than one byte, the state of shift keys.
 * Source: IBM PC AT Technical Reference (1985), "System BIOS Usage"; Ralf Brown's
 *   Interrupt List, release 61, per call; ACPI Specification 5.0a, section 15.1 "INT
 *   15H, E820H - Query System Address Map"; ECMA-48, section 8.3, for the terminal.
 */
#include "vmm/load/bios_layout.h"

/* An address in the image, as code in segment F000 sees it. */
#define AT(label) (label - bios_image + BIOS_MEMORY)

/* BIOS data area, offsets in segment 40h. */
#define BDA 0x40
#define BDA_EQUIPMENT 0x10
#define BDA_BASE_MEMORY 0x13
#define BDA_KEY_HEAD 0x1a
#define BDA_KEY_TAIL 0x1c
#define BDA_KEYS 0x1e
#define BDA_KEYS_END 0x3e
#define BDA_MODE 0x49
#define BDA_COLUMNS 0x4a
#define BDA_PAGE_SIZE 0x4c
#define BDA_CURSOR 0x50   /* column, row */
#define BDA_TERMINAL 0x52 /* the same of the terminal; page 1's, and there is but page 0 */
#define BDA_SHOWN 0x54    /* what call 09 has just written at the cursor, or 0 */
#define BDA_SHAPE 0x60
#define BDA_TICKS 0x6c
#define BDA_MIDNIGHT 0x70
#define BDA_KEYS_START 0x80
#define BDA_KEYS_STOP 0x82
#define BDA_LAST_ROW 0x84

#define COLUMNS 80
#define LAST_ROW 24
#define EQUIPMENT 0x0220 /* one serial port, 80 columns in colour, no drives */
#define CARRY 0x01
#define ZERO 0x40

	.section .rodata.bios, "a", @progbits
	.code16
	.globl bios_image, bios_image_end
	.balign	16
bios_image:
	.org	BIOS_ENTRY - BIOS_MEMORY
#include "vmm/load/bios/post.S"
#include "vmm/load/bios/system.S"
#include "vmm/load/bios/move.S"
#include "vmm/load/bios/keyboard.S"
#include "vmm/load/bios/video.S"
	.org	0xff0
	ljmp	$BIOS_SEGMENT, $AT(reset)
	.ascii	"01/01/26"       /* the date that a BIOS has here */
	.byte	0, 0xfc, 0       /* model: AT */
bios_image_end:
	.section .note.GNU-stack, "", @progbits
