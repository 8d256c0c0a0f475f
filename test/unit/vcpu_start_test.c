/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/vcpu_exit.c vmm-user/vmm/vcpu_event.c vmm-user/vmm/vcpu_register.c vmm-user/vmm/vcpu_start.c vmm-user/vmm/cr.c vmm-user/vmm/cpuid.c vmm-user/vmm/msr.c vmm-user/vmm/debug.c vmm-user/vmm/inject.c vmm-user/vmm/exit.c vmm-user/vmm/exit_vmx.c vmm-user/vmm/exit_svm.c vmm-user/vmm/exit_svm_code.c vmm-user/vmm/decode_system.c vmm-user/vmm/nmi.c vmm-user/vmm/io.c vmm-user/vmm/emulate.c vmm-user/vmm/emulate_string.c vmm-user/vmm/alu.c vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/cpu.c vmm-user/vmm/lock.c vmm-user/vmm/quick.c vmm-user/vmm/machine.c vmm-user/vmm/machine_devices.c vmm-user/vmm/machine_irq.c vmm-user/vmm/bus.c vmm-user/vmm/clock.c vmm-user/vmm/guest_memory.c vmm-user/vmm/dev/acpi_pm.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/calendar.c vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/ioapic.c vmm-user/vmm/dev/kbd.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/dev/pic.c vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c vmm-user/vmm/dev/postcode.c vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/uart.c */
/* clang-format on */
#include "vmm/vcpu.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmm_vcpu.h"

#define UNUSABLE 0x10000u

/* SDM vol. 3A table 9-1 "IA-32 and Intel 64 Processor States Following Power-up,
 * Reset, or INIT". */
static void test_reset(void **state)
{
	const struct vcpu_state *s = &test_state;

	(void)state;
	assert_int_equal(s->rip, 0xfff0);
	assert_int_equal(s->rflags, 2);
	assert_int_equal(cpu_cr0(s), 0x60000010);
	assert_int_equal(cpu_cr4(s), 0);
	assert_int_equal(s->cr3, 0);
	assert_int_equal(s->efer, 0);
	assert_int_equal(s->segment[SEG_CS].selector, 0xf000);
	assert_int_equal(s->segment[SEG_CS].base, 0xffff0000);
	assert_int_equal(s->segment[SEG_CS].limit, 0xffff);
	for (unsigned i = SEG_SS; i <= SEG_GS; i++) {
		assert_int_equal(s->segment[i].base, 0);
		assert_int_equal(s->segment[i].limit, 0xffff);
		assert_int_equal(s->segment[i].ar & 0xff, 0x93);
	}
	assert_int_equal(s->idtr.limit, 0xffff);
	assert_int_equal(s->dr7, 0x400);
	assert_int_equal(s->xcr0, 1);
	assert_int_equal(s->pat, 0x0007040600070406);
	assert_int_equal(s->tsc_offset, (uint64_t)-5000); /* its counter starts at 0 */
	assert_int_equal(s->dirty, GROUP_ALL);
	assert_int_equal(s->valid, GROUP_ALL);
	assert_true(s->exception_bitmap & 1u << 1); /* #DB, for DR6 */
	assert_true(s->exception_bitmap & 1u << 17);
	assert_int_equal(v.end, GUEST_RUNNING);
	assert_true(v.cr4_allowed & CR4_OSXSAVE);
}

/* As load/boot_entry.h has it, per mode. */
static const struct {
	enum boot_mode mode;
	uint64_t cr0, cr4, efer, cs_base;
	uint32_t cs_ar, cs_limit, data_limit, tr_ar;
} modes[] = {
	{BOOT_REAL, 0x60000010, 0, 0, 0x100, 0x9b, 0xffff, 0xffff, 0x8b},
	{BOOT_PROTECTED32, 0x11, 0, 0, 0, 0xc09b, 0xffffffff, 0xffffffff, 0x8b},
	{BOOT_LONG64, 0x80000031, CR4_PAE, 0x500, 0, 0xa09b, 0xffffffff, 0xffffffff, 0x8b},
};

static void test_modes(void **state)
{
	for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
		const struct boot_entry entry = {.mode = modes[i].mode,
			.cs = 0x10,
			.data = 0x18,
			.tr = 0x20,
			.gdt_base = 0x500,
			.gdt_limit = 0x2f,
			.rip = 0x1234,
			.rsp = 0x8ff0,
			.rax = 1,
			.rbx = 2,
			.rsi = 3,
			.cr3 = 0x9000};
		const struct vcpu_state *s = &test_state;

		test_setup(state);
		test_state.dirty = 0;
		vcpu_boot(&v, &entry);
		assert_int_equal(s->dirty, GROUP_ALL);
		assert_int_equal(s->rip, 0x1234);
		assert_int_equal(s->gpr[GPR_RSP], 0x8ff0);
		assert_int_equal(s->gpr[GPR_RAX], 1);
		assert_int_equal(s->gpr[GPR_RBX], 2);
		assert_int_equal(s->gpr[GPR_RSI], 3);
		assert_int_equal(s->gpr[GPR_RCX], 0);
		assert_int_equal(s->rflags, 2);
		assert_int_equal(cpu_cr0(s), modes[i].cr0);
		assert_int_equal(cpu_cr4(s), modes[i].cr4);
		assert_int_equal(s->efer, modes[i].efer);
		assert_int_equal(s->cr3, modes[i].mode == BOOT_LONG64 ? 0x9000 : 0);
		assert_int_equal(s->segment[SEG_CS].selector, 0x10);
		assert_int_equal(s->segment[SEG_CS].base, modes[i].cs_base);
		assert_int_equal(s->segment[SEG_CS].ar, modes[i].cs_ar);
		assert_int_equal(s->segment[SEG_CS].limit, modes[i].cs_limit);
		for (unsigned j = SEG_SS; j <= SEG_GS; j++) {
			assert_int_equal(s->segment[j].limit, modes[i].data_limit);
			assert_int_equal(
				s->segment[j].selector, modes[i].mode == BOOT_REAL ? 0 : 0x18);
		}
		assert_int_equal(s->segment[SEG_TR].ar, modes[i].tr_ar);
		assert_int_equal(s->segment[SEG_LDTR].ar, UNUSABLE);
		if (modes[i].mode == BOOT_REAL)
			continue;
		assert_int_equal(s->gdtr.base, 0x500);
		assert_int_equal(s->gdtr.limit, 0x2f);
		assert_int_equal(s->idtr.limit, 0);
		assert_int_equal(s->segment[SEG_TR].selector, 0x20);
		assert_int_equal(s->segment[SEG_TR].limit, 0x67);
	}
}

