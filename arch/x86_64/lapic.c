/* SPDX-License-Identifier: MIT */
#include "lapic.h"

#include "cpuid.h"
#include "msr.h"
#include "vectors.h"

#define SVR_ENABLE 0x100u
#define ICR_PENDING 0x1000u
#define XAPIC_ID_MAX 0xfeu

/* The same for all CPUs; set by the first. */
static volatile uint32_t *registers;
static bool x2apic;

hpa_t lapic_address(void)
{
	return hpa(rdmsr(MSR_APIC_BASE) & APIC_BASE_ADDRESS);
}

uint32_t lapic_read(uint32_t reg)
{
	return x2apic ? (uint32_t)rdmsr(MSR_X2APIC_BASE + reg / 16) : registers[reg / 4];
}

void lapic_write(uint32_t reg, uint32_t value)
{
	if (x2apic)
		wrmsr(MSR_X2APIC_BASE + reg / 16, value);
	else
		registers[reg / 4] = value;
}

uint32_t lapic_id(void)
{
	uint32_t id = lapic_read(LAPIC_ID);

	return x2apic ? id : id >> 24;
}

bool lapic_reaches(uint32_t apic_id)
{
	return x2apic || apic_id <= XAPIC_ID_MAX;
}

void lapic_send(uint32_t apic_id, uint32_t command)
{
	if (x2apic) {
		/* WRMSR to the APIC does not wait for stores: SDM vol. 3A section
		 * 10.12.3 "MSR Access in x2APIC Mode". */
		__asm__ volatile("mfence; lfence" : : : "memory");
		wrmsr(MSR_X2APIC_BASE + LAPIC_ICR / 16, (uint64_t)apic_id << 32 | command);
		return;
	}
	while (lapic_read(LAPIC_ICR) & ICR_PENDING)
		__builtin_ia32_pause();
	lapic_write(LAPIC_ICR_HIGH, apic_id << 24);
	lapic_write(LAPIC_ICR, command);
}

void lapic_eoi(void)
{
	lapic_write(LAPIC_EOI, 0);
}

void lapic_map(volatile void *mapped)
{
	registers = mapped;
	x2apic = cpuid_has(FEATURE_X2APIC);
}

void lapic_init(void)
{
	uint64_t base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

	wrmsr(MSR_APIC_BASE, base);
	if (x2apic)
		wrmsr(MSR_APIC_BASE, base | APIC_BASE_X2APIC);
	lapic_write(LAPIC_TPR, 0);
	lapic_write(LAPIC_LVT_TIMER, LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT0, LVT_MASKED);
	lapic_write(LAPIC_LVT_LINT1, LVT_MASKED);
	lapic_write(LAPIC_LVT_ERROR, LVT_MASKED);
	lapic_write(LAPIC_SVR, SVR_ENABLE | VECTOR_SPURIOUS);
}
