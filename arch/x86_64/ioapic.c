/* SPDX-License-Identifier: MIT */
#include "ioapic.h"

#include "abi/syscall.h"
#include "io.h"
#include "lock.h"
#include "vectors.h"

#define IOREGSEL 0u
#define IOWIN (0x10u / 4)
#define IOAPIC_VERSION 1u
#define IOAPIC_REDIRECTION 0x10u
#define RTE_ACTIVE_LOW BIT(13)
#define RTE_LEVEL BIT(15)
#define RTE_MASKED BIT(16)

/* 8259A datasheet, "Programming the 8259A". */
#define PIC1_COMMAND 0x20u
#define PIC1_DATA 0x21u
#define PIC2_COMMAND 0xa0u
#define PIC2_DATA 0xa1u

/* A register is reached by two accesses that belong together. */
static struct lock lock = {.rank = LOCK_IOAPIC};
static const struct acpi_info *acpi;
static struct {
	volatile uint32_t *registers;
	uint32_t base, pins;
} ioapics[ACPI_IOAPICS];

static uint32_t ioapic_read(unsigned i, uint32_t reg)
{
	ioapics[i].registers[IOREGSEL] = reg;
	return ioapics[i].registers[IOWIN];
}

static void ioapic_write(unsigned i, uint32_t reg, uint32_t value)
{
	ioapics[i].registers[IOREGSEL] = reg;
	ioapics[i].registers[IOWIN] = value;
}

/* The one with pin `gsi`, or acpi->ioapics. */
static unsigned ioapic_of(uint32_t gsi)
{
	unsigned i = 0;

	while (i < acpi->ioapics &&
		(gsi < ioapics[i].base || gsi - ioapics[i].base >= ioapics[i].pins))
		i++;
	return i;
}

static uint32_t ioapic_entry(unsigned i, uint32_t gsi)
{
	return IOAPIC_REDIRECTION + 2 * (gsi - ioapics[i].base);
}

/* Vectors out of the exceptions' way, for spurious interrupts, then all masked. */
static void pic_silence(void)
{
	outb(PIC1_COMMAND, 0x11);
	outb(PIC2_COMMAND, 0x11);
	outb(PIC1_DATA, VECTOR_PIC);
	outb(PIC2_DATA, VECTOR_PIC + 8);
	outb(PIC1_DATA, 4);
	outb(PIC2_DATA, 2);
	outb(PIC1_DATA, 1);
	outb(PIC2_DATA, 1);
	outb(PIC1_DATA, 0xff);
	outb(PIC2_DATA, 0xff);
}

void ioapic_init(const struct acpi_info *info, volatile void *const *mapped)
{
	acpi = info;
	pic_silence();
	for (unsigned i = 0; i < info->ioapics; i++) {
		ioapics[i].registers = mapped[i];
		ioapics[i].base = info->ioapic[i].gsi_base;
		ioapics[i].pins = (ioapic_read(i, IOAPIC_VERSION) >> 16 & 0xff) + 1;
		for (uint32_t pin = 0; pin < ioapics[i].pins; pin++)
			ioapic_write(i, IOAPIC_REDIRECTION + 2 * pin, (uint32_t)RTE_MASKED);
	}
}

bool ioapic_has(uint32_t gsi)
{
	return ioapic_of(gsi) < acpi->ioapics;
}

bool ioapic_route(uint32_t gsi, uint8_t vector, uint32_t apic_id, uint32_t flags)
{
	unsigned i = ioapic_of(gsi);
	uint32_t entry;

	if (i == acpi->ioapics || apic_id > 0xff)
		return false;
	for (unsigned o = 0; o < acpi->overrides; o++)
		if (acpi->override[o].gsi == gsi)
			flags = acpi->override[o].flags;
	entry = (uint32_t)(vector | RTE_MASKED | (flags & IRQ_LEVEL ? RTE_LEVEL : 0) |
			   (flags & IRQ_ACTIVE_LOW ? RTE_ACTIVE_LOW : 0));
	lock_take(&lock, NULL);
	ioapic_write(i, ioapic_entry(i, gsi), (uint32_t)RTE_MASKED);
	ioapic_write(i, ioapic_entry(i, gsi) + 1, apic_id << 24);
	ioapic_write(i, ioapic_entry(i, gsi), entry);
	lock_give(&lock);
	return true;
}

void ioapic_mask(uint32_t gsi, bool masked)
{
	unsigned i = ioapic_of(gsi);
	uint32_t entry;

	if (i == acpi->ioapics)
		return;
	lock_take(&lock, NULL);
	entry = ioapic_read(i, ioapic_entry(i, gsi)) & ~(uint32_t)RTE_MASKED;
	ioapic_write(i, ioapic_entry(i, gsi), entry | (masked ? (uint32_t)RTE_MASKED : 0));
	lock_give(&lock);
}