static struct vcpu_state other_state;
static struct vcpu other;

/* The second processor, and a message to it or to the first. */
static void other_init(void)
{
	const struct cpuid_guest cpuid = {
		.host = test_host, .apic_id = 1, .vcpus = 2, .tsc_khz = 1000000};

	memset(&other_state, 0, sizeof other_state);
	vcpu_init(&other, &other_state, &test_second, &cpuid, &v.hardware);
}

static void message(uint32_t to, uint32_t command)
{
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x310, 4, to << 24);
	bus_write(&test_cpu.mmio, LAPIC_BASE_DEFAULT + 0x300, 4, command);
}

static void test_startup(void **state)
{
	(void)state;
	other_init();
	assert_false(v.waits);
	assert_true(other.waits);
	message(1, 0x4500);
	message(1, 0x469a);
	vcpu_look(&other);
	assert_false(other.waits);
	assert_int_equal(other_state.segment[SEG_CS].selector, 0x9a00);
	assert_int_equal(other_state.segment[SEG_CS].base, 0x9a000);
	assert_int_equal(other_state.rip, 0);
	message(1, 0x4612); /* it runs: nothing */
	vcpu_look(&other);
	assert_int_equal(other_state.segment[SEG_CS].base, 0x9a000);
}

/* INIT finds a processor in the middle of everything. */
static void test_init_resets(void **state)
{
	struct fault ud = fault_plain(VECTOR_UD);

	(void)state;
	other_init();
	vcpu_startup(&other, 1);
	bus_write(&test_second.mmio, LAPIC_BASE_DEFAULT + 0xf0, 4, 0x1ff);
	other_state.cr2 = other_state.cr3 = other_state.efer = 0x500;
	other_state.rflags = RFLAGS_FIXED | RFLAGS_IF;
	other_state.gpr[GPR_RBX] = 5;
	other_state.star = 77;
	other_state.tsc_offset = 0x1234;
	other_state.xcr0 = 7;
	other_state.interruptibility = INTR_BLOCK_NMI;
	other_state.segment[SEG_TR].base = 99;
	cr_init(&other_state, CR0_PG | CR0_PE | CR0_ET, CR4_PAE, other.cr4_allowed);
	vcpu_raise(&other, &ud);
	vcpu_inject(&other);
	other.halted = true;
	assert_int_equal(debug_write(&other.debug, &other_state, 7, 0xff), true);
	other_state.dirty = GROUP_INJECT;
	message(1, 0x4500);
	vcpu_look(&other);
	assert_true(other.waits);
	assert_false(other.halted);
	assert_int_equal(other_state.dirty & (GROUP_INJECT | GROUP_SYSCALL | GROUP_TSC), 0);
	assert_int_equal(other_state.dirty & (GROUP_CR | GROUP_EFER | GROUP_TABLES | GROUP_DR),
		GROUP_CR | GROUP_EFER | GROUP_TABLES | GROUP_DR);
	assert_int_equal(cpu_cr0(&other_state), CR0_ET); /* caches stay on */
	assert_int_equal(cpu_cr4(&other_state), 0);
	assert_int_equal(other_state.cr2 | other_state.cr3 | other_state.efer, 0);
	assert_int_equal(other_state.rflags, RFLAGS_FIXED);
	assert_int_equal(other_state.gpr[GPR_RBX], 0);
	assert_int_equal(other_state.gpr[GPR_RDX], 0xffffffff); /* CPUID.1:EAX */
	assert_int_equal(other_state.segment[SEG_TR].base, 0);
	assert_int_equal(other_state.interruptibility, 0);
	assert_int_equal(other_state.star, 77);
	assert_int_equal(other_state.tsc_offset, 0x1234);
	assert_int_equal(other_state.xcr0, 7);
	assert_int_equal(other.debug.dr[7], 0x400);
	assert_false(lapic_takes_vectors(&test_second.lapic));
	message(1, 0x4400); /* an NMI does not end the wait */
	vcpu_look(&other);
	assert_true(other.waits);
	vcpu_startup(&other, 2);
	assert_int_equal(other_state.segment[SEG_CS].base, 0x2000);
}

/* Without firmware the first one can only begin all anew. */
static void test_init_of_the_first(void **state)
{
	(void)state;
	message(0, 0x4500);
	vcpu_look(&v);
	assert_int_equal(v.end, GUEST_REBOOT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_reset, test_setup),
		cmocka_unit_test_setup(test_modes, test_setup),
		cmocka_unit_test_setup(test_startup, test_setup),
		cmocka_unit_test_setup(test_init_resets, test_setup),
		cmocka_unit_test_setup(test_init_of_the_first, test_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
