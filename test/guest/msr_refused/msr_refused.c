/* SPDX-License-Identifier: MIT */
/*
 * An unknown MSR must fault with #GP(0) at the instruction, and leave the
 * registers as they were; so must reserved bits, non-canonical addresses and
 * illegal PAT types in known ones, and any access from ring 3.
 * Source: Intel SDM vol. 2, RDMSR and WRMSR "Protected Mode Exceptions".
 */
#include "boot.h"
#include "cpu.h"
#include "test.h"

const char test_name[] = "msr_refused";

#define NON_CANONICAL 0x8000000000000000

static const uint32_t unknown[] = {0x3, 0x2ff + 0x1000, 0x5fffff, 0x40, 0x12345678,
	0x4b564d00 + 0x7f, 0x80001234, 0xc0000000, 0xc0000105, 0xc0011fff, 0xffffffff};

struct refused_row {
	const char *name;
	uint32_t msr;
	uint64_t value;
	bool direct; /* a hypervisor may leave it to the processor */
};

static const struct refused_row refused[] = {
	{"EFER bit 63", MSR_EFER, 1ull << 63 | EFER_LME | EFER_LMA, false},
	{"EFER bit 1", MSR_EFER, 2 | EFER_LME | EFER_LMA, false},
	{"EFER.LME cleared while paging", MSR_EFER, 0, false},
	{"FS_BASE not canonical", MSR_FS_BASE, NON_CANONICAL, true},
	{"GS_BASE not canonical", MSR_GS_BASE, NON_CANONICAL, true},
	{"KERNEL_GS_BASE not canonical", MSR_KERNEL_GS_BASE, NON_CANONICAL, true},
	{"LSTAR not canonical", MSR_LSTAR, NON_CANONICAL, true},
	{"PAT type 2", MSR_PAT, 0x0007040600070402, false},
	{"PAT reserved bit", MSR_PAT, 0x8007040600070406, false},
	{"APIC_BASE reserved bit 0", MSR_APIC_BASE, 0xfee00901, false},
	{"APIC_BASE beyond the address width", MSR_APIC_BASE, 1ull << 62 | 0xfee00900, false},
};

static uint64_t kept_rax, kept_rdx;

static void rdmsr_do(void *arg)
{
	uint32_t msr = *(const uint32_t *)arg;

	__asm__ volatile(FAULT("rdmsr") : : "c"(msr), "a"(0x11111111), "d"(0x22222222) : "memory");
}

static void wrmsr_do(void *arg)
{
	const struct refused_row *r = arg;

	__asm__ volatile(FAULT("wrmsr")
			 :
			 : "c"(r->msr), "a"((uint32_t)r->value), "d"((uint32_t)(r->value >> 32))
			 : "memory");
}

static void fault_check(const struct trap *t, const char *what, uint32_t msr)
{
	check_trap(TRAP_GP, t, "%s 0x%x", what, msr);
	if (t->vector != TRAP_GP)
		return;
	check_eq(0, t->error, "%s 0x%x error code", what, msr);
	check_eq(trap_want_rip, t->rip, "%s 0x%x rip", what, msr);
}

static bool registers_keep(struct trap_frame *f)
{
	kept_rax = f->rax;
	kept_rdx = f->rdx;
	return false;
}

static void unknown_check(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(unknown); i++) {
		struct refused_row w = {"", unknown[i], 0, false};
		struct trap t;

		trap_hook(TRAP_GP, registers_keep);
		t = trap_call(rdmsr_do, (void *)&unknown[i]);
		trap_hook(TRAP_GP, NULL);
		fault_check(&t, "RDMSR", unknown[i]);
		check_eq(0x11111111, kept_rax, "RDMSR 0x%x keeps RAX", unknown[i]);
		check_eq(0x22222222, kept_rdx, "RDMSR 0x%x keeps RDX", unknown[i]);
		t = trap_call(wrmsr_do, &w);
		fault_check(&t, "WRMSR", unknown[i]);
	}
}

static void refused_check(void)
{
	for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
		const struct refused_row *r = &refused[i];
		uint64_t before = rdmsr(r->msr), after;
		struct trap t;

		if (r->direct && boot_tcg_is(TCG_WRONG)) {
			check_skip(r->name, "QEMU 7.2 takes it");
			continue;
		}
		t = trap_call(wrmsr_do, (void *)r);
		after = rdmsr(r->msr);
		if (before != after)
			wrmsr(r->msr, before);
		check_trap(TRAP_GP, &t, "%s", r->name);
		check_eq(before, after, "%s changes nothing", r->name);
	}
}

static void ring3_check(void)
{
	struct refused_row w = {"", MSR_FS_BASE, 0, true};
	uint32_t msr = MSR_FS_BASE;
	struct trap t = trap_call_user(rdmsr_do, &msr);

	check_trap(TRAP_GP, &t, "RDMSR in ring 3");
	t = trap_call_user(wrmsr_do, &w);
	check_trap(TRAP_GP, &t, "WRMSR in ring 3");
}

void test_main(void)
{
	ring3_check();
	if (boot_is_tcg()) {
		check_skip("unknown and reserved", "QEMU 7.2 ignores them");
		return;
	}
	unknown_check();
	refused_check();
}
