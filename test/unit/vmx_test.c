/* SPDX-License-Identifier: MIT */
/* Rounds through guests, and what of them is in the CPU at each moment. */
/* LINK: arch/x86_64/vmx_fields.c arch/x86_64/vmx_controls.c arch/x86_64/feature.c */
#include "vmx_fake.h"

#include "vmx.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "arch/x86_64/vmx_state.c"
#include "arch/x86_64/vmx_exit.c"
#include "arch/x86_64/vmx_guest.c"
#include "arch/x86_64/vmx.c"

#define HOST_LSTAR 0xffffffff80001000ull
#define EVERYTHING (0xffffffffull << 32)

struct vmx_machine vmx_machine;
struct ptab_format ptab_ept;
static struct regs frame;
static uint64_t upcall_reason;
static unsigned upcalls, fpu_loads;

/* --- the rest of the kernel --- */

void panic(const char *format, ...)
{
	print_error("panic: %s\n", format);
	abort();
}

hpa_t pool_hpa(const void *page)
{
	return hpa((uintptr_t)page);
}

struct regs *kernel_guest_exit(struct regs *regs, uint64_t reason)
{
	upcalls++;
	upcall_reason = reason;
	assert_null(fake.cpu.guest_msrs);
	return regs;
}

enum status vmx_cpu_init(char *missing)
{
	(void)missing;
	return STATUS_OK;
}

void vmx_entry(struct guest *g)
{
	(void)g;
	abort();
}

void vmx_exit_stub(void) {}

uint64_t fpu_components(void)
{
	return 7;
}

bool fpu_xcr0_valid(uint64_t xcr0, uint64_t allowed)
{
	return !(xcr0 & ~allowed);
}

void fpu_area_init(void *area)
{
	memset(area, 0xaa, 1);
}

void fpu_load(struct guest *g)
{
	fpu_loads++;
	fake.cpu.fpu_owner = g;
}

void fpu_unload(struct guest *g)
{
	if (fake.cpu.fpu_owner == g)
		fake.cpu.fpu_owner = NULL;
}

/* --- two guests --- */

static struct purse {
	struct page_source source;
	unsigned left, out;
} purse;

static void *take(struct page_source *source, unsigned use)
{
	assert_ptr_equal(source, &purse.source);
	assert_int_equal(use, POOL_HARDWARE);
	if (!purse.left)
		return NULL;
	purse.left--;
	purse.out++;
	return calloc(1, PAGE_SIZE);
}

static void give(struct page_source *source, void *page)
{
	assert_ptr_equal(source, &purse.source);
	assert_non_null(page);
	purse.out--;
	free(page);
}

static struct vcpu_state states[2];
static struct guest guests[2];
static struct guest *const a = &guests[0], *const b = &guests[1];

static int setup(void **unused)
{
	(void)unused;
	memset(&fake, 0, sizeof(fake));
	memset(states, 0, sizeof(states));
	memset(guests, 0, sizeof(guests));
	fake.cpu.regs = &frame;
	fake.cpu.stack_top = 0x8000;
	fake.cpu.gdt[SEL_TSS / 8] = TSS_BUSY | 1;
	*fake_msr(MSR_LSTAR) = HOST_LSTAR;
	vmx_machine = (struct vmx_machine){.revision = 0x77,
		.invept_type = 1,
		.invvpid_type = 1,
		.preemption_ticks = 5000,
		.msr_bitmap = &purse};
	for (unsigned i = 0; i < CONTROL_COUNT; i++) {
		char missing[BOOT_FEATURE_TEXT] = "";
		assert_true(vmx_control_compute(
			&vmx_control_words[i], EVERYTHING, &vmx_machine.control[i], missing));
	}
	vmx_state_init(&(struct vmx_fixed_bits){0x80000021, 0xffffffff, 0x2000, 0x3767ff});
	purse = (struct purse){{take, give}, 4, 0};
	for (unsigned i = 0; i < 2; i++) {
		guests[i].state = &states[i];
		guests[i].tag = i + 1;
		guests[i].second_level = hpa(0x1000 * (i + 1));
		guests[i].host_cr3 = 0x7000;
		assert_int_equal(vmx_ops.init(&guests[i], &purse.source), STATUS_OK);
	}
	fake.reads = fake.writes = fake.msr_writes = fpu_loads = upcalls = 0;
	return 0;
}

