/* SPDX-License-Identifier: MIT */
/*
 * An 8042 keyboard controller with nothing plugged in, and port 0x92.
 *
 *   offset from KBD_PORT:  0  data (port 0x60)   4  status, command (port 0x64)
 *
 * Model: self-test, command byte, input and output port, the output buffer with
 *   its status bit and IRQ 1, the loop-back of both channels; reset by the output
 *   port, by a pulse (commands 0xF0 to 0xFF with bit 0 clear) and by port 0x92;
 *   the A20 gate is remembered. A byte sent to an absent device answers 0xFE with
 *   the time-out bit.
 * State: struct kbd.
 * Missing: keyboard and mouse, IRQ 12, scan code translation, password, RAM of
 *   the controller beyond byte 0. A20 does not change how addresses are decoded.
 * Ignored bits: of the output port all but reset and A20; port 0x92 bits 7..2.
 * Source: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and
 *   Auxiliary Device Controller" and "System Control Port A".
 */
#ifndef VMM_DEV_KBD_H
#define VMM_DEV_KBD_H

#include "vmm/dev/event.h"

#include <stdbool.h>
#include <stdint.h>

#define KBD_PORT 0x60u   /* data; the command port is KBD_PORT + 4 */
#define KBD_PORT_A 0x92u /* system control port A */
#define KBD_IRQ 1u

struct kbd {
	uint8_t command_byte;
	uint8_t status; /* all but "output full" */
	uint8_t output; /* the byte to be read at port 0x60 */
	bool output_full;
	uint8_t expects; /* command whose data byte comes next at port 0x60, or 0 */
	bool a20;        /* one gate for both ports: the last write counts */
	enum machine_event event;
};

void kbd_init(struct kbd *);

/* Guest access; `offset` from KBD_PORT (0 or 4; others read all ones). Only the
 * low byte of a wide access counts. */
uint64_t kbd_read(struct kbd *, uint64_t offset, unsigned bytes);
void kbd_write(struct kbd *, uint64_t offset, unsigned bytes, uint64_t value);

/* The same for port 0x92; `offset` from KBD_PORT_A. */
uint64_t kbd_port_a_read(struct kbd *, uint64_t offset, unsigned bytes);
void kbd_port_a_write(struct kbd *, uint64_t offset, unsigned bytes, uint64_t value);

/* Level of KBD_IRQ. */
bool kbd_irq(const struct kbd *);

/* MACHINE_RESET once the guest asked for it. */
enum machine_event kbd_event(const struct kbd *);

#endif
