/* SPDX-License-Identifier: MIT */
/* Reads ACPI tables in place. States: none. */
#include "acpi.h"

#include <stddef.h>

#include "boot.h"
#include "cpu.h"
#include "string.h"
#include "time.h"

#define FADT_DSDT 40
#define FADT_PM1A_CONTROL 64
#define SLP_EN (1u << 13)

struct __attribute__((packed)) acpi_rsdp {
	char signature[8];
	uint8_t checksum;
	char oem[6];
	uint8_t revision;
	uint32_t rsdt, length;
	uint64_t xsdt;
};

uint8_t acpi_sum(const void *p, uint32_t length)
{
	const uint8_t *b = p;
	uint8_t sum = 0;

	while (length--)
		sum += *b++;
	return sum;
}

static bool rsdp_at(uint64_t a)
{
	return memcmp((void *)a, "RSD PTR ", 8) == 0 && acpi_sum((void *)a, 20) == 0;
}

static uint64_t rsdp_scan(uint64_t from, uint64_t to)
{
	for (; from < to; from += 16)
		if (rsdp_at(from))
			return from;
	return 0;
}

/* The word at 0x40e; a volatile, for GCC takes so low an address for a mistake. */
static uint64_t ebda_base(void)
{
	volatile uint64_t address = 0x40e;

	return (uint64_t) * (volatile uint16_t *)address << 4;
}

uint64_t acpi_rsdp(void)
{
	uint64_t ebda = ebda_base();
	uint64_t found = 0;

	if (boot_rsdp)
		return boot_rsdp;
	if (ebda >= 0x400 && ebda < 0xa0000)
		found = rsdp_scan(ebda, ebda + 1024);
	return found ? found : rsdp_scan(0xe0000, 0x100000);
}

static const struct acpi_header *table_check(uint64_t a, const char *signature)
{
	const struct acpi_header *h = (const struct acpi_header *)a;

	if (memcmp(h->signature, signature, 4) != 0 || acpi_sum(h, h->length) != 0)
		return NULL;
	return h;
}

const struct acpi_header *acpi_find(const char *signature)
{
	const struct acpi_rsdp *r = (const struct acpi_rsdp *)acpi_rsdp();
	const struct acpi_header *root;
	bool wide;
	unsigned size;

	if (!r)
		return NULL;
	wide = r->revision >= 2 && r->xsdt;
	size = wide ? 8 : 4;
	root = table_check(wide ? r->xsdt : r->rsdt, wide ? "XSDT" : "RSDT");
	for (uint32_t at = sizeof(*root); root && at + size <= root->length; at += size) {
		uint64_t a = 0;

		memcpy(&a, (const uint8_t *)root + at, size);
		if (a && table_check(a, signature))
			return (const struct acpi_header *)a;
	}
	return NULL;
}

static uint32_t fadt_word(unsigned offset)
{
	const struct acpi_header *fadt = acpi_find("FACP");
	uint32_t v = 0;

	if (fadt && fadt->length >= offset + 4)
		memcpy(&v, (const uint8_t *)fadt + offset, 4);
	return v;
}

uint16_t acpi_pm1a_control(void)
{
	return fadt_word(FADT_PM1A_CONTROL);
}

/* NameOp "_S5_" PackageOp PkgLength NumElements, then BytePrefix n or ZeroOp or OneOp. */
int acpi_sleep_type(void)
{
	const struct acpi_header *dsdt = table_check(fadt_word(FADT_DSDT), "DSDT");
	const uint8_t *p = (const uint8_t *)dsdt;

	for (uint32_t i = sizeof(*dsdt); dsdt && i + 8 < dsdt->length; i++) {
		if (memcmp(p + i, "_S5_\x12", 5) != 0)
			continue;
		i += 5;
		i += (p[i] >> 6) + 1; /* package length: 1-4 bytes */
		i++;                  /* number of elements */
		return p[i] == 0x0a ? p[i + 1] : p[i] <= 1 ? p[i] : -1;
	}
	return -1;
}

void acpi_poweroff(void)
{
	int type = acpi_sleep_type();
	uint16_t port = acpi_pm1a_control();

	if (!port || type < 0)
		return;
	outw(port, type << 10 | SLP_EN);
	time_delay_us(100000);
}
