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

#define NONE 0u

static void handle(const struct exit *exit)
{
	vcpu_handle(&v, exit);
}

static unsigned raised(void)
{
	return v.inject.exception.info ? EVENT_VECTOR(v.inject.exception.info) : NONE;
}

/* What a kind that takes no details does: RIP moves on, a fault, or the end. */
static const struct {
	enum exit_kind kind;
	bool skips;
	unsigned vector;
	enum guest_end end;
	uint64_t code;
} kinds[] = {
	{KIND_UNKNOWN, false, NONE, GUEST_KILLED, KILL_EMULATION},
	{KIND_TRIPLE_FAULT, false, NONE, GUEST_TRIPLE_FAULT, 0},
	{KIND_INTERRUPT_WINDOW, false, NONE, GUEST_RUNNING, 0},
	{KIND_NMI_WINDOW, false, NONE, GUEST_RUNNING, 0},
	{KIND_TASK_SWITCH, false, NONE, GUEST_KILLED, KILL_EMULATION},
	{KIND_CPUID, true, NONE, GUEST_RUNNING, 0},
	{KIND_HLT, true, NONE, GUEST_RUNNING, 0},
	{KIND_CACHE, true, NONE, GUEST_RUNNING, 0},
	{KIND_INVLPG, true, NONE, GUEST_RUNNING, 0},
	{KIND_RDPMC, false, VECTOR_GP, GUEST_RUNNING, 0},
	{KIND_RDTSC, true, NONE, GUEST_RUNNING, 0},
	{KIND_HYPERCALL, false, VECTOR_UD, GUEST_RUNNING, 0},
	{KIND_UNDEFINED, false, VECTOR_UD, GUEST_RUNNING, 0},
	{KIND_ENTRY_FAILED, false, NONE, GUEST_KILLED, KILL_ENTRY_FAILED},
	{KIND_IDLE, false, VECTOR_UD, GUEST_RUNNING, 0},
	{KIND_PAUSE, true, NONE, GUEST_RUNNING, 0},
	{KIND_SIGNAL, false, NONE, GUEST_RUNNING, 0},
	{KIND_POKED, false, NONE, GUEST_RUNNING, 0},
};

static void test_kinds(void **state)
{
	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
		const struct exit exit = {.kind = kinds[i].kind, .length = 2};

		test_setup_flat(state);
		handle(&exit);
		assert_int_equal(v.shown->exits[kinds[i].kind], 1);
		assert_int_equal(test_state.rip, TEST_CODE + (kinds[i].skips ? 2 : 0));
		assert_int_equal(raised(), kinds[i].vector);
		assert_int_equal(v.end, kinds[i].end);
		assert_int_equal(v.end_code, kinds[i].code);
		assert_int_equal(v.halted, kinds[i].kind == KIND_HLT);
	}
}

static void test_cpuid(void **state)
{
	const struct exit exit = {.kind = KIND_CPUID, .length = 2};

	(void)state;
	test_state.gpr[GPR_RAX] = 0x1234567840000000;
	test_state.gpr[GPR_RCX] = test_state.gpr[GPR_RDX] = test_state.gpr[GPR_RBX] = ~0ull;
	handle(&exit);
	assert_int_equal(test_state.gpr[GPR_RAX], 0x40000000);
	assert_memory_equal(&test_state.gpr[GPR_RBX], "Carr\0\0\0", 8);
	assert_memory_equal(&test_state.gpr[GPR_RCX], "elCa\0\0\0", 8);
	assert_memory_equal(&test_state.gpr[GPR_RDX], "rrel\0\0\0", 8);
	/* OSXSAVE and APIC follow the guest's own registers */
	test_state.cr4_shadow |= CR4_OSXSAVE;
	test_state.gpr[GPR_RAX] = 1;
	handle(&exit);
	assert_true(test_state.gpr[GPR_RCX] & CPUID_1_ECX_OSXSAVE);
	assert_true(test_state.gpr[GPR_RDX] & CPUID_1_EDX_APIC);
	test_state.cr4_shadow = 0;
	test_cpu.lapic.base = LAPIC_BASE_DEFAULT;
	test_state.gpr[GPR_RAX] = 1;
	handle(&exit);
	assert_false(test_state.gpr[GPR_RCX] & CPUID_1_ECX_OSXSAVE);
	assert_false(test_state.gpr[GPR_RDX] & CPUID_1_EDX_APIC);
}

