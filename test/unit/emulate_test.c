/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/emulate.c vmm-user/vmm/emulate_string.c vmm-user/vmm/alu.c vmm-user/vmm/decode.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c vmm-user/vmm/access.c vmm-user/vmm/guest_walk.c vmm-user/vmm/guest_memory.c vmm-user/vmm/bus.c vmm-user/vmm/cpu.c */
/* clang-format on */
#include "vmm/emulate.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "vmm_cpu.h"

#define FLAGS (RFLAGS_CF | RFLAGS_PF | RFLAGS_AF | RFLAGS_ZF | RFLAGS_SF | RFLAGS_OF)
#define STACK 0x7000u

/* Registers before each: RBX the device at offset 0x40, RAX 0x1122334455667788,
 * RCX 0xfedcba9876543210, R9 0x80, RSP STACK, CF set. The device holds
 * 0xf0e0d0c0b0a09080 at 0x40; RAM at STACK holds 0x1234567890abcdef. */
#define RAX 0x1122334455667788ull
#define RCX 0xfedcba9876543210ull
#define CELL 0xf0e0d0c0b0a09080ull
#define TOP 0x1234567890abcdefull
#define SAME ~0ull /* flags as before */

static const struct {
	const char *text, *bytes;
	unsigned length;
	uint64_t cell, rax, rcx, rsp, flags;
	unsigned reads, writes;
} rows[] = {
	{"mov %al,(%rbx)", "\x88\x03", 2, 0xf0e0d0c0b0a09088, RAX, RCX, STACK, SAME, 0, 1},
	{"mov %ah,(%rbx)", "\x88\x23", 2, 0xf0e0d0c0b0a09077, RAX, RCX, STACK, SAME, 0, 1},
	{"mov %ax,(%rbx)", "\x66\x89\x03", 3, 0xf0e0d0c0b0a07788, RAX, RCX, STACK, SAME, 0, 1},
	{"mov %eax,(%rbx)", "\x89\x03", 2, 0xf0e0d0c055667788, RAX, RCX, STACK, SAME, 0, 1},
	{"mov %rax,(%rbx)", "\x48\x89\x03", 3, RAX, RAX, RCX, STACK, SAME, 0, 1},
	{"mov (%rbx),%cl", "\x8a\x0b", 2, CELL, RAX, 0xfedcba9876543280, STACK, SAME, 1, 0},
	{"mov (%rbx),%ch", "\x8a\x2b", 2, CELL, RAX, 0xfedcba9876548010, STACK, SAME, 1, 0},
	{"mov (%rbx),%cx", "\x66\x8b\x0b", 3, CELL, RAX, 0xfedcba9876549080, STACK, SAME, 1, 0},
	{"mov (%rbx),%ecx", "\x8b\x0b", 2, CELL, RAX, 0xb0a09080, STACK, SAME, 1, 0},
	{"mov (%rbx),%rcx", "\x48\x8b\x0b", 3, CELL, RAX, CELL, STACK, SAME, 1, 0},
	{"movl $-1,(%rbx)", "\xc7\x03\xff\xff\xff\xff", 6, 0xf0e0d0c0ffffffff, RAX, RCX, STACK,
		SAME, 0, 1},
	{"movq $-2,(%rbx)", "\x48\xc7\x03\xfe\xff\xff\xff", 7, (uint64_t)-2, RAX, RCX, STACK, SAME,
		0, 1},
	{"movzbl (%rbx),%ecx", "\x0f\xb6\x0b", 3, CELL, RAX, 0x80, STACK, SAME, 1, 0},
	{"movzwq (%rbx),%rcx", "\x48\x0f\xb7\x0b", 4, CELL, RAX, 0x9080, STACK, SAME, 1, 0},
	{"movsbl (%rbx),%ecx", "\x0f\xbe\x0b", 3, CELL, RAX, 0xffffff80, STACK, SAME, 1, 0},
	{"movswq (%rbx),%rcx", "\x48\x0f\xbf\x0b", 4, CELL, RAX, 0xffffffffffff9080, STACK, SAME, 1,
		0},
	{"movslq (%rbx),%rcx", "\x48\x63\x0b", 3, CELL, RAX, 0xffffffffb0a09080, STACK, SAME, 1, 0},
	{"movsbw (%rbx),%cx", "\x66\x0f\xbe\x0b", 4, CELL, RAX, 0xfedcba987654ff80, STACK, SAME, 1,
		0},
	{"add %eax,(%rbx)", "\x01\x03", 2, 0xf0e0d0c006070808, RAX, RCX, STACK, RFLAGS_CF, 1, 1},
	{"add (%rbx),%ecx", "\x03\x0b", 2, CELL, RAX, 0x26f4c290, STACK, RFLAGS_CF | RFLAGS_PF, 1,
		0},
	{"or $1,(%rbx)", "\x83\x0b\x01", 3, 0xf0e0d0c0b0a09081, RAX, RCX, STACK,
		RFLAGS_SF | RFLAGS_PF, 1, 1},
	{"adcb $0,(%rbx)", "\x80\x13\x00", 3, 0xf0e0d0c0b0a09081, RAX, RCX, STACK,
		RFLAGS_SF | RFLAGS_PF, 1, 1},
	{"and %cl,(%rbx)", "\x20\x0b", 2, 0xf0e0d0c0b0a09000, RAX, RCX, STACK,
		RFLAGS_ZF | RFLAGS_PF, 1, 1},
	{"xor %rax,(%rbx)", "\x48\x31\x03", 3, CELL ^ RAX, RAX, RCX, STACK, RFLAGS_SF, 1, 1},
	{"cmpb $0x80,(%rbx)", "\x80\x3b\x80", 3, CELL, RAX, RCX, STACK, RFLAGS_ZF | RFLAGS_PF, 1,
		0},
	{"cmp (%rbx),%al", "\x3a\x03", 2, CELL, RAX, RCX, STACK, 0, 1, 0},
	{"testl $0x80,(%rbx)", "\xf7\x03\x80\x00\x00\x00", 6, CELL, RAX, RCX, STACK, 0, 1, 0},
	{"test %al,(%rbx)", "\x84\x03", 2, CELL, RAX, RCX, STACK, RFLAGS_SF, 1, 0},
	{"not (%rbx)", "\xf7\x13", 2, 0xf0e0d0c04f5f6f7f, RAX, RCX, STACK, SAME, 1, 1},
	{"negb (%rbx)", "\xf6\x1b", 2, 0xf0e0d0c0b0a09080, RAX, RCX, STACK,
		RFLAGS_CF | RFLAGS_SF | RFLAGS_OF, 1, 1},
	{"incb (%rbx)", "\xfe\x03", 2, 0xf0e0d0c0b0a09081, RAX, RCX, STACK,
		RFLAGS_CF | RFLAGS_SF | RFLAGS_PF, 1, 1},
	{"lock decl (%rbx)", "\xf0\xff\x0b", 3, 0xf0e0d0c0b0a0907f, RAX, RCX, STACK,
		RFLAGS_CF | RFLAGS_SF | RFLAGS_AF, 1, 1},
	{"xchg %eax,(%rbx)", "\x87\x03", 2, 0xf0e0d0c055667788, 0xb0a09080, RCX, STACK, SAME, 1, 1},
	{"xadd %al,(%rbx)", "\x0f\xc0\x03", 3, 0xf0e0d0c0b0a09008, 0x1122334455667780, RCX, STACK,
		RFLAGS_CF | RFLAGS_OF, 1, 1},
	{"cmpxchg %ecx,(%rbx)", "\x0f\xb1\x0b", 3, CELL, 0xb0a09080, RCX, STACK,
		RFLAGS_CF | RFLAGS_SF | RFLAGS_OF, 1, 1},
	{"btl $7,(%rbx)", "\x0f\xba\x23\x07", 4, CELL, RAX, RCX, STACK, RFLAGS_CF, 1, 0},
	{"btrl $7,(%rbx)", "\x0f\xba\x33\x07", 4, 0xf0e0d0c0b0a09000, RAX, RCX, STACK, RFLAGS_CF, 1,
		1},
	{"btsl $0,(%rbx)", "\x0f\xba\x2b\x00", 4, 0xf0e0d0c0b0a09081, RAX, RCX, STACK, 0, 1, 1},
	{"btcl $39,(%rbx)", "\x0f\xba\x3b\x27", 4, 0xf0e0d0c0b0a09000, RAX, RCX, STACK, RFLAGS_CF,
		1, 1},
	{"shll (%rbx)", "\xd1\x23", 2, 0xf0e0d0c061412100, RAX, RCX, STACK,
		RFLAGS_CF | RFLAGS_OF | RFLAGS_PF, 1, 1},
	{"ror $8,(%rbx)", "\xc1\x0b\x08", 3, 0xf0e0d0c080b0a090, RAX, RCX, STACK,
		RFLAGS_CF | RFLAGS_OF, 1, 1},
	{"shr %cl,(%rbx) by 16", "\xd3\x2b", 2, 0xf0e0d0c00000b0a0, RAX, RCX, STACK,
		RFLAGS_CF | RFLAGS_PF, 1, 1},
	{"imul $2,(%rbx),%ecx", "\x6b\x0b\x02", 3, CELL, RAX, 0x61412100, STACK,
		RFLAGS_CF | RFLAGS_OF, 1, 0},
	{"bsf (%rbx),%ecx", "\x0f\xbc\x0b", 3, CELL, RAX, 7, STACK, SAME, 1, 0},
	{"bsr (%rbx),%ecx", "\x0f\xbd\x0b", 3, CELL, RAX, 31, STACK, SAME, 1, 0},
	{"cmovc (%rbx),%ecx", "\x0f\x42\x0b", 3, CELL, RAX, 0xb0a09080, STACK, SAME, 1, 0},
	{"cmovnc (%rbx),%ecx", "\x0f\x43\x0b", 3, CELL, RAX, 0x76543210, STACK, SAME, 1, 0},
	{"setc (%rbx)", "\x0f\x92\x03", 3, 0xf0e0d0c0b0a09001, RAX, RCX, STACK, SAME, 0, 1},
	{"pushq (%rbx)", "\xff\x33", 2, CELL, RAX, RCX, STACK - 8, SAME, 1, 0},
	{"popq (%rbx)", "\x8f\x03", 2, TOP, RAX, RCX, STACK + 8, SAME, 0, 1},
	{"pushw (%rbx)", "\x66\xff\x33", 3, CELL, RAX, RCX, STACK - 2, SAME, 1, 0},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void prepare(const char *bytes, unsigned length)
{
	uint64_t cell = CELL, top = TOP;

	memset(test_ram + TEST_CODE, 0x90, 16);
	memcpy(test_ram + TEST_CODE, bytes, length);
	memcpy(test_ram + STACK, &top, 8);
	memcpy(test_device + 0x40, &cell, 8);
	test_state.gpr[GPR_RBX] = TEST_MMIO + 0x40;
	test_state.gpr[GPR_RAX] = RAX;
	test_state.gpr[GPR_RCX] = RCX;
	test_state.gpr[GPR_RSP] = STACK;
	test_state.rflags = RFLAGS_FIXED | RFLAGS_CF;
	test_state.rip = TEST_CODE;
	test_state.dirty = 0;
	test_accesses = 0;
}

static void count(unsigned *reads, unsigned *writes)
{
	*reads = *writes = 0;
	for (unsigned i = 0; i < test_accesses; i++)
		*(test_log[i].write ? writes : reads) += 1;
}

/* Flags that the manual leaves open are those of Intel's CPUs, but AF of logic. */
static uint64_t shown(uint64_t flags)
{
	return flags & FLAGS & ~RFLAGS_AF;
}

static void test_rows(void **state)
{
	for (size_t i = 0; i < ROWS; i++) {
		struct fault fault;
		unsigned reads, writes;
		uint64_t cell, flags = rows[i].flags == SAME ? RFLAGS_CF : rows[i].flags;

		test_setup(state);
		prepare(rows[i].bytes, rows[i].length);
		if (emulate_step(&test_cpu, &fault) != EMULATE_DONE)
			fail_msg("%s", rows[i].text);
		memcpy(&cell, test_device + 0x40, 8);
		count(&reads, &writes);
		if (cell != rows[i].cell || test_state.gpr[GPR_RAX] != rows[i].rax ||
			test_state.gpr[GPR_RCX] != rows[i].rcx ||
			test_state.gpr[GPR_RSP] != rows[i].rsp)
			fail_msg("%s: cell %#lx rax %#lx rcx %#lx rsp %#lx", rows[i].text,
				(long)cell, (long)test_state.gpr[GPR_RAX],
				(long)test_state.gpr[GPR_RCX], (long)test_state.gpr[GPR_RSP]);
		if (shown(test_state.rflags) != shown(flags))
			fail_msg("%s: flags %#lx", rows[i].text, (long)test_state.rflags);
		if (reads != rows[i].reads || writes != rows[i].writes)
			fail_msg("%s: %u reads, %u writes", rows[i].text, reads, writes);
		assert_int_equal(test_state.rip, TEST_CODE + rows[i].length);
		assert_true(test_state.dirty & GROUP_RIP);
		if (rows[i].rsp != STACK)
			assert_true(test_state.dirty & GROUP_RSP);
		if (rows[i].flags != SAME)
			assert_true(test_state.dirty & GROUP_RFLAGS);
	}
}

static void test_stack_bytes(void **state)
{
	struct fault fault;
	uint64_t pushed;

	(void)state;
	prepare("\xff\x33", 2);
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_DONE);
	memcpy(&pushed, test_ram + STACK - 8, 8);
	assert_int_equal(pushed, CELL);
	/* POP to an address made with RSP uses it after the pop */
	prepare("\x8f\x04\x24", 3);
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_DONE);
	memcpy(&pushed, test_ram + STACK + 8, 8);
	assert_int_equal(pushed, TOP);
	/* 16-bit stack: only SP moves, and wraps */
	test_mode(CODE_16);
	prepare("\xff\x37", 2); /* pushw (%bx) */
	test_state.gpr[GPR_RBX] = 0x100;
	test_state.gpr[GPR_RSP] = 0xabcd0000;
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_DONE);
	assert_int_equal(test_state.gpr[GPR_RSP], 0xabcdfffe);
}

