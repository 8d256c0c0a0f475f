/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/emulate.c vmm-user/vmm/emulate_string.c vmm-user/vmm/io.c vmm-user/vmm/alu.c vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/guest_memory.c vmm-user/vmm/bus.c vmm-user/vmm/cpu.c */
/* clang-format on */
#include "vmm/emulate_string.h"
#include "vmm/io.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmm_cpu.h"

static enum emulate_result step(const char *bytes, unsigned length)
{
	struct fault fault;

	memset(test_ram + TEST_CODE, 0x90, 16);
	memcpy(test_ram + TEST_CODE, bytes, length);
	test_state.rip = TEST_CODE;
	return emulate_step(&test_cpu, &fault);
}

static void registers(uint64_t rsi, uint64_t rdi, uint64_t rcx, uint64_t rax)
{
	test_state.gpr[GPR_RSI] = rsi;
	test_state.gpr[GPR_RDI] = rdi;
	test_state.gpr[GPR_RCX] = rcx;
	test_state.gpr[GPR_RAX] = rax;
}

static void expect(uint64_t rsi, uint64_t rdi, uint64_t rcx)
{
	assert_int_equal(test_state.gpr[GPR_RSI], rsi);
	assert_int_equal(test_state.gpr[GPR_RDI], rdi);
	assert_int_equal(test_state.gpr[GPR_RCX], rcx);
}

static void test_movs(void **state)
{
	(void)state;
	memcpy(test_ram + 0x1000, "abcdefghijklmnop", 16);
	registers(0x1000, TEST_MMIO, 3, 0);
	assert_int_equal(step("\xf3\xa5", 2), EMULATE_DONE);
	assert_memory_equal(test_device, "abcdefghijkl\0\0\0", 15);
	expect(0x100c, TEST_MMIO + 12, 0);
	assert_int_equal(test_accesses, 3);
	assert_int_equal(test_log[2].bytes, 4);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
	/* from the device, downwards, without REP: the count stays */
	registers(TEST_MMIO + 8, 0x2008, 7, 0);
	test_state.rflags |= RFLAGS_DF;
	assert_int_equal(step("\x48\xa5", 2), EMULATE_DONE);
	assert_memory_equal(test_ram + 0x2008, "ijkl\0\0\0\0", 8);
	expect(TEST_MMIO, 0x2000, 7);
}

static void test_no_iterations(void **state)
{
	(void)state;
	registers(0x1000, TEST_MMIO, 0, 0);
	assert_int_equal(step("\xf3\xa4", 2), EMULATE_DONE);
	expect(0x1000, TEST_MMIO, 0);
	assert_int_equal(test_accesses, 0);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
	/* with 32-bit addresses only ECX counts */
	registers(0x1000, TEST_MMIO, 0x100000000, 0);
	assert_int_equal(step("\x67\xf3\xa4", 3), EMULATE_DONE);
	expect(0x1000, TEST_MMIO, 0x100000000);
}

static void test_bounded(void **state)
{
	(void)state;
	registers(0, TEST_MMIO, EMULATE_REP_MAX + 5, 0x5a);
	assert_int_equal(step("\xf3\xaa", 2), EMULATE_AGAIN);
	expect(0, TEST_MMIO + EMULATE_REP_MAX, 5);
	assert_int_equal(test_state.rip, TEST_CODE);
	assert_int_equal(step("\xf3\xaa", 2), EMULATE_DONE);
	expect(0, TEST_MMIO + EMULATE_REP_MAX + 5, 0);
	assert_int_equal(test_accesses, EMULATE_REP_MAX + 5);
	assert_int_equal(test_state.rip, TEST_CODE + 2);
}

