/* SPDX-License-Identifier: MIT */
/* Local APIC and I/O APIC access. States: none beyond the hardware's. */
#include "apic.h"

#include "cpu.h"

#define ICR_POLLS_MAX 1000000

bool apic_is_x2(void)
{
	return rdmsr(MSR_APIC_BASE) & APIC_BASE_X2;
}

uint32_t apic_read(uint32_t offset)
{
	if (apic_is_x2())
		return rdmsr(MSR_X2APIC + offset / 16);
	return mmio_read(APIC_PAGE + offset);
}

void apic_write(uint32_t offset, uint32_t v)
{
	if (apic_is_x2())
		wrmsr(MSR_X2APIC + offset / 16, v);
	else
		mmio_write(APIC_PAGE + offset, v);
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

uint32_t apic_id(void)
{
	uint32_t id = apic_read(APIC_ID);

	return apic_is_x2() ? id : id >> 24;
}

void apic_send(uint32_t id, uint32_t command)
{
	if (apic_is_x2()) {
		wrmsr(MSR_X2APIC + APIC_ICR / 16, (uint64_t)id << 32 | command);
		return;
	}
	mmio_write(APIC_PAGE + APIC_ICR_HIGH, id << 24);
	mmio_write(APIC_PAGE + APIC_ICR, command);
	for (unsigned i = 0; i < ICR_POLLS_MAX; i++)
		if (!(mmio_read(APIC_PAGE + APIC_ICR) & APIC_ICR_BUSY))
			return;
}

void apic_send_self(uint8_t vector)
{
	apic_send(0, APIC_ICR_SELF | APIC_ICR_ASSERT | vector);
}

bool apic_bit(uint32_t offset, uint8_t vector)
{
	return apic_read(offset + vector / 32 * 16) >> vector % 32 & 1;
}

void apic_init(void)
{
	static const uint32_t lvts[] = {
		APIC_LVT_TIMER, APIC_LVT_LINT0, APIC_LVT_LINT1, APIC_LVT_ERROR};

	uint64_t bsp = rdmsr(MSR_APIC_BASE) & APIC_BASE_BSP;

	if (apic_is_x2())
		wrmsr(MSR_APIC_BASE, APIC_PAGE | bsp);
	wrmsr(MSR_APIC_BASE, APIC_PAGE | bsp | APIC_BASE_ENABLE);
	apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
	for (unsigned i = 0; i < sizeof(lvts) / sizeof(lvts[0]); i++)
		apic_write(lvts[i], APIC_LVT_MASKED);
	apic_write(APIC_TIMER_INITIAL, 0);
	apic_write(APIC_TPR, 0);
}

uint32_t ioapic_read(uint8_t index)
{
	mmio_write(IOAPIC_PAGE, index);
	return mmio_read(IOAPIC_PAGE + 0x10);
}

void ioapic_write(uint8_t index, uint32_t v)
{
	mmio_write(IOAPIC_PAGE, index);
	mmio_write(IOAPIC_PAGE + 0x10, v);
}

uint64_t ioapic_redirection_read(unsigned pin)
{
	return ioapic_read(0x10 + 2 * pin) | (uint64_t)ioapic_read(0x11 + 2 * pin) << 32;
}

void ioapic_redirection_write(unsigned pin, uint64_t v)
{
	ioapic_write(0x10 + 2 * pin, IOAPIC_MASKED);
	ioapic_write(0x11 + 2 * pin, v >> 32);
	ioapic_write(0x10 + 2 * pin, v);
}

void ioapic_mask_all(void)
{
	unsigned pins = (ioapic_read(1) >> 16 & 0xff) + 1;

	for (unsigned i = 0; i < pins; i++)
		ioapic_redirection_write(i, IOAPIC_MASKED);
}
