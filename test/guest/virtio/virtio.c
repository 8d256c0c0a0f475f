/* SPDX-License-Identifier: MIT */
/*
 * A disk and a source of entropy on the PCI bus: found by ACPI, by ports and by memory
 * alike; BARs can be sized and moved; requests are answered, with one MSI-X interrupt
 * each, also while the processor sleeps; what a driver may not do is an error of the
 * device, which works again after a reset.
 * The disk is test/guest/run.sh's: 64 sectors, each beginning with "sector N ".
 * Source: Virtual I/O Device (VIRTIO) Version 1.2, sections 2.1, 4.1, 5.2, 5.4.
 */
#include "acpi.h"
#include "apic.h"
#include "cpu.h"
#include "driver.h"
#include "irq.h"
#include "string.h"
#include "test.h"
#include "time.h"

const char test_name[] = "virtio";

#define BLK 0x1042
#define RNG 0x1044
#define VECTOR_QUEUE 0x61
#define VECTOR_CONFIG 0x62
#define SECTORS 64

#define READ 0
#define WRITE 1
#define FLUSH 4
#define GET_ID 8

static struct driver disk;
static struct __attribute__((packed)) {
	uint32_t type, reserved;
	uint64_t sector;
} header;
static uint8_t data[4096] __attribute__((aligned(4096)));
static volatile uint8_t answer;

static uint32_t port_read(unsigned device, unsigned offset)
{
	outl(0xcf8, 0x80000000u | device << 11 | offset);
	return inl(0xcfc);
}

/* Both ways to the configuration space show the same. */
static void bus_check(uint64_t ecam)
{
	bool same = true;

	for (unsigned device = 0; device < 32; device++)
		for (unsigned at = 0; at < 0x40; at += 4)
			same &= port_read(device, at) == mmio_read(ecam + (device << 15) + at);
	check(same, "ports and memory show the same bus");
	check_eq(0x060000, mmio_read(ecam + 8) >> 8, "device 0 is a host bridge");
	check_eq(0xffffffff, mmio_read(ecam + (31 << 15)), "an empty slot");
	check_eq(0xffffffff, mmio_read(ecam + (1 << 15) + (1 << 12)), "there is one function");
}

static void bar_check(struct driver *d)
{
	uint32_t old = mmio_read(d->config + 0x10), size;

	mmio_write(d->config + 0x10, 0xffffffff);
	size = ~(mmio_read(d->config + 0x10) & ~15u) + 1;
	check_range(0x1000, 0x100000, size, "size of the BAR");
	mmio_write16(d->config + 4, 2);
	mmio_write(d->config + 0x10, 0xc7000000);
	check_eq(1, mmio_read16(0xc7000000 + (d->common - d->bar) + 0x12), "it can be moved");
	check_eq(0xffff, mmio_read16(d->common + 0x12), "and has left where it was");
	mmio_write(d->config + 0x10, old);
	check_eq(1, mmio_read16(d->common + 0x12), "and back");
	mmio_write16(d->config + 4, 0);
	check_eq(0xffff, mmio_read16(d->common + 0x12), "it can be switched off");
}

/* One request, waited for asleep; the status byte. */
static uint8_t ask(uint32_t type, uint64_t sector, uint32_t bytes)
{
	uint16_t before = disk.used->index;
	uint64_t deadline = time_deadline_us(2000000);

	header.type = type;
	header.sector = sector;
	answer = 0xff;
	driver_describe(&disk, 0, &header, sizeof header, D_NEXT, bytes ? 1 : 2);
	driver_describe(&disk, 1, data, bytes, D_NEXT | (type == WRITE ? 0 : D_WRITE), 2);
	driver_describe(&disk, 2, &answer, 1, D_WRITE, 0);
	irq_clear();
	driver_offer(&disk, 0);
	while (disk.used->index == before && rdtsc() < deadline) {
		cpu_sti_hlt();
		cpu_cli();
	}
	cpu_sti();
	cpu_pause();
	cpu_cli();
	check_eq((uint16_t)(before + 1), disk.used->index, "type %u was answered", type);
	check_eq(1, irq_count(VECTOR_QUEUE), "by one interrupt");
	return answer;
}

static bool begins(const char *text)
{
	return memcmp(data, text, strlen(text)) == 0;
}

static void disk_check(void)
{
	check_eq(SECTORS, mmio_read(disk.device), "capacity");
	check_eq(0, ask(READ, 0, 512), "status of a read");
	check(begins("sector 0 "), "the first sector");
	check_eq(0, ask(READ, SECTORS - 1, 512), "status of the last");
	check(begins("sector 63 "), "the last sector");
	check_eq(513, disk.used->ring[(disk.used->index - 1u) % QUEUE].size, "bytes written");
	memset(data, 'w', sizeof data);
	check_eq(0, ask(WRITE, 7, 1024), "status of a write");
	check_eq(0, ask(FLUSH, 0, 0), "status of a flush");
	memset(data, 0, sizeof data);
	check_eq(0, ask(READ, 8, 1024), "status of reading again");
	check(data[0] == 'w' && data[511] == 'w', "what was written");
	check(memcmp(data + 512, "sector 9 ", 9) == 0, "what was not");
	memset(data, 0, sizeof data);
	check_eq(0, ask(GET_ID, 0, 20), "status of the name");
	check(begins("scratch"), "the name");
	check_eq(1, ask(READ, SECTORS, 512), "beyond the end");
	check_eq(1, ask(READ, ~0ull, 512), "far beyond the end");
	check_eq(1, ask(READ, 0, 100), "a part of a sector");
	check_eq(2, ask(77, 0, 512), "no such request");
}