static void test_lods_stos(void **state)
{
	(void)state;
	memcpy(test_device + 0x10, "\x11\x22\x33\x44\x55\x66\x77\x88", 8);
	registers(TEST_MMIO + 0x10, 0, 0, ~0ull);
	assert_int_equal(step("\xac", 1), EMULATE_DONE);
	assert_int_equal(test_state.gpr[GPR_RAX], 0xffffffffffffff11);
	assert_int_equal(step("\xad", 1), EMULATE_DONE);
	assert_int_equal(test_state.gpr[GPR_RAX], 0x55443322);
	expect(TEST_MMIO + 0x15, 0, 0);
	registers(0, TEST_MMIO + 0x20, 0, 0x1234);
	assert_int_equal(step("\x66\xab", 2), EMULATE_DONE);
	assert_memory_equal(test_device + 0x20, "\x34\x12\0", 3);
	expect(0, TEST_MMIO + 0x22, 0);
}

static void test_cmps_scas(void **state)
{
	(void)state;
	memcpy(test_ram + 0x1000, "aaab", 4);
	memcpy(test_device, "aaac", 4);
	registers(0x1000, TEST_MMIO, 10, 0);
	assert_int_equal(step("\xf3\xa6", 2), EMULATE_DONE);
	expect(0x1004, TEST_MMIO + 4, 6);
	assert_false(test_state.rflags & RFLAGS_ZF);
	assert_true(test_state.rflags & RFLAGS_CF); /* b - c */
	registers(0, TEST_MMIO, 10, 'c');
	assert_int_equal(step("\xf2\xae", 2), EMULATE_DONE);
	expect(0, TEST_MMIO + 4, 6);
	assert_true(test_state.rflags & RFLAGS_ZF);
	registers(0, TEST_MMIO, 2, 'c');
	assert_int_equal(step("\xf2\xae", 2), EMULATE_DONE);
	expect(0, TEST_MMIO + 2, 0);
	assert_false(test_state.rflags & RFLAGS_ZF);
}

/* 16-bit: only SI and DI move, and wrap. */
static void test_16_bit(void **state)
{
	(void)state;
	test_mode(CODE_16);
	test_state.segment[SEG_ES].base = 0x10000;
	memcpy(test_ram + 0xffff, "x", 1);
	registers(0x1234ffff, 0x56780010, 0xaaaa0001, 0);
	assert_int_equal(step("\xf3\xa4", 2), EMULATE_DONE);
	assert_int_equal(test_ram[0x10010], 'x');
	expect(0x12340000, 0x56780011, 0xaaaa0000);
}

/* A fault in the middle leaves what was done, and RIP at the instruction. */
static void test_fault_midway(void **state)
{
	struct fault fault;

	(void)state;
	test_mode(CODE_32);
	test_state.segment[SEG_ES].limit = 0x1001;
	registers(TEST_MMIO, 0x1000, 5, 0);
	memset(test_ram + TEST_CODE, 0x90, 16);
	memcpy(test_ram + TEST_CODE, "\xf3\xa4", 2);
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_FAULT);
	assert_int_equal(fault.vector, VECTOR_GP);
	expect(TEST_MMIO + 2, 0x1002, 3);
	assert_int_equal(test_state.rip, TEST_CODE);
}

static void test_in_out(void **state)
{
	static const struct {
		unsigned bytes;
		uint64_t rax;
	} in[] = {{1, 0xffffffffffffff44}, {2, 0xffffffffffff3344}, {4, 0x11223344}};
	struct exit_io io = {.port = TEST_PORT + 4, .in = true};

	(void)state;
	memcpy(test_device + 4, "\x44\x33\x22\x11", 4);
	for (unsigned i = 0; i < 3; i++) {
		test_state.gpr[GPR_RAX] = ~0ull;
		io.bytes = (uint8_t)in[i].bytes;
		io_single(&test_cpu, &io);
		assert_int_equal(test_state.gpr[GPR_RAX], in[i].rax);
	}
	io = (struct exit_io){.port = TEST_PORT, .bytes = 2};
	test_state.gpr[GPR_RAX] = 0x8899aabb;
	io_single(&test_cpu, &io);
	assert_memory_equal(test_device, "\xbb\xaa\0\0", 4);
	io = (struct exit_io){.port = 0x999, .bytes = 4, .in = true};
	io_single(&test_cpu, &io);
	assert_int_equal(test_state.gpr[GPR_RAX], 0xffffffff);
}

