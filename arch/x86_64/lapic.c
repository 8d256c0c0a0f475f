/* SPDX-License-Identifier: MIT */
#include "lapic.h"

#include "cpuid.h"
#include "msr.h"
#include "vectors.h"

#define SVR_ENABLE 0x100u

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

void lapic_eoi(void)
{
	lapic_write(LAPIC_EOI, 0);
}

void lapic_init(volatile void *mapped)
{
	uint64_t base = rdmsr(MSR_APIC_BASE) | APIC_BASE_ENABLE;

	registers = mapped;
	x2apic = cpuid_has(FEATURE_X2APIC);
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
