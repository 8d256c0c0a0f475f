/* SPDX-License-Identifier: MIT */
/*
 * The PC's older devices: 8259 pair, 8254, port 0x61, RTC, and the UART as a
 * source of interrupts.
 * Source: Intel 8259A, 82C54 and MC146818A data sheets.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PIC_MASTER 0x20
#define PIC_SLAVE 0xa0
#define PIC_BASE 0x20 /* vector of IRQ0; IRQ8 is PIC_BASE + 8 */
#define PIC_EOI 0x20
#define PIC_READ_IRR 0x0a
#define PIC_READ_ISR 0x0b

#define PIT_COUNTER0 0x40
#define PIT_COUNTER2 0x42
#define PIT_CONTROL 0x43
#define PIT_HZ 1193182
#define PORT_61 0x61

#define RTC_A 0x0a
#define RTC_B 0x0b
#define RTC_C 0x0c
#define RTC_D 0x0d

#define UART 0x3f8
#define UART_IRQ 4

/** Initialise both: vectors from PIC_BASE, all masked, normal EOI. */
void pic_init(void);
/** Set the mask, bit per IRQ (IRQ0 is bit 0, IRQ8 bit 8). */
void pic_mask(uint16_t mask);
/** OCW3 read of IRR or ISR, both controllers. */
uint16_t pic_read(uint8_t ocw3);
/** Non-specific EOI as the vector needs. */
void pic_eoi(uint8_t vector);

/** Program a counter with low-high access. */
void pit_set(unsigned counter, unsigned mode, uint16_t count);
/** Latch and read a counter (low-high access). */
uint16_t pit_read(unsigned counter);

uint8_t rtc_read(uint8_t index);
void rtc_write(uint8_t index, uint8_t v);

/** Assert IRQ4: the transmitter is empty and may interrupt. No printing until it is released. */
void uart_irq_raise(void);
/** Release it. */
void uart_irq_lower(void);
