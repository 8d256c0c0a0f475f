/* SPDX-License-Identifier: MIT */
/*
 * A small guest for tests of the emulation: RAM, a device page in memory and one
 * on the port bus that note what happens to them, and a processor in a mode.
 */
#ifndef TEST_VMM_CPU_H
#define TEST_VMM_CPU_H

#include "vmm/access.h"
#include "vmm/bus.h"

#include <string.h>

#define TEST_RAM 0x20000u
#define TEST_MMIO 0xfec00000ull
#define TEST_PORT 0x100u
#define TEST_CODE 0x8000u

struct test_access {
	uint64_t offset, value;
	unsigned bytes;
	bool write;
};

static uint8_t test_ram[TEST_RAM];
static struct guest_memory test_memory;
static struct vcpu_state test_state;
static struct bus test_ports, test_mmio;
static struct guest_cpu test_cpu = {
	.state = &test_state, .memory = &test_memory, .ports = &test_ports, .mmio = &test_mmio};
static uint8_t test_device[0x1000]; /* what the device reads as, and was written to */
static struct test_access test_log[4096];
static unsigned test_accesses;

static inline uint64_t test_device_read(void *ctx, uint64_t offset, unsigned bytes)
{
	uint64_t value = 0;

	(void)ctx;
	memcpy(&value, test_device + (offset & 0xfff), bytes);
	test_log[test_accesses++ % 4096] = (struct test_access){offset, value, bytes, false};
	return value;
}

static inline void test_device_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	(void)ctx;
	memcpy(test_device + (offset & 0xfff), &value, bytes);
	test_log[test_accesses++ % 4096] = (struct test_access){offset, value, bytes, true};
}

/* Flat segments; CODE_64 is long mode with paging off (the walk is then 1:1). */
static inline void test_mode(enum code_size size)
{
	uint32_t db = size == CODE_32 ? 0x4000 : 0;

	for (unsigned i = SEG_ES; i <= SEG_GS; i++)
		test_state.segment[i] = (struct vcpu_segment){
			.ar = 0x8093 | db, .limit = size == CODE_16 ? 0xffff : 0xffffffff};
	test_state.segment[SEG_CS].ar = 0x809b | db | (size == CODE_64 ? 0x2000 : 0);
	test_state.efer = size == CODE_64 ? EFER_LMA | EFER_LME : 0;
	test_state.cr0 = CR0_PE;
	test_state.valid = GROUP_ALL;
}

static inline int test_setup(void **state)
{
	struct bus_device device = {.name = "test",
		.base = TEST_MMIO,
		.size = 0x1000,
		.read = test_device_read,
		.write = test_device_write};

	(void)state;
	memset(test_ram, 0, sizeof test_ram);
	memset(test_device, 0, sizeof test_device);
	memset(&test_state, 0, sizeof test_state);
	test_accesses = 0;
	bus_init(&test_ports, "port", NULL);
	bus_init(&test_mmio, "mmio", NULL);
	if (bus_add(&test_mmio, &device))
		return 1;
	device.base = TEST_PORT;
	device.size = 0x10;
	if (bus_add(&test_ports, &device) || guest_memory_init(&test_memory, test_ram, TEST_RAM))
		return 1;
	test_state.rip = TEST_CODE;
	test_state.rflags = RFLAGS_FIXED;
	test_mode(CODE_64);
	return 0;
}

#endif
