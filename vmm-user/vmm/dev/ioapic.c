/* SPDX-License-Identifier: MIT */
/* I/O APIC: see ioapic.h. */
#include "vmm/dev/ioapic.h"

#include "lib/compiler.h"
#include "lib/string.h"
#include "vmm/dev/ones.h"

/* 3.1: offsets in memory */
#define IOAPIC_SELECT 0x00u
#define IOAPIC_WINDOW 0x10u
#define IOAPIC_EOI 0x40u

/* 3.2: registers behind the window */
#define IOAPIC_REG_ID 0x00u
#define IOAPIC_REG_VERSION 0x01u
#define IOAPIC_REG_ARBITRATION 0x02u
#define IOAPIC_REG_ENTRY 0x10u
#define IOAPIC_REG_END (IOAPIC_REG_ENTRY + 2 * IOAPIC_PINS)

#define IOAPIC_VERSION (0x20u | (IOAPIC_PINS - 1) << 16)
#define IOAPIC_ID_MASK 0x0f000000u

/* 3.2.4 "I/O Redirection Table Registers" */
#define ENTRY_VECTOR(entry) ((uint8_t)(entry))
#define ENTRY_DELIVERY(entry) ((enum apic_delivery)((entry) >> 8 & 7))
#define ENTRY_LOGICAL BIT(11)
#define ENTRY_REMOTE_IRR BIT(14)
#define ENTRY_LEVEL BIT(15)
#define ENTRY_MASKED BIT(16)
#define ENTRY_DESTINATION(entry) ((uint32_t)((entry) >> 56))
#define ENTRY_LOW_MASK 0x0001afffull
#define ENTRY_HIGH_MASK 0xff000000ull

void ioapic_init(
	struct ioapic *io, bool (*send)(void *ctx, const struct apic_message *message), void *ctx)
{
	memset(io, 0, sizeof *io);
	io->send = send;
	io->ctx = ctx;
	for (unsigned i = 0; i < IOAPIC_PINS; i++)
		io->entry[i] = ENTRY_MASKED;
}

static bool ioapic_is_level(uint64_t entry)
{
	return (entry & ENTRY_LEVEL) &&
	       (ENTRY_DELIVERY(entry) == APIC_FIXED || ENTRY_DELIVERY(entry) == APIC_LOWEST);
}

static bool ioapic_send(struct ioapic *io, uint64_t entry)
{
	uint32_t destination = ENTRY_DESTINATION(entry);
	struct apic_message message = {
		.destination = destination == 0xff ? APIC_BROADCAST : destination,
		.logical = entry & ENTRY_LOGICAL,
		.level = ioapic_is_level(entry),
		.vector = ENTRY_VECTOR(entry),
		.delivery = ENTRY_DELIVERY(entry),
		.shorthand = APIC_TO_DESTINATION,
		.source = APIC_NO_SOURCE,
	};

	return io->send(io->ctx, &message);
}

/* Sends a level that is due. Remote IRR is set before the message leaves, because
 * an EOI may come back from within. */
static void ioapic_update(struct ioapic *io, unsigned pin)
{
	uint64_t entry = io->entry[pin];

	if (!ioapic_is_level(entry) || (entry & (ENTRY_MASKED | ENTRY_REMOTE_IRR)))
		return;
	if (!(io->pins >> pin & 1))
		return;
	io->entry[pin] |= ENTRY_REMOTE_IRR;
	if (!ioapic_send(io, entry))
		io->entry[pin] &= ~ENTRY_REMOTE_IRR;
}

void ioapic_set_pin(struct ioapic *io, unsigned pin, bool level)
{
	bool rises;

	if (pin >= IOAPIC_PINS)
		return;
	rises = level && !(io->pins >> pin & 1);
	io->pins = level ? io->pins | 1u << pin : io->pins & ~(1u << pin);
	if (ioapic_is_level(io->entry[pin]))
		ioapic_update(io, pin);
	else if (rises && !(io->entry[pin] & ENTRY_MASKED))
		(void)ioapic_send(io, io->entry[pin]);
}

void ioapic_eoi(struct ioapic *io, uint8_t vector)
{
	for (unsigned i = 0; i < IOAPIC_PINS; i++) {
		uint64_t entry = io->entry[i];

		if (!(entry & ENTRY_REMOTE_IRR) || ENTRY_VECTOR(entry) != vector)
			continue;
		io->entry[i] &= ~ENTRY_REMOTE_IRR;
		ioapic_update(io, i);
	}
}

/* Making an entry an edge forgets remote IRR, which is how a driver clears it on
 * parts without the EOI register. */
static void ioapic_write_entry(struct ioapic *io, unsigned index, uint32_t value)
{
	unsigned pin = index / 2;
	uint64_t entry = io->entry[pin];

	if (index & 1)
		entry = (uint32_t)entry | (value & ENTRY_HIGH_MASK) << 32;
	else
		entry = (entry & ~ENTRY_LOW_MASK) | (value & ENTRY_LOW_MASK);
	if (!ioapic_is_level(entry))
		entry &= ~ENTRY_REMOTE_IRR;
	io->entry[pin] = entry;
	ioapic_update(io, pin);
}

static uint32_t ioapic_read_register(const struct ioapic *io)
{
	uint32_t reg = io->select;

	if (reg == IOAPIC_REG_ID || reg == IOAPIC_REG_ARBITRATION)
		return io->id;
	if (reg == IOAPIC_REG_VERSION)
		return IOAPIC_VERSION;
	if (reg < IOAPIC_REG_ENTRY || reg >= IOAPIC_REG_END)
		return 0;
	reg -= IOAPIC_REG_ENTRY;
	return (uint32_t)(io->entry[reg / 2] >> (reg & 1) * 32);
}

static void ioapic_write_register(struct ioapic *io, uint32_t value)
{
	if (io->select == IOAPIC_REG_ID)
		io->id = value & IOAPIC_ID_MASK;
	else if (io->select >= IOAPIC_REG_ENTRY && io->select < IOAPIC_REG_END)
		ioapic_write_entry(io, io->select - IOAPIC_REG_ENTRY, value);
}

uint64_t ioapic_read(struct ioapic *io, uint64_t offset, unsigned bytes)
{
	uint64_t ones = ones_read(bytes), value = 0;

	if ((offset & ~3ull) == IOAPIC_SELECT)
		value = io->select;
	else if ((offset & ~3ull) == IOAPIC_WINDOW)
		value = ioapic_read_register(io);
	return value >> 8 * (offset & 3) & ones;
}

void ioapic_write(struct ioapic *io, uint64_t offset, unsigned bytes, uint64_t value)
{
	if (offset == IOAPIC_SELECT)
		io->select = (uint8_t)value;
	else if (offset == IOAPIC_WINDOW && bytes >= 4)
		ioapic_write_register(io, (uint32_t)value);
	else if (offset == IOAPIC_EOI)
		ioapic_eoi(io, (uint8_t)value);
}

_Static_assert(IOAPIC_PINS <= 32, "levels fit one word");
