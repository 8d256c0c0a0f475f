/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/vcpu_exit.c vmm-user/vmm/vcpu_event.c vmm-user/vmm/vcpu_register.c vmm-user/vmm/vcpu_start.c vmm-user/vmm/cr.c vmm-user/vmm/cpuid.c vmm-user/vmm/msr.c vmm-user/vmm/debug.c vmm-user/vmm/inject.c vmm-user/vmm/exit.c vmm-user/vmm/exit_vmx.c vmm-user/vmm/exit_svm.c vmm-user/vmm/exit_svm_code.c vmm-user/vmm/decode_system.c vmm-user/vmm/nmi.c vmm-user/vmm/io.c vmm-user/vmm/emulate.c vmm-user/vmm/emulate_string.c vmm-user/vmm/alu.c vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/cpu.c vmm-user/vmm/lock.c vmm-user/vmm/quick.c vmm-user/vmm/machine.c vmm-user/vmm/machine_devices.c vmm-user/vmm/machine_irq.c vmm-user/vmm/bus.c vmm-user/vmm/clock.c vmm-user/vmm/guest_memory.c vmm-user/vmm/dev/acpi_pm.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/calendar.c vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/ioapic.c vmm-user/vmm/dev/kbd.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/dev/pic.c vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c vmm-user/vmm/dev/postcode.c vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/uart.c */
/* clang-format on */
/* The short ways do what the long ways do, or refuse. */
#include "vmm/quick.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmm_vcpu.h"

#include "vmm/emulate.h"
#include "vmm/io.h"

#define PML4 0x2000u
#define HIGH 0xffffffff81000000ull /* where the code is mapped: page 1 of the RAM */
#define APIC_VIRTUAL 0xffffffffff5fb000ull
#define SVR 0xf0u

static void table(unsigned at, unsigned index, uint64_t entry)
{
	memcpy(test_ram + at + 8 * index, &entry, 8);
}

/* 64-bit code at HIGH and at TEST_CODE, and the APIC's page where Linux has it. */
static int setup(void **state)
{
	const struct boot_entry entry = {.mode = BOOT_LONG64,
		.cs = 0x10,
		.data = 0x18,
		.tr = 0x20,
		.rip = HIGH,
		.cr3 = PML4};

	if (test_setup(state))
		return 1;
	vcpu_boot(&v, &entry);
	table(PML4, 0, 0x3003);
	table(PML4, 511, 0x3003);
	table(0x3000, 0, 0x4003);
	table(0x3000, 510, 0x4003);
	table(0x3000, 511, 0x5003);
	table(0x4000, 0, 0x6003);
	table(0x4000, 8, 0x6003);
	table(0x5000, 506, 0x7003);
	table(0x6000, 0, TEST_CODE | 3);
	table(0x6000, 1, TEST_CODE | 3);
	table(0x7000, 0x1fb, LAPIC_BASE_DEFAULT | 3);
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + SVR, 4, 0x1ff);
	test_state.exit_reason = 48;
	test_state.valid = GROUP_ALL;
	test_state.dirty = 0;
	for (unsigned i = 0; i < GPR_COUNT; i++)
		test_state.gpr[i] = 0x1111111100000000ull * i + 0x20 + i;
	test_state.gpr[GPR_RDI] = APIC_VIRTUAL;
	test_cpu.due = false;
	return 0;
}

static struct exit_mmio access_to(unsigned offset, bool write)
{
	return (struct exit_mmio){.gpa = {LAPIC_BASE_DEFAULT + offset},
		.read = !write,
		.write = write,
		.has_linear = true,
		.linear = APIC_VIRTUAL + offset};
}

/* What an access leaves behind. */
struct outcome {
	uint64_t gpr[GPR_COUNT], rip;
	uint32_t dirty, tpr, icr_high;
	bool due;
};

static struct outcome outcome(void)
{
	struct outcome o = {.rip = test_state.rip,
		.dirty = test_state.dirty,
		.tpr = test_cpu.lapic.tpr,
		.icr_high = test_cpu.lapic.icr_high,
		.due = test_cpu.due};

	memcpy(o.gpr, test_state.gpr, sizeof o.gpr);
	return o;
}

#define CODE(text) text, sizeof(text) - 1

