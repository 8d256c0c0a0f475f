/* SPDX-License-Identifier: MIT */
/*
 * All processors use the same devices and the same memory at the same time, and nothing
 * is lost or mixed: atomic additions, a lock made of an atomic exchange, registers that
 * take two accesses (I/O APIC, RTC, PCI) under that lock, and registers that take one
 * without it.
 * Source: Intel SDM vol. 3, 9.1.2 "Bus Locking", 9.2.2 "Memory Ordering in P6 and More
 * Recent Processor Families".
 */
#include "boot.h"
#include "legacy.h"
#include "smp.h"
#include "test.h"
#include "time.h"

const char test_name[] = "smp_lock";

#define ROUNDS 400
#define ADDS 100000
#define PIN 5
#define PIN_ENTRY (IOAPIC_MASKED | 0x77)
#define PCI_ADDRESS 0xcf8
#define PCI_ENABLE 0x80000000u
#define LSR_EMPTY 0x60

static volatile uint32_t lock;
static volatile uint64_t sum, plain;
static volatile unsigned wrong, done;

static void take(void)
{
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		cpu_pause();
}

static void give(void)
{
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

static void expect(bool right)
{
	if (!right)
		__atomic_fetch_add(&wrong, 1, __ATOMIC_SEQ_CST);
}

static void add(void)
{
	for (unsigned i = 0; i < ADDS; i++)
		__atomic_fetch_add(&sum, 1, __ATOMIC_SEQ_CST);
}

static void add_plain(void)
{
	for (unsigned i = 0; i < ADDS / 10; i++) {
		take();
		plain++;
		give();
	}
}

/* What is written comes back, whoever was here in between. */
static void devices_round(uint8_t tag)
{
	uint32_t address = PCI_ENABLE | (uint32_t)tag << 8;

	take();
	outb(UART + 7, tag);
	expect(inb(UART + 7) == tag);
	expect((uint32_t)ioapic_redirection_read(PIN) == PIN_ENTRY);
	expect(ioapic_read(0x10 + 2 * PIN) == PIN_ENTRY);
	rtc_write(0x7f, tag);
	expect(rtc_read(0x7f) == tag);
	outl(PCI_ADDRESS, address);
	expect(inl(PCI_ADDRESS) == address);
	plain++;
	give();
	expect((inb(UART + 5) & LSR_EMPTY) == LSR_EMPTY);
	outb(0x80, tag);
	(void)inb(0x61);
	apic_write(APIC_TPR, 0x10);
	expect(apic_read(APIC_TPR) == 0x10);
	apic_write(APIC_TPR, 0);
	expect(apic_id() == smp_self()->apic_id);
}

static void devices(void)
{
	for (unsigned i = 0; i < ROUNDS; i++)
		devices_round((uint8_t)(i * 8 + smp_self()->index));
	__atomic_fetch_add(&done, 1, __ATOMIC_SEQ_CST);
}

static void on_all(unsigned cpus, void (*fn)(void))
{
	wrong = done = 0;
	plain = 0;
	for (unsigned i = 1; i < cpus; i++)
		smp_run(i, fn);
	fn();
	smp_wait();
}

void test_main(void)
{
	unsigned cpus;

	smp_init();
	ioapic_mask_all();
	ioapic_write(0x10 + 2 * PIN, PIN_ENTRY);
	cpus = smp_start(2);
	serial_drain();
	on_all(cpus, add);
	check_eq((uint64_t)cpus * ADDS, sum, "atomic additions");
	on_all(cpus, add_plain);
	check_eq((uint64_t)cpus * (ADDS / 10), plain, "additions under a lock");
	serial_drain();
	on_all(cpus, devices);
	check_eq(cpus, done, "all came to their end");
	check_eq((uint64_t)cpus * ROUNDS, plain, "rounds under the lock");
	check_eq(0, wrong, "registers that showed something else");
}