static int teardown(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		vmx_ops.unload(&guests[i]);
		vmx_ops.fini(&guests[i], &purse.source);
	}
	assert_int_equal(purse.out, 0);
	assert_null(fake.cpu.loaded);
	assert_null(fake.cpu.fpu_owner);
	assert_null(fake.cpu.guest_msrs);
	return 0;
}

static struct guest_exit exit_with(struct guest *guest, uint32_t reason, uint32_t event)
{
	struct guest_exit out;

	fake.field[VMCS_REASON] = reason;
	fake.field[VMCS_EXIT_EVENT] = event;
	vmx_ops.exit(guest, &out);
	return out;
}

#define TIMER (EVENT_VALID | EVENT_INTERRUPT | 0xf0)

/* --- tests --- */

static const struct {
	uint32_t field;
	uint64_t value;
} initial[] = {
	{0x0000, 2},                   /* VPID */
	{0x201a, 0x2000 | 6 | 3 << 3}, /* EPTP */
	{0x2800, ~0ull},               /* link */
	{0x4000, 0x69},
	{0x482e, 5000},
	{0x4002, 0xb1980c88},
	{0x401e, 0x1010ea},
	{0x400c, 0x3c8204},
	{0x4012, 0xc004},
	{0x0c02, 0x08},
	{0x0c04, 0x10},
	{0x0c0c, 0x30},
	{0x6c0e, 0x1d70000},
	{0x6c00, CR0_PE | CR0_PG | CR0_NE | CR0_MP | CR0_TS},
	{0x6c04, CR4_PAE | CR4_VMXE},
	{0x6c14, 0x8000},
	{0x6c06, 0},
	{0x4004, 0x60002},
	{0x6804, 0x2000},
	{0x6800, 0x20},
};

static void test_init(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(initial); i++)
		if (!fake.written[initial[i].field] ||
			fake.field[initial[i].field] != initial[i].value)
			fail_msg("field %x: %lx", initial[i].field,
				(unsigned long)fake.field[initial[i].field]);
	assert_int_equal(fake.field[VMCS_HOST_GS_BASE], (uintptr_t)&fake.cpu);
	assert_int_equal(fake.field[VMCS_HOST_TR_BASE], (uintptr_t)&fake.cpu.tss);
	assert_int_equal(fake.field[VMCS_HOST_RIP], (uintptr_t)vmx_exit_stub);
	assert_int_equal(*(uint32_t *)b->control, 0x77);
	assert_int_equal(fake.cleared, (uintptr_t)b->control);
	assert_int_equal(fake.current, (uintptr_t)b->control);
	assert_int_equal(fake.invalidated[1], 2); /* whoever had the VPID before */
	assert_false(b->launched);
}

static void test_init_without_memory(void **unused)
{
	(void)unused;
	for (unsigned left = 0; left < 2; left++) {
		struct guest guest = {.tag = 3};

		purse.left = left;
		assert_int_equal(vmx_ops.init(&guest, &purse.source), STATUS_NO_MEMORY);
		assert_int_equal(purse.out, 4);
		assert_null(guest.control);
		assert_null(guest.fpu);
	}
}

static void test_init_bad_tag(void **unused)
{
	static const uint32_t tags[] = {0, 0x10000, ~0u};

	(void)unused;
	for (unsigned i = 0; i < ARRAY_SIZE(tags); i++) {
		struct guest guest = {.tag = tags[i]};

		assert_int_equal(vmx_ops.init(&guest, &purse.source), STATUS_NO_FEATURE);
	}
}