static void test_msrs(void **state)
{
	const struct exit read = {.kind = KIND_RDMSR, .length = 2};
	const struct exit write = {.kind = KIND_WRMSR, .length = 2};

	(void)state;
	test_state.gpr[GPR_RCX] = 0xffffffff000000fe;
	test_state.gpr[GPR_RAX] = test_state.gpr[GPR_RDX] = ~0ull;
	handle(&read);
	assert_int_equal(test_state.gpr[GPR_RAX], 0x508);
	assert_int_equal(test_state.gpr[GPR_RDX], 0);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
	handle(&write); /* MTRRcap cannot be written */
	assert_int_equal(raised(), VECTOR_GP);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
	/* x2APIC: the deadline timer is looked at again */
	test_setup_flat(state);
	test_state.gpr[GPR_RCX] = 0x1b;
	test_state.gpr[GPR_RAX] = 0xfee00d00;
	handle(&write);
	assert_int_equal(test_cpu.lapic.base, 0xfee00d00);
	assert_true(test_cpu.due);
	/* the counter: 64 bits in two halves */
	test_state.gpr[GPR_RCX] = 0x10;
	test_state.gpr[GPR_RDX] = 0x12;
	test_state.gpr[GPR_RAX] = 0x34;
	handle(&write);
	assert_int_equal(test_state.tsc_offset + test_now, 0x1200000034);
	test_now += 16;
	handle(&read);
	assert_int_equal(test_state.gpr[GPR_RDX], 0x12);
	assert_int_equal(test_state.gpr[GPR_RAX], 0x44);
}

static const struct {
	uint64_t rcx, rax, rdx, ss_ar;
	bool good;
} xsetbv[] = {
	{0, 7, 0, 0xc093, true},
	{0, 5, 0, 0xc093, false},
	{1, 7, 0, 0xc093, false},
	{0, 7, 0x80000000, 0xc093, false},
	{0, 7, 0, 0xc0f3, false},
};

static void test_xsetbv(void **state)
{
	const struct exit exit = {.kind = KIND_XSETBV, .length = 3};

	for (size_t i = 0; i < sizeof xsetbv / sizeof xsetbv[0]; i++) {
		test_setup_flat(state);
		test_state.gpr[GPR_RCX] = xsetbv[i].rcx;
		test_state.gpr[GPR_RAX] = xsetbv[i].rax;
		test_state.gpr[GPR_RDX] = xsetbv[i].rdx;
		test_state.segment[SEG_SS].ar = (uint32_t)xsetbv[i].ss_ar;
		handle(&exit);
		assert_int_equal(raised(), xsetbv[i].good ? NONE : VECTOR_GP);
		assert_int_equal(test_state.xcr0, xsetbv[i].good ? 7 : 1);
		assert_int_equal(v.cpuid.xcr0, test_state.xcr0);
		assert_int_equal(!!(test_state.dirty & GROUP_XCR0), xsetbv[i].good);
	}
}

static void test_cr(void **state)
{
	struct exit exit = {.kind = KIND_CR, .length = 3};

	(void)state;
	exit.cr = (struct exit_cr){.cr = 0, .gpr = GPR_RBX, .access = CR_WRITE};
	test_state.gpr[GPR_RBX] = 0xffffffff00000000 | CR0_PE | CR0_TS; /* upper half: not there */
	handle(&exit);
	assert_int_equal(cpu_cr0(&test_state), CR0_PE | CR0_TS | CR0_ET);
	exit.cr.access = CR_CLTS;
	handle(&exit);
	assert_int_equal(cpu_cr0(&test_state), CR0_PE | CR0_ET);
	exit.cr = (struct exit_cr){.access = CR_LMSW, .source = CR0_MP};
	handle(&exit);
	assert_int_equal(cpu_cr0(&test_state), CR0_PE | CR0_MP | CR0_ET);
	exit.cr = (struct exit_cr){.cr = 0, .gpr = GPR_RSP, .access = CR_READ};
	test_state.dirty = 0;
	handle(&exit);
	assert_int_equal(test_state.gpr[GPR_RSP], CR0_PE | CR0_MP | CR0_ET);
	assert_true(test_state.dirty & GROUP_RSP);
	exit.cr = (struct exit_cr){.cr = 4, .gpr = GPR_RBX, .access = CR_WRITE};
	test_state.gpr[GPR_RBX] = CR4_VMXE;
	handle(&exit);
	assert_int_equal(raised(), VECTOR_GP);
	assert_int_equal(test_state.rip, TEST_CODE + 4 * 3);
}

