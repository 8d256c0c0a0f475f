/* SPDX-License-Identifier: MIT */
/*
 * The card as the machine has it: see hardware.h. By PCI configuration mechanism #1 and
 * rights on request, as the disk driver does it.
 */
#include "hardware.h"
#include "abi/plan.h"
#include "abi/syscall.h"
#include "e1000.h"
#include "e1000_regs.h"
#include "lib/addr.h"
#include "rt/log.h"
#include "rt/port.h"
#include "rt/syscall.h"

#define CONFIG_ADDRESS 0xcf8u
#define CONFIG_DATA 0xcfcu
#define REST_US 50u
#define REGISTERS_SIZE 0x20000u
#define GRANT_MEMORY 1u
#define GRANT_LINE 2u
#define COMMAND 4u
#define COMMAND_KEEP 0xfbffu /* not "interrupts off" */
#define COMMAND_ON 7u        /* ports, memory, bus master */
#define NOBODY 0xffffffffu

static struct e1000 card;
static uint64_t tsc_khz;
static bool has_line, heard;

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

static uint32_t reg_read(void *ctx, uint32_t offset)
{
	return ((volatile uint32_t *)ctx)[offset / sizeof(uint32_t)];
}

static void reg_write(void *ctx, uint32_t offset, uint32_t value)
{
	((volatile uint32_t *)ctx)[offset / sizeof(uint32_t)] = value;
}

/* PCI Local Bus 3.0, section 3.2.2.3.2 "Software Generation of Configuration
 * Transactions". Another driver may get in between address and data: then again. */
static uint32_t config_read(uint32_t function, uint32_t reg)
{
	uint32_t address = 0x80000000u | function << 8 | reg, value;

	for (uint32_t i = 0; i < 16; i++) {
		port_out32(CONFIG_ADDRESS, address);
		value = port_in32(CONFIG_DATA);
		if (port_in32(CONFIG_ADDRESS) == address)
			return value;
	}
	return NOBODY;
}

static void config_write(uint32_t function, uint32_t reg, uint32_t value)
{
	port_out32(CONFIG_ADDRESS, 0x80000000u | function << 8 | reg);
	port_out32(CONFIG_DATA, value);
}

static bool function_find(uint32_t number, uint32_t *found)
{
	for (uint32_t function = 0; function < 0x10000; function++) {
		uint32_t class = config_read(function, 0x08);

		if (class != NOBODY && class >> 8 == 0x020000 && number-- == 0) {
			*found = function;
			return true;
		}
	}
	return false;
}

static bool ask(uint32_t number, uint64_t kind, uint64_t flags, uint64_t first, uint64_t count)
{
	struct ipc_words words = {{INIT_GRANT, number, kind | GRANT_FLAGS(flags), first, count}};

	return ipc_call(START_SLOT_INIT, 0, &words) == STATUS_OK && words.word[0] == STATUS_OK;
}

static void line_open(uint32_t function)
{
	uint32_t line = config_read(function, 0x3c) & 0xff;

	has_line = line != 0 && line < 24 &&
		   ask(GRANT_LINE, PLAN_RIGHT_IRQ, IRQ_LEVEL | IRQ_ACTIVE_LOW, line, 1) &&
		   sys_irq_bind(START_SLOT_GRANT + GRANT_LINE, START_SLOT_NOTIFICATION,
			   HARDWARE_INTERRUPT) == STATUS_OK;
}

struct nic *hardware_open(const struct start_info *info, uint32_t number, bool *works)
{
	const struct nic_memory memory = {(uint8_t *)START_DMA_ADDR, info->dma_physical};
	uint32_t function, id, bar;
	enum e1000_kind kind;
	struct nic_io io = {.read = reg_read, .write = reg_write, .now_us = now_us, .rest = rest};

	tsc_khz = info->tsc_khz;
	if (!function_find(number, &function)) {
		rt_log("this machine has no network card %u", number);
		return NULL;
	}
	id = config_read(function, 0);
	kind = e1000_kind((uint16_t)id, (uint16_t)(id >> 16));
	bar = config_read(function, 0x10) & ~0xfu;
	if (kind == E1000_NONE || info->dma_size < E1000_MEMORY ||
		!ask(GRANT_MEMORY, PLAN_RIGHT_MEMORY, MEM_R | MEM_W | MEM_UC, bar >> 12,
			REGISTERS_SIZE >> 12)) {
		rt_log("network card %u (%04x:%04x) has no driver", number, id & 0xffff, id >> 16);
		return NULL;
	}
	io.ctx = (void *)(START_GRANT_ADDR + GRANT_MEMORY * START_GRANT_SIZE);
	config_write(
		function, COMMAND, (config_read(function, COMMAND) & COMMAND_KEEP) | COMMAND_ON);
	*works = e1000_open(&card, kind, &io, &memory);
	line_open(function);
	rt_log("network card %u (%04x:%04x), address %02x:%02x:%02x:%02x:%02x:%02x", number,
		id & 0xffff, id >> 16, card.nic.mac[0], card.nic.mac[1], card.nic.mac[2],
		card.nic.mac[3], card.nic.mac[4], card.nic.mac[5]);
	return &card.nic;
}

void hardware_acknowledge(void)
{
	heard = true;
	if (sys_irq_ack(START_SLOT_GRANT + GRANT_LINE) != STATUS_OK)
		has_line = false;
}

bool hardware_tells(void)
{
	return has_line && heard;
}