/* A round without anything dirty: the accesses of PERFORMANCE.md. */
static void test_round(void **unused)
{
	struct guest_exit out;

	(void)unused;
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 10, 0);
	fake.reads = fake.writes = 0;
	a->state->dirty = GROUP_RIP;
	a->state->rip = 0x1234;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(a->state->dirty, 0);
	assert_int_equal(fake.field[VMCS_GUEST_RIP], 0x1234);
	fake.field[VMCS_EXIT_LENGTH] = 2;
	fake.field[VMCS_GUEST_RIP] = 0x1236;
	out = exit_with(a, 10, 0);
	assert_int_equal(out.kind, GUEST_EXIT_USER);
	assert_int_equal(out.reason, 10);
	assert_int_equal(a->state->exit_reason, 10);
	assert_int_equal(a->state->rip, 0x1236);
	assert_int_equal(a->state->instruction_length, 2);
	assert_true(a->launched);
	assert_int_equal(fake.reads, 3);
	assert_int_equal(fake.writes, 1);
	assert_int_equal(fpu_loads, 1);
}

/* The guest's MSRs and CR2 are there inside, the host's outside. */
static void test_msrs(void **unused)
{
	(void)unused;
	a->state->dirty = GROUP_SYSCALL | GROUP_CR2;
	a->state->lstar = 0xffffffff81000000;
	a->state->cr2 = 0x55;
	assert_true(vmx_ops.prepare(a));
	assert_ptr_equal(fake.cpu.guest_msrs, a);
	assert_int_equal(*fake_msr(MSR_LSTAR), 0xffffffff81000000);
	assert_int_equal(fake.cr2, 0x55);
	*fake_msr(MSR_KERNEL_GS_BASE) = 0x99; /* SWAPGS */
	fake.cr2 = 0x66;
	a->state->want[10] = GROUP_SYSCALL | GROUP_CR2;
	exit_with(a, 10, 0);
	assert_null(fake.cpu.guest_msrs);
	assert_int_equal(*fake_msr(MSR_LSTAR), HOST_LSTAR);
	assert_int_equal(*fake_msr(MSR_KERNEL_GS_BASE), 0);
	assert_int_equal(a->state->kernel_gs_base, 0x99);
	assert_int_equal(a->state->lstar, 0xffffffff81000000);
	assert_int_equal(a->state->cr2, 0x66);
	fake.cr2 = 0; /* the VMM faults */
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(*fake_msr(MSR_KERNEL_GS_BASE), 0x99);
	assert_int_equal(fake.cr2, 0x66);
}

/* An exit that ends in ring 3 repairs the limits of GDTR and TR. */
static void test_tables(void **unused)
{
	(void)unused;
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 10, 0);
	assert_int_equal(fake.gdtr.limit, 63);
	assert_int_equal(fake.gdtr.base, (uintptr_t)fake.cpu.gdt);
	assert_int_equal(fake.cpu.gdt[SEL_TSS / 8], 1);
	assert_int_equal(fake.tr, SEL_TSS);
}

/* An interrupt that the same guest survives moves nothing. */
static void test_interrupt(void **unused)
{
	struct guest_exit out;

	(void)unused;
	assert_true(vmx_ops.prepare(a));
	a->state->rip = 1;
	a->state->exit_reason = 2;
	fake.msr_writes = fake.writes = fake.reads = 0;
	out = exit_with(a, 1, TIMER);
	assert_int_equal(out.kind, GUEST_EXIT_INTERRUPT);
	assert_int_equal(out.vector, 0xf0);
	assert_ptr_equal(fake.cpu.guest_msrs, a);
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.writes, 0);
	assert_int_equal(fake.reads, 3); /* reason, event, vectoring */
	assert_int_equal(fake.msr_writes, 0);
	assert_int_equal(a->state->rip, 1);
	assert_int_equal(a->state->exit_reason, 2);
}