static void test_cr8(void **state)
{
	struct exit exit = {
		.kind = KIND_CR, .length = 4, .cr = {.cr = 8, .gpr = GPR_R9, .access = CR_WRITE}};

	(void)state;
	test_state.gpr[GPR_R9] = 5;
	handle(&exit);
	assert_int_equal(test_cpu.lapic.tpr, 0x50);
	assert_true(test_cpu.due);
	exit.cr.access = CR_READ;
	exit.cr.gpr = GPR_RDX;
	handle(&exit);
	assert_int_equal(test_state.gpr[GPR_RDX], 5);
	exit.cr = (struct exit_cr){.cr = 8, .gpr = GPR_R9, .access = CR_WRITE};
	test_state.gpr[GPR_R9] = 16;
	handle(&exit);
	assert_int_equal(raised(), VECTOR_GP);
}

static void test_dr(void **state)
{
	struct exit exit = {.kind = KIND_DR, .length = 3, .dr = {.dr = 0, .gpr = GPR_RCX}};

	(void)state;
	test_state.gpr[GPR_RCX] = 0x1234;
	handle(&exit);
	assert_int_equal(test_state.dr[0], 0x1234);
	exit.dr = (struct exit_dr){.dr = 4, .gpr = GPR_RSI, .read = true}; /* DR6 */
	handle(&exit);
	assert_int_equal(test_state.gpr[GPR_RSI], 0xffff0ff0);
	test_state.cr4 |= CR4_DE;
	handle(&exit);
	assert_int_equal(raised(), VECTOR_UD);
	test_setup_flat(state);
	exit.dr = (struct exit_dr){.dr = 7, .gpr = GPR_RCX};
	test_state.gpr[GPR_RCX] = 1ull << 32;
	handle(&exit);
	assert_int_equal(raised(), VECTOR_GP);
	test_setup_flat(state);
	test_state.segment[SEG_SS].ar |= 3 << 5;
	handle(&exit);
	assert_int_equal(raised(), VECTOR_GP);
	test_setup_flat(state);
	test_state.gpr[GPR_RCX] = DR7_GD;
	handle(&exit);
	assert_int_equal(raised(), NONE);
	handle(&exit); /* general detect */
	assert_int_equal(raised(), VECTOR_DB);
	assert_true(v.debug.dr[6] & DR6_BD);
	assert_false(v.debug.dr[7] & DR7_GD);
	assert_int_equal(test_state.rip, TEST_CODE + 3);
}

static void test_io(void **state)
{
	struct exit exit = {.kind = KIND_IO, .length = 1, .io = {.port = 0x80, .bytes = 1}};

	(void)state;
	test_state.gpr[GPR_RAX] = 0x12345678;
	handle(&exit);
	assert_int_equal(test_machine.post.last, 0x78);
	exit.io.in = true;
	test_state.gpr[GPR_RAX] = 0;
	handle(&exit);
	assert_int_equal(test_state.gpr[GPR_RAX], 0x78);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
	exit.io = (struct exit_io){.port = 0xf4, .bytes = 1};
	handle(&exit);
	assert_int_equal(test_machine.event, MACHINE_DEBUG_EXIT);
	assert_true(test_cpu.due);
}

