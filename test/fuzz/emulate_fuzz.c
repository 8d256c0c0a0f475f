/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/emulate.c vmm-user/vmm/emulate_string.c vmm-user/vmm/alu.c vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/guest_memory.c vmm-user/vmm/bus.c vmm-user/vmm/cpu.c */
/* clang-format on */
/* RUNS: 60000 */
/* MAX: 192 */
/*
 * One instruction of a hostile guest, decoded and executed by its monitor: any
 * bytes, any registers, segments and control registers, any page tables.
 *
 *   byte 0  mode     byte 1  control registers      then 16 registers of 1 + n bytes,
 *   15 bytes of code, and the rest is written where the page tables may lie
 */
#include "test/unit/vmm_cpu.h"
#include "vmm/emulate.h"
#include "fuzz.h"

#define TABLES 0x4000u

/* A register: an address that means something, or any number. */
static uint64_t draw_register(struct input *input)
{
	unsigned what = (unsigned)input_take(input, 1);

	switch (what & 7) {
	case 0:
		return TEST_MMIO + (what >> 3) * 8;
	case 1:
		return TEST_RAM - 8 + (what >> 3);
	case 2:
		return TEST_CODE + what;
	case 3:
		return (0x7fffffffffffull - 8) + (what >> 3);
	case 4:
		return 0xfffffff8ull + (what >> 3);
	case 5:
		return ~0ull - (what >> 3);
	case 6:
		return what >> 3;
	default:
		return input_take(input, 8);
	}
}

static void draw_control(unsigned what)
{
	test_state.cr0 |= (what & 1 ? CR0_PG : 0) | (what & 2 ? CR0_WP : 0);
	test_state.cr4 = (what & 4 ? CR4_PAE : 0) | (what & 8 ? CR4_PSE : 0) |
			 (what & 16 ? CR4_SMAP | CR4_SMEP : 0);
	test_state.efer |= what & 32 ? EFER_NXE : 0;
	if (what & 64)
		test_state.segment[SEG_SS].ar |= 3u << 5;
	if (what & 128)
		test_state.segment[SEG_DS].ar = 0x8097; /* expand-down */
	if (what & 1 && test_state.efer & EFER_LMA)
		test_state.cr4 |= CR4_PAE;
	test_state.cr3 = TABLES;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum code_size mode[4] = {CODE_16, CODE_32, CODE_64, CODE_64};
	struct input input = {data, size};
	unsigned shape = (unsigned)input_take(&input, 1);
	enum emulate_result result;
	struct fault fault = {0};

	MUST(test_setup(NULL) == 0);
	test_mode(mode[shape & 3]);
	draw_control((unsigned)input_take(&input, 1));
	if (shape & 4)
		test_state.rflags |= RFLAGS_DF;
	for (unsigned i = 0; i < GPR_COUNT; i++)
		test_state.gpr[i] = draw_register(&input);
	input_bytes(&input, test_ram + TEST_CODE, 15);
	if (shape & 8)
		test_cpu.known = (struct known_page){true, shape & 16, TEST_MMIO, TEST_MMIO};
	else
		test_cpu.known.valid = false;
	input_bytes(&input, test_ram + TABLES, input.left < 0x1000 ? input.left : 0x1000);
	result = emulate_step(&test_cpu, &fault);
	MUST(result <= EMULATE_UNKNOWN);
	MUST(result != EMULATE_FAULT || fault.vector < 32);
	MUST(result != EMULATE_FAULT || test_state.rip == TEST_CODE);
	MUST(result != EMULATE_AGAIN || test_state.rip == TEST_CODE);
	MUST(result != EMULATE_DONE || test_state.dirty & GROUP_RIP);
	return 0;
}
