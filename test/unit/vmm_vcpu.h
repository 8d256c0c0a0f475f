/* SPDX-License-Identifier: MIT */
/* A machine with a processor that has just been reset, for tests of the exits. */
#ifndef TEST_VMM_VCPU_H
#define TEST_VMM_VCPU_H

#include "vmm/cr.h"
#include "vmm/vcpu.h"

#include <string.h>

#define TEST_CODE 0x1000u

static uint8_t test_ram[0x10000];
static struct guest_memory test_memory;
static struct machine test_machine;
static struct machine_cpu test_cpu, test_second; /* test_second runs on no thread */
static struct vcpu_state test_state;
static struct vcpu v;
static uint64_t test_now;
static unsigned test_lines; /* said to people */

void say(const char *format, ...);
void say(const char *format, ...)
{
	(void)format;
	test_lines++;
}

static uint64_t test_tsc(void)
{
	return test_now;
}
static void test_output(void *ctx, uint8_t byte)
{
	(void)ctx, (void)byte;
}
static void test_input(void *ctx)
{
	(void)ctx;
}

static unsigned test_kicks;
static void test_kick(unsigned cpu)
{
	(void)cpu;
	test_kicks++;
}

static inline void test_host(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	memset(out, 0xff, sizeof *out);
	if (leaf == 0xd && subleaf >= 2)
		*out = (struct cpuid_regs){{64, 576, 0, 0}};
}

/* What the exits of test_setup() look like. */
static struct exit_hardware (*test_hardware)(const struct cpuid_guest *) = exit_hardware_vmx;

static inline int test_setup(void **state)
{
	const struct machine_config config = {.memory = &test_memory,
		.tsc_khz = 1000000,
		.tsc = test_tsc,
		.debug_exit = true,
		.output = test_output,
		.input = test_input,
		.kick = test_kick};
	struct cpuid_guest cpuid = {.host = test_host, .vcpus = 1, .tsc_khz = 1000000};
	struct exit_hardware hardware = test_hardware(&cpuid);

	(void)state;
	test_now = 5000;
	test_lines = test_kicks = 0;
	memset(test_ram, 0, sizeof test_ram);
	memset(&test_state, 0, sizeof test_state);
	if (guest_memory_init(&test_memory, test_ram, sizeof test_ram) ||
		machine_init(&test_machine, &config) || machine_add_cpu(&test_machine, &test_cpu) ||
		machine_add_cpu(&test_machine, &test_second))
		return 1;
	cpuid.xcr0_allowed = cpuid_xcr0(&cpuid);
	vcpu_init(&v, &test_state, &test_cpu, &cpuid, &hardware);
	msr_init(&v.msrs, NULL);
	return 0;
}

/* ... and that runs flat 32-bit code. */
static inline int test_setup_flat(void **state)
{
	const struct boot_entry entry = {
		.mode = BOOT_PROTECTED32, .cs = 0x10, .data = 0x18, .tr = 0x20, .rip = TEST_CODE};

	if (test_setup(state))
		return 1;
	vcpu_boot(&v, &entry);
	test_state.dirty = 0;
	test_cpu.due = false;
	return 0;
}

#endif