/* A bit number in a register reaches before and behind the operand. */
static void test_bit_offset(void **state)
{
	struct fault fault;

	(void)state;
	prepare("\x0f\xab\x0b", 3); /* bts %ecx,(%rbx) */
	test_state.gpr[GPR_RCX] = 64 + 3;
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_DONE);
	assert_int_equal(test_log[0].offset, 0x48);
	assert_int_equal(test_device[0x48], 8);
	prepare("\x0f\xab\x0b", 3);
	test_state.gpr[GPR_RCX] = 0x12345678ffffffff; /* ECX is -1 */
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_DONE);
	assert_int_equal(test_log[0].offset, 0x3c);
	assert_int_equal(test_device[0x3f], 0x80);
}

static void test_cmpxchg_equal(void **state)
{
	struct fault fault;

	(void)state;
	prepare("\x0f\xb1\x0b", 3);
	test_state.gpr[GPR_RAX] = 0x11111111b0a09080;
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_DONE);
	assert_int_equal(test_state.gpr[GPR_RAX], 0x11111111b0a09080);
	assert_memory_equal(test_device + 0x40, "\x10\x32\x54\x76", 4);
	assert_true(test_state.rflags & RFLAGS_ZF);
}

static void test_scan_of_zero(void **state)
{
	struct fault fault;

	(void)state;
	prepare("\x0f\xbc\x0b", 3);
	memset(test_device + 0x40, 0, 8);
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_DONE);
	assert_int_equal(test_state.gpr[GPR_RCX], RCX);
	assert_true(test_state.rflags & RFLAGS_ZF);
}

