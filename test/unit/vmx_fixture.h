/* SPDX-License-Identifier: MIT */
/* The VMX back end with two guests and a kernel around it, for tests. */
#ifndef TEST_UNIT_VMX_FIXTURE_H
#define TEST_UNIT_VMX_FIXTURE_H

#include "vmx_fake.h"

#include "vmx.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "arch/x86_64/guest.c"
#include "arch/x86_64/vmx_state.c"
#include "arch/x86_64/vmx_guest.c"
#include "arch/x86_64/vmx.c"

#define EVERYTHING (0xffffffffull << 32)

struct vmx_machine vmx_machine;
struct ptab_format ptab_ept;
static struct regs frame;
static uint64_t upcall_reason;
static unsigned upcalls, fpu_loads, interrupts, interrupt_vector, opened;
static jmp_buf open_jump, panic_jump;
static bool panic_expected;
static uint64_t fake_gdt[10];

/* --- the rest of the kernel --- */

void panic(const char *format, ...)
{
	if (panic_expected)
		longjmp(panic_jump, 1);
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
	assert_ptr_equal(regs, &frame);
	return regs;
}

struct regs *interrupt_dispatch(struct regs *regs, unsigned vector)
{
	interrupts++;
	interrupt_vector = vector;
	return regs;
}

void resume_open(void)
{
	opened++;
	longjmp(open_jump, 1);
}

enum status vmx_cpu_init(char *missing)
{
	(void)missing;
	return STATUS_OK;
}

static struct regs entered, entered_first; /* returned where the real ones do not */

struct regs *vmx_entry(struct guest *g)
{
	assert_ptr_equal(fake.cpu.inside, g);
	return &entered;
}

struct regs *vmx_entry_first(struct guest *g)
{
	assert_ptr_equal(fake.cpu.inside, g);
	return &entered_first;
}

void vmx_exit_stub(void) {}
const char syscall_entry[1];

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

static inline void *take(struct page_source *source, unsigned use)
{
	assert_ptr_equal(source, &purse.source);
	assert_int_equal(use, POOL_HARDWARE);
	if (!purse.left)
		return NULL;
	purse.left--;
	purse.out++;
	return calloc(1, PAGE_SIZE);
}

static inline void give(struct page_source *source, void *page)
{
	assert_ptr_equal(source, &purse.source);
	assert_non_null(page);
	purse.out--;
	free(page);
}

static struct vcpu_state states[2];
static struct guest guests[2];
static struct guest *const a = &guests[0], *const b = &guests[1];

static inline int setup(void **unused)
{
	(void)unused;
	memset(&fake, 0, sizeof(fake));
	memset(states, 0, sizeof(states));
	memset(guests, 0, sizeof(guests));
	fake.cpu.regs = &frame;
	fake.cpu.stack_top = 0x8000;
	fake.cpu.gdt = fake_gdt;
	vmx_machine = (struct vmx_machine){.revision = 0x77,
		.invept_type = 1,
		.invvpid_type = 1,
		.preemption_ticks = 5000,
		.cr0_set = 0x80000021,
		.cr0_allowed = 0xffffffff,
		.cr4_set = 0x2000,
		.cr4_allowed = 0x3767ff,
		.msr_bitmap = &purse};
	for (unsigned i = 0; i < CONTROL_COUNT; i++) {
		char missing[BOOT_FEATURE_TEXT] = "";
		assert_true(vmx_control_compute(
			&vmx_control_words[i], EVERYTHING, &vmx_machine.control[i], missing));
	}
	vmx_state_init();
	purse = (struct purse){{take, give}, 4, 0};
	for (unsigned i = 0; i < 2; i++) {
		guests[i].state = &states[i];
		guests[i].tag = i + 1;
		guests[i].second_level = hpa(0x1000 * (i + 1));
		guests[i].host_cr3 = 0x7000;
		assert_int_equal(vmx_ops.init(&guests[i], &purse.source), STATUS_OK);
	}
	fake.reads = fake.writes = fake.msr_writes = fpu_loads = upcalls = interrupts = opened = 0;
	return 0;
}

static inline int teardown(void **unused)
{
	(void)unused;
	for (unsigned i = 0; i < 2; i++) {
		vmx_ops.unload(&guests[i]);
		vmx_ops.fini(&guests[i], &purse.source);
	}
	assert_int_equal(purse.out, 0);
	assert_null(fake.cpu.loaded);
	assert_null(fake.cpu.fpu_owner);
	assert_null(fake.cpu.inside);
	return 0;
}

static inline bool enter(struct guest *guest)
{
	return vmx_ops.enter(guest) == &entered;
}

/* What vmx_exit_stub does. */
static inline void exit_with(struct guest *guest, uint32_t reason, uint32_t event)
{
	assert_ptr_equal(fake.cpu.inside, guest);
	fake.field[VMCS_REASON] = reason;
	fake.field[VMCS_EXIT_EVENT] = event;
	if (!setjmp(open_jump))
		assert_ptr_equal(vmx_exited(guest), &frame);
}

#define TIMER (EVENT_VALID | EVENT_INTERRUPT | 0xf0)

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
