/* SPDX-License-Identifier: MIT */
/*
 * The reader of ACPI tables, in two parts: what is read of one table, whatever was
 * found before; and the way from the RSDP to the tables, which are short then.
 */
/* EVA: -eva-precision 0 -eva-partition-value mapped,calls */
#include "arch/x86_64/acpi.c"

#include "__fc_builtin.h"

#define ENTRY_SUM 80u  /* bytes of the tables that are read entry by entry */
#define FIELD_SUM 260u /* of the others */
#define ROOT_FULL (TABLE_HEADER + (ACPI_TABLES + 2) * 8)

static uint8_t memory[ROOT_FULL];
static size_t mapped; /* bytes; partitions the analysis */

/* Unknown memory that ends where the table does. */
static const uint8_t *memory_any(size_t size)
{
	mapped = size;
	Frama_C_make_unknown((char *)memory, sizeof(memory));
	return memory + (sizeof(memory) - mapped);
}

/* As it may be after any number of tables. */
static void info_any(struct acpi_info *info)
{
	Frama_C_make_unknown((char *)info, sizeof(*info));
	info->cpus = Frama_C_unsigned_int_interval(0, ACPI_CPUS);
	info->ioapics = Frama_C_unsigned_int_interval(0, ACPI_IOAPICS);
	info->overrides = Frama_C_unsigned_int_interval(0, ACPI_OVERRIDES);
}

static void table_any(unsigned kind)
{
	struct acpi_info info;
	size_t most = kind == 0 ? ENTRY_SUM : FIELD_SUM;
	size_t size = Frama_C_unsigned_long_interval(TABLE_HEADER, most);

	info_any(&info);
	/*@ split size; */
	(void)tables[kind].read((struct table){memory_any(size), size}, &info);
}

/* What `map` gives: tables of up to so many bytes, the root table and the others;
 * with this length in their header, or with any below 64. */
static struct {
	size_t root, other;
	uint32_t length;
} give;
static unsigned calls; /* of `map`, up to 3; partitions the analysis */

static const void *map(void *context, hpa_t pa, size_t size)
{
	uint8_t *table = memory + (sizeof(memory) - TABLE_HEADER);

	(void)context;
	(void)pa;
	if (calls < 3)
		calls++;
	if (size > (calls < 3 ? give.root : give.other) || Frama_C_interval(0, 1))
		return NULL;
	if (size != TABLE_HEADER)
		return memory_any(size);
	(void)memory_any(TABLE_HEADER);
	table[4] = give.length ? give.length & 0xff : Frama_C_unsigned_char_interval(0, 63);
	table[5] = give.length >> 8 & 0xff;
	table[6] = give.length >> 16 & 0xff;
	table[7] = give.length >> 24;
	return table;
}

static void root(size_t width, size_t size, size_t other, uint32_t length)
{
	const struct acpi_memory all = {map, NULL};
	hpa_t pa = {Frama_C_unsigned_long_interval(0, UINT64_MAX)};
	struct acpi_info info;

	give.root = size;
	give.other = other;
	give.length = length;
	info_any(&info);
	(void)root_read(&all, pa, "XSDT", width, &info);
}

/* Any RSDP; the root table below it is empty, if it can be read. */
static void rsdp(size_t size)
{
	const struct acpi_memory all = {map, NULL};
	uint8_t bytes[40];
	struct acpi_info info;

	give.root = TABLE_HEADER;
	give.length = TABLE_HEADER;
	Frama_C_make_unknown((char *)bytes, sizeof(bytes));
	(void)acpi_read(bytes + (sizeof(bytes) - size), size, &all, &info);
}

int main(void)
{
	size_t size = Frama_C_unsigned_long_interval(0, 40);

	/*@ widen_hints global:"all", 7, 8, 23, 24, 31, 32, 63, 64; */
	switch (Frama_C_interval(0, 7)) {
	case 0:
		table_any(0);
		break;
	case 1:
		table_any(1);
		break;
	case 2:
		root(4, 44, 37, 0);
		break;
	case 3:
		root(8, 52, 36, 0);
		break;
	case 4:
		root(8, ROOT_FULL, 0, ROOT_FULL);
		break;
	case 5:
		root(8, TABLE_HEADER, 0, ACPI_TABLE_MAX + 1);
		break;
	case 6:
		root(8, TABLE_HEADER, 0, UINT32_MAX);
		break;
	default:
		/*@ split size; */
		rsdp(size);
	}
	return 0;
}

_Static_assert(ARRAY_SIZE(tables) == 2, "main() knows them all");