/* What a string needs more is asked for once, and no longer than needed. */
static void test_string_io(void **state)
{
	struct exit exit = {.kind = KIND_IO,
		.length = 2,
		.io = {.port = 0x80,
			.bytes = 1,
			.string = true,
			.rep = true,
			.address_bytes = 4,
			.segment = SEG_DS}};
	uint32_t before;

	(void)state;
	test_state.exit_reason = 30;
	before = test_state.want[30];
	test_state.valid = before;
	test_state.gpr[GPR_RSI] = 0x2000;
	test_state.gpr[GPR_RCX] = 2;
	test_ram[0x2001] = 0x42;
	handle(&exit);
	assert_int_equal(test_state.rip, TEST_CODE);
	assert_int_equal(test_state.gpr[GPR_RCX], 2);
	assert_int_not_equal(test_state.want[30], before);
	test_state.valid = test_state.want[30];
	handle(&exit);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
	assert_int_equal(test_state.gpr[GPR_RCX], 0);
	assert_int_equal(test_machine.post.last, 0x42);
	assert_int_equal(test_state.want[30], before);
}

/* A breakpoint on the port traps after the access. */
static void test_io_breakpoint(void **state)
{
	struct exit exit = {.kind = KIND_IO, .length = 1, .io = {.port = 0x80, .bytes = 1}};

	(void)state;
	assert_true(debug_write(&v.debug, &test_state, 0, 0x80));
	assert_true(debug_write(&v.debug, &test_state, 7, 1 | 2 << 16));
	handle(&exit);
	assert_int_equal(raised(), NONE); /* without CR4.DE */
	test_state.cr4 |= CR4_DE;
	handle(&exit);
	assert_int_equal(raised(), VECTOR_DB);
	assert_int_equal(v.debug.dr[6] & 0xf, 1);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
}

static void test_mmio(void **state)
{
	struct exit exit = {.kind = KIND_MMIO,
		.mmio = {.gpa = {0xfee00080},
			.write = true,
			.has_linear = true,
			.linear = 0xfee00080}};

	(void)state;
	memcpy(test_ram + TEST_CODE, "\x89\x03", 2); /* mov %eax,(%ebx) */
	test_state.gpr[GPR_RAX] = 0x30;
	test_state.gpr[GPR_RBX] = 0xfee00080;
	handle(&exit);
	assert_int_equal(test_cpu.lapic.tpr, 0x30);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
	assert_false(v.cpu.known.valid);
}

static const struct {
	const char *what;
	struct exit_mmio mmio;
	const char *code;
	uint32_t vectoring;
} bad_mmio[] = {
	{"page tables", {.gpa = {0xd0000000}, .walk = true}, "\x8b\x03", 0},
	{"code", {.gpa = {0xd0000000}, .fetch = true}, "\x8b\x03", 0},
	{"RAM", {.gpa = {0x2000}, .read = true}, "\x8b\x03", 0},
	{"event", {.gpa = {0xd0000000}, .write = true}, "\x8b\x03", EVENT_VALID | 0x20},
	{"instruction", {.gpa = {0xd0000000}, .read = true}, "\x0f\x28\x03", 0},
};

static void test_mmio_bad(void **state)
{
	for (size_t i = 0; i < sizeof bad_mmio / sizeof bad_mmio[0]; i++) {
		const struct exit exit = {.kind = KIND_MMIO, .mmio = bad_mmio[i].mmio};

		test_setup_flat(state);
		memcpy(test_ram + TEST_CODE, bad_mmio[i].code, 3);
		test_state.gpr[GPR_RBX] = 0xd0000000;
		test_state.vectoring_info = bad_mmio[i].vectoring;
		handle(&exit);
		if (v.end != GUEST_KILLED || v.end_code != KILL_EMULATION || test_lines != 1)
			fail_msg("%s", bad_mmio[i].what);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_kinds, test_setup_flat),
		cmocka_unit_test_setup(test_cpuid, test_setup_flat),
		cmocka_unit_test_setup(test_msrs, test_setup_flat),
		cmocka_unit_test_setup(test_xsetbv, test_setup_flat),
		cmocka_unit_test_setup(test_cr, test_setup_flat),
		cmocka_unit_test_setup(test_cr8, test_setup_flat),
		cmocka_unit_test_setup(test_dr, test_setup_flat),
		cmocka_unit_test_setup(test_io, test_setup_flat),
		cmocka_unit_test_setup(test_string_io, test_setup_flat),
		cmocka_unit_test_setup(test_io_breakpoint, test_setup_flat),
		cmocka_unit_test_setup(test_mmio, test_setup_flat),
		cmocka_unit_test_setup(test_mmio_bad, test_setup_flat),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
