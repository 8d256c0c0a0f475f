/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/vcpu_exit.c vmm-user/vmm/vcpu_event.c vmm-user/vmm/vcpu_register.c vmm-user/vmm/vcpu_start.c vmm-user/vmm/cr.c vmm-user/vmm/cpuid.c vmm-user/vmm/msr.c vmm-user/vmm/debug.c vmm-user/vmm/inject.c vmm-user/vmm/exit.c vmm-user/vmm/exit_vmx.c vmm-user/vmm/exit_svm.c vmm-user/vmm/exit_svm_code.c vmm-user/vmm/decode_system.c vmm-user/vmm/nmi.c vmm-user/vmm/io.c vmm-user/vmm/emulate.c vmm-user/vmm/emulate_string.c vmm-user/vmm/alu.c vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/cpu.c vmm-user/vmm/lock.c vmm-user/vmm/quick.c vmm-user/vmm/machine.c vmm-user/vmm/machine_devices.c vmm-user/vmm/machine_irq.c vmm-user/vmm/bus.c vmm-user/vmm/clock.c vmm-user/vmm/guest_memory.c vmm-user/vmm/dev/acpi_pm.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/calendar.c vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/ioapic.c vmm-user/vmm/dev/kbd.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/dev/pic.c vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c vmm-user/vmm/dev/postcode.c vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/uart.c */
/* clang-format on */
#include "vmm/vcpu_internal.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmm_vcpu.h"

#define EXCEPTION(n) (EVENT_VALID | EVENT_EXCEPTION | (n))

static void handle(const struct exit *exit)
{
	vcpu_handle(&v, exit);
}

/* The local APIC has vector 0x55 for the processor. */
static void interrupt(void)
{
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0xf0, 4, 0x1ff);
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x300, 4, 0x40055);
}

static void test_fault_modes(void **state)
{
	struct fault gp = fault_error(VECTOR_GP, 8), page = fault_page(0x1234, 2);

	(void)state;
	vcpu_raise(&v, &gp);
	assert_int_equal(v.inject.exception.info, EXCEPTION(13) | EVENT_ERROR_CODE);
	vcpu_raise(&v, &page);
	assert_int_equal(v.inject.exception.info, EXCEPTION(14) | EVENT_ERROR_CODE);
	assert_int_equal(v.inject.exception.error, 2);
	assert_int_equal(test_state.cr2, 0x1234);
	assert_true(test_state.dirty & GROUP_CR2);
	test_state.cr0 &= ~CR0_PE; /* real mode pushes no error code */
	vcpu_raise(&v, &gp);
	assert_int_equal(v.inject.exception.info, EXCEPTION(13));
}

/* Without CR0 it is not known whether there is an error code: once more. */
static void test_fault_unknown_mode(void **state)
{
	struct fault gp = fault_error(VECTOR_GP, 0), ud = fault_plain(VECTOR_UD);

	(void)state;
	test_state.exit_reason = 32;
	test_state.valid = GROUP_RFLAGS | GROUP_INTR;
	vcpu_raise(&v, &gp);
	assert_int_equal(v.inject.exception.info, 0);
	assert_true(test_state.want[32] & GROUP_CR);
	vcpu_raise(&v, &ud);
	assert_int_equal(v.inject.exception.info, EXCEPTION(6));
}

static void test_single_step(void **state)
{
	const struct exit exit = {.kind = KIND_CPUID, .length = 2};

	(void)state;
	handle(&exit);
	assert_int_equal(v.inject.exception.info, 0);
	test_state.rflags |= RFLAGS_TF;
	test_state.pending_debug = 0x4001;
	handle(&exit);
	assert_int_equal(v.inject.exception.info, EXCEPTION(1));
	assert_true(v.debug.dr[6] & DR6_BS);
	assert_int_equal(test_state.pending_debug, 1); /* not twice */
	assert_true(test_state.dirty & GROUP_INTR);
}

