/* SPDX-License-Identifier: MIT */
/*
 * Builds the ACPI tables of a guest; see acpi_tables.h. Stateless.
 *
 *   +0x000  RSDP      +0x040  FACS (64-byte aligned)   +0x080  RSDT, XSDT, FADT,
 *   MADT, MCFG, DSDT, one after the other, each 16-byte aligned
 *
 * Section numbers are those of the ACPI Specification 5.0a.
 */
#include "vmm/load/acpi_tables.h"
#include "vmm/dev/acpi_pm.h"
#include "vmm/dev/pci.h"
#include "vmm/load/acpi_pci.h"
#include "vmm/load/bytes.h"
#include "lib/string.h"

#define RSDP_SIZE 36u
#define RSDP_SIZE_1 20u /* the part that revision 1 knew and checks */
#define FACS_AT 0x40u
#define FACS_SIZE 64u
#define FIRST_TABLE 0x80u
#define HEADER_SIZE 36u
#define FADT_SIZE 268u
#define TABLES_MAX ACPI_TABLES_SIZE

/* Fields of the FADT, section 5.2.9 "Fixed ACPI Description Table (FADT)". */
enum fadt_field {
	FADT_FACS = 36,
	FADT_DSDT = 40,
	FADT_SCI_INT = 46,
	FADT_PM1A_EVT = 56,
	FADT_PM1A_CNT = 64,
	FADT_PM_TMR = 76,
	FADT_PM1_EVT_LEN = 88,
	FADT_PM1_CNT_LEN = 89,
	FADT_PM_TMR_LEN = 91,
	FADT_C2_LATENCY = 96,
	FADT_C3_LATENCY = 98,
	FADT_CENTURY = 108,
	FADT_BOOT_ARCH = 109,
	FADT_FLAGS = 112,
	FADT_RESET_REG = 116,
	FADT_RESET_VALUE = 128,
	FADT_X_DSDT = 140,
	FADT_X_PM1A_EVT = 148,
	FADT_X_PM1A_CNT = 172,
	FADT_X_PM_TMR = 208
};

/* Table 5-35 "Fixed ACPI Description Table Fixed Feature Flags". */
#define FADT_WBINVD 0x1u
#define FADT_PROC_C1 0x4u
#define FADT_SLP_BUTTON 0x20u /* set: it is not a fixed button, so there is none */
#define FADT_FIX_RTC 0x40u    /* set: the RTC does not wake through PM1 */
#define FADT_TMR_VAL_EXT 0x100u
#define FADT_RESET_REG_SUP 0x400u

/* Table 5-36 "Fixed ACPI Description Table Boot Architecture Flags". */
#define ARCH_LEGACY_DEVICES 0x1u
#define ARCH_8042 0x2u
#define ARCH_NO_VGA 0x4u
#define ARCH_NO_MSI 0x8u

#define LATENCY_NONE 0xffffu /* no such idle state */
#define CMOS_CENTURY 0x32u

/* Section 5.2.12 "Multiple APIC Description Table (MADT)". */
enum { MADT_LAPIC = 0, MADT_IOAPIC = 1, MADT_OVERRIDE = 2, MADT_LAPIC_NMI = 4 };
#define MADT_PCAT_COMPAT 1u
#define MADT_ENABLED 1u
#define INTI_CONFORMS 0x0u
#define INTI_LEVEL_HIGH 0xdu
#define ALL_PROCESSORS 0xffu

#define COM1_PORT 0x3f8u
#define COM1_IRQ 4u
#define RTC_PORT 0x70u
#define RTC_IRQ 8u

struct tables {
	uint8_t *data; /* TABLES_MAX bytes */
	uint32_t used;
	uint32_t facs, dsdt, fadt, madt, mcfg; /* offsets; mcfg 0: none */
};

static uint32_t address_of(uint32_t offset)
{
	return (uint32_t)ACPI_TABLES_BASE + offset;
}

/* The byte that makes the sum of all bytes zero. */
static uint8_t checksum(const uint8_t *data, size_t size)
{
	uint8_t sum = 0;
	for (size_t i = 0; i < size; i++)
		sum = (uint8_t)(sum + data[i]);
	return (uint8_t)-sum;
}

/* Section 5.2.6 "System Description Table Header". Takes room for the table. */
static uint32_t table_begin(struct tables *t, const char *signature, uint8_t revision)
{
	uint32_t at = (t->used + 15) & ~15u;
	uint8_t *h = t->data + at;

	memcpy(h, signature, 4);
	h[8] = revision;
	memcpy(h + 10, "CARREL", 6);
	memcpy(h + 16, "CARRELVM", 8);
	bytes_put32(h + 24, 1);
	memcpy(h + 28, "CARL", 4);
	bytes_put32(h + 32, 1);
	t->used = at + HEADER_SIZE;
	return at;
}

static void table_end(struct tables *t, uint32_t at)
{
	bytes_put32(t->data + at + 4, t->used - at);
	t->data[at + 9] = checksum(t->data + at, t->used - at);
}

