/* SPDX-License-Identifier: MIT */
/* The PC's older devices. States: none beyond the hardware's. */
#include "legacy.h"

#include "cpu.h"
#include "test.h"

void pic_init(void)
{
	outb(PIC_MASTER, 0x11);
	outb(PIC_SLAVE, 0x11);
	outb(PIC_MASTER + 1, PIC_BASE);
	outb(PIC_SLAVE + 1, PIC_BASE + 8);
	outb(PIC_MASTER + 1, 4);
	outb(PIC_SLAVE + 1, 2);
	outb(PIC_MASTER + 1, 1);
	outb(PIC_SLAVE + 1, 1);
	pic_mask(0xffff);
}

void pic_mask(uint16_t mask)
{
	outb(PIC_MASTER + 1, mask);
	outb(PIC_SLAVE + 1, mask >> 8);
}

uint16_t pic_read(uint8_t ocw3)
{
	outb(PIC_MASTER, ocw3);
	outb(PIC_SLAVE, ocw3);
	return inb(PIC_MASTER) | inb(PIC_SLAVE) << 8;
}

void pic_eoi(uint8_t vector)
{
	if (vector >= PIC_BASE + 8)
		outb(PIC_SLAVE, PIC_EOI);
	outb(PIC_MASTER, PIC_EOI);
}

void pit_set(unsigned counter, unsigned mode, uint16_t count)
{
	outb(PIT_CONTROL, counter << 6 | 0x30 | mode << 1);
	outb(PIT_COUNTER0 + counter, count);
	outb(PIT_COUNTER0 + counter, count >> 8);
}

uint16_t pit_read(unsigned counter)
{
	uint8_t low;

	outb(PIT_CONTROL, counter << 6);
	low = inb(PIT_COUNTER0 + counter);
	return low | inb(PIT_COUNTER0 + counter) << 8;
}

uint8_t rtc_read(uint8_t index)
{
	outb(0x70, index);
	return inb(0x71);
}

void rtc_write(uint8_t index, uint8_t v)
{
	outb(0x70, index);
	outb(0x71, v);
}

/* OUT2 gates the UART's interrupt; enabling THRE interrupts while it is empty raises it. */
void uart_irq_raise(void)
{
	serial_drain();
	outb(UART + 4, 0x0b);
	outb(UART + 1, 2);
}

void uart_irq_lower(void)
{
	outb(UART + 1, 0);
	outb(UART + 4, 3);
	(void)inb(UART + 2);
}
