/* SPDX-License-Identifier: MIT */
/*
 * What the fuzz guest leaves out unless told `all`: the debug exit, the reset
 * ports, power management, and interrupt messages that reset or stop a CPU.
 */
#include "acpi.h"
#include "apic.h"
#include "cpu.h"
#include "fuzz.h"
#include "string.h"
#include "test.h"

#define FADT_SMI_COMMAND 48
#define FADT_PM1A_EVENT 56
#define FADT_PM1A_CONTROL 64
#define FADT_RESET_PORT 120
#define MODE_BITS 0x700u
#define MODE_NMI 0x400u
#define MODE_LOWEST 0x100u

struct range {
	uint16_t from, to;
};

static struct range avoid[16] = {
	{0x60, 0x60},     /* keyboard data: output port after command 0xd1 */
	{0x64, 0x64},     /* keyboard command: reset pulse */
	{0x92, 0x92},     /* fast reset */
	{0xf4, 0xf7},     /* debug exit */
	{0xcf9, 0xcf9},   /* reset control */
	{0x8900, 0x8900}, /* Bochs: end of the run */
	{0x510, 0x51b},   /* QEMU: firmware configuration, with DMA */
};
static unsigned avoids = 7;

static void avoid_add(uint32_t from, unsigned bytes)
{
	if (from && avoids < ARRAY_SIZE(avoid))
		avoid[avoids++] = (struct range){from, from + bytes - 1};
}

void fuzz_avoid_init(void)
{
	const uint8_t *fadt = (const uint8_t *)acpi_find("FACP");
	static const struct {
		unsigned offset, bytes;
	} rows[] = {{FADT_SMI_COMMAND, 1}, {FADT_PM1A_EVENT, 4}, {FADT_PM1A_CONTROL, 4}};

	for (unsigned i = 0; fadt && i < ARRAY_SIZE(rows); i++) {
		uint32_t port;

		memcpy(&port, fadt + rows[i].offset, 4);
		avoid_add(port, rows[i].bytes);
	}
	if (fadt && ((const struct acpi_header *)fadt)->length > FADT_RESET_PORT + 4)
		avoid_add(fadt[FADT_RESET_PORT] | fadt[FADT_RESET_PORT + 1] << 8, 1);
}

bool fuzz_port_ends(uint16_t port, unsigned size)
{
	if (fuzz_all || (port == 0xcf8 && size == 4))
		return false;
	for (unsigned i = 0; i < avoids; i++)
		if (port + size > avoid[i].from && port <= avoid[i].to)
			return true;
	return false;
}

/* Of the delivery modes a local APIC keeps fixed, lowest priority and NMI. */
static uint32_t mode_tame(uint32_t v)
{
	uint32_t mode = v & MODE_BITS;

	return mode == MODE_NMI || mode == MODE_LOWEST ? v : v & ~MODE_BITS;
}

uint64_t fuzz_mmio_tame(uint64_t address, uint64_t value)
{
	uint64_t page = address & ~0xfffull;

	if (fuzz_all || (page != APIC_PAGE && page != IOAPIC_PAGE))
		return value;
	if (address % 4 == 1)
		return value & ~7ull;
	if (address % 4)
		return value & ~(uint64_t)0x07070707;
	if (page == IOAPIC_PAGE)
		return value & ~(uint64_t)MODE_BITS;
	return (value & 0xffffffff00000000) | mode_tame(value);
}

uint64_t fuzz_msr_tame(uint32_t msr, uint64_t value)
{
	if (fuzz_all || msr < MSR_X2APIC || msr > MSR_X2APIC + 0xff)
		return value;
	return (value & 0xffffffff00000000) | mode_tame(value);
}
