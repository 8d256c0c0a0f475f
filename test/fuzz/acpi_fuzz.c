/* SPDX-License-Identifier: MIT */
/* LINK: arch/x86_64/acpi.c */
/* RUNS: 20000 */
/* MAX: 1024 */
/*
 * ACPI tables. The input is memory from address 0 on and starts with the RSDP, so
 * a table's address is its offset. Byte 33, reserved in the RSDP: bit 0 leaves
 * checksums as they are, otherwise those of the RSDP and of every table that is
 * mapped are made right.
 */
#include "acpi.h"
#include "abi/syscall.h"
#include "fuzz.h"

#define FLAGS 33u
#define RAW 1u

struct memory {
	struct input input;
	uint8_t *copy; /* what was mapped last */
	bool raw;
};

/* Makes the sum of all bytes 0 by the one at `at`. */
static void checksum_fix(uint8_t *bytes, size_t size, size_t at)
{
	uint8_t sum = 0;

	if (at >= size)
		return;
	for (size_t i = 0; i < size; i++)
		sum += i == at ? 0 : bytes[i];
	bytes[at] = (uint8_t)-sum;
}

/* A mapping ends with the next one: ASan sees who uses it longer. */
static const void *map(void *context, hpa_t pa, size_t size)
{
	struct memory *memory = context;

	free(memory->copy);
	memory->copy = NULL;
	if (pa.raw > memory->input.left || size > memory->input.left - pa.raw)
		return NULL;
	memory->copy = exact_copy(memory->input.at + pa.raw, size);
	if (!memory->raw)
		checksum_fix(memory->copy, size, 9);
	return memory->copy;
}

static void check_info(const struct acpi_info *info)
{
	MUST(info->cpus <= ACPI_CPUS && info->ioapics <= ACPI_IOAPICS);
	MUST(info->overrides <= ACPI_OVERRIDES);
	for (unsigned i = 0; i < info->cpus; i++)
		for (unsigned j = 0; j < i; j++)
			MUST(info->cpu[i] != info->cpu[j]);
	for (unsigned i = 0; i < info->overrides; i++)
		MUST(info->override[i].flags <= (IRQ_LEVEL | IRQ_ACTIVE_LOW));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct acpi_info info;
	struct memory memory = {.input = {data, size}};
	struct acpi_memory access = {map, &memory};
	uint8_t flags = size > FLAGS ? data[FLAGS] : RAW;
	size_t rsdp_size = size >= 36 ? 36 : size;
	uint8_t *rsdp = exact_copy(data, rsdp_size);
	enum status status;

	memory.raw = flags & RAW;
	if (!memory.raw) {
		checksum_fix(rsdp, rsdp_size < 20 ? rsdp_size : 20, 8);
		checksum_fix(rsdp, rsdp_size, 32);
	}
	status = acpi_read(rsdp, rsdp_size, &access, &info);
	MUST(status == STATUS_OK || status == STATUS_BAD_ARG);
	check_info(&info);
	free(memory.copy);
	free(rsdp);
	return 0;
}