/* The least of many, in ticks of the TSC: from the notification to the answer, with the
 * interrupt off. */
static void cost_print(void)
{
	uint64_t least = ~0ull;

	disk.available->flags = 1;
	for (unsigned i = 0; i < 50; i++) {
		uint64_t start = rdtsc(), ticks;

		driver_describe(&disk, 0, &header, sizeof header, D_NEXT, 1);
		driver_describe(&disk, 1, data, sizeof data, D_NEXT | D_WRITE, 2);
		driver_describe(&disk, 2, &answer, 1, D_WRITE, 0);
		header.type = READ;
		header.sector = 8 * (i % 8);
		driver_offer(&disk, 0);
		ticks = rdtsc() - start;
		least = ticks < least ? ticks : least;
	}
	disk.available->flags = 0;
	print("BENCH virtio_read_4k %lu\n", least);
}

/* Each is followed by a reset, after which the disk works. */
static void broken_check(void)
{
	static const struct {
		const char *what;
		uint64_t address;
		uint32_t size;
		uint16_t flags, next;
	} rows[] = {
		{"a buffer in no RAM", 0xb0000000, 16, 0, 0},
		{"a buffer in device memory", 0xfee00000, 16, 0, 0},
		{"a buffer that wraps", ~0ull - 3, 16, 0, 0},
		{"a loop", 0x1000, 16, D_NEXT, 0},
		{"a descriptor that there is not", 0x1000, 16, D_NEXT, 60000},
		{"a table that was not negotiated", 0x1000, 16, 4, 0},
		{"no header", 0x1000, 4, 0, 0},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		driver_start(&disk, VECTOR_QUEUE, VECTOR_CONFIG);
		irq_clear();
		driver_describe(&disk, 0, (void *)rows[i].address, rows[i].size, rows[i].flags,
			rows[i].next);
		driver_offer(&disk, 0);
		cpu_sti();
		cpu_pause();
		cpu_cli();
		check_eq(S_NEEDS_RESET | 15, mmio_read8(disk.common + 0x14), "%s", rows[i].what);
		check_eq(1, irq_count(VECTOR_CONFIG), "and an interrupt says so");
		check_eq(0, disk.used->index, "and nothing is used");
		driver_offer(&disk, 0);
		check_eq(0, disk.used->index, "until it is reset");
	}
	driver_start(&disk, VECTOR_QUEUE, VECTOR_CONFIG);
	check_eq(0, ask(READ, 1, 512), "it works again");
	check(begins("sector 1 "), "as before");
}

static void entropy_check(uint64_t config)
{
	static uint8_t bytes[64];
	struct driver rng;
	unsigned ones = 0;

	if (!config) {
		check_skip("entropy", "the processor has no RDRAND");
		return;
	}
	check(driver_probe(&rng, config), "the source of entropy is complete");
	driver_start(&rng, VECTOR_QUEUE, VECTOR_CONFIG);
	irq_clear();
	driver_describe(&rng, 0, bytes, sizeof bytes, D_WRITE, 0);
	driver_offer(&rng, 0);
	cpu_sti();
	check(TIME_UNTIL(rng.used->index == 1, 1000000), "it answers");
	cpu_cli();
	check_eq(64, rng.used->ring[0].size, "all that was asked for");
	for (unsigned i = 0; i < 512; i++)
		ones += bytes[i / 8] >> i % 8 & 1;
	check_range(150, 362, ones, "about half of the bits are set");
	check_eq(1, irq_count(VECTOR_QUEUE), "one interrupt");
}

void test_main(void)
{
	const struct acpi_header *mcfg = acpi_find("MCFG");
	uint64_t ecam;

	if (!mcfg)
		test_skip("there is no MCFG");
	ecam = *(const uint64_t *)((const uint8_t *)mcfg + 44);
	if (!pci_find(ecam, BLK))
		test_skip("there is no virtio disk");
	apic_init();
	irq_install(VECTOR_QUEUE, IRQ_EOI_APIC);
	irq_install(VECTOR_CONFIG, IRQ_EOI_APIC);
	bus_check(ecam);
	check(driver_probe(&disk, pci_find(ecam, BLK)), "the disk is complete");
	bar_check(&disk);
	driver_start(&disk, VECTOR_QUEUE, VECTOR_CONFIG);
	check_eq(15, mmio_read8(disk.common + 0x14), "the device is ready");
	disk_check();
	cost_print();
	broken_check();
	entropy_check(pci_find(ecam, RNG));
}