static void raw(struct tables *t, const uint8_t *bytes, uint32_t size)
{
	memcpy(t->data + t->used, bytes, size);
	t->used += size;
}

/* Section 5.2.3.1 "Generic Address Structure", in system I/O space. */
static void io_put(uint8_t *at, uint16_t port, uint8_t bytes)
{
	at[0] = 1; /* system I/O */
	at[1] = (uint8_t)(bytes * 8);
	at[3] = bytes == 1 ? 1 : bytes == 2 ? 2 : 3; /* access size */
	bytes_put64(at + 4, port);
}

static void facs_put(struct tables *t)
{
	uint8_t *f = t->data + FACS_AT;
	memcpy(f, "FACS", 4);
	bytes_put32(f + 4, FACS_SIZE);
	f[32] = 2; /* version */
	t->facs = FACS_AT;
}

static void device_put(struct aml *a, const char *name, const char *id, uint16_t port,
	uint8_t length, unsigned irq)
{
	aml_device_begin(a, name);
	aml_name_eisaid(a, "_HID", id);
	aml_name_byte(a, "_UID", 0);
	aml_resources(a, port, length, irq);
	aml_end(a);
}

/* As ASL:
 *   Name (\_S5, Package () {5, 5, 0, 0})
 *   Scope (\_SB) {
 *     Device (COM1) {_HID PNP0501 _UID 0 _CRS IO 0x3f8 8 IRQ 4}
 *     Device (RTC_) {_HID PNP0B00 _UID 0 _CRS IO 0x70 2 IRQ 8}
 *     and the PCI bus, if there is one (acpi_pci.h)
 *   } */
static bool dsdt_put(struct tables *t, const struct acpi_config *config)
{
	struct aml a;

	t->dsdt = table_begin(t, "DSDT", 2);
	aml_init(&a, t->data + t->used, TABLES_MAX - t->used);
	aml_package_begin(&a, "\\_S5_", 4);
	aml_byte(&a, ACPI_PM_S5_TYPE);
	aml_byte(&a, ACPI_PM_S5_TYPE);
	aml_byte(&a, 0);
	aml_byte(&a, 0);
	aml_end(&a);
	aml_scope_begin(&a, "\\_SB_");
	device_put(&a, "COM1", "PNP0501", COM1_PORT, 8, COM1_IRQ);
	device_put(&a, "RTC_", "PNP0B00", RTC_PORT, 2, RTC_IRQ);
	if (config->has_pci)
		acpi_pci_put(&a);
	aml_end(&a);
	t->used += (uint32_t)a.used;
	table_end(t, t->dsdt);
	return !a.full;
}

static void fadt_fixed_put(uint8_t *f)
{
	bytes_put16(f + FADT_SCI_INT, ACPI_PM_SCI);
	bytes_put32(f + FADT_PM1A_EVT, ACPI_PM_PORT);
	bytes_put32(f + FADT_PM1A_CNT, ACPI_PM_PORT + 4);
	bytes_put32(f + FADT_PM_TMR, ACPI_PM_PORT + 8);
	f[FADT_PM1_EVT_LEN] = 4;
	f[FADT_PM1_CNT_LEN] = 2;
	f[FADT_PM_TMR_LEN] = 4;
	io_put(f + FADT_X_PM1A_EVT, ACPI_PM_PORT, 4);
	io_put(f + FADT_X_PM1A_CNT, ACPI_PM_PORT + 4, 2);
	io_put(f + FADT_X_PM_TMR, ACPI_PM_PORT + 8, 4);
	/* The registers are 16 bits wide inside their 32-bit block. */
	f[FADT_X_PM1A_EVT + 3] = 2;
}

/* SMI_CMD stays 0: the machine is in ACPI mode from the start. */
static void fadt_put(struct tables *t, const struct acpi_config *config)
{
	uint8_t *f = t->data + (t->fadt = table_begin(t, "FACP", 5));

	bytes_put32(f + FADT_FACS, address_of(t->facs));
	bytes_put32(f + FADT_DSDT, address_of(t->dsdt));
	bytes_put64(f + FADT_X_DSDT, address_of(t->dsdt));
	fadt_fixed_put(f);
	bytes_put16(f + FADT_C2_LATENCY, LATENCY_NONE);
	bytes_put16(f + FADT_C3_LATENCY, LATENCY_NONE);
	f[FADT_CENTURY] = CMOS_CENTURY;
	bytes_put16(f + FADT_BOOT_ARCH, ARCH_LEGACY_DEVICES | ARCH_NO_VGA |
						(config->has_pci ? 0 : ARCH_NO_MSI) |
						(config->has_keyboard ? ARCH_8042 : 0));
	bytes_put32(f + FADT_FLAGS, FADT_WBINVD | FADT_PROC_C1 | FADT_SLP_BUTTON | FADT_FIX_RTC |
					    FADT_TMR_VAL_EXT | FADT_RESET_REG_SUP);
	io_put(f + FADT_RESET_REG, PCI_RESET_PORT, 1);
	f[FADT_RESET_VALUE] = PCI_RESET_VALUE;
	t->used = t->fadt + FADT_SIZE;
	table_end(t, t->fadt);
}

