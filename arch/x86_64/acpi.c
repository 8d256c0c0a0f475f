/* SPDX-License-Identifier: MIT */
/*
 * Reader for the static ACPI tables; see acpi.h. Stateless: one table is mapped
 * at a time, and what is wanted of it is copied.
 *
 *   RSDP -> RSDT (32-bit addresses) or XSDT (64-bit) -> tables
 *
 * Every table starts with a header of 36 bytes: signature 0..3, length 4..7, ...,
 * checksum 9. Offsets below are from the start of the table.
 */
#include "acpi.h"

#include "abi/syscall.h"
#include "lib/string.h"

#define TABLE_HEADER 36u
#define TABLE_LENGTH 4u
#define RSDP_OLD 20u
#define RSDP_NEW 36u

#define SPACE_IO 1u /* a register's address is a port */

/* A table, or an entry in one. */
struct table {
	const uint8_t *at;
	size_t size;
};

/* The little-endian number of `bytes` bytes at `offset`; 0 if it is not all there. */
static uint64_t field(struct table table, size_t offset, size_t bytes)
{
	uint64_t value = 0;
	if (offset <= table.size && bytes <= table.size - offset)
		memcpy(&value, table.at + offset, bytes);
	return value;
}

static bool checksum_good(const uint8_t *bytes, size_t size)
{
	uint8_t sum = 0;
	while (size > 0)
		sum += bytes[--size];
	return sum == 0;
}

/* Maps the whole table at `pa`; none: unreadable, of a size that cannot be, or its
 * checksum is wrong. */
static struct table table_map(const struct acpi_memory *memory, hpa_t pa)
{
	struct table none = {NULL, 0}, table = {NULL, TABLE_HEADER};
	table.at = memory->map(memory->context, pa, TABLE_HEADER);
	if (pa.raw == 0 || !table.at)
		return none;
	table.size = field(table, TABLE_LENGTH, 4);
	if (table.size < TABLE_HEADER || table.size > ACPI_TABLE_MAX ||
		pa.raw + table.size < pa.raw)
		return none;
	/*@ split table.size; */
	table.at = memory->map(memory->context, pa, table.size);
	return table.at && checksum_good(table.at, table.size) ? table : none;
}

/* Interrupt flags of the MADT: polarity 1..0 (3 = low), trigger 3..2 (3 = level). */
static uint8_t irq_flags(uint64_t flags)
{
	uint8_t low = (flags & 3) == 3 ? IRQ_ACTIVE_LOW : 0;
	return low | ((flags >> 2 & 3) == 3 ? IRQ_LEVEL : 0);
}

static void cpu_add(struct acpi_info *out, uint64_t apic_id, uint64_t flags)
{
	if (!(flags & 1))
		return; /* not enabled: absent, or for hot-plug */
	for (unsigned i = 0; i < out->cpus; i++)
		if (out->cpu[i] == apic_id)
			return;
	if (out->cpus == ACPI_CPUS)
		out->dropped++;
	else
		out->cpu[out->cpus++] = (uint32_t)apic_id;
}

static void lapic_read(struct table entry, struct acpi_info *out)
{
	cpu_add(out, field(entry, 3, 1), field(entry, 4, 4));
}

static void x2apic_read(struct table entry, struct acpi_info *out)
{
	cpu_add(out, field(entry, 4, 4), field(entry, 8, 4));
}

static void ioapic_read(struct table entry, struct acpi_info *out)
{
	if (out->ioapics == ACPI_IOAPICS)
		out->dropped++;
	else
		out->ioapic[out->ioapics++] = (struct acpi_ioapic){(uint32_t)field(entry, 2, 1),
			(uint32_t)field(entry, 4, 4), (uint32_t)field(entry, 8, 4)};
}

static void override_read(struct table entry, struct acpi_info *out)
{
	if (out->overrides == ACPI_OVERRIDES)
		out->dropped++;
	else
		out->override[out->overrides++] =
			(struct acpi_override){(uint32_t)field(entry, 4, 4),
				(uint8_t)field(entry, 3, 1), irq_flags(field(entry, 8, 2))};
}

/* ACPI 6.5 table 5.21 "Interrupt Controller Structure Types". */
static const struct {
	uint8_t type, least; /* bytes */
	void (*read)(struct table entry, struct acpi_info *out);
} madt_entries[] = {
	{0, 8, lapic_read},
	{1, 12, ioapic_read},
	{2, 10, override_read},
	{9, 16, x2apic_read},
};

