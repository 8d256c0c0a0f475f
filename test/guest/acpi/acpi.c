/* SPDX-License-Identifier: MIT */
/*
 * ACPI must let a system find its machine: a root pointer where the loader or
 * the BIOS area says, tables with sound checksums, a MADT that names this CPU's
 * local APIC, an I/O APIC at the address where one answers and where IRQ0
 * goes, a FADT with power management and a way to power off.
 * Source: ACPI Specification 6.4, 5.2 "ACPI System Description Tables".
 */
#include "acpi.h"

#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "string.h"
#include "test.h"

const char test_name[] = "acpi";

#define MADT_ENTRIES 44
#define MADT_LOCAL_APIC 0
#define MADT_IO_APIC 1
#define MADT_OVERRIDE 2

struct madt_seen {
	unsigned cpus, ioapics, bad;
	bool self, irq0_is_gsi2;
	uint32_t ioapic_address;
};

static uint32_t word_at(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, 4);
	return v;
}

static void entry_note(struct madt_seen *s, const uint8_t *e)
{
	if (e[0] == MADT_LOCAL_APIC && e[4] & 1) {
		s->cpus++;
		s->self |= e[3] == apic_id();
	}
	if (e[0] == MADT_IO_APIC) {
		s->ioapics++;
		s->ioapic_address = word_at(e + 4);
	}
	if (e[0] == MADT_OVERRIDE && e[3] == 0)
		s->irq0_is_gsi2 = word_at(e + 4) == 2;
}

static void madt_check(void)
{
	const struct acpi_header *madt = acpi_find("APIC");
	const uint8_t *p = (const uint8_t *)madt;
	struct madt_seen s = {0};

	if (!check(madt != NULL, "there is a MADT"))
		return;
	check_eq(APIC_PAGE, word_at(p + 36), "MADT: local APIC address");
	for (uint32_t at = MADT_ENTRIES; at + 2 <= madt->length; at += p[at + 1]) {
		if (p[at + 1] < 2 || at + p[at + 1] > madt->length) {
			s.bad++;
			break;
		}
		entry_note(&s, p + at);
	}
	check_eq(0, s.bad, "MADT: entries fit");
	check_range(1, 64, s.cpus, "MADT: processors");
	check(s.self, "MADT: names this processor");
	check_eq(1, s.ioapics, "MADT: I/O APICs");
	check_eq(IOAPIC_PAGE, s.ioapic_address, "MADT: I/O APIC address");
	check(s.irq0_is_gsi2, "MADT: IRQ0 goes to pin 2");
}

static void fadt_check(void)
{
	const struct acpi_header *fadt = acpi_find("FACP");

	if (!check(fadt != NULL, "there is a FADT"))
		return;
	check_range(116, 300, fadt->length, "FADT: length");
	check(acpi_pm1a_control() != 0, "FADT: PM1a control port");
	check_range(0, 7, acpi_sleep_type(), "DSDT: sleep type of S5");
}

void test_main(void)
{
	uint64_t rsdp = acpi_rsdp();

	apic_init();
	if (!check(rsdp != 0, "there is a root pointer"))
		return;
	check(memcmp((void *)rsdp, "RSD PTR ", 8) == 0, "its signature");
	check_eq(0, acpi_sum((void *)rsdp, 20), "its checksum");
	if (*(uint8_t *)(rsdp + 15) >= 2)
		check_eq(0, acpi_sum((void *)rsdp, 36), "its extended checksum");
	if (boot_protocol == BOOT_PVH && boot_rsdp)
		check_eq(rsdp, boot_rsdp, "the loader names the same");
	madt_check();
	fadt_check();
}