/* The intercepted exceptions go on to the guest. */
static const struct {
	struct exit_exception exit;
	uint32_t vectoring, info;
	uint64_t dr6;
	enum guest_end end;
} exceptions[] = {
	{{.vector = 1, .type = EVENT_EXCEPTION, .address = 0x4000}, 0, EXCEPTION(1), 0xffff4ff0,
		GUEST_RUNNING},
	{{.vector = 1, .type = EVENT_PRIV_EXCEPTION}, 0, EVENT_VALID | EVENT_PRIV_EXCEPTION | 1,
		0xffff0ff0, GUEST_RUNNING},
	{{.vector = 17, .type = EVENT_EXCEPTION, .has_error = true}, 0,
		EXCEPTION(17) | EVENT_ERROR_CODE, 0xffff0ff0, GUEST_RUNNING},
	{{.vector = 17, .type = EVENT_EXCEPTION, .has_error = true}, EXCEPTION(13),
		EXCEPTION(17) | EVENT_ERROR_CODE, 0xffff0ff0, GUEST_RUNNING},
	{{.vector = 13, .type = EVENT_EXCEPTION, .has_error = true}, EXCEPTION(14),
		EXCEPTION(8) | EVENT_ERROR_CODE, 0xffff0ff0, GUEST_RUNNING},
	{{.vector = 13, .type = EVENT_EXCEPTION, .has_error = true}, EXCEPTION(8), 0, 0xffff0ff0,
		GUEST_TRIPLE_FAULT},
};

static void test_exceptions(void **state)
{
	for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
		const struct exit exit = {
			.kind = KIND_EXCEPTION, .length = 1, .exception = exceptions[i].exit};

		test_setup_flat(state);
		test_state.vectoring_info = exceptions[i].vectoring;
		handle(&exit);
		assert_int_equal(v.inject.exception.info, exceptions[i].info);
		assert_int_equal(v.debug.dr[6], exceptions[i].dr6);
		assert_int_equal(v.end, exceptions[i].end);
		assert_int_equal(v.inject.again.info, 0);
		assert_int_equal(test_state.rip, TEST_CODE);
	}
}

static void test_nmi_unblocking(void **state)
{
	struct exit exit = {.kind = KIND_EXCEPTION,
		.exception = {.vector = 1, .type = EVENT_EXCEPTION, .unblocked_nmi = true}};

	(void)state;
	handle(&exit);
	assert_true(test_state.interruptibility & INTR_BLOCK_NMI);
	assert_true(test_state.dirty & GROUP_INTR);
}

/* An event whose delivery was interrupted comes again, once. */
static void test_interrupted(void **state)
{
	const struct exit exit = {.kind = KIND_SIGNAL};

	(void)state;
	test_state.vectoring_info = EXCEPTION(14) | EVENT_ERROR_CODE | 1 << 12;
	test_state.vectoring_error = 4;
	handle(&exit);
	vcpu_inject(&v);
	assert_int_equal(test_state.inject_info, EXCEPTION(14) | EVENT_ERROR_CODE);
	assert_int_equal(test_state.inject_error, 4);
	assert_true(test_state.dirty & GROUP_INJECT);
	test_state.dirty = 0;
	handle(&exit); /* a page that was not stored anew */
	vcpu_inject(&v);
	assert_int_equal(test_state.dirty & GROUP_INJECT, 0);
	test_state.vectoring_info = EXCEPTION(14);
	test_state.valid &= ~GROUP_EVENT;
	handle(&exit);
	assert_int_equal(v.inject.again.info, 0);
}

