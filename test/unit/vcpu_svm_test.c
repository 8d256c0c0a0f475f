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

static uint32_t svm_edx;

static void host(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	test_host(leaf, subleaf, out);
	if (leaf == 0x8000000a)
		out->reg[CPUID_EDX] = svm_edx;
}

/* A processor that tells nothing of instructions, as QEMU's. */
static struct exit_hardware plain(const struct cpuid_guest *guest)
{
	const struct cpuid_guest here = {.host = host};

	(void)guest;
	return exit_hardware_svm(&here);
}

static int setup(void **state)
{
	svm_edx = 0;
	test_hardware = plain;
	return test_setup_flat(state);
}

static enum exit_kind leave(uint64_t reason, uint64_t info1, const char *code)
{
	struct exit exit;

	memcpy(test_ram + TEST_CODE, code, strlen(code) + 1);
	test_state.rip = TEST_CODE;
	test_state.exit_reason = reason;
	test_state.exit_qualification = info1;
	test_state.exit_info2 = TEST_CODE + strlen(code);
	v.hardware.decode(&v.hardware, &v.cpu, &exit);
	vcpu_handle(&v, &exit);
	return exit.kind;
}

static void test_smsw(void **state)
{
	(void)state;
	test_state.cr0_shadow |= CR0_CD | CR0_NW; /* what it reads is the shadow */
	test_state.gpr[GPR_RDX] = test_state.gpr[GPR_RSI] = ~0ull;
	leave(0x00, 0, "\x0f\x01\xe2");
	assert_int_equal(test_state.gpr[GPR_RDX], (uint32_t)cpu_cr0(&test_state));
	assert_true(test_state.gpr[GPR_RDX] & CR0_CD);
	assert_int_equal(test_state.rip, TEST_CODE + 3);
	leave(0x00, 0, "\x66\x0f\x01\xe6");
	assert_int_equal(
		test_state.gpr[GPR_RSI], 0xffffffffffff0000 | (uint16_t)cpu_cr0(&test_state));
	test_state.gpr[GPR_RBX] = 0x3000;
	memset(test_ram + 0x3000, 0xff, 4);
	leave(0x00, 0, "\x0f\x01\x23");
	assert_int_equal(test_ram[0x3000], (uint8_t)cpu_cr0(&test_state));
	assert_int_equal(test_ram[0x3002], 0xff);
	assert_int_equal(test_state.rip, TEST_CODE + 3);
	test_state.segment[SEG_DS].limit = 0x3000; /* no room */
	leave(0x00, 0, "\x0f\x01\x23");
	assert_int_equal(EVENT_VECTOR(v.inject.exception.info), VECTOR_GP);
	assert_int_equal(test_state.rip, TEST_CODE);
}

static void test_cr_moves(void **state)
{
	(void)state;
	test_state.gpr[GPR_RAX] = CR0_PE | CR0_TS;
	leave(0x10, 0, "\x0f\x22\xc0");
	assert_true(cpu_cr0(&test_state) & CR0_TS);
	leave(0x10, 0, "\x0f\x06");
	assert_false(cpu_cr0(&test_state) & CR0_TS);
	test_state.gpr[GPR_RAX] = CR0_MP;
	leave(0x10, 0, "\x0f\x01\xf0");
	assert_true(cpu_cr0(&test_state) & CR0_MP);
	assert_int_equal(test_state.rip, TEST_CODE + 3);
	test_state.gpr[GPR_RAX] = 9;
	leave(0x18, 0, "\xf0\x0f\x22\xc0");
	leave(0x08, 0, "\xf0\x0f\x20\xc1");
	assert_int_equal(test_state.gpr[GPR_RCX], 9);
}

/* The instruction could not be read; or is another by now. */
static void test_no_instruction(void **state)
{
	(void)state;
	assert_int_equal(leave(0x72, 0, "\xf4"), KIND_AGAIN);
	assert_int_equal(test_state.rip, TEST_CODE);
	assert_int_equal(v.inject.exception.info, 0);
	test_state.cr0 |= CR0_PG;
	test_state.cr3 = 0x8000;
	assert_int_equal(leave(0x72, 0, "\x0f\xa2"), KIND_FAULT);
	assert_int_equal(EVENT_VECTOR(v.inject.exception.info), VECTOR_PF);
	assert_int_equal(test_state.cr2, TEST_CODE);
}

/* INSB: asks for what it takes to read it, once. */
static void test_string(void **state)
{
	uint32_t *want = &test_state.want[0x7b];
	uint32_t narrow = *want;

	(void)state;
	test_state.valid = narrow;
	test_state.gpr[GPR_RDI] = 0x3000;
	test_ram[0x3000] = 0x55;
	assert_int_equal(leave(0x7b, 0x00800015, "\x6c"), KIND_AGAIN);
	assert_int_not_equal(*want, narrow);
	assert_int_equal(test_state.rip, TEST_CODE);
	test_state.valid = *want;
	assert_int_equal(leave(0x7b, 0x00800015, "\x6c"), KIND_IO);
	test_state.valid |= *want;
	if (test_state.rip == TEST_CODE) /* the segments were still missing */
		leave(0x7b, 0x00800015, "\x6c");
	assert_int_equal(test_state.rip, TEST_CODE + 1);
	assert_int_equal(test_state.gpr[GPR_RDI], 0x3001);
	test_state.gpr[GPR_RAX] = 0;
	leave(0x7b, 0x00800010, "\xe6\x80");
	assert_int_equal(*want, narrow);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
}

/* The guest's DR6 gets the reasons, and the CPU's is cleared. */
static void test_debug(void **state)
{
	(void)state;
	test_state.dr6 = 0xffff4ff2;
	test_state.dirty = 0;
	leave(0x41, 0, "\x90");
	assert_int_equal(v.inject.exception.info, EVENT_VALID | EVENT_EXCEPTION | VECTOR_DB);
	assert_int_equal(v.debug.dr[6] & 0xe00f, 0x4002);
	assert_true(test_state.dirty & GROUP_DR);
	assert_int_equal(test_state.dr7, 0x400);
}

static void test_msrs(void **state)
{
	(void)state;
	test_state.gpr[GPR_RCX] = 0x277;
	test_state.gpr[GPR_RAX] = 0x00010406;
	test_state.gpr[GPR_RDX] = 0x00070105;
	test_state.dirty = 0;
	leave(0x7c, 1, "\x0f\x30");
	assert_int_equal(test_state.pat, 0x0007010500010406);
	assert_true(test_state.dirty & GROUP_EFER);
	test_state.gpr[GPR_RAX] = test_state.gpr[GPR_RDX] = 0;
	leave(0x7c, 0, "\x0f\x32");
	assert_int_equal(test_state.gpr[GPR_RAX], 0x00010406);
	assert_int_equal(test_state.gpr[GPR_RDX], 0x00070105);
	test_state.gpr[GPR_RAX] = 2; /* no type */
	leave(0x7c, 1, "\x0f\x30");
	assert_int_equal(EVENT_VECTOR(v.inject.exception.info), VECTOR_GP);
	assert_int_equal(test_state.pat, 0x0007010500010406);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_smsw, setup),
		cmocka_unit_test_setup(test_cr_moves, setup),
		cmocka_unit_test_setup(test_no_instruction, setup),
		cmocka_unit_test_setup(test_string, setup),
		cmocka_unit_test_setup(test_debug, setup),
		cmocka_unit_test_setup(test_msrs, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
