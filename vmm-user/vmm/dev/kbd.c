/* SPDX-License-Identifier: MIT */
/* An 8042 with nothing plugged in; see kbd.h. No locks: one vCPU thread uses it. */
#include "vmm/dev/kbd.h"
#include "vmm/dev/ones.h"

enum { KBD_DATA = 0, KBD_COMMAND = 4 };

#define STATUS_FULL 0x01u
#define STATUS_SYSTEM 0x04u   /* self-test passed */
#define STATUS_COMMAND 0x08u  /* the last write went to the command port */
#define STATUS_UNLOCKED 0x10u /* no key lock */
#define STATUS_AUX 0x20u      /* the byte is from the mouse channel */
#define STATUS_TIMEOUT 0x40u

#define BYTE_IRQ1 0x01u
#define BYTE_SYSTEM 0x04u
#define BYTE_KBD_OFF 0x10u
#define BYTE_AUX_OFF 0x20u
#define BYTE_TRANSLATE 0x40u

#define OUT_NOT_RESET 0x01u
#define OUT_A20 0x02u
#define OUT_FULL 0x10u
#define OUT_AUX_FULL 0x20u
#define OUT_LINES 0xc0u /* keyboard clock and data, idle */

#define INPUT_PORT 0x80u /* keyboard not inhibited */
#define SELF_TEST_PASSED 0x55u
#define LINE_TEST_PASSED 0x00u
#define NO_ANSWER 0xfeu

#define PORT_A_RESET 0x01u
#define PORT_A_A20 0x02u

enum kbd_command {
	COMMAND_READ_BYTE = 0x20,
	COMMAND_WRITE_BYTE = 0x60,
	COMMAND_AUX_OFF = 0xa7,
	COMMAND_AUX_ON = 0xa8,
	COMMAND_AUX_TEST = 0xa9,
	COMMAND_SELF_TEST = 0xaa,
	COMMAND_KBD_TEST = 0xab,
	COMMAND_KBD_OFF = 0xad,
	COMMAND_KBD_ON = 0xae,
	COMMAND_READ_INPUT = 0xc0,
	COMMAND_READ_OUTPUT = 0xd0,
	COMMAND_WRITE_OUTPUT = 0xd1,
	COMMAND_LOOP_KBD = 0xd2,
	COMMAND_LOOP_AUX = 0xd3,
	COMMAND_TO_AUX = 0xd4,
	COMMAND_A20_OFF = 0xdd,
	COMMAND_A20_ON = 0xdf,
	COMMAND_PULSE = 0xf0 /* to 0xff */
};

void kbd_init(struct kbd *k)
{
	*k = (struct kbd){
		.command_byte = BYTE_SYSTEM | BYTE_TRANSLATE,
		.status = STATUS_SYSTEM | STATUS_UNLOCKED,
		.a20 = true,
	};
}

/* `flags`: STATUS_AUX, STATUS_TIMEOUT. */
static void answer(struct kbd *k, uint8_t byte, uint8_t flags)
{
	k->output = byte;
	k->output_full = true;
	k->status = (uint8_t)((k->status & ~(STATUS_AUX | STATUS_TIMEOUT)) | flags);
}

static uint8_t output_port(const struct kbd *k)
{
	uint8_t full = k->status & STATUS_AUX ? OUT_AUX_FULL : OUT_FULL;
	return OUT_LINES | OUT_NOT_RESET | (k->a20 ? OUT_A20 : 0) | (k->output_full ? full : 0);
}

static void output_port_write(struct kbd *k, uint8_t value)
{
	k->a20 = value & OUT_A20;
	if (!(value & OUT_NOT_RESET))
		k->event = MACHINE_RESET;
}

/* Commands that act on the command byte or the gate alone. */
static void gate_command(struct kbd *k, uint8_t command)
{
	switch (command) {
	case COMMAND_AUX_OFF:
		k->command_byte |= BYTE_AUX_OFF;
		break;
	case COMMAND_AUX_ON:
		k->command_byte &= (uint8_t)~BYTE_AUX_OFF;
		break;
	case COMMAND_KBD_OFF:
		k->command_byte |= BYTE_KBD_OFF;
		break;
	case COMMAND_KBD_ON:
		k->command_byte &= (uint8_t)~BYTE_KBD_OFF;
		break;
	case COMMAND_A20_OFF:
	case COMMAND_A20_ON:
		k->a20 = command == COMMAND_A20_ON;
		break;
	default:
		break;
	}
}