/* Reads one entry; false: too short for its type. */
static bool madt_entry_read(struct table entry, struct acpi_info *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(madt_entries); i++) {
		if (madt_entries[i].type != field(entry, 0, 1))
			continue;
		if (entry.size < madt_entries[i].least)
			return false;
		madt_entries[i].read(entry, out);
	}
	return true;
}

/* Entries from 44: type 0, length 1. */
static bool madt_read(struct table table, struct acpi_info *out)
{
	size_t at = 44;
	/*@ dynamic_split at; */
	while (at < table.size) {
		struct table entry = {table.at + at, field(table, at + 1, 1)};
		if (entry.size < 2 || entry.size > table.size - at)
			return false;
		if (!madt_entry_read(entry, out))
			return false;
		at += entry.size;
	}
	return true;
}

/* A port given as 32-bit number at `old` and, since ACPI 2.0, at `new` as a register:
 * Generic Address Structure, space 0, width, offset, access size, address 4..11. */
static uint16_t port_read(struct table table, size_t old, size_t new)
{
	uint64_t port = field(table, new + 4, 8);
	if (field(table, new, 1) != SPACE_IO || port == 0 || port > 0xffff)
		port = field(table, old, 4);
	return port <= 0xffff ? (uint16_t)port : 0;
}

/* ACPI 6.5 table 5.9 "FADT Format"; the ACPI 1.0 form ends at 116. */
static bool fadt_read(struct table table, struct acpi_info *out)
{
	out->dsdt = field(table, 140, 8);
	if (out->dsdt == 0)
		out->dsdt = field(table, 40, 4);
	out->pm1a_control = port_read(table, 64, 172);
	out->pm1b_control = port_read(table, 68, 184);
	return table.size >= 72; /* up to the PM1 control ports it must be there */
}

static const struct {
	char signature[5];
	bool (*read)(struct table table, struct acpi_info *out); /* false: malformed */
} tables[] = {
	{"APIC", madt_read},
	{"FACP", fadt_read},
};

/* Reads the table at `pa` if it is one we know and the first of its kind. */
static void table_read(
	const struct acpi_memory *memory, hpa_t pa, unsigned *seen, struct acpi_info *out)
{
	struct table table = table_map(memory, pa);
	if (!table.at) {
		out->bad++;
		return;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(tables); i++) {
		if (memcmp(table.at, tables[i].signature, 4) != 0 || *seen & 1u << i)
			continue;
		*seen |= 1u << i;
		out->bad += !tables[i].read(table, out);
	}
}

/* Reads the RSDT or XSDT at `pa`, with addresses of `width` bytes, and what it
 * points to. The addresses are copied first: only one table is mapped at a time. */
static enum status root_read(const struct acpi_memory *memory, hpa_t pa, const char *signature,
	size_t width, struct acpi_info *out)
{
	uint64_t address[ACPI_TABLES];
	unsigned count = 0, seen = 0;
	struct table root = table_map(memory, pa);
	if (!root.at || memcmp(root.at, signature, 4) != 0)
		return STATUS_BAD_ARG;
	/*@ dynamic_split count; */
	for (size_t at = TABLE_HEADER; at + width <= root.size; at += width) {
		if (count == ACPI_TABLES)
			out->dropped++;
		else
			address[count++] = field(root, at, width);
	}
	for (unsigned i = 0; i < count; i++)
		table_read(memory, hpa(address[i]), &seen, out);
	return STATUS_OK;
}

/* RSDP: revision 15, RSDT 16..19; from revision 2 on length 20..23, XSDT 24..31. */
enum status acpi_read(
	const void *rsdp, size_t size, const struct acpi_memory *memory, struct acpi_info *out)
{
	struct table table = {rsdp, size};
	memset(out, 0, sizeof(*out));
	if (size < RSDP_OLD || memcmp(rsdp, "RSD PTR ", 8) != 0 || !checksum_good(rsdp, RSDP_OLD))
		return STATUS_BAD_ARG;
	out->revision = (unsigned)field(table, 15, 1);
	if (out->revision >= 2 && size >= RSDP_NEW && field(table, 24, 8) != 0 &&
		checksum_good(rsdp, RSDP_NEW) &&
		root_read(memory, hpa(field(table, 24, 8)), "XSDT", 8, out) == STATUS_OK)
		return STATUS_OK;
	return root_read(memory, hpa(field(table, 16, 4)), "RSDT", 4, out);
}

_Static_assert(ARRAY_SIZE(tables) <= 32, "a bit of `seen` for each table");