/* After a fault everything is as before, and no device has seen an access. */
static void test_faults(void **state)
{
	static const struct {
		const char *bytes;
		unsigned length;
	} insn[] = {{"\x89\x03", 2}, {"\x8b\x0b", 2}, {"\x01\x03", 2}, {"\x87\x03", 2},
		{"\xff\x33", 2}, {"\x8f\x03", 2}, {"\x0f\xb1\x0b", 3}, {"\x0f\xba\x2b\x00", 4},
		{"\xd1\x23", 2}, {"\x0f\x42\x0b", 3}, {"\xa4", 1}};

	for (size_t i = 0; i < sizeof insn / sizeof insn[0]; i++) {
		struct vcpu_state before;
		struct fault fault;

		test_setup(state);
		prepare(insn[i].bytes, insn[i].length);
		test_state.gpr[GPR_RBX] = test_state.gpr[GPR_RSI] = 0x800000000000;
		before = test_state;
		assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_FAULT);
		assert_int_equal(fault.vector, VECTOR_GP);
		before.dirty = test_state.dirty;
		assert_memory_equal(&before, &test_state, sizeof before);
		assert_int_equal(test_accesses, 0);
	}
}

static void test_unknown(void **state)
{
	struct fault fault;

	(void)state;
	prepare("\x0f\x28\x03", 3); /* movaps */
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_UNKNOWN);
	assert_int_equal(test_state.rip, TEST_CODE);
}

