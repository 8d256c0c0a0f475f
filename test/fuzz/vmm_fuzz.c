/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/vcpu_exit.c vmm-user/vmm/vcpu_event.c vmm-user/vmm/vcpu_register.c vmm-user/vmm/vcpu_start.c vmm-user/vmm/cr.c vmm-user/vmm/cpuid.c vmm-user/vmm/msr.c vmm-user/vmm/debug.c vmm-user/vmm/inject.c vmm-user/vmm/exit.c vmm-user/vmm/exit_vmx.c vmm-user/vmm/exit_svm.c vmm-user/vmm/exit_svm_code.c vmm-user/vmm/decode_system.c vmm-user/vmm/nmi.c vmm-user/vmm/io.c vmm-user/vmm/emulate.c vmm-user/vmm/emulate_string.c vmm-user/vmm/alu.c vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/cpu.c vmm-user/vmm/lock.c vmm-user/vmm/quick.c vmm-user/vmm/machine.c vmm-user/vmm/machine_devices.c vmm-user/vmm/machine_irq.c vmm-user/vmm/bus.c vmm-user/vmm/clock.c vmm-user/vmm/guest_memory.c vmm-user/vmm/dev/acpi_pm.c vmm-user/vmm/dev/apic.c vmm-user/vmm/dev/calendar.c vmm-user/vmm/dev/debugexit.c vmm-user/vmm/dev/ioapic.c vmm-user/vmm/dev/kbd.c vmm-user/vmm/dev/lapic.c vmm-user/vmm/dev/lapic_register.c vmm-user/vmm/dev/lapic_post.c vmm-user/vmm/dev/lapic_send.c vmm-user/vmm/dev/lapic_timer.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/dev/pic.c vmm-user/vmm/dev/pit.c vmm-user/vmm/dev/pit_counter.c vmm-user/vmm/dev/postcode.c vmm-user/vmm/dev/rtc.c vmm-user/vmm/dev/rtc_time.c vmm-user/vmm/dev/uart.c */
/* clang-format on */
/* RUNS: 25000 */
/* MAX: 512 */
/*
 * A monitor and its devices under a hostile guest: exits of any reason, with any
 * qualification, registers and memory, while time goes on; interrupts are injected
 * as the run loop does it (vmm-user/vmm/vcpu.c).
 */
#include "test/unit/vmm_vcpu.h"
#include "fuzz.h"

#define STEPS 64u

/* A kernel's address of the guest's page at 0, and the page tables behind it: there, and
 * one to one below 4 GiB. */
#define HIGH 0xffffffff80000000ull
#define TABLES 0x4000u

/* Ports and registers with something behind them, and a few without. */
static const uint16_t ports[] = {0x20, 0x21, 0x40, 0x41, 0x42, 0x43, 0x60, 0x61, 0x64, 0x70, 0x71,
	0x80, 0x92, 0xa0, 0xa1, 0xb2, 0xed, 0xf4, 0x3f8, 0x3f9, 0x3fa, 0x3fb, 0x3fc, 0x3fd, 0x3fe,
	0x3ff, 0x4d0, 0x4d1, 0x600, 0x604, 0x608, 0xcf8, 0xcf9, 0xcfc, 0x510, 0xffff};
static const uint64_t registers[] = {0xfee00000, 0xfec00000, 0xd0000000, 0xfffffffff000};
static const char *const code[] = {"\x0f\xa2", "\xf4", "\x0f\x32", "\x0f\x30", "\x0f\x20\xc0",
	"\x0f\x22\xc3", "\x0f\x01\xe3", "\x0f\x01\x23", "\x0f\x01\x33", "\x0f\x06", "\x6c",
	"\xf3\x6f", "\x0f\x23\xf8", "\x0f\x01\xd1"};
static const uint32_t msrs[] = {0x10, 0x1b, 0x3a, 0x6e0, 0x174, 0x277, 0x2ff, 0x800, 0xc0000080,
	0xc0000081, 0xc0000082, 0xc0000100, 0xc0000102, 0xc0000103, 0x1a0, 0x17};

/* The same of SVM, and the instruction where that has to be read. */
static void draw_svm(struct input *input)
{
	struct vcpu_state *s = &test_state;
	unsigned what = (unsigned)input_take(input, 1);
	const char *bytes = code[what / 8 % ARRAY_SIZE(code)];

	s->exit_info2 = s->rip + (what & 3);
	switch (what & 7) {
	case 0:
	case 1:
	case 2:
		s->exit_reason = 0x7b;
		s->exit_qualification =
			(uint64_t)ports[what / 8 % ARRAY_SIZE(ports)] << 16 | input_take(input, 2);
		s->gpr[GPR_RAX] = input_take(input, 2);
		break;
	case 3:
		s->exit_reason = 0x400;
		s->exit_info2 = registers[what / 8 % ARRAY_SIZE(registers)] +
				(input_take(input, 2) & 0xfff);
		s->exit_qualification =
			what & 0x80 ? input_take(input, 5) : 0x100000004 | (what & 2);
		s->gpr[GPR_RBX] = s->exit_info2;
		return;
	case 4:
		s->exit_reason = 0x7c;
		s->exit_qualification = what >> 3 & 1;
		s->gpr[GPR_RCX] = msrs[what / 16] + input_take(input, 1);
		s->gpr[GPR_RAX] = input_take(input, 4);
		s->gpr[GPR_RDX] = input_take(input, 1);
		break;
	default:
		s->exit_reason = input_take(input, 1);
		s->exit_qualification = input_take(input, 2) | (uint64_t)(what & 64) << 57;
		break;
	}
	if (input_take(input, 1) & 1)
		memcpy(test_ram + TEST_CODE, bytes, strlen(bytes));
}

