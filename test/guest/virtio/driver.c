/* SPDX-License-Identifier: MIT */
/* A tiny driver: see driver.h. */
#include "driver.h"

#include "cpu.h"
#include "string.h"

#define COMMON_SELECT 0x08
#define COMMON_FEATURE 0x0c
#define COMMON_VECTOR 0x10
#define COMMON_STATUS 0x14
#define QUEUE_SELECT 0x16
#define QUEUE_SIZE 0x18
#define QUEUE_VECTOR 0x1a
#define QUEUE_ENABLE 0x1c
#define QUEUE_DESCRIPTORS 0x20

static struct descriptor descriptors[QUEUE] __attribute__((aligned(16)));
static struct available available __attribute__((aligned(2)));
static struct used used __attribute__((aligned(4)));

uint8_t mmio_read8(uint64_t address)
{
	uint8_t v;

	__asm__ volatile("movb (%1), %0" : "=r"(v) : "r"(address) : "memory");
	return v;
}

uint16_t mmio_read16(uint64_t address)
{
	uint16_t v;

	__asm__ volatile("movw (%1), %0" : "=r"(v) : "r"(address) : "memory");
	return v;
}

void mmio_write8(uint64_t address, uint8_t v)
{
	__asm__ volatile("movb %0, (%1)" ::"r"(v), "r"(address) : "memory");
}

void mmio_write16(uint64_t address, uint16_t v)
{
	__asm__ volatile("movw %0, (%1)" ::"r"(v), "r"(address) : "memory");
}

uint64_t pci_find(uint64_t ecam, uint16_t device)
{
	for (unsigned i = 0; i < 32; i++)
		if (mmio_read(ecam + ((uint64_t)i << 15)) == ((uint32_t)device << 16 | 0x1af4))
			return ecam + ((uint64_t)i << 15);
	return 0;
}

bool driver_probe(struct driver *d, uint64_t config)
{
	memset(d, 0, sizeof *d);
	d->config = config;
	d->bar = mmio_read(config + 0x10) & ~15u;
	for (unsigned at = mmio_read8(config + 0x34); at; at = mmio_read8(config + at + 1)) {
		uint64_t place = d->bar + mmio_read(config + at + 8);

		if (mmio_read8(config + at) == 0x11) {
			d->msix = at;
			d->table = d->bar + (mmio_read(config + at + 4) & ~7u);
		}
		if (mmio_read8(config + at) != 0x09)
			continue;
		switch (mmio_read8(config + at + 3)) {
		case 1:
			d->common = place;
			break;
		case 2:
			d->notify = place;
			break;
		case 3:
			d->isr = place;
			break;
		case 4:
			d->device = place;
			break;
		}
	}
	return d->bar && d->common && d->isr && d->notify && d->msix;
}

static void message_set(struct driver *d, unsigned vector, uint8_t number)
{
	mmio_write(d->table + 16 * vector, 0xfee00000);
	mmio_write(d->table + 16 * vector + 4, 0);
	mmio_write(d->table + 16 * vector + 8, number);
	mmio_write(d->table + 16 * vector + 12, 0);
}

static void address_set(struct driver *d, unsigned which, const volatile void *area)
{
	mmio_write(d->common + QUEUE_DESCRIPTORS + 8 * which, (uint32_t)(uintptr_t)area);
	mmio_write(d->common + QUEUE_DESCRIPTORS + 8 * which + 4,
		(uint32_t)((uint64_t)(uintptr_t)area >> 32));
}

void driver_start(struct driver *d, uint8_t queue_vector, uint8_t config_vector)
{
	memset(descriptors, 0, sizeof descriptors);
	memset(&available, 0, sizeof available);
	memset(&used, 0, sizeof used);
	d->descriptors = descriptors;
	d->available = &available;
	d->used = &used;
	mmio_write16(d->config + 4, 6); /* memory, bus master */
	mmio_write16(d->config + d->msix + 2, 0x8000);
	message_set(d, 0, config_vector);
	message_set(d, 1, queue_vector);
	mmio_write8(d->common + COMMON_STATUS, 0);
	mmio_write8(d->common + COMMON_STATUS, 3);
	mmio_write(d->common + COMMON_SELECT, 1);
	mmio_write(d->common + COMMON_FEATURE, 1); /* VERSION_1 */
	mmio_write8(d->common + COMMON_STATUS, 11);
	mmio_write16(d->common + COMMON_VECTOR, 0);
	mmio_write16(d->common + QUEUE_SELECT, 0);
	mmio_write16(d->common + QUEUE_SIZE, QUEUE);
	mmio_write16(d->common + QUEUE_VECTOR, 1);
	address_set(d, 0, descriptors);
	address_set(d, 1, &available);
	address_set(d, 2, &used);
	mmio_write16(d->common + QUEUE_ENABLE, 1);
	mmio_write8(d->common + COMMON_STATUS, 15);
}

void driver_describe(struct driver *d, unsigned index, const volatile void *data, uint32_t size,
	uint16_t flags, uint16_t next)
{
	d->descriptors[index].address = (uintptr_t)data;
	d->descriptors[index].size = size;
	d->descriptors[index].flags = flags;
	d->descriptors[index].next = next;
}

void driver_offer(struct driver *d, uint16_t head)
{
	d->available->ring[d->available->index % QUEUE] = head;
	__asm__ volatile("mfence" ::: "memory");
	d->available->index++;
	__asm__ volatile("mfence" ::: "memory");
	mmio_write16(d->notify, 0);
}