static const struct {
	const char *code;
	unsigned size;
	unsigned offset;
	bool write, quick;
} moves[] = {
	{CODE("\x89\xb7\x80\0\0\0"), 0x80, true, true},           /* mov %esi,0x80(%rdi) */
	{CODE("\x44\x89\x8f\x10\x03\0\0"), 0x310, true, true},    /* mov %r9d,.. */
	{CODE("\x89\x34\x25\x80\xb0\x5f\xff"), 0x80, true, true}, /* mov %esi,abs32 */
	{CODE("\xc7\x04\x25\x80\xb0\x5f\xff\x30\0\0\0"), 0x80, true, true},
	{CODE("\xc7\x87\x80\0\0\0\xf0\xff\xff\xff"), 0x80, true, true},
	{CODE("\x8b\x87\xf0\0\0\0"), SVR, false, true},       /* mov 0xf0(%rdi),%eax */
	{CODE("\x44\x8b\x97\x20\0\0\0"), 0x20, false, true},  /* mov ..,%r10d */
	{CODE("\x8b\x07"), 0, false, true},                   /* no such register */
	{CODE("\x87\xb7\x80\0\0\0"), 0x80, true, false},      /* xchg */
	{CODE("\x48\x89\xb7\x80\0\0\0"), 0x80, true, false},  /* 64 bits */
	{CODE("\x66\x89\xb7\x80\0\0\0"), 0x80, true, false},  /* 16 bits */
	{CODE("\x88\xa7\x80\0\0\0"), 0x80, true, false},      /* 8 bits */
	{CODE("\x83\x8f\x80\0\0\0\x10"), 0x80, true, false},  /* or */
	{CODE("\x0f\xb6\x87\x80\0\0\0"), 0x80, false, false}, /* movzbl */
};

static void test_moves(void **state)
{
	static const uint64_t places[] = {HIGH, HIGH + 0xff0, HIGH + 0x123, 0x345};
	struct outcome quick;
	struct fault fault;

	for (size_t i = 0; i < ARRAY_SIZE(moves); i++)
		for (size_t j = 0; j < 2 * ARRAY_SIZE(places); j++) {
			uint64_t rip = places[j / 2];
			struct exit_mmio mmio = access_to(moves[i].offset, moves[i].write);

			setup(state);
			test_state.rip = rip;
			memcpy(test_ram + TEST_CODE + (rip & 0xfff), moves[i].code, moves[i].size);
			if (j % 2 && moves[i].quick) { /* once more, from what is remembered */
				assert_true(quick_apic(&v, &mmio));
				bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x80, 4, 0);
				bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x310, 4, 0);
				test_state.gpr[GPR_RAX] = test_state.gpr[GPR_R10] = 9;
				test_state.dirty = 0;
				test_state.rip = rip;
				test_cpu.due = false;
			}
			assert_int_equal(quick_apic(&v, &mmio), moves[i].quick);
			if (!moves[i].quick) {
				assert_int_equal(test_state.rip, rip);
				continue;
			}
			quick = outcome();
			test_state.dirty = 0;
			test_state.rip = rip;
			test_cpu.due = false;
			bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x80, 4, 0);
			bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x310, 4, 0);
			test_cpu.due = false;
			assert_int_equal(emulate_step(&v.cpu, &fault), EMULATE_DONE);
			assert_int_equal(test_state.rip, quick.rip);
			assert_int_equal(test_state.dirty, quick.dirty);
			assert_int_equal(test_cpu.lapic.tpr, quick.tpr);
			assert_int_equal(test_cpu.lapic.icr_high, quick.icr_high);
			assert_memory_equal(test_state.gpr, quick.gpr, sizeof quick.gpr);
		}
}

/* Other bytes at the same RIP are another instruction. */
static void test_changed_code(void **state)
{
	struct exit_mmio mmio = access_to(0x80, true);

	(void)state;
	memcpy(test_ram + TEST_CODE, "\x89\xb7\x80\0\0\0", 6);
	assert_true(quick_apic(&v, &mmio));
	assert_int_equal(test_cpu.lapic.tpr, (uint8_t)test_state.gpr[GPR_RSI]);
	test_state.rip = HIGH;
	test_ram[TEST_CODE + 1] = 0x9f; /* %ebx */
	assert_true(quick_apic(&v, &mmio));
	assert_int_equal(test_cpu.lapic.tpr, (uint8_t)test_state.gpr[GPR_RBX]);
	test_state.rip = HIGH;
	test_ram[TEST_CODE] = 0x87;
	assert_false(quick_apic(&v, &mmio));
}

static void test_refused(void **state)
{
	struct exit_mmio mmio = access_to(0x80, true), load = access_to(0x80, false);

	memcpy(test_ram + TEST_CODE, "\x89\xb7\x80\0\0\0", 6);
	assert_false(quick_apic(&v, &load)); /* not what the exit said */
	mmio.gpa.raw = LAPIC_BASE_DEFAULT + 0xffd;
	assert_false(quick_apic(&v, &mmio)); /* runs over the page's end */
	mmio.gpa.raw = IOAPIC_BASE;
	assert_false(quick_apic(&v, &mmio));
	mmio = access_to(0x80, true);
	test_state.rip = HIGH + 0xff1; /* perhaps in two pages */
	assert_false(quick_apic(&v, &mmio));
	test_state.rip = 0; /* 64-bit code, but nobody can know */
	test_state.valid = GROUP_ALL & ~GROUP_EFER;
	assert_false(quick_apic(&v, &mmio));
	test_state.valid = GROUP_ALL;
	test_state.segment[SEG_CS].ar &= ~AR_L;
	assert_false(quick_apic(&v, &mmio));
	setup(state);
	table(0x6000, 0, 0); /* no longer mapped */
	assert_false(quick_apic(&v, &mmio));
	table(0x6000, 0, 0x40000003); /* not RAM */
	assert_false(quick_apic(&v, &mmio));
	test_state.cr3 = 0xf0000000;
	assert_false(quick_apic(&v, &mmio));
}