/* The reasons that carry details come more often than others. */
static void draw_details(struct input *input)
{
	struct vcpu_state *s = &test_state;
	unsigned what = (unsigned)input_take(input, 1);

	switch (what & 7) {
	case 0:
	case 1:
	case 2: /* a port, and what is written to it */
		s->exit_reason = 30;
		s->exit_qualification = (uint64_t)ports[what / 8 % ARRAY_SIZE(ports)] << 16 |
					(input_take(input, 1) & 0x3f);
		s->gpr[GPR_RAX] = input_take(input, 2);
		break;
	case 3:
	case 4: /* a device register: the instruction is in the guest's memory */
		s->exit_reason = 48;
		s->guest_physical = registers[what / 8 % ARRAY_SIZE(registers)] +
				    (input_take(input, 2) & 0xfff);
		s->guest_linear = s->guest_physical;
		s->exit_qualification = what & 0x80 ? input_take(input, 2) : 0x182;
		s->gpr[GPR_RBX] = s->guest_physical;
		break;
	case 5:
		s->exit_reason = what & 8 ? 31 : 32;
		s->gpr[GPR_RCX] = msrs[what / 16] + input_take(input, 1);
		s->gpr[GPR_RAX] = input_take(input, 4);
		s->gpr[GPR_RDX] = input_take(input, 1);
		break;
	default:
		s->exit_reason = input_take(input, 1);
		s->exit_qualification = input_take(input, 2);
		break;
	}
}

/* What the guest may have made of its state, and of its memory. */
static void draw_state(struct input *input)
{
	static const char store[] = "\x89\x03\x8b\x03\x88\x03\x66\x89\x03\xf3\xa5\xff\x33";
	struct vcpu_state *s = &test_state;
	unsigned what = (unsigned)input_take(input, 1);

	s->rip = (s->efer & EFER_LMA ? HIGH : 0) + TEST_CODE;
	s->instruction_length = what & 15;
	memcpy(test_ram + TEST_CODE, store + what % 8, 5);
	if (what & 0x10)
		input_bytes(input, test_ram + TEST_CODE, 8);
	if (what & 0x20)
		s->rflags = (input_take(input, 3) & 0x3fffd5) | RFLAGS_FIXED;
	if (what & 0x40) {
		s->exit_intr_info = (uint32_t)input_take(input, 4);
		s->vectoring_info = (uint32_t)input_take(input, 4);
		s->interruptibility = (uint32_t)input_take(input, 1) & 15;
		s->pending_debug = input_take(input, 2);
		test_cpu.nmi |= s->pending_debug & 1;
	}
	if (what & 0x80) {
		uint64_t *gpr = &s->gpr[input_take(input, 1) % GPR_COUNT];

		*gpr = input_take(input, 8);
	}
	s->valid = GROUP_ALL;
}

/* 64-bit code of a kernel that is linked high. */
static void long_mode(void)
{
	uint64_t *pml4 = (uint64_t *)(test_ram + TABLES), *pdpt = pml4 + 512;

	pml4[0] = pml4[511] = (TABLES + 0x1000) | 3;
	for (unsigned i = 0; i < 4; i++)
		pdpt[i] = (uint64_t)i << 30 | 0x83;
	pdpt[510] = 0x83;
	test_state.cr3 = TABLES;
	test_state.cr4 |= CR4_PAE;
	test_state.cr0 |= CR0_PG | CR0_PE;
	test_state.efer |= EFER_LMA | EFER_LME;
	test_state.segment[SEG_CS].ar = 0xa09b;
}

/* The run loop, without the kernel. */
static void step(struct input *input)
{
	struct exit exit;

	draw_state(input);
	if (v.hardware.nmi_blocking_ours)
		draw_svm(input);
	else
		draw_details(input);
	v.hardware.decode(&v.hardware, &v.cpu, &exit);
	MUST(exit.kind < KIND_COUNT);
	vcpu_handle(&v, &exit);
	if (input_take(input, 1) & 1) {
		uint64_t ticks = input_take(input, 2);

		test_now += ticks * ticks * 16;
		machine_advance(&test_cpu);
	}
	MUST(machine_deadline(&test_cpu) > 0);
	MUST(machine_event(&test_machine) <= MACHINE_CRASH);
	test_state.dirty = 0;
	if (machine_due(&test_cpu) || v.inject.exception.info || v.inject.again.info) {
		machine_tell(&test_cpu, &test_cpu);
		vcpu_look(&v);
	}
	MUST(!(test_state.dirty & GROUP_INJECT) || test_state.inject_info & EVENT_VALID);
	test_state.inject_info = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	unsigned first = (unsigned)input_take(&input, 1);

	test_hardware = first & 2 ? exit_hardware_svm : exit_hardware_vmx;
	MUST(test_setup_flat(NULL) == 0);
	v.hardware.next_rip = first & 4;
	v.hardware.assists = first & 8;
	if (first & 1)
		long_mode();
	for (unsigned i = 0; i < STEPS && input.left > 0 && v.end == GUEST_RUNNING; i++)
		step(&input);
	MUST(v.end < GUEST_END_COUNT);
	return 0;
}