static void test_ins_outs(void **state)
{
	struct exit_io io = {.port = TEST_PORT,
		.bytes = 2,
		.in = true,
		.string = true,
		.rep = true,
		.address_bytes = 8,
		.segment = SEG_ES};
	struct fault fault;

	(void)state;
	memcpy(test_device, "hi", 2);
	registers(0, 0x2000, 3, 0);
	assert_int_equal(io_string(&test_cpu, &io, &fault), EMULATE_DONE);
	assert_memory_equal(test_ram + 0x2000, "hihihi\0", 7);
	expect(0, 0x2006, 0);
	io.in = false;
	io.segment = SEG_GS;
	test_state.segment[SEG_GS].base = 0x1000;
	memcpy(test_ram + 0x3000, "abcd", 4);
	registers(0x2000, 0, 2, 0);
	test_accesses = 0;
	assert_int_equal(io_string(&test_cpu, &io, &fault), EMULATE_DONE);
	assert_int_equal(test_accesses, 2);
	assert_int_equal(test_log[0].value, 'a' | 'b' << 8);
	assert_int_equal(test_log[1].value, 'c' | 'd' << 8);
	expect(0x2004, 0, 0);
	io.rep = false;
	test_state.rflags |= RFLAGS_DF;
	registers(0x2000, 0, 2, 0);
	assert_int_equal(io_string(&test_cpu, &io, &fault), EMULATE_DONE);
	expect(0x1ffe, 0, 2);
}

static void test_ins_bounded(void **state)
{
	struct exit_io io = {.port = TEST_PORT,
		.bytes = 1,
		.in = true,
		.string = true,
		.rep = true,
		.address_bytes = 4,
		.segment = SEG_ES};
	struct fault fault;

	(void)state;
	registers(0, 0x2000, 0x500000000 | (IO_REP_MAX + 1), 0);
	assert_int_equal(io_string(&test_cpu, &io, &fault), EMULATE_AGAIN);
	expect(0, 0x2000 + IO_REP_MAX, 1);
	assert_int_equal(io_string(&test_cpu, &io, &fault), EMULATE_DONE);
	expect(0, 0x2001 + IO_REP_MAX, 0);
	assert_int_equal(io_string(&test_cpu, &io, &fault), EMULATE_DONE);
	assert_int_equal(test_accesses, IO_REP_MAX + 1);
}

/* The port is not read when the byte has nowhere to go. */
static void test_ins_fault(void **state)
{
	struct exit_io io = {.port = TEST_PORT,
		.bytes = 1,
		.in = true,
		.string = true,
		.address_bytes = 8,
		.segment = SEG_ES};
	struct fault fault;

	(void)state;
	registers(0, 0x800000000000, 1, 0);
	assert_int_equal(io_string(&test_cpu, &io, &fault), EMULATE_FAULT);
	assert_int_equal(fault.vector, VECTOR_GP);
	assert_int_equal(test_accesses, 0);
	expect(0, 0x800000000000, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_movs, test_setup),
		cmocka_unit_test_setup(test_no_iterations, test_setup),
		cmocka_unit_test_setup(test_bounded, test_setup),
		cmocka_unit_test_setup(test_lods_stos, test_setup),
		cmocka_unit_test_setup(test_cmps_scas, test_setup),
		cmocka_unit_test_setup(test_16_bit, test_setup),
		cmocka_unit_test_setup(test_fault_midway, test_setup),
		cmocka_unit_test_setup(test_in_out, test_setup),
		cmocka_unit_test_setup(test_ins_outs, test_setup),
		cmocka_unit_test_setup(test_ins_bounded, test_setup),
		cmocka_unit_test_setup(test_ins_fault, test_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
