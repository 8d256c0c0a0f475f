/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: test/unit/oracle/generate.c test/unit/oracle/names.c test/unit/oracle/exceptions.c test/unit/oracle/zydis.c test/unit/oracle/capstone.c vmm-user/vmm/decode.c vmm-user/vmm/decode_system.c vmm-user/vmm/decode_cursor.c vmm-user/vmm/decode_memory.c vmm-user/vmm/decode_table.c */
/* LIBS: -lZydis -lcapstone */
/* clang-format on */
/*
 * Our two decoders against Zydis and Capstone, on more than a million instructions.
 *
 * What we accept they must see in the same way: Zydis all of it, Capstone length and
 * mnemonic. What Zydis sees among our operations we must accept. Each exception to this
 * is a row of a table that says why (exceptions.c); one that excuses nothing is an error.
 */
#include "exceptions.h"
#include "oracle.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define ACCEPTED_MIN 1000000ul
#define SHOWN_MAX 20u

static struct {
	unsigned long samples, accepted, differences;
	unsigned long insn[INSN_OP_COUNT], system[SYSTEM_OP_COUNT];
} count;

static void report(const struct sample *s, const char *decoder, const char *what)
{
	if (!what || exception_excuses(s, what) || count.differences++ >= SHOWN_MAX)
		return;
	printf("%s, %d bits:", decoder, s->mode * 8);
	for (unsigned i = 0; i < SAMPLE_BYTES; i++)
		printf(" %02x", s->bytes[i]);
	printf(": %s\n", what);
}

static void check_insn(const struct sample *s, const struct reference *r)
{
	struct insn insn, cut;

	if (insn_decode(&insn, s->bytes, SAMPLE_BYTES, s->mode)) {
		report(s, "insn", reference_is_insn(r) ? "refused" : NULL);
		return;
	}
	count.accepted++;
	count.insn[insn.op]++;
	report(s, "insn", compare_insn(&insn, r));
	report(s, "insn", capstone_insn(&insn, s));
	if (insn_decode(&cut, s->bytes, insn.length - 1u, s->mode) != STATUS_BAD_ARG)
		report(s, "insn", "a byte less is accepted");
}

static void check_system(const struct sample *s, const struct reference *r)
{
	struct insn_system insn, cut;

	if (insn_system_decode(&insn, s->bytes, SAMPLE_BYTES, s->mode)) {
		report(s, "system", reference_is_system(r) ? "refused" : NULL);
		return;
	}
	count.accepted++;
	count.system[insn.op]++;
	report(s, "system", compare_system(&insn, r));
	report(s, "system", capstone_system(&insn, s));
	if (insn_system_decode(&cut, s->bytes, insn.length - 1u, s->mode) != STATUS_BAD_ARG)
		report(s, "system", "a byte less is accepted");
}

static void visit(const struct sample *sample)
{
	struct reference reference;

	count.samples++;
	reference_take(&reference, sample);
	check_insn(sample, &reference);
	check_system(sample, &reference);
}

/* Whether one of our decoders has the opcode: it does not refuse every ModRM. */
static bool wanted(unsigned opcode)
{
	for (unsigned modrm = 0; modrm < 256; modrm++) {
		uint8_t bytes[SAMPLE_BYTES] = {0xf3, 0x0f, (uint8_t)opcode, (uint8_t)modrm};
		struct insn_system system;
		struct insn insn;

		if (opcode < 0x100)
			memmove(bytes + 1, bytes + 2, 2);
		if (!insn_decode(&insn, bytes, SAMPLE_BYTES, CODE_32) ||
			!insn_decode(&insn, bytes + 1, SAMPLE_BYTES - 1, CODE_64) ||
			!insn_system_decode(&system, bytes, SAMPLE_BYTES, CODE_32) ||
			!insn_system_decode(&system, bytes + 1, SAMPLE_BYTES - 1, CODE_32))
			return true;
	}
	return false;
}

static int compare_all(void **state)
{
	(void)state;
	reference_init();
	capstone_init();
	generate(wanted, visit);
	capstone_end();
	printf("%lu samples, %lu of them decoded\n", count.samples, count.accepted);
	return 0;
}

static void test_no_difference(void **state)
{
	(void)state;
	assert_int_equal(count.differences, 0);
	assert_true(count.accepted >= ACCEPTED_MIN);
}

static void test_every_operation(void **state)
{
	(void)state;
	for (unsigned op = INSN_NONE + 1; op < INSN_OP_COUNT; op++)
		if (!count.insn[op])
			fail_msg("operation %u of decode.h", op);
	for (unsigned op = SYSTEM_NONE + 1; op < SYSTEM_OP_COUNT; op++)
		if (!count.system[op])
			fail_msg("operation %u of decode_system.h", op);
}

static void test_exceptions_are_needed(void **state)
{
	(void)state;
	if (exception_unused())
		fail_msg("%s", exception_unused());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_difference),
		cmocka_unit_test(test_every_operation),
		cmocka_unit_test(test_exceptions_are_needed),
	};

	return cmocka_run_group_tests(tests, compare_all, NULL);
}
