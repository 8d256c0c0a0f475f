/* SPDX-License-Identifier: MIT */
/*
 * The I/O APIC: its registers hold what may be written, an edge of the 8254 at
 * pin 2 is delivered once (also when it came masked it stays quiet), and the
 * UART as a level at pin 4 sets remote IRR, is not repeated before EOI, comes
 * again after EOI while it stands, and stops when it is released.
 * Source: 82093AA data sheet, 3.2 "I/O APIC Registers"; ACPI Specification 6.4,
 * 5.2.12.5 "Interrupt Source Override Structure".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "irq.h"
#include "legacy.h"
#include "test.h"
#include "time.h"

const char test_name[] = "ioapic";

#define PIN_PIT 2
#define PIN_UART 4
#define VECTOR_PIT 0x53
#define VECTOR_UART 0x64

static uint64_t here(void)
{
	return (uint64_t)apic_id() << 56;
}

static void window(void)
{
	cpu_sti();
	__asm__ volatile("nop; nop; nop");
	cpu_cli();
}

static void registers_check(void)
{
	static const uint64_t writes[] = {
		0x0f0000000001a9ff & ~0x5000ull, 0x10000, 0xaa00000000010830 & ~0x5000ull};
	uint32_t version = ioapic_read(1);
	unsigned pins = (version >> 16 & 0xff) + 1;

	check_range(0x10, 0x2f, version & 0xff, "version");
	check_range(24, 240, pins, "number of pins");
	ioapic_write(0, 0x05000000);
	check_eq(0x05000000, ioapic_read(0) & 0x0f000000, "id holds");
	for (unsigned i = 0; i < ARRAY_SIZE(writes); i++) {
		ioapic_redirection_write(7, writes[i]);
		check_eq(writes[i], ioapic_redirection_read(7), "entry 7 holds value %u", i);
	}
	ioapic_redirection_write(8, IOAPIC_MASKED | 0x33);
	ioapic_redirection_write(7, IOAPIC_MASKED | 0x44);
	check_eq(IOAPIC_MASKED | 0x33, ioapic_redirection_read(8), "entry 8 is another");
	ioapic_redirection_write(7, IOAPIC_MASKED | 0x5000);
	check_eq(IOAPIC_MASKED, ioapic_redirection_read(7), "status and remote IRR are read-only");
	ioapic_write(1, 0);
	check_eq(version, ioapic_read(1), "version is read-only");
	mmio_write(IOAPIC_PAGE, 0x17);
	check_eq(0x17, mmio_read(IOAPIC_PAGE) & 0xff, "the index register reads back");
	ioapic_redirection_write(pins - 1, IOAPIC_MASKED | 0x77);
	check_eq(IOAPIC_MASKED | 0x77, ioapic_redirection_read(pins - 1), "the last entry holds");
	ioapic_mask_all();
}

static void edge_check(void)
{
	irq_clear();
	pit_set(0, 0, 1000);
	time_delay_us(2000);
	/* The line is high, which is no edge; it falls, and rises once. */
	ioapic_redirection_write(PIN_PIT, VECTOR_PIT | here());
	pit_set(0, 0, 2000);
	cpu_sti();
	(void)TIME_UNTIL(irq_total, 100000);
	time_delay_us(3000);
	cpu_cli();
	check_eq(1, irq_count(VECTOR_PIT), "one edge is one interrupt");
	check_eq(
		0, ioapic_redirection_read(PIN_PIT) & IOAPIC_REMOTE_IRR, "no remote IRR for edges");
	check(!apic_bit(APIC_TMR, VECTOR_PIT), "TMR says edge");

	irq_clear();
	ioapic_redirection_write(PIN_PIT, VECTOR_PIT | here());
	pit_set(0, 2, PIT_HZ / 1000);
	cpu_sti();
	check(TIME_UNTIL(irq_total >= 5, 1000000), "a periodic source goes on");
	cpu_cli();
	ioapic_mask_all();
	cpu_sti();
	cpu_cli();
	irq_clear();
	cpu_sti();
	time_delay_us(3000);
	cpu_cli();
	check_eq(0, irq_total, "a masked pin is silent");
	pit_set(0, 0, 100);
}

static void logical_check(void)
{
	apic_write(APIC_DFR, 0xffffffff);
	apic_write(APIC_LDR, 0x02000000);
	irq_clear();
	ioapic_redirection_write(PIN_PIT, VECTOR_PIT | 0x800 | 0x02ull << 56);
	pit_set(0, 0, 1000);
	cpu_sti();
	check(TIME_UNTIL(irq_total, 100000), "a logical destination");
	cpu_cli();
	irq_clear();
	ioapic_redirection_write(PIN_PIT, VECTOR_PIT | 0x800 | 0x04ull << 56);
	pit_set(0, 0, 1000);
	cpu_sti();
	time_delay_us(3000);
	cpu_cli();
	check_eq(0, irq_total, "another logical destination");
	ioapic_mask_all();
}

static volatile uint64_t entry_inside;
static volatile unsigned total_inside;
static volatile bool tmr_inside;

/* Before the EOI: at the third interrupt the source is released. */
static void level_entry(void)
{
	if (irq_total >= 3)
		uart_irq_lower();
	if (irq_total > 1)
		return;
	entry_inside = ioapic_redirection_read(PIN_UART);
	tmr_inside = apic_bit(APIC_TMR, VECTOR_UART);
	window();
	total_inside = irq_total;
}

static void level_check(void)
{
	uint64_t entry = VECTOR_UART | IOAPIC_LEVEL | here();

	irq_clear();
	irq_on_entry(VECTOR_UART, level_entry);
	ioapic_redirection_write(PIN_UART, entry | IOAPIC_MASKED);
	uart_irq_raise();
	ioapic_redirection_write(PIN_UART, entry);
	window();
	window();
	window();
	uart_irq_lower();
	if (boot_is_bochs()) {
		check_skip("level", "Bochs 2.7 has no remote IRR and does not repeat");
		ioapic_mask_all();
		return;
	}
	check_eq(IOAPIC_REMOTE_IRR, entry_inside & IOAPIC_REMOTE_IRR, "remote IRR in the handler");
	check(tmr_inside, "TMR says level");
	check_eq(1, total_inside, "not repeated before EOI");
	check_eq(3, irq_total, "repeated after EOI while it stands, then no more");
	check_eq(entry, ioapic_redirection_read(PIN_UART), "no remote IRR afterwards");
	ioapic_mask_all();
}

static void level_masked_check(void)
{
	irq_clear();
	irq_on_entry(VECTOR_UART, uart_irq_lower);
	ioapic_redirection_write(PIN_UART, IOAPIC_MASKED | VECTOR_UART | IOAPIC_LEVEL | here());
	uart_irq_raise();
	window();
	total_inside = irq_total;
	ioapic_redirection_write(PIN_UART, VECTOR_UART | IOAPIC_LEVEL | here());
	window();
	uart_irq_lower();
	check_eq(0, total_inside, "a masked level is silent");
	check_eq(1, irq_total, "it comes when unmasked while it stands");
	ioapic_mask_all();
}

void test_main(void)
{
	apic_init();
	ioapic_mask_all();
	irq_install(VECTOR_PIT, IRQ_EOI_APIC);
	irq_install(VECTOR_UART, IRQ_EOI_APIC);
	registers_check();
	edge_check();
	logical_check();
	level_check();
	level_masked_check();
}