/* STI and MOV SS blocking and RF end with an emulated instruction. */
static void test_skip(void **state)
{
	struct fault fault;

	(void)state;
	prepare("\x89\x03", 2);
	test_state.interruptibility = INTR_BLOCK_STI | INTR_BLOCK_MOV_SS | INTR_BLOCK_NMI;
	test_state.rflags |= RFLAGS_RF;
	assert_int_equal(emulate_step(&test_cpu, &fault), EMULATE_DONE);
	assert_int_equal(test_state.interruptibility, INTR_BLOCK_NMI);
	assert_false(test_state.rflags & RFLAGS_RF);
	assert_int_equal(test_state.dirty & (GROUP_INTR | GROUP_RFLAGS | GROUP_RIP),
		GROUP_INTR | GROUP_RFLAGS | GROUP_RIP);
	/* EIP wraps at 4 GiB, a 64-bit RIP does not */
	test_mode(CODE_32);
	test_state.rip = 0xffffffff;
	cpu_skip(&test_state, 2);
	assert_int_equal(test_state.rip, 1);
	test_mode(CODE_64);
	test_state.rip = 0xffffffff;
	cpu_skip(&test_state, 2);
	assert_int_equal(test_state.rip, 0x100000001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_rows, test_setup),
		cmocka_unit_test_setup(test_stack_bytes, test_setup),
		cmocka_unit_test_setup(test_bit_offset, test_setup),
		cmocka_unit_test_setup(test_cmpxchg_equal, test_setup),
		cmocka_unit_test_setup(test_scan_of_zero, test_setup),
		cmocka_unit_test_setup(test_faults, test_setup),
		cmocka_unit_test_setup(test_unknown, test_setup),
		cmocka_unit_test_setup(test_skip, test_setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
