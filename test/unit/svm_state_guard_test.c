/* SPDX-License-Identifier: MIT */
/* What a VMM gives and the VMCB does not get: values mended, values refused, and words
 * that change while they are read. */
#include "test/unit/svm_state_fixture.h"

/* CR0, CR4: given, mask, shadow; loaded, and whether the guest's reads exit. */
static const struct {
	bool cr4;
	uint64_t given, mask, shadow, loaded;
	bool reads;
} controls[] = {
	{false, 0, 0, 0, 0x30, true}, /* the guest is not to see NE and ET */
	{false, 0, 0, 0x30, 0x30, false},
	{false, 0x80000011, 0, 0x30, 0x80000031, false},
	{false, 0xe0000011, 0, 0x30, 0x80000031, false}, /* neither CD nor NW */
	{false, 0xe0000011, 0, 0x60000030, 0x80000031, true},
	{false, 0x80000031, 0, 0xffffffff9ffffff0, 0x80000031, false}, /* not in the mask */
	{false, 0x80000031, 1, 0x30, 0x80000031, true},
	{false, 0x80000031, 1, 0x31, 0x80000031, false},
	{false, 0x80000031, 0x80000000, 0x31, 0x80000031, true},
	{true, 0, 0, 0, 0x40, true}, /* MCE */
	{true, 0, 0, 0x40, 0x40, false},
	{true, 0x20, 0, 0x40, 0x60, false},
	/* neither VMXE, SMXE, LA57, PKE, CET nor what is not known yet */
	{true, ~0ull, 0, 0x40, 0x370fff, false},
	{true, ~0ull, 0, 0x2040, 0x370fff, true},
	{true, 0x370fff, 0x20, 0x40, 0x370fff, true},
	{true, 0x370fff, 0x20, 0x60, 0x370fff, false},
};

static void test_control_registers(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(controls); i++) {
		bool cr4 = controls[i].cr4;

		setup(unused);
		block_write(0, 4, 0x01000100 | BIT(i & 4)); /* others stay */
		state->cr0_shadow = 0x30;
		state->cr4_shadow = 0x40;
		*(cr4 ? &state->cr4 : &state->cr0) = controls[i].given;
		*(cr4 ? &state->cr4_mask : &state->cr0_mask) = controls[i].mask;
		*(cr4 ? &state->cr4_shadow : &state->cr0_shadow) = controls[i].shadow;
		assert_int_equal(svm_state_load(&guest, GROUP_CR), 0);
		if (block_read(cr4 ? 0x548 : 0x558, 8) != controls[i].loaded ||
			block_read(0, 4) !=
				(0x01110100 | (controls[i].reads ? BIT(cr4 ? 4 : 0) : 0)))
			fail_msg("row %u: %lx, intercepts %lx", i,
				(unsigned long)block_read(cr4 ? 0x548 : 0x558, 8),
				(unsigned long)block_read(0, 4));
	}
}

/* The dictated bits look as in the shadow; others as they are. */
static void test_control_registers_stored(void **unused)
{
	setup(unused);
	block_write(0x558, 8, 0x8005003b);
	block_write(0x548, 8, 0x6e0);
	svm_state_store(&guest, GROUP_CR);
	assert_int_equal(state->cr0, 0x8005000b);
	assert_int_equal(state->cr4, 0x6a0);
	state->cr0_shadow = 0x20;
	state->cr4_shadow = 0xffffffff;
	svm_state_store(&guest, GROUP_CR);
	assert_int_equal(state->cr0, 0x8005002b);
	assert_int_equal(state->cr4, 0x6e0);
}

/* VMRUN wants EFER.SVME, of which the guest knows nothing. */
static void test_efer(void **unused)
{
	setup(unused);
	state->efer = 0x501;
	assert_int_equal(svm_state_load(&guest, GROUP_EFER), 0);
	assert_int_equal(block_read(0x4d0, 8), 0x1501);
	block_write(0x558, 8, 0x80000011);
	svm_state_store(&guest, GROUP_EFER);
	assert_int_equal(state->efer, 0x501);
	block_write(0x4d0, 8, 0x1d01);
	block_write(0x558, 8, 0x11);
	svm_state_store(&guest, GROUP_EFER);
	assert_int_equal(state->efer, 0x901);
	block_write(0x4d0, 8, 0x1901); /* LMA as Bochs has it at a MOV that ends paging */
	block_write(0x558, 8, 0x80000011);
	svm_state_store(&guest, GROUP_EFER);
	assert_int_equal(state->efer, 0xd01);
	block_write(0x4d0, 8, 0x1801);
	svm_state_store(&guest, GROUP_EFER);
	assert_int_equal(state->efer, 0x801);
}

