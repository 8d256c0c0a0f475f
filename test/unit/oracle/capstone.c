/* SPDX-License-Identifier: MIT */
/* What Capstone makes of a sample: see oracle.h. */
#include "oracle.h"

#include "names.h"

static csh handle_16, handle_32, handle_64;
static cs_insn *found;

void capstone_init(void)
{
	cs_open(CS_ARCH_X86, CS_MODE_16, &handle_16);
	cs_open(CS_ARCH_X86, CS_MODE_32, &handle_32);
	cs_open(CS_ARCH_X86, CS_MODE_64, &handle_64);
	found = cs_malloc(handle_64);
}

void capstone_end(void)
{
	cs_free(found, 1);
	cs_close(&handle_16);
	cs_close(&handle_32);
	cs_close(&handle_64);
}

static bool is_named(const struct names *names)
{
	for (unsigned i = 0; i < ARRAY_SIZE(names->capstone); i++)
		if (found->id == names->capstone[i])
			return found->id != X86_INS_INVALID;
	return false;
}

static const char *compare(const struct names *names, unsigned length, const struct sample *sample)
{
	csh handle = sample->mode == CODE_64   ? handle_64
		     : sample->mode == CODE_32 ? handle_32
					       : handle_16;
	const uint8_t *at = sample->bytes;
	size_t left = SAMPLE_BYTES;
	uint64_t address = 0;

	if (!cs_disasm_iter(handle, &at, &left, &address, found))
		return "Capstone refuses";
	if (found->size != length)
		return "Capstone's length";
	return is_named(names) ? NULL : "Capstone's mnemonic";
}

const char *capstone_insn(const struct insn *insn, const struct sample *sample)
{
	return compare(names_insn(insn), insn->length, sample);
}

const char *capstone_system(const struct insn_system *insn, const struct sample *sample)
{
	return compare(names_system(insn), insn->length, sample);
}
