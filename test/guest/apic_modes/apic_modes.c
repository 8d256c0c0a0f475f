/* SPDX-License-Identifier: MIT */
/*
 * The local APIC's modes: disabled, xAPIC, x2APIC. Registers must hold what
 * may be written, the software-disabled APIC must mask its LVT, the MSRs fault
 * outside x2APIC mode and for what is reserved in it, the page is only there in
 * xAPIC mode, and the forbidden transitions fault.
 * Source: Intel SDM vol. 3, 11.4.3 "Enabling or Disabling the Local APIC",
 * 11.4.7.2 "Local APIC State After It Has Been Software Disabled", 11.12.5
 * "x2APIC State Transitions", 11.12.1.2 "x2APIC Register Address Space".
 */
#include "apic.h"
#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "apic_modes";

#define DISABLED (APIC_PAGE | APIC_BASE_BSP)
#define XAPIC (DISABLED | APIC_BASE_ENABLE)
#define X2APIC (XAPIC | APIC_BASE_X2)

struct msr_write {
	uint32_t msr;
	uint64_t value;
};

static void do_wrmsr(void *arg)
{
	const struct msr_write *w = arg;

	wrmsr(w->msr, w->value);
}

static void do_rdmsr(void *arg)
{
	(void)rdmsr(*(uint32_t *)arg);
}

static void base_check(int want, uint64_t value, const char *name)
{
	struct msr_write w = {MSR_APIC_BASE, value};
	struct trap t = trap_call(do_wrmsr, &w);

	check_trap(want, &t, "%s", name);
}

static void x2_write_check(int want, uint32_t offset, uint64_t value, const char *name)
{
	struct msr_write w = {MSR_X2APIC + offset / 16, value};
	struct trap t = trap_call(do_wrmsr, &w);

	check_trap(want, &t, "x2APIC: %s", name);
}

static void x2_read_check(int want, uint32_t offset, const char *name)
{
	uint32_t msr = MSR_X2APIC + offset / 16;
	struct trap t = trap_call(do_rdmsr, &msr);

	check_trap(want, &t, "x2APIC: %s", name);
}

static void registers_check(void)
{
	static const struct {
		const char *name;
		uint32_t offset, write, want;
	} rows[] = {
		{"TPR", APIC_TPR, 0xa5, 0xa5},
		{"LDR", APIC_LDR, 0x12345678, 0x12000000},
		{"DFR", APIC_DFR, 0x0fffffff, 0x0fffffff},
		{"DFR flat", APIC_DFR, 0xffffffff, 0xffffffff},
		{"SVR", APIC_SVR, 0x1ef, 0x1ef},
		{"LVT timer", APIC_LVT_TIMER, 0x30055, 0x30055},
		{"LVT LINT0", APIC_LVT_LINT0, 0x10700, 0x10700},
		{"LVT LINT1", APIC_LVT_LINT1, 0x10400, 0x10400},
		{"LVT error", APIC_LVT_ERROR, 0x100fe, 0x100fe},
		{"timer divide", APIC_TIMER_DIVIDE, 0xb, 0xb},
		{"timer divide, reserved bits", APIC_TIMER_DIVIDE, 0xfffffff4, 0},
		{"ICR high", APIC_ICR_HIGH, 0x55aaaaaa, 0x55000000},
		{"TPR again", APIC_TPR, 0, 0},
	};

	check_range(0x10, 0x1f, apic_read(APIC_VERSION) & 0xff, "version");
	check_range(3, 6, apic_read(APIC_VERSION) >> 16 & 0xff, "largest LVT entry");
	check_eq(cpu_id(1, 0).ebx >> 24, apic_id(), "id as in CPUID");
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		if (boot_is_tcg() && rows[i].want != rows[i].write) {
			check_skip(rows[i].name, "QEMU 7.2 keeps reserved bits");
			continue;
		}
		apic_write(rows[i].offset, rows[i].write);
		check_eq(rows[i].want, apic_read(rows[i].offset), "%s", rows[i].name);
	}
}

static void software_disable_check(void)
{
	struct {
		const char *name;
		uint32_t offset;
	} lvts[] = {{"timer", APIC_LVT_TIMER}, {"LINT0", APIC_LVT_LINT0}, {"LINT1", APIC_LVT_LINT1},
		{"error", APIC_LVT_ERROR}};

	if (boot_is_tcg()) {
		check_skip("software disable", "QEMU 7.2 leaves the LVT alone");
		return;
	}
	for (unsigned i = 0; i < ARRAY_SIZE(lvts); i++)
		apic_write(lvts[i].offset, 0x40 + i);
	apic_write(APIC_SVR, 0xff);
	for (unsigned i = 0; i < ARRAY_SIZE(lvts); i++) {
		check(apic_read(lvts[i].offset) & APIC_LVT_MASKED, "software disable masks LVT %s",
			lvts[i].name);
		if (boot_is_bochs()) {
			check_skip("cannot be unmasked", "Bochs 2.7 allows it");
			continue;
		}
		apic_write(lvts[i].offset, 0x40 + i);
		check(apic_read(lvts[i].offset) & APIC_LVT_MASKED,
			"LVT %s cannot be unmasked while disabled", lvts[i].name);
	}
	apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
	for (unsigned i = 0; i < ARRAY_SIZE(lvts); i++)
		apic_write(lvts[i].offset, APIC_LVT_MASKED);
}