/* Access rights and attributes: SDM vol. 3C section 24.4.1 "Guest Register State", AMD
 * APM vol. 2 section 15.5.1 "Basic Operation" (figure "Segment Attributes"). */
static const struct {
	uint32_t ar, attributes, stored;
} attributes[] = {
	{0xa09b, 0xa9b, 0xa09b},
	{0xc093, 0xc93, 0xc093},
	{0x0082, 0x082, 0x0082},
	{0xf0ff, 0xfff, 0xf0ff},
	{0x10000, 0, 0x10000},
	{0x1c093, 0xc13, 0x1c013}, /* unusable: not present */
	{0xc013, 0xc13, 0x1c013},
	{0xfffeffff, 0xfff, 0xf0ff},
	{0x0f00, 0, 0x10000},
};

static void test_attributes(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(attributes) * SEG_COUNT; i++) {
		unsigned row = i / SEG_COUNT, segment = i % SEG_COUNT;
		unsigned at = 0x402 + 0x10 * (segment < 6 ? segment : segment == 6 ? 7 : 9);

		setup(unused);
		state->segment[segment].ar = attributes[row].ar;
		assert_int_equal(svm_state_load(&guest, GROUP_ALL & ~GROUP_XCR0), 0);
		if (block_read(at, 2) != attributes[row].attributes)
			fail_msg("segment %u: %x", segment, attributes[row].ar);
		state->segment[segment].ar = 0;
		svm_state_store(&guest, GROUP_ALL);
		if (state->segment[segment].ar != attributes[row].stored)
			fail_msg("segment %u: %x stored", segment, state->segment[segment].ar);
	}
}

/* The CPL is the DPL of SS on the way in, usable or not, and the other way on the way
 * out, whatever the hardware has there. */
static void test_cpl(void **unused)
{
	for (unsigned i = 0; i < 16; i++) {
		unsigned dpl = i & 3, cpl = i >> 2;

		setup(unused);
		state->segment[SEG_SS].ar = (i & 4 ? 0x10013 : 0xc093) | dpl << 5;
		state->segment[SEG_CS].ar = 0xa09b | (dpl ^ 3) << 5;
		assert_int_equal(svm_state_load(&guest, GROUP_CS_SS), 0);
		assert_int_equal(block_read(0x4cb, 1), dpl);
		block_write(0x4cb, 1, cpl);
		svm_state_store(&guest, GROUP_CS_SS);
		assert_int_equal(state->segment[SEG_SS].ar, (i & 4 ? 0x10013 : 0xc093) | cpl << 5);
		assert_int_equal(state->segment[SEG_CS].ar, 0xa09b | (dpl ^ 3) << 5);
	}
}

/* Exceptions that always exit: #DB, #AC, #MC. */
static void test_exceptions(void **unused)
{
	static const uint32_t given[] = {0, 0x4000, 0xffffffff};
	static const uint32_t loaded[] = {0x60002, 0x64002, 0xffffffff};

	for (unsigned i = 0; i < ARRAY_SIZE(given); i++) {
		setup(unused);
		state->exception_bitmap = given[i];
		assert_int_equal(svm_state_load(&guest, GROUP_CONTROLS), 0);
		assert_int_equal(block_read(0x008, 4), loaded[i]);
	}
}

/* windows: intercepts of VINTR (bit 4) and IRET (bit 20) and the virtual interrupt; the
 * host's interrupts exit, whatever the guest's RFLAGS.IF and TPR say. */
static const struct {
	uint32_t windows, before, intercepts;
	uint64_t interrupt;
} windows[] = {
	{0, 0, 0, 0x1100000},
	{0, 0xffffffff, 0xffefffef, 0x1100000},
	{1, 0xffefffef, 0xffefffff, 0x1100100},
	{1, 0, 0x10, 0x1100100},
	{2, 0, 0x100000, 0x1100000},
	{2, 0xffffffff, 0xffffffef, 0x1100000},
	{0xffffffff, 0, 0x100010, 0x1100100},
};

static void test_windows(void **unused)
{
	for (unsigned i = 0; i < ARRAY_SIZE(windows); i++) {
		setup(unused);
		block_write(0x00c, 4, windows[i].before);
		state->windows = windows[i].windows;
		assert_int_equal(svm_state_load(&guest, GROUP_CONTROLS), 0);
		if (block_read(0x00c, 4) != windows[i].intercepts ||
			block_read(0x060, 8) != windows[i].interrupt)
			fail_msg("row %u", i);
	}
}

/* One kind of shadow only; NMIs and SMIs are not blocked here. */
static void test_interrupt_shadow(void **unused)
{
	for (unsigned given = 0; given < 16; given++) {
		setup(unused);
		state->interruptibility = given | 0xfffffff0;
		state->pending_debug = 0x4000;
		assert_int_equal(svm_state_load(&guest, GROUP_INTR), 0);
		assert_int_equal(block_read(0x068, 8), (given & 3) != 0);
		block_write(0x068, 8, block_read(0x068, 8) | 2); /* GUEST_INTERRUPT_MASK */
		svm_state_store(&guest, GROUP_INTR);
		assert_int_equal(state->interruptibility, (given & 3) != 0);
		assert_int_equal(state->pending_debug, 0);
	}
}