/* An interrupt comes while b runs, its handler signals a, and b goes on. */
static void test_report_of_another(void **unused)
{
	(void)unused;
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 1, TIMER);
	vmx_ops.leave(a);
	assert_true(vmx_ops.prepare(b));
	exit_with(b, 1, TIMER);
	vmx_ops.report(a, EXIT_SIGNAL);
	assert_int_equal(fake.current, (uintptr_t)a->control);
	assert_ptr_equal(fake.cpu.guest_msrs, b);
	assert_int_equal(a->state->exit_reason, EXIT_SIGNAL);
	assert_int_equal(a->state->instruction_length, 0);
	fake.msr_writes = 0;
	assert_true(vmx_ops.prepare(b));
	assert_int_equal(fake.current, (uintptr_t)b->control);
	assert_int_equal(fake.msr_writes, 0);
}

static void test_refused(void **unused)
{
	(void)unused;
	a->state->dirty = GROUP_RIP | GROUP_SYSCALL;
	a->state->lstar = BIT(63);
	assert_false(vmx_ops.prepare(a));
	assert_int_equal(a->state->exit_reason, EXIT_ENTRY_REFUSED);
	assert_int_equal(a->state->exit_qualification, (uint64_t)GROUP_SYSCALL << 32);
	assert_int_equal(a->state->dirty, GROUP_RIP | GROUP_SYSCALL);
	assert_null(fake.cpu.guest_msrs);
	assert_int_equal(fake.writes, 0);
	a->state->lstar = 0; /* mended */
	assert_true(vmx_ops.prepare(a));
}

/* The entry instruction fails: with an error number, or without a VMCS. */
static void test_entry_instruction_fails(void **unused)
{
	(void)unused;
	for (unsigned valid = 0; valid < 2; valid++) {
		assert_true(vmx_ops.prepare(a));
		fake.field[VMCS_INSTRUCTION_ERROR] = 7;
		fake.field[VMCS_ENTRY_EVENT] = EVENT_VALID;
		assert_ptr_equal(vmx_entry_failed(a, valid), &frame);
		assert_int_equal(upcalls, valid + 1);
		assert_int_equal(upcall_reason, EXIT_ENTRY_REFUSED);
		assert_int_equal(a->state->exit_reason, EXIT_ENTRY_REFUSED);
		assert_int_equal(a->state->exit_qualification, valid ? 7 : 0);
		assert_int_equal(fake.field[VMCS_ENTRY_EVENT], valid ? 0 : EVENT_VALID);
		assert_false(a->launched);
		assert_int_equal(*fake_msr(MSR_LSTAR), HOST_LSTAR);
	}
}

/* The CPU refuses the guest's state: an exit like any other. */
static void test_entry_fails(void **unused)
{
	struct guest_exit out;

	(void)unused;
	assert_true(vmx_ops.prepare(a));
	fake.field[VMCS_ENTRY_EVENT] = EVENT_VALID;
	fake.field[VMCS_QUALIFICATION] = 3;
	out = exit_with(a, EXIT_FAILED_ENTRY_BIT | 33, 0);
	assert_int_equal(out.kind, GUEST_EXIT_USER);
	assert_int_equal(out.reason, 0x80000021);
	assert_int_equal(a->state->exit_reason, 0x80000021);
	assert_int_equal(a->state->exit_qualification, 3);
	assert_int_equal(fake.field[VMCS_ENTRY_EVENT], 0);
	assert_false(a->launched); /* VMLAUNCH again */
	assert_null(fake.cpu.guest_msrs);
}

/* Another VMM, another address space: HOST_CR3 follows, and only then. */
static void test_host_cr3(void **unused)
{
	(void)unused;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.field[VMCS_HOST_CR3], 0x7000);
	exit_with(a, 10, 0);
	fake.writes = 0;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.writes, 0);
	exit_with(a, 10, 0);
	a->host_cr3 = 0x9001;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.field[VMCS_HOST_CR3], 0x9001);
}