static void command_write(struct kbd *k, uint8_t command)
{
	k->status |= STATUS_COMMAND;
	k->expects = 0;
	if (command >= COMMAND_PULSE && !(command & OUT_NOT_RESET))
		k->event = MACHINE_RESET;
	switch (command) {
	case COMMAND_READ_BYTE:
		answer(k, k->command_byte, 0);
		break;
	case COMMAND_SELF_TEST:
		k->status |= STATUS_SYSTEM;
		answer(k, SELF_TEST_PASSED, 0);
		break;
	case COMMAND_AUX_TEST:
	case COMMAND_KBD_TEST:
		answer(k, LINE_TEST_PASSED, 0);
		break;
	case COMMAND_READ_INPUT:
		answer(k, INPUT_PORT, 0);
		break;
	case COMMAND_READ_OUTPUT:
		answer(k, output_port(k), 0);
		break;
	case COMMAND_WRITE_BYTE:
	case COMMAND_WRITE_OUTPUT:
	case COMMAND_LOOP_KBD:
	case COMMAND_LOOP_AUX:
	case COMMAND_TO_AUX:
		k->expects = command;
		break;
	default:
		gate_command(k, command);
		break;
	}
}

/* Bit 2 of the command byte is the system bit of the status. */
static void command_byte_write(struct kbd *k, uint8_t value)
{
	k->command_byte = value;
	k->status = (uint8_t)((k->status & ~STATUS_SYSTEM) | (value & BYTE_SYSTEM));
}

static void data_write(struct kbd *k, uint8_t value)
{
	uint8_t command = k->expects;

	k->status &= (uint8_t)~STATUS_COMMAND;
	k->expects = 0;
	switch (command) {
	case COMMAND_WRITE_BYTE:
		command_byte_write(k, value);
		break;
	case COMMAND_WRITE_OUTPUT:
		output_port_write(k, value);
		break;
	case COMMAND_LOOP_KBD:
		answer(k, value, 0);
		break;
	case COMMAND_LOOP_AUX:
		answer(k, value, STATUS_AUX);
		break;
	case COMMAND_TO_AUX:
		answer(k, NO_ANSWER, STATUS_AUX | STATUS_TIMEOUT);
		break;
	default: /* to the keyboard, which is not there; sending enables its line */
		k->command_byte &= (uint8_t)~BYTE_KBD_OFF;
		answer(k, NO_ANSWER, STATUS_TIMEOUT);
		break;
	}
}

static uint8_t data_read(struct kbd *k)
{
	k->output_full = false;
	k->status &= (uint8_t) ~(STATUS_AUX | STATUS_TIMEOUT);
	return k->output;
}

uint64_t kbd_read(struct kbd *k, uint64_t offset, unsigned bytes)
{
	switch (offset) {
	case KBD_DATA:
		return ones_above(data_read(k), bytes);
	case KBD_COMMAND:
		return ones_above(k->status | (k->output_full ? STATUS_FULL : 0), bytes);
	default:
		return ones_above(0xff, bytes);
	}
}

void kbd_write(struct kbd *k, uint64_t offset, unsigned bytes, uint64_t value)
{
	(void)bytes;
	if (offset == KBD_DATA)
		data_write(k, (uint8_t)value);
	else if (offset == KBD_COMMAND)
		command_write(k, (uint8_t)value);
}

uint64_t kbd_port_a_read(struct kbd *k, uint64_t offset, unsigned bytes)
{
	return ones_above(offset ? 0xff : k->a20 ? PORT_A_A20 : 0, bytes);
}

void kbd_port_a_write(struct kbd *k, uint64_t offset, unsigned bytes, uint64_t value)
{
	(void)bytes;
	if (offset)
		return;
	k->a20 = value & PORT_A_A20;
	if (value & PORT_A_RESET)
		k->event = MACHINE_RESET;
}

bool kbd_irq(const struct kbd *k)
{
	return k->output_full && !(k->status & STATUS_AUX) && (k->command_byte & BYTE_IRQ1);
}

enum machine_event kbd_event(const struct kbd *k)
{
	return k->event;
}

_Static_assert(BYTE_SYSTEM == STATUS_SYSTEM, "the system bit has one place in both");