/* EXITINTINFO, and what the VMM is told: events that it is to inject again. */
static void test_interrupted_event(void **unused)
{
	static const struct {
		uint64_t info;
		bool told;
	} rows[] = {
		{0, false},
		{0x80000031, true},
		{0x80000202, true},
		{0x1234567880000b0e, true},
		{0x80000301, true},
		{0x80000303, false}, /* INT3 */
		{0x80000304, false}, /* INTO */
		{0x80000403, false}, /* INT n */
		{0x80000480, false},
		{0x80000003, true},
	};

	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t told;

		setup(unused);
		block_write(0x088, 8, rows[i].info);
		svm_state_store(&guest, GROUP_EVENT);
		told = (uint64_t)state->vectoring_error << 32 | state->vectoring_info;
		if (told != (rows[i].told ? rows[i].info : 0))
			fail_msg("%lx", (unsigned long)rows[i].info);
	}
}

static void test_dr6(void **unused)
{
	setup(unused);
	state->dr6 = 0x4001;
	assert_int_equal(svm_state_load(&guest, GROUP_DR), 0);
	assert_int_equal(block_read(0x568, 8), 0xffff0ff0);
}

/* XCR0 alone would hurt ring 0; it is refused, and then nothing at all is loaded. */
static void test_dangerous(void **unused)
{
	static const uint64_t refused[] = {0, 5, 7 | BIT(63)};

	for (unsigned i = 0; i < ARRAY_SIZE(refused); i++) {
		static const uint8_t none[4096];

		setup(unused);
		guest.xcr0 = 1;
		guest.generation = 5;
		memset(&page, 0x5a, sizeof(page));
		state->xcr0 = refused[i];
		assert_int_equal(svm_state_load(&guest, ~0u), GROUP_XCR0);
		assert_memory_equal(block.bytes, none, sizeof(none));
		assert_int_equal(guest.xcr0, 1);
		assert_int_equal(guest.generation, 5);
		assert_int_equal(guest.dr[0] | fpu_loads, 0);
		assert_int_equal(svm_state_load(&guest, GROUP_ALL & ~GROUP_XCR0), 0);
	}
}

/* A guest begins with the nearest to zeroes that VMRUN takes, and that is safe. */
static void test_reset(void **unused)
{
	static const struct {
		unsigned at, size;
		uint64_t value;
	} rows[] = {
		{0x000, 4, 0x110011},
		{0x008, 4, 0x60002},
		{0x060, 8, 0x1100000},
		{0x4d0, 8, 0x1000},
		{0x548, 8, 0x40},
		{0x558, 8, 0x30},
		{0x568, 8, 0xffff0ff0},
	};
	uint64_t others = 0;

	setup(unused);
	guest.generation = 5;
	svm_state_reset(&guest);
	assert_int_equal(guest.generation, 0);
	for (unsigned i = 0; i < ARRAY_SIZE(rows); i++) {
		if (block_read(rows[i].at, rows[i].size) != rows[i].value)
			fail_msg("%x", rows[i].at);
		block_write(rows[i].at, rows[i].size, 0);
	}
	for (unsigned i = 0; i < 4096; i += 8)
		others |= block_read(i, 8);
	assert_int_equal(others, 0);
}

/* A word that changes behind the reader's back is the same for all who need it. */
static void test_read_once(void **unused)
{
	static struct vmcb quiet;
	static struct guest calm;

	for (unsigned pass = 0; pass < 3; pass++) {
		setup(unused);
		for (unsigned i = 0; i < sizeof(page.bytes); i++)
			page.bytes[i] = (uint8_t)(i * 37 + 11);
		state->xcr0 = 7;
		hostile = pass == 1 ? 0xff : pass == 2 ? 0x100 : 0; /* all ones, all zeroes */
		assert_int_equal(svm_state_load(&guest, GROUP_ALL), 0);
		if (!pass) {
			quiet = block.vmcb;
			calm = guest;
		}
		assert_memory_equal(&quiet, &block, sizeof(quiet));
		assert_memory_equal(&calm, &guest, sizeof(calm));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_control_registers),
		cmocka_unit_test(test_control_registers_stored),
		cmocka_unit_test(test_efer),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_cpl),
		cmocka_unit_test(test_exceptions),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_interrupt_shadow),
		cmocka_unit_test(test_interrupted_event),
		cmocka_unit_test(test_dr6),
		cmocka_unit_test(test_dangerous),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_read_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