/* A large page, and the other large page. */
static void test_large_pages(void **state)
{
	struct exit_mmio mmio = access_to(0x80, true);

	(void)state;
	memcpy(test_ram + TEST_CODE, "\x89\xb7\x80\0\0\0", 6);
	table(0x4000, 8, 0x83);
	test_state.rip = HIGH + TEST_CODE;
	assert_true(quick_apic(&v, &mmio));
	table(0x3000, 510, 0x83);
	test_state.rip = HIGH - 0x1000000 + TEST_CODE;
	assert_true(quick_apic(&v, &mmio));
}

/* What emulation needs is asked for, and no longer when a short way could do without. */
static void test_wanted_groups(void **state)
{
	struct exit exit = {.kind = KIND_MMIO, .mmio = access_to(0x80, true)};
	uint32_t *want = &test_state.want[48];

	(void)state;
	memcpy(test_ram + TEST_CODE, "\x87\xb7\x80\0\0\0", 6); /* xchg */
	assert_int_equal(*want & QUICK_MORE, 0);
	test_state.valid = GROUP_ALL & ~(QUICK_MORE | GROUP_EVENT);
	vcpu_handle(&v, &exit);
	assert_int_equal(test_state.rip, HIGH); /* comes back */
	assert_int_equal(*want & QUICK_MORE, QUICK_MORE);
	test_state.valid = GROUP_ALL & ~GROUP_EVENT;
	vcpu_handle(&v, &exit);
	assert_int_equal(test_state.rip, HIGH + 6);
	assert_int_equal(*want & QUICK_MORE, QUICK_MORE);
	test_ram[TEST_CODE] = 0x89;
	test_state.rip = HIGH;
	vcpu_handle(&v, &exit);
	assert_int_equal(test_state.rip, HIGH + 6);
	assert_int_equal(*want & QUICK_MORE, 0);
}

/* The end of an interrupt is looked at only if another one waits. */
static void test_end_of_interrupt(void **state)
{
	(void)state;
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x300, 4, 0x40055);
	machine_collect(&test_cpu);
	assert_int_equal(machine_take(&test_cpu), 0x55);
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x300, 4, 0x40051);
	machine_collect(&test_cpu);
	assert_false(machine_irq(&test_cpu));
	machine_apic_write(&test_cpu, LAPIC_OFFSET_EOI, 4, 0);
	assert_true(test_cpu.due);
	machine_collect(&test_cpu);
	assert_int_equal(machine_take(&test_cpu), 0x51);
	machine_apic_write(&test_cpu, LAPIC_OFFSET_EOI, 4, 0);
	assert_false(test_cpu.due);
}

/* Every register of the serial port, in two machines side by side. */
static void test_ports(void **state)
{
	static const uint8_t values[] = {0x00, 0x01, 0x03, 0x0f, 0x1b, 0x80, 0xff};
	struct outcome quick;
	struct uart uart;

	for (unsigned i = 0; i < 16 * ARRAY_SIZE(values); i++) {
		struct exit_io io = {
			.port = (uint16_t)(MACHINE_COM1 + i % 8), .bytes = 1, .in = i % 16 >= 8};

		setup(state);
		bus_write(&test_cpu.ports, MACHINE_COM1 + 4, 1, 8);
		machine_receive(&test_machine, 'r');
		machine_receive(&test_machine, 's'); /* an overrun */
		test_cpu.due = false;
		test_state.gpr[GPR_RAX] = 0x1234567890ab00 | values[i / 16];
		assert_true(quick_port(&v, &io));
		quick = outcome();
		uart = test_machine.uart;
		setup(state);
		bus_write(&test_cpu.ports, MACHINE_COM1 + 4, 1, 8);
		machine_receive(&test_machine, 'r');
		machine_receive(&test_machine, 's');
		test_cpu.due = false;
		test_state.gpr[GPR_RAX] = 0x1234567890ab00 | values[i / 16];
		io_single(&v.cpu, &io);
		assert_memory_equal(&uart, &test_machine.uart, sizeof uart);
		assert_memory_equal(test_state.gpr, quick.gpr, sizeof quick.gpr);
		assert_int_equal(test_machine.lock.word, 0);
	}
	assert_false(quick_port(&v, &(struct exit_io){.port = 0x3f8, .bytes = 2}));
	assert_false(quick_port(&v, &(struct exit_io){.port = 0x3f7, .bytes = 1}));
	assert_false(quick_port(&v, &(struct exit_io){.port = 0x400, .bytes = 1}));
	assert_false(quick_port(&v, &(struct exit_io){.port = 0x3f8, .bytes = 1, .string = true}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_moves, setup),
		cmocka_unit_test_setup(test_changed_code, setup),
		cmocka_unit_test_setup(test_refused, setup),
		cmocka_unit_test_setup(test_large_pages, setup),
		cmocka_unit_test_setup(test_wanted_groups, setup),
		cmocka_unit_test_setup(test_end_of_interrupt, setup),
		cmocka_unit_test_setup(test_ports, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
