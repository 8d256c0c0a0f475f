/* SPDX-License-Identifier: MIT */
/* The machine as the cores see it: see hardware.h. */
#include "hardware.h"
#include "abi/plan.h"
#include "lib/addr.h"
#include "rt/log.h"
#include "rt/port.h"
#include "rt/syscall.h"

#define CONFIG_ADDRESS 0xcf8u
#define CONFIG_DATA 0xcfcu
#define REST_US 50u

static uint64_t tsc_khz;
static uint32_t next_grant = 1;

void hardware_open(const struct start_info *info)
{
	tsc_khz = info->tsc_khz;
}

/* --- time --- */

uint64_t hardware_now_us(void)
{
	uint64_t now = tsc_read();

	return now / tsc_khz * 1000 + now % tsc_khz * 1000 / tsc_khz;
}

static uint64_t now_us(void *ctx UNUSED)
{
	return hardware_now_us();
}

static void rest(void *ctx UNUSED)
{
	uint64_t bits, deadline = tsc_read() + REST_US * tsc_khz / 1000;

	if (sys_timer(START_SLOT_NOTIFICATION, HARDWARE_REST, deadline) != STATUS_OK ||
		sys_wait(START_SLOT_NOTIFICATION, HARDWARE_REST, &bits) != STATUS_OK)
		rt_panic("cannot wait");
}

struct unit_clock hardware_clock = {.now_us = now_us, .rest = rest};

/* --- ports and memory --- */

static void address_write(void *ctx UNUSED, uint32_t value)
{
	port_out32(CONFIG_ADDRESS, value);
}

static uint32_t address_read(void *ctx UNUSED)
{
	return port_in32(CONFIG_ADDRESS);
}

static uint32_t data_read(void *ctx UNUSED)
{
	return port_in32(CONFIG_DATA);
}

static void data_write(void *ctx UNUSED, uint32_t value)
{
	port_out32(CONFIG_DATA, value);
}

const struct pci_io hardware_pci = {.address_write = address_write,
	.address_read = address_read,
	.data_read = data_read,
	.data_write = data_write};

static uint8_t in8(void *ctx UNUSED, uint16_t port)
{
	return port_in8(port);
}

static uint16_t in16(void *ctx UNUSED, uint16_t port)
{
	return port_in16(port);
}

static void out8(void *ctx UNUSED, uint16_t port, uint8_t value)
{
	port_out8(port, value);
}

static void out32(void *ctx UNUSED, uint16_t port, uint32_t value)
{
	port_out32(port, value);
}

const struct ide_io hardware_ide = {.in8 = in8, .in16 = in16, .out8 = out8, .out32 = out32};

static uint32_t memory_read(void *ctx, uint32_t offset)
{
	return ((volatile uint32_t *)ctx)[offset / sizeof(uint32_t)];
}

static void memory_write(void *ctx, uint32_t offset, uint32_t value)
{
	((volatile uint32_t *)ctx)[offset / sizeof(uint32_t)] = value;
}

struct ahci_io hardware_ahci(volatile uint32_t *registers)
{
	return (struct ahci_io){
		.read = memory_read, .write = memory_write, .ctx = (void *)(uintptr_t)registers};
}

struct nvme_io hardware_nvme(volatile uint32_t *registers)
{
	return (struct nvme_io){
		.read = memory_read, .write = memory_write, .ctx = (void *)(uintptr_t)registers};
}

static uint32_t part_read(void *ctx, enum virtio_part part, uint32_t offset, uint32_t bytes)
{
	volatile uint8_t *at = ((const struct hardware_virtio *)ctx)->part[part] + offset;

	if (bytes == 1)
		return *at;
	return bytes == 2 ? *(volatile uint16_t *)at : *(volatile uint32_t *)at;
}

static void part_write(
	void *ctx, enum virtio_part part, uint32_t offset, uint32_t bytes, uint32_t value)
{
	volatile uint8_t *at = ((const struct hardware_virtio *)ctx)->part[part] + offset;

	if (bytes == 1)
		*at = (uint8_t)value;
	else if (bytes == 2)
		*(volatile uint16_t *)at = (uint16_t)value;
	else
		*(volatile uint32_t *)at = value;
}

struct virtio_io hardware_virtio(struct hardware_virtio *parts)
{
	return (struct virtio_io){.read = part_read,
		.write = part_write,
		.now_us = now_us,
		.rest = rest,
		.ctx = parts};
}

/* --- rights --- */

/* Asks init. Returns the number of the request, or 0: it is not given. */
static uint32_t ask(enum plan_right_kind kind, uint64_t flags, uint64_t first, uint64_t count)
{
	struct ipc_words words = {
		{INIT_GRANT, next_grant, kind | GRANT_FLAGS(flags), first, count}};

	if (next_grant == START_GRANTS)
		return 0;
	if (ipc_call(START_SLOT_INIT, 0, &words) != STATUS_OK || words.word[0] != STATUS_OK) {
		next_grant++;
		return 0;
	}
	return next_grant++;
}

bool hardware_ports(uint16_t first, uint16_t count)
{
	return ask(PLAN_RIGHT_PORT, 0, first, count) != 0;
}

volatile uint32_t *hardware_memory(uint64_t physical, uint64_t size)
{
	uint64_t offset = physical & PAGE_MASK;
	uint32_t number = ask(PLAN_RIGHT_MEMORY, MEM_R | MEM_W | MEM_UC, physical >> PAGE_SHIFT,
		PAGE_ALIGN_UP(offset + size) >> PAGE_SHIFT);

	if (number == 0)
		return NULL;
	return (volatile uint32_t *)(START_GRANT_ADDR + number * START_GRANT_SIZE + offset);
}

uint64_t hardware_line(uint32_t gsi, uint64_t flags, uint64_t bit)
{
	uint32_t number = ask(PLAN_RIGHT_IRQ, flags, gsi, 1);

	if (number == 0 ||
		sys_irq_bind(START_SLOT_GRANT + number, START_SLOT_NOTIFICATION, bit) != STATUS_OK)
		return 0;
	return START_SLOT_GRANT + number;
}
