/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/vcpu_exit.c vmm-user/vmm/vcpu_event.c vmm-user/vmm/vcpu_register.c vmm-user/vmm/vcpu_start.c vmm-user/vmm/cr.c vmm-user/vmm/cpuid.c vmm-user/vmm/msr.c vmm-user/vmm/debug.c vmm-user/vmm/inject.c vmm-user/vmm/exit.c vmm-user/vmm/exit_vmx.c vmm-user/vmm/exit_svm.c vmm-user/vmm/exit_svm_code.c vmm-user/vmm/decode_system.c vmm-user/vmm/nmi.c vmm-user/vmm/io.c vmm-user/vmm/emulate.c vmm-user/vmm/emulate_string.c vmm-user/vmm/alu.c vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/cpu.c vmm-user/vmm/lock.c vmm-user/vmm/quick.c vmm-user/vmm/machine.c vmm-user/vmm/machine_devices.c vmm-user/vmm/machine_irq.c vmm-user/vmm/bus.c vmm-user/vmm/clock.c vmm-user/vmm/guest_memory.c vmm-user/vmm/dev/acpi_pm.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/calendar.c vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/ioapic.c vmm-user/vmm/dev/kbd.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/dev/pic.c vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c vmm-user/vmm/dev/postcode.c vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/uart.c */
/* clang-format on */
#include "vmm/nmi.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmm_vcpu.h"

#define NMI (EVENT_VALID | EVENT_NMI | 2)
#define CODE_VINTR 0x64u
#define CODE_IRET 0x74u
#define HANDLER 0x2000u

/* The guest leaves at `rip` for `reason`; then the run loop looks, and it is entered
 * again. */
static void leave(uint64_t reason, uint64_t rip)
{
	struct exit exit;

	test_state.exit_reason = reason;
	test_state.rip = rip;
	test_state.valid = GROUP_ALL;
	v.hardware.decode(&v.hardware, &v.cpu, &exit);
	vcpu_handle(&v, &exit);
	test_state.dirty = 0;
	test_state.inject_info = 0;
	machine_tell(&test_cpu, &test_cpu);
	vcpu_look(&v);
}

static bool injected(void)
{
	return test_state.dirty & GROUP_INJECT && test_state.inject_info == NMI;
}

static int setup(void **state)
{
	test_hardware = exit_hardware_svm;
	return test_setup_flat(state);
}

static int setup_vmx(void **state)
{
	test_hardware = exit_hardware_vmx;
	return test_setup_flat(state);
}

/* One, and its IRET is asked for at once; another waits until that has been executed. */
static void test_blocked(void **state)
{
	(void)state;
	test_cpu.nmi = true;
	leave(EXIT_SIGNAL, TEST_CODE);
	assert_true(injected());
	assert_false(test_cpu.nmi);
	assert_int_equal(test_state.windows, WINDOW_NMI);
	assert_true(test_state.dirty & GROUP_CONTROLS);
	test_cpu.nmi = true;
	leave(EXIT_SIGNAL, HANDLER);
	assert_false(injected());
	assert_false(v.nmi.soon); /* the IRET will tell */
	leave(CODE_IRET, HANDLER + 8);
	assert_int_equal(v.hidden.exits[KIND_IRET], 1);
	assert_false(injected());
	assert_int_equal(test_state.windows, 0); /* or it could not be executed */
	assert_true(v.nmi.soon);
	leave(EXIT_SIGNAL, HANDLER + 8); /* not yet */
	assert_false(injected());
	assert_true(v.nmi.soon);
	leave(EXIT_SIGNAL, TEST_CODE);
	assert_true(injected());
	assert_false(v.nmi.soon);
	assert_int_equal(test_state.windows, WINDOW_NMI);
}

/* Without another the IRET is noted all the same. */
static void test_nothing_waits(void **state)
{
	(void)state;
	test_cpu.nmi = true;
	leave(EXIT_SIGNAL, TEST_CODE);
	leave(CODE_IRET, HANDLER);
	assert_int_equal(test_state.windows, 0);
	assert_false(v.nmi.soon);
	test_cpu.nmi = true;
	leave(EXIT_POKED, TEST_CODE + 1);
	assert_true(injected());
}

