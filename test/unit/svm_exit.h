/* SPDX-License-Identifier: MIT */
/* Exits of SVM, of processors that tell more or less about the instruction. */
#ifndef TEST_SVM_EXIT_H
#define TEST_SVM_EXIT_H

#include "vmm/cpuid.h"
#include "vmm/exit.h"
#include "vmm_cpu.h"

#define ROWS(table) (sizeof(table) / sizeof(table)[0])

static struct exit_hardware hardware;
static struct exit ex;
static unsigned code_length;
static uint32_t host_edx;

static inline void host_svm(uint32_t leaf, uint32_t subleaf, struct cpuid_regs *out)
{
	(void)subleaf;
	*out = (struct cpuid_regs){.reg = {[CPUID_EAX] = 0x8000001f}};
	if (leaf == 0x8000000a)
		out->reg[CPUID_EDX] = host_edx;
}

/* A guest in 64-bit mode, paging off, every group valid. */
static inline void test_svm(void **state, bool next_rip, bool assists)
{
	const struct cpuid_guest host = {.host = host_svm};

	if (test_setup(state))
		fail();
	host_edx = (next_rip ? 1u << 3 : 0) | (assists ? 1u << 7 : 0);
	hardware = exit_hardware_svm(&host);
}

/* An exit at TEST_CODE, where `code` lies (it ends with a zero that does not belong to
 * it), or whatever was there. */
static inline void decode(uint64_t reason, uint64_t info1, uint64_t info2, const char *code)
{
	code_length = code ? (unsigned)strlen(code) : 0;
	if (code)
		memcpy(test_ram + TEST_CODE, code, code_length);
	test_state.exit_reason = reason;
	test_state.exit_qualification = info1;
	test_state.exit_info2 = info2;
	memset(&ex, 0xaa, sizeof ex);
	hardware.decode(&hardware, &test_cpu, &ex);
}

#endif