static void hardware_disable_check(void)
{
	uint32_t here = apic_read(APIC_VERSION);
	uint32_t gone;
	bool cpuid_bit;

	if (boot_is_bochs()) {
		check_skip("hardware disable", "Bochs 2.7 cannot enable it again");
		return;
	}
	base_check(TRAP_NONE, DISABLED, "xAPIC to disabled");
	cpuid_bit = cpu_id(1, 0).edx >> 9 & 1;
	gone = mmio_read(APIC_PAGE + APIC_VERSION);
	base_check(TRAP_NONE, XAPIC, "disabled to xAPIC");
	apic_write(APIC_SVR, APIC_SVR_ENABLE | 0xff);
	check_eq(here, apic_read(APIC_VERSION), "the page is back");
	if (boot_is_tcg()) {
		check_skip("page and CPUID bit are gone", "QEMU 7.2 leaves them");
		return;
	}
	check(!cpuid_bit, "the CPUID bit is gone while disabled");
	check(gone != here, "the page is gone while disabled");
}

static void x2_registers_check(void)
{
	static const struct {
		const char *name;
		uint32_t offset;
		uint64_t value;
		int vector;
	} rows[] = {
		{"TPR", APIC_TPR, 0x20, TRAP_NONE},
		{"TPR reserved bit", APIC_TPR, 0x100, TRAP_GP},
		{"EOI of 0", APIC_EOI, 0, TRAP_NONE},
		{"EOI of 1", APIC_EOI, 1, TRAP_GP},
		{"id is read-only", APIC_ID, 0, TRAP_GP},
		{"version is read-only", APIC_VERSION, 0, TRAP_GP},
		{"LDR is read-only", APIC_LDR, 0, TRAP_GP},
		{"DFR is not there", APIC_DFR, 0xffffffff, TRAP_GP},
		{"SVR", APIC_SVR, 0x1ff, TRAP_NONE},
		{"ISR is read-only", APIC_ISR, 0, TRAP_GP},
		{"ESR of 0", APIC_ESR, 0, TRAP_NONE},
		{"ESR of 1", APIC_ESR, 1, TRAP_GP},
		{"ICR high is not there", APIC_ICR_HIGH, 0, TRAP_GP},
		{"current count is read-only", APIC_TIMER_CURRENT, 0, TRAP_GP},
		{"LVT reserved bit", APIC_LVT_TIMER, 1ull << 32 | APIC_LVT_MASKED, TRAP_GP},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++)
		x2_write_check(rows[i].vector, rows[i].offset, rows[i].value, rows[i].name);
	x2_read_check(TRAP_NONE, APIC_ID, "id may be read");
	x2_read_check(TRAP_GP, APIC_EOI, "EOI is write-only");
	x2_read_check(TRAP_GP, APIC_DFR, "DFR cannot be read");
	x2_read_check(TRAP_GP, 0x10, "a hole cannot be read");
	x2_read_check(TRAP_GP, APIC_ICR_HIGH, "ICR high cannot be read");
	x2_read_check(TRAP_GP, 0x3f0, "self IPI is write-only");
	check_eq(0x20, read_cr8() << 4, "CR8 shows TPR");
	write_cr8(0);
	check_eq(0, rdmsr(MSR_X2APIC + APIC_TPR / 16), "TPR shows CR8");
}

/* Logical id: cluster in the upper half, one bit of 16 in the lower. */
static void x2_id_check(void)
{
	uint32_t id = rdmsr(MSR_X2APIC + APIC_ID / 16);

	check_eq(cpu_id(1, 0).ebx >> 24, id & 0xff, "x2APIC: id as in CPUID");
	if (boot_is_bochs()) {
		check_skip("x2APIC logical id", "Bochs 2.7 keeps that of xAPIC mode");
		return;
	}
	check_eq((id >> 4) << 16 | 1u << (id & 15), rdmsr(MSR_X2APIC + APIC_LDR / 16),
		"x2APIC: logical id follows from the id");
}

static void x2_transitions_check(void)
{
	uint32_t msr = MSR_X2APIC + APIC_ID / 16;
	struct trap t = trap_call(do_rdmsr, &msr);

	check_trap(TRAP_GP, &t, "x2APIC MSRs fault in xAPIC mode");
	base_check(TRAP_NONE, X2APIC, "xAPIC to x2APIC");
	x2_id_check();
	x2_registers_check();
	base_check(TRAP_GP, XAPIC, "x2APIC to xAPIC is forbidden");
	base_check(TRAP_GP, DISABLED | APIC_BASE_X2, "x2APIC without enable is forbidden");
	base_check(TRAP_NONE, DISABLED, "x2APIC to disabled");
	if (boot_is_bochs()) {
		check_skip("from disabled", "Bochs 2.7 cannot enable it again");
		return;
	}
	base_check(TRAP_GP, X2APIC, "disabled to x2APIC is forbidden");
	base_check(TRAP_NONE, XAPIC, "disabled to xAPIC again");
	check_eq(XAPIC, rdmsr(MSR_APIC_BASE), "the mode is xAPIC");
}

void test_main(void)
{
	apic_init();
	registers_check();
	software_disable_check();
	hardware_disable_check();
	if (cpu_id(1, 0).ecx >> 21 & 1)
		x2_transitions_check();
	else
		check_skip("x2APIC", "not in CPUID");
}