static void test_interrupt(void **state)
{
	(void)state;
	interrupt();
	vcpu_inject(&v); /* IF is clear */
	assert_int_equal(test_state.windows, WINDOW_INTERRUPT);
	assert_true(test_state.dirty & GROUP_CONTROLS);
	assert_false(test_state.dirty & GROUP_INJECT);
	test_state.rflags |= RFLAGS_IF;
	test_state.dirty = 0;
	vcpu_inject(&v);
	assert_int_equal(test_state.inject_info, EVENT_VALID | EVENT_INTERRUPT | 0x55);
	assert_int_equal(test_state.windows, 0);
	assert_int_equal(test_state.dirty, GROUP_INJECT | GROUP_CONTROLS);
	assert_false(machine_irq(&test_cpu));
}

/* The kernel did not enter: what is set stays, the other waits. */
static void test_busy(void **state)
{
	struct fault ud = fault_plain(VECTOR_UD);

	(void)state;
	test_state.rflags |= RFLAGS_IF;
	vcpu_raise(&v, &ud);
	vcpu_inject(&v);
	assert_int_equal(test_state.inject_info, EXCEPTION(6));
	interrupt();
	vcpu_inject(&v);
	assert_int_equal(test_state.inject_info, EXCEPTION(6));
	assert_int_equal(test_state.windows, WINDOW_INTERRUPT);
	assert_true(machine_irq(&test_cpu));
}

static void test_nmi(void **state)
{
	(void)state;
	test_cpu.nmi = true;
	test_state.interruptibility = INTR_BLOCK_NMI;
	vcpu_inject(&v);
	assert_int_equal(test_state.windows, WINDOW_NMI);
	test_state.interruptibility = 0;
	vcpu_inject(&v);
	assert_int_equal(test_state.inject_info, EVENT_VALID | EVENT_NMI | 2);
	assert_int_equal(test_state.windows, 0);
	assert_false(test_cpu.nmi);
}

static void test_awake(void **state)
{
	struct fault ud = fault_plain(VECTOR_UD);

	(void)state;
	assert_false(vcpu_awake(&v));
	interrupt();
	assert_false(vcpu_awake(&v));
	test_state.rflags |= RFLAGS_IF;
	assert_true(vcpu_awake(&v));
	test_setup_flat(state);
	test_cpu.nmi = true;
	assert_true(vcpu_awake(&v));
	test_setup_flat(state);
	vcpu_raise(&v, &ud);
	assert_true(vcpu_awake(&v));
}

/* Looks only if it is due, and ends a halt. */
static void test_look(void **state)
{
	(void)state;
	interrupt();
	v.halted = true;
	test_state.rflags |= RFLAGS_IF;
	test_cpu.due = false;
	vcpu_look(&v);
	assert_true(v.halted);
	test_cpu.due = true;
	vcpu_look(&v);
	assert_false(v.halted || test_cpu.due);
	assert_int_equal(test_state.inject_info, EVENT_VALID | EVENT_INTERRUPT | 0x55);
}

static void test_end_once(void **state)
{
	(void)state;
	vcpu_end(&v, GUEST_POWEROFF, 0);
	vcpu_end(&v, GUEST_KILLED, KILL_EMULATION);
	assert_int_equal(v.end, GUEST_POWEROFF);
	assert_int_equal(v.end_code, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_fault_modes, test_setup_flat),
		cmocka_unit_test_setup(test_fault_unknown_mode, test_setup_flat),
		cmocka_unit_test_setup(test_single_step, test_setup_flat),
		cmocka_unit_test_setup(test_exceptions, test_setup_flat),
		cmocka_unit_test_setup(test_nmi_unblocking, test_setup_flat),
		cmocka_unit_test_setup(test_interrupted, test_setup_flat),
		cmocka_unit_test_setup(test_interrupt, test_setup_flat),
		cmocka_unit_test_setup(test_busy, test_setup_flat),
		cmocka_unit_test_setup(test_nmi, test_setup_flat),
		cmocka_unit_test_setup(test_awake, test_setup_flat),
		cmocka_unit_test_setup(test_look, test_setup_flat),
		cmocka_unit_test_setup(test_end_once, test_setup_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
