/* SPDX-License-Identifier: MIT */
/*
 * Handmade ACPI tables in handmade memory, for the tests of the reader. What map()
 * returned dies at its next call, and lies in a block of its exact size, so that
 * ASan sees any read beyond and any use after. Included once per test.
 */
#include "abi/syscall.h"

#include <stdlib.h>
#include <string.h>

#define BASE 0x7fe0000ull
static uint8_t ram[0x200000];
static size_t next;      /* where the next table goes */
static hpa_t child[100]; /* tables made so far */
static unsigned children;
static uint8_t rsdp[36];
static struct acpi_info info;
static void *mapped;

static const void *map(void *context, hpa_t pa, size_t size)
{
	assert_ptr_equal(context, ram);
	free(mapped);
	mapped = NULL;
	if (pa.raw < BASE || size > sizeof(ram) || pa.raw - BASE > sizeof(ram) - size)
		return NULL;
	mapped = malloc(size);
	return memcpy(mapped, ram + (pa.raw - BASE), size);
}

static const struct acpi_memory memory = {map, ram};

static void put(size_t at, uint64_t value, size_t bytes)
{
	memcpy(ram + at, &value, bytes);
}

static void checksum(uint8_t *bytes, size_t size, size_t at)
{
	uint8_t sum = 0;
	bytes[at] = 0;
	for (size_t i = 0; i < size; i++)
		sum += bytes[i];
	bytes[at] = (uint8_t)-sum;
}

static void reset(void)
{
	memset(ram, 0, sizeof(ram));
	next = 16;
	children = 0;
}

/* Starts a table of `size` bytes and returns its offset in ram. */
static size_t table_start(const char *signature, size_t size)
{
	size_t at = next;
	next += size + 3; /* tables need not be aligned */
	memcpy(ram + at, signature, 4);
	put(at + 4, size, 4);
	child[children++] = hpa(BASE + at);
	return at;
}

static void table_end(size_t at)
{
	uint32_t size;
	memcpy(&size, ram + at + 4, 4);
	checksum(ram + at, size, 9);
}

/* Writes RSDT, XSDT (from revision 2 on the RSDT is empty) and RSDP. */
static void root_make(unsigned revision)
{
	unsigned count = children;
	size_t width = revision >= 2 ? 8 : 4,
	       at = table_start("RSDT", 36 + (width == 4) * count * 4);
	hpa_t rsdt = child[count];
	for (unsigned i = 0; i < count && width == 4; i++)
		put(at + 36 + 4 * i, child[i].raw, 4);
	table_end(at);
	at = table_start("XSDT", 36 + count * 8);
	for (unsigned i = 0; i < count; i++)
		put(at + 36 + 8 * i, child[i].raw, 8);
	table_end(at);
	memset(rsdp, 0, sizeof(rsdp));
	memcpy(rsdp, "RSD PTR ", 8);
	rsdp[15] = (uint8_t)revision;
	memcpy(rsdp + 16, &rsdt, 4);
	checksum(rsdp, 20, 8);
	if (revision < 2)
		return;
	rsdp[20] = 36;
	memcpy(rsdp + 24, &child[count + 1], 8);
	checksum(rsdp, 36, 32);
}

static enum status read_info(size_t size)
{
	enum status status = acpi_read(rsdp, size, &memory, &info);
	free(mapped);
	mapped = NULL;
	return status;
}

static const uint8_t madt_entries[] = {
	0, 8, 0, 0, 1, 0, 0, 0,                                /* local APIC 0 */
	0, 8, 1, 2, 1, 0, 0, 0,                                /* local APIC 2 */
	0, 8, 2, 4, 0, 0, 0, 0,                                /* disabled */
	0, 8, 3, 6, 2, 0, 0, 0,                                /* only for hot-plug */
	0, 8, 4, 2, 1, 0, 0, 0,                                /* APIC id 2 again */
	9, 16, 0, 0, 0x34, 0x12, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, /* x2APIC 0x1234 */
	1, 12, 7, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0,            /* I/O APIC 7 */
	2, 10, 0, 0, 2, 0, 0, 0, 0, 0,                         /* IRQ 0 -> GSI 2, as the bus */
	2, 10, 0, 9, 20, 0, 0, 0, 0xf, 0,                      /* IRQ 9 -> level, low */
	2, 10, 0, 5, 5, 0, 0, 0, 0xd, 0,                       /* IRQ 5 -> level, high */
	2, 10, 0, 6, 6, 0, 0, 0, 0x7, 0,                       /* IRQ 6 -> edge, low */
	4, 6, 0xff, 0, 0, 1,                                   /* NMI at LINT1: skipped */
	0x7f, 3, 1,                                            /* unknown: skipped */
};

static void madt_make(const uint8_t *entries, size_t size)
{
	size_t at = table_start("APIC", 44 + size);
	put(at + 36, 0xfee00000, 4);
	put(at + 40, 1, 4);
	memcpy(ram + at + 44, entries, size);
	table_end(at);
}

enum { SPACE_MEMORY, SPACE_PORT };

static void register_put(size_t at, uint8_t space, uint64_t address)
{
	put(at, space, 1);
	put(at + 4, address, 8);
}

/* A FADT of `size` bytes; what goes beyond it is cut off. */
static void fadt_make(size_t size)
{
	size_t at = table_start("FACP", 276);
	put(at + 40, 0x11110000, 4);
	put(at + 64, 0x604, 4);
	put(at + 68, 0x704, 4);
	put(at + 140, 0x222200000000, 8);
	register_put(at + 172, SPACE_PORT, 0x1604);
	register_put(at + 184, SPACE_MEMORY, 0x1604); /* not a port: not this */
	put(at + 4, size, 4);
	table_end(at);
}

/* Tables that are not for us. */
static void others_make(void)
{
	table_end(table_start("HPET", 56));
	table_end(table_start("SSDT", 36));
}

static void all_make(unsigned revision)
{
	reset();
	madt_make(madt_entries, sizeof(madt_entries));
	fadt_make(276);
	others_make();
	root_make(revision);
}