/* Enabled breakpoints bring their addresses along, also after another guest's. */
static void test_breakpoints(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		states[i].dirty = GROUP_DR;
		states[i].dr7 = 0x400 | 2 << (2 * i);
		for (unsigned n = 0; n < 4; n++)
			states[i].dr[n] = 10 * i + n + 1;
	}
	for (unsigned i = 0; i < 4; i++) {
		assert_true(vmx_ops.prepare(&guests[i & 1]));
		for (unsigned n = 0; n < 4; n++)
			assert_int_equal(fake.dr[n], 10 * (i & 1) + n + 1);
		exit_with(&guests[i & 1], 10, 0);
	}
	memset(fake.dr, 0, sizeof(fake.dr));
	a->state->dirty = GROUP_DR;
	a->state->dr7 = 0x400;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fake.dr[0], 0);
}

static void test_fpu(void **unused)
{
	(void)unused;
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 10, 0);
	assert_int_equal(fpu_loads, 1);
	assert_true(vmx_ops.prepare(b));
	exit_with(b, 10, 0);
	assert_ptr_equal(fake.cpu.fpu_owner, b);
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 10, 0);
	assert_int_equal(fpu_loads, 3);
	a->state->dirty = GROUP_XCR0;
	a->state->xcr0 = 7;
	assert_true(vmx_ops.prepare(a));
	assert_int_equal(fpu_loads, 4);
	assert_int_equal(a->xcr0, 7);
}

static void test_unload(void **unused)
{
	(void)unused;
	assert_true(vmx_ops.prepare(a));
	exit_with(a, 1, TIMER);
	vmx_ops.unload(a);
	assert_int_equal(fake.cleared, (uintptr_t)a->control);
	assert_null(fake.cpu.loaded);
	assert_null(fake.cpu.guest_msrs);
	assert_null(fake.cpu.fpu_owner);
	assert_false(a->launched);
	assert_int_equal(*fake_msr(MSR_LSTAR), HOST_LSTAR);
	assert_true(vmx_ops.prepare(b));
	vmx_ops.unload(a); /* leaves b alone */
	assert_ptr_equal(fake.cpu.loaded, b);
	assert_ptr_equal(fake.cpu.guest_msrs, b);
}

static void test_flush_second_level(void **unused)
{
	(void)unused;
	vmx_ops.flush_second_level(hpa(0x5000));
	assert_int_equal(fake.invalidated[0], 1);
	assert_int_equal(fake.invalidated[1], 0x501e);
}

/* One row per MSR that a guest has without exits; all others exit. */
static const struct {
	uint32_t number;
	bool write;
} passed[] = {
	{0x10, false},
	{0x174, true},
	{0x175, true},
	{0x176, true},
	{0x277, true},
	{0xc0000080, true},
	{0xc0000081, true},
	{0xc0000082, true},
	{0xc0000083, true},
	{0xc0000084, true},
	{0xc0000100, true},
	{0xc0000101, true},
	{0xc0000102, true},
};

static bool bit_of(const uint8_t *page, unsigned part, uint32_t index)
{
	return page[part * 1024 + index / 8] >> index % 8 & 1;
}

static void test_msr_bitmap(void **unused)
{
	static uint8_t page[PAGE_SIZE];

	(void)unused;
	vmx_msr_bitmap_fill(page);
	for (uint32_t i = 0; i < 0x4000; i++) {
		uint32_t index = i & 0x1fff, number = index | (i >> 13 ? 0xc0000000 : 0);
		bool read = false, write = false;

		for (unsigned p = 0; p < ARRAY_SIZE(passed); p++)
			if (passed[p].number == number) {
				read = true;
				write = passed[p].write;
			}
		if (bit_of(page, i >> 13, index) == read ||
			bit_of(page, 2 + (i >> 13), index) == write)
			fail_msg("msr %x", number);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_init),
		CASE(test_init_without_memory),
		CASE(test_init_bad_tag),
		CASE(test_round),
		CASE(test_msrs),
		CASE(test_tables),
		CASE(test_interrupt),
		CASE(test_report_of_another),
		CASE(test_refused),
		CASE(test_entry_instruction_fails),
		CASE(test_entry_fails),
		CASE(test_host_cr3),
		CASE(test_breakpoints),
		CASE(test_fpu),
		CASE(test_unload),
		CASE(test_flush_second_level),
		CASE(test_msr_bitmap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
