/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/lock.c vmm-user/vmm/machine.c vmm-user/vmm/machine_devices.c vmm-user/vmm/machine_irq.c vmm-user/vmm/bus.c vmm-user/vmm/clock.c vmm-user/vmm/guest_memory.c vmm-user/vmm/dev/acpi_pm.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/calendar.c vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/ioapic.c vmm-user/vmm/dev/kbd.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/dev/pic.c vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c vmm-user/vmm/dev/postcode.c vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/uart.c */
/* clang-format on */
/*
 * A machine whose processors have a thread each, with ThreadSanitizer: messages between
 * them, none lost, by tell and kick as the run loop does it; devices under the lock.
 */
#include "vmm/machine.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define CPUS 4u
#define ROUNDS 3000u
#define VECTOR 0x41u
#define IRQ_VECTOR 0x55u

static uint8_t ram[PAGE_SIZE];
static struct guest_memory mem;
static struct machine m;
static struct machine_cpu cpu[CPUS];
static sem_t bell[CPUS], lock_bell[CPUS];
static uint8_t place[LOCK_THREADS] = {0, 1, 0, 1};
static uint64_t ticks;   /* atomic */
static unsigned kicks;   /* atomic */
static unsigned written; /* the lock guards it */

static uint64_t tsc(void)
{
	return __atomic_add_fetch(&ticks, 100, __ATOMIC_RELAXED);
}

static void output(void *ctx, uint8_t byte)
{
	(void)ctx, (void)byte;
	written++;
}

static void input(void *ctx)
{
	(void)ctx;
}

static void ring(sem_t *at)
{
	sem_post(at);
}

static void doze(sem_t *at)
{
	while (sem_wait(at))
		;
}

static void kick(unsigned i)
{
	__atomic_fetch_add(&kicks, 1, __ATOMIC_RELAXED);
	ring(&bell[i]);
}

static void lock_sleep(unsigned i)
{
	doze(&lock_bell[i]);
}

static void lock_wake(unsigned i)
{
	ring(&lock_bell[i]);
}

static void lapic_out(struct machine_cpu *c, uint64_t at, uint32_t value)
{
	bus_write(&c->mmio, LAPIC_BASE_DEFAULT + at, 4, value);
}

static void out(struct machine_cpu *c, uint16_t port, uint8_t value)
{
	bus_write(&c->ports, port, 1, value);
}

static int setup(void **state)
{
	struct machine_config config = {.memory = &mem,
		.tsc_khz = 1000000,
		.tsc = tsc,
		.output = output,
		.input = input,
		.kick = kick};

	(void)state;
	kicks = written = 0;
	if (guest_memory_init(&mem, ram, sizeof ram) || machine_init(&m, &config))
		return 1;
	m.lock.sleep = lock_sleep;
	m.lock.wake = lock_wake;
	m.lock.cpu = place;
	for (unsigned i = 0; i < CPUS; i++) {
		sem_init(&bell[i], 0, 0);
		sem_init(&lock_bell[i], 0, 0);
		if (machine_add_cpu(&m, &cpu[i]))
			return 1;
		lapic_out(&cpu[i], 0xf0, 0x1ff);
	}
	return 0;
}

/* What a processor's run loop does for a halted guest: look, or sleep until a kick. */
static int next_vector(struct machine_cpu *c)
{
	for (;;) {
		if (machine_due(c)) {
			machine_collect(c);
			if (machine_irq(c)) {
				int vector = machine_take(c);

				lapic_out(c, 0xb0, 0);
				return vector;
			}
		} else {
			doze(&bell[c->index]);
		}
	}
}

static void send(struct machine_cpu *c, uint32_t to, uint32_t command)
{
	lapic_out(c, 0x310, to << 24);
	lapic_out(c, 0x300, 0x4000 | command);
}

/* A token goes round; whoever has it uses the devices, too. */
static void *token(void *arg)
{
	struct machine_cpu *c = arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		if (c->index || i)
			(void)next_vector(c);
		out(c, 0x3f8, (uint8_t)i);
		send(c, (c->index + 1) % CPUS, VECTOR);
	}
	return NULL;
}

static void run_all(void *(*main)(void *))
{
	pthread_t id[CPUS];

	for (unsigned i = 0; i < CPUS; i++)
		assert_int_equal(pthread_create(&id[i], NULL, main, &cpu[i]), 0);
	for (unsigned i = 0; i < CPUS; i++)
		assert_int_equal(pthread_join(id[i], NULL), 0);
	assert_int_equal(m.lock.word, 0);
}

static void token_is_never_lost(void **state)
{
	(void)state;
	run_all(token);
	assert_int_equal(written, CPUS * ROUNDS);
}

/* All at once: vectors of every kind, broadcasts, NMI, devices, and one's own timer. */
static void *storm(void *arg)
{
	struct machine_cpu *c = arg;

	for (unsigned i = 0; i < ROUNDS; i++) {
		send(c, (c->index + i) % CPUS, 0x60 + i % 64);
		send(c, 0xff, i % 16 ? 0xc0000 | (0x30 + i % 16) : 0x80400);
		send(c, 3, 0x0900 | 0x20); /* lowest priority, logical */
		send(c, (c->index + 1) % CPUS, i % 8 ? 0x4500 : 0x4600);
		out(c, 0x80, (uint8_t)i);
		out(c, 0x3f8, 'x');
		out(c, 0x43, 0x34), out(c, 0x40, (uint8_t)i), out(c, 0x40, 1);
		lapic_out(c, 0x80, i % 4 << 4);
		lapic_out(c, 0xd0, 1u << (24 + c->index));
		machine_advance(c);
		machine_collect(c);
		c->nmi = c->init = false;
		for (int left = 8; left && machine_irq(c); left--) {
			(void)machine_take(c);
			lapic_out(c, 0xb0, 0);
		}
		(void)machine_deadline(c);
	}
	return NULL;
}

static void storm_is_survived(void **state)
{
	(void)state;
	/* The PIT's and the serial port's lines go to changing processors. */
	bus_write(&cpu[0].mmio, IOAPIC_BASE, 4, 0x14);
	bus_write(&cpu[0].mmio, IOAPIC_BASE + 0x10, 4, IRQ_VECTOR | 1 << 8 | 1 << 11);
	bus_write(&cpu[0].mmio, IOAPIC_BASE, 4, 0x15);
	bus_write(&cpu[0].mmio, IOAPIC_BASE + 0x10, 4, 0xff000000);
	run_all(storm);
	assert_int_equal(written, CPUS * ROUNDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(token_is_never_lost, setup),
		cmocka_unit_test_setup(storm_is_survived, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
