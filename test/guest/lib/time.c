/* SPDX-License-Identifier: MIT */
/* TSC frequency and delays. States: the frequency, once known. */
#include "time.h"

#include "apic.h"
#include "boot.h"
#include "irq.h"
#include "legacy.h"

#define SLEEP_VECTOR 0xef
#define SLEEP_TICK_US 1000
#define MEASURE_MS 10

static uint64_t tsc_hz;
static bool told;

uint64_t time_measure_pit(unsigned ms)
{
	uint8_t gate = inb(PORT_61) & ~3;
	uint64_t start;

	outb(PORT_61, gate);
	pit_set(2, 0, PIT_HZ * ms / 1000);
	start = rdtsc();
	outb(PORT_61, gate | 1);
	while (!(inb(PORT_61) & 0x20))
		cpu_pause();
	return (rdtsc() - start) * 1000 / ms;
}

/* A bare emulator's leaf 0x15 describes the CPU it imitates, not its clock. */
static uint64_t tsc_hz_told(void)
{
	struct cpuid c;

	if (boot_word("bare") || cpu_id(0, 0).eax < 0x15)
		return 0;
	c = cpu_id(0x15, 0);
	return c.eax ? (uint64_t)c.ecx * c.ebx / c.eax : 0;
}

uint64_t time_tsc_hz(void)
{
	if (tsc_hz)
		return tsc_hz;
	tsc_hz = tsc_hz_told();
	told = tsc_hz != 0;
	if (!tsc_hz)
		tsc_hz = time_measure_pit(MEASURE_MS);
	return tsc_hz;
}

bool time_is_told(void)
{
	return time_tsc_hz() && told;
}

uint64_t time_deadline_us(uint64_t us)
{
	return rdtsc() + time_tsc_hz() / 1000 * us / 1000;
}

void time_delay_us(uint64_t us)
{
	uint64_t deadline = time_deadline_us(us);

	while (rdtsc() < deadline)
		cpu_pause();
}

uint64_t time_apic_hz(void)
{
	uint64_t tsc, ticks;

	apic_write(APIC_TIMER_DIVIDE, 0xb);
	apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED);
	apic_write(APIC_TIMER_INITIAL, 0xffffffff);
	tsc = rdtsc();
	time_delay_us(2000);
	ticks = 0xffffffff - apic_read(APIC_TIMER_CURRENT);
	tsc = rdtsc() - tsc;
	apic_write(APIC_TIMER_INITIAL, 0);
	return ticks * time_tsc_hz() / tsc;
}

void time_sleep_us(uint64_t us)
{
	static uint64_t apic_hz;
	uint64_t deadline = time_deadline_us(us);

	if (!apic_hz) {
		apic_init();
		irq_install(SLEEP_VECTOR, IRQ_EOI_APIC);
		apic_hz = time_apic_hz();
	}
	apic_write(APIC_LVT_TIMER, SLEEP_VECTOR | APIC_TIMER_PERIODIC);
	apic_write(APIC_TIMER_INITIAL, apic_hz * SLEEP_TICK_US / 1000000);
	while (rdtsc() < deadline)
		cpu_sti_hlt();
	cpu_cli();
	apic_write(APIC_TIMER_INITIAL, 0);
}