/* Behind STI or MOV SS, and behind an exception: soon, and no IRET is awaited. */
static void test_soon(void **state)
{
	struct fault ud = fault_plain(VECTOR_UD);

	(void)state;
	test_cpu.nmi = true;
	test_state.interruptibility = INTR_BLOCK_STI;
	leave(EXIT_SIGNAL, TEST_CODE);
	assert_false(injected());
	assert_int_equal(test_state.windows, 0);
	assert_true(v.nmi.soon);
	test_state.interruptibility = 0;
	vcpu_raise(&v, &ud);
	leave(EXIT_SIGNAL, TEST_CODE + 1);
	assert_int_equal(test_state.inject_info, EVENT_VALID | EVENT_EXCEPTION | VECTOR_UD);
	assert_true(v.nmi.soon);
	leave(EXIT_SIGNAL, HANDLER);
	assert_true(injected());
	assert_false(v.nmi.soon);
}

/* One whose delivery was interrupted is delivered again, blocked as it is. */
static void test_again(void **state)
{
	(void)state;
	test_cpu.nmi = true;
	leave(EXIT_SIGNAL, TEST_CODE);
	test_state.vectoring_info = NMI;
	leave(EXIT_SIGNAL, TEST_CODE);
	assert_true(injected());
	test_cpu.nmi = true;
	leave(EXIT_SIGNAL, HANDLER);
	assert_false(injected());
	assert_int_equal(test_state.windows, WINDOW_NMI);
}

/* An INIT begins with NMIs let in. */
static void test_init(void **state)
{
	(void)state;
	test_cpu.nmi = true;
	leave(EXIT_SIGNAL, TEST_CODE);
	vcpu_reset(&v);
	assert_int_equal(v.nmi.state, NMI_OPEN);
	assert_true(v.nmi.ours);
}

/* Interrupts are not concerned. */
static void test_interrupt_window(void **state)
{
	(void)state;
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0xf0, 4, 0x1ff);
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x300, 4, 0x40055);
	test_cpu.nmi = true;
	leave(EXIT_SIGNAL, TEST_CODE);
	assert_true(injected());
	assert_int_equal(test_state.windows, WINDOW_NMI | WINDOW_INTERRUPT);
	test_state.rflags |= RFLAGS_IF;
	leave(CODE_VINTR, HANDLER);
	assert_int_equal(test_state.inject_info, EVENT_VALID | EVENT_INTERRUPT | 0x55);
	assert_int_equal(test_state.windows, WINDOW_NMI);
}

/* Behind STI the window that will be open is asked for. */
static void test_interrupt_shadow(void **state)
{
	(void)state;
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0xf0, 4, 0x1ff);
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x300, 4, 0x40055);
	test_state.rflags |= RFLAGS_IF;
	test_state.interruptibility = INTR_BLOCK_STI;
	leave(EXIT_SIGNAL, TEST_CODE);
	assert_false(test_state.dirty & GROUP_INJECT);
	assert_int_equal(test_state.windows, WINDOW_INTERRUPT);
	assert_false(v.nmi.soon);
	test_state.interruptibility = 0;
	leave(CODE_VINTR, TEST_CODE + 1);
	assert_int_equal(test_state.inject_info, EVENT_VALID | EVENT_INTERRUPT | 0x55);
	assert_int_equal(test_state.windows, 0);
}

/* The hardware of VMX keeps all that itself. */
static void test_vmx(void **state)
{
	(void)state;
	test_cpu.nmi = true;
	leave(EXIT_SIGNAL, TEST_CODE);
	assert_true(injected());
	assert_int_equal(test_state.windows, 0);
	test_cpu.nmi = true;
	test_state.interruptibility = INTR_BLOCK_NMI;
	leave(EXIT_SIGNAL, HANDLER);
	assert_false(injected());
	assert_int_equal(test_state.windows, WINDOW_NMI);
	assert_false(v.nmi.soon);
	test_state.interruptibility = 0;
	leave(8, HANDLER); /* NMI window */
	assert_true(injected());
	assert_int_equal(test_state.windows, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_blocked, setup),
		cmocka_unit_test_setup(test_nothing_waits, setup),
		cmocka_unit_test_setup(test_soon, setup),
		cmocka_unit_test_setup(test_again, setup),
		cmocka_unit_test_setup(test_init, setup),
		cmocka_unit_test_setup(test_interrupt_window, setup),
		cmocka_unit_test_setup(test_interrupt_shadow, setup),
		cmocka_unit_test_setup(test_vmx, setup_vmx),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