static void override_put(struct tables *t, uint8_t irq, uint8_t gsi, uint8_t flags)
{
	const uint8_t entry[] = {MADT_OVERRIDE, 10, 0, irq, gsi, 0, 0, 0, flags, 0};
	raw(t, entry, sizeof(entry));
}

static void madt_put(struct tables *t, const struct acpi_config *config)
{
	uint8_t fixed[8] = {0}, ioapic[12] = {MADT_IOAPIC, 12, config->ioapic_id};
	const uint8_t nmi[] = {MADT_LAPIC_NMI, 6, ALL_PROCESSORS, INTI_CONFORMS, 0, 1};

	t->madt = table_begin(t, "APIC", 3);
	bytes_put32(fixed, ACPI_LAPIC_BASE);
	bytes_put32(fixed + 4, MADT_PCAT_COMPAT);
	raw(t, fixed, sizeof(fixed));
	for (unsigned i = 0; i < config->vcpus; i++) {
		const uint8_t lapic[] = {
			MADT_LAPIC, 8, (uint8_t)i, (uint8_t)i, MADT_ENABLED, 0, 0, 0};
		raw(t, lapic, sizeof(lapic));
	}
	bytes_put32(ioapic + 4, ACPI_IOAPIC_BASE);
	raw(t, ioapic, sizeof(ioapic));
	override_put(t, 0, 2, INTI_CONFORMS);
	override_put(t, ACPI_PM_SCI, ACPI_PM_SCI, INTI_LEVEL_HIGH);
	raw(t, nmi, sizeof(nmi));
	table_end(t, t->madt);
}

static void mcfg_put(struct tables *t)
{
	t->mcfg = table_begin(t, "MCFG", 1);
	acpi_mcfg_put(t->data + t->used);
	t->used += ACPI_MCFG_SIZE;
	table_end(t, t->mcfg);
}

/* RSDT (4-byte entries) or XSDT (8-byte entries) of the others. */
static uint32_t root_put(struct tables *t, const char *signature, uint32_t entry_size)
{
	const uint32_t entry[] = {t->fadt, t->madt, t->mcfg};
	uint32_t at = table_begin(t, signature, 1);

	for (unsigned i = 0; i < ARRAY_SIZE(entry) && entry[i]; i++) {
		bytes_put32(t->data + t->used, address_of(entry[i]));
		t->used += entry_size;
	}
	table_end(t, at);
	return at;
}

/* Section 5.2.5.3 "Root System Description Pointer (RSDP) Structure". */
static void rsdp_put(struct tables *t, uint32_t rsdt, uint32_t xsdt)
{
	uint8_t *r = t->data;

	memcpy(r, "RSD PTR ", 8);
	memcpy(r + 9, "CARREL", 6);
	r[15] = 2; /* revision */
	bytes_put32(r + 16, address_of(rsdt));
	bytes_put32(r + 20, RSDP_SIZE);
	bytes_put64(r + 24, address_of(xsdt));
	r[8] = checksum(r, RSDP_SIZE_1);
	r[32] = checksum(r, RSDP_SIZE);
}

enum status acpi_tables_build(
	const struct guest_memory *mem, const struct acpi_config *config, gpa_t *rsdp)
{
	uint8_t data[TABLES_MAX];
	struct tables t = {.data = data, .used = FIRST_TABLE};
	enum status status;

	if (config->vcpus == 0 || config->vcpus > ACPI_VCPUS_MAX)
		return STATUS_BAD_ARG;
	memset(data, 0, sizeof(data));
	facs_put(&t);
	madt_put(&t, config);
	if (config->has_pci)
		mcfg_put(&t);
	if (!dsdt_put(&t, config))
		return STATUS_NO_MEMORY;
	fadt_put(&t, config);
	uint32_t rsdt = root_put(&t, "RSDT", 4), xsdt = root_put(&t, "XSDT", 8);
	rsdp_put(&t, rsdt, xsdt);
	status = guest_copy_out(mem, gpa(ACPI_TABLES_BASE), data, sizeof(data));
	if (status)
		return STATUS_NO_MEMORY;
	*rsdp = gpa(ACPI_TABLES_BASE);
	return STATUS_OK;
}

_Static_assert(FACS_AT >= RSDP_SIZE && FACS_AT + FACS_SIZE <= FIRST_TABLE, "the head is in order");
_Static_assert(
	FIRST_TABLE + 16 * 6 + 44 + 8 * ACPI_VCPUS_MAX + 38 + 60 + 512 + FADT_SIZE + 48 + 60 <=
		TABLES_MAX,
	"the tables of the largest guest fit");
