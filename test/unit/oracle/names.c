/* SPDX-License-Identifier: MIT */
/* Names of operations: see names.h. */
#include "names.h"

/* clang-format off */
#define NAME(z, c) {{ZYDIS_MNEMONIC_##z, 0}, {X86_INS_##c, 0}}
#define SAME(name) NAME(name, name)

static const struct names plain[INSN_OP_COUNT] = {
	[INSN_ADD] = SAME(ADD), [INSN_OR] = SAME(OR), [INSN_ADC] = SAME(ADC), [INSN_SBB] = SAME(SBB),
	[INSN_AND] = SAME(AND), [INSN_SUB] = SAME(SUB), [INSN_XOR] = SAME(XOR), [INSN_CMP] = SAME(CMP),
	[INSN_MOV] = {{ZYDIS_MNEMONIC_MOV, ZYDIS_MNEMONIC_MOVNTI},
		{X86_INS_MOV, X86_INS_MOVNTI, X86_INS_MOVABS}},
	[INSN_TEST] = SAME(TEST), [INSN_XCHG] = SAME(XCHG),
	[INSN_NOT] = SAME(NOT), [INSN_NEG] = SAME(NEG), [INSN_INC] = SAME(INC), [INSN_DEC] = SAME(DEC),
	[INSN_MOVZX] = SAME(MOVZX), [INSN_MOVSX] = {{ZYDIS_MNEMONIC_MOVSX, ZYDIS_MNEMONIC_MOVSXD},
		{X86_INS_MOVSX, X86_INS_MOVSXD}},
	[INSN_CMPXCHG] = SAME(CMPXCHG), [INSN_XADD] = SAME(XADD),
	[INSN_BT] = SAME(BT), [INSN_BTS] = SAME(BTS), [INSN_BTR] = SAME(BTR), [INSN_BTC] = SAME(BTC),
	[INSN_PUSH] = SAME(PUSH), [INSN_POP] = SAME(POP),
	[INSN_ROL] = SAME(ROL), [INSN_ROR] = SAME(ROR), [INSN_RCL] = SAME(RCL), [INSN_RCR] = SAME(RCR),
	[INSN_SHL] = SAME(SHL), [INSN_SHR] = SAME(SHR), [INSN_SAL] = NAME(SHL, SAL), [INSN_SAR] = SAME(SAR),
	[INSN_IMUL] = SAME(IMUL), [INSN_BSF] = SAME(BSF), [INSN_BSR] = SAME(BSR),
};
#define SIZES(name) {SAME(name##B), SAME(name##W), SAME(name##D), SAME(name##Q)}
static const struct names string[][4] = {
	SIZES(MOVS), SIZES(CMPS), SIZES(STOS), SIZES(LODS), SIZES(SCAS)};
static const struct names cmov[16] = {
	SAME(CMOVO), SAME(CMOVNO), SAME(CMOVB), NAME(CMOVNB, CMOVAE),
	NAME(CMOVZ, CMOVE), NAME(CMOVNZ, CMOVNE), SAME(CMOVBE), NAME(CMOVNBE, CMOVA),
	SAME(CMOVS), SAME(CMOVNS), SAME(CMOVP), SAME(CMOVNP),
	SAME(CMOVL), NAME(CMOVNL, CMOVGE), SAME(CMOVLE), NAME(CMOVNLE, CMOVG),
};
static const struct names set[16] = {
	SAME(SETO), SAME(SETNO), SAME(SETB), NAME(SETNB, SETAE),
	NAME(SETZ, SETE), NAME(SETNZ, SETNE), SAME(SETBE), NAME(SETNBE, SETA),
	SAME(SETS), SAME(SETNS), SAME(SETP), SAME(SETNP),
	SAME(SETL), NAME(SETNL, SETGE), SAME(SETLE), NAME(SETNLE, SETG),
};
#define SYSTEM(name) [SYSTEM_##name] = SAME(name)
static const struct names systems[SYSTEM_OP_COUNT] = {
	SYSTEM(CPUID), SYSTEM(HLT), SYSTEM(PAUSE), SYSTEM(MONITOR), SYSTEM(MWAIT),
	SYSTEM(RDTSC), SYSTEM(RDTSCP), SYSTEM(RDPMC), SYSTEM(RDMSR), SYSTEM(WRMSR), SYSTEM(XSETBV),
	SYSTEM(INVD), SYSTEM(WBINVD), SYSTEM(INVLPG), SYSTEM(INVLPGA),
	[SYSTEM_READ_CR] = SAME(MOV), [SYSTEM_WRITE_CR] = SAME(MOV),
	[SYSTEM_READ_DR] = SAME(MOV), [SYSTEM_WRITE_DR] = SAME(MOV),
	SYSTEM(CLTS), SYSTEM(LMSW), SYSTEM(SMSW),
	SYSTEM(VMCALL), SYSTEM(VMMCALL), SYSTEM(VMRUN), SYSTEM(VMLOAD), SYSTEM(VMSAVE),
	SYSTEM(STGI), SYSTEM(CLGI), SYSTEM(SKINIT),
	SYSTEM(INT), SYSTEM(INT3), SYSTEM(INTO), SYSTEM(INT1), SYSTEM(IN), SYSTEM(OUT),
	SYSTEM(SGDT), SYSTEM(SIDT), SYSTEM(LGDT), SYSTEM(LIDT),
	SYSTEM(SLDT), SYSTEM(STR), SYSTEM(LLDT), SYSTEM(LTR),
};
static const struct names port_string[2][3] = {
	{SAME(INSB), SAME(INSW), SAME(INSD)}, {SAME(OUTSB), SAME(OUTSW), SAME(OUTSD)}};
/* clang-format on */

const struct names *names_insn(const struct insn *insn)
{
	if (insn->form == FORM_STRING)
		return &string[insn->op - INSN_MOVS][__builtin_ctz(insn->operand_bytes)];
	if (insn->op == INSN_CMOV)
		return &cmov[insn->condition];
	if (insn->op == INSN_SET)
		return &set[insn->condition];
	return &plain[insn->op];
}

const struct names *names_system(const struct insn_system *insn)
{
	if (insn->op == SYSTEM_INS || insn->op == SYSTEM_OUTS)
		return &port_string[insn->op == SYSTEM_OUTS][__builtin_ctz(insn->operand_bytes)];
	return &systems[insn->op];
}

static bool among(const struct names *names, size_t count, ZydisMnemonic mnemonic)
{
	for (size_t i = 0; i < count; i++)
		if (mnemonic == names[i].zydis[0] || mnemonic == names[i].zydis[1])
			return mnemonic != ZYDIS_MNEMONIC_INVALID;
	return false;
}

bool names_have_insn(ZydisMnemonic mnemonic)
{
	return among(plain, ARRAY_SIZE(plain), mnemonic) ||
	       among(cmov, ARRAY_SIZE(cmov), mnemonic) || among(set, ARRAY_SIZE(set), mnemonic);
}

bool names_have_string(ZydisMnemonic mnemonic)
{
	return among(string[0], sizeof string / sizeof string[0][0], mnemonic);
}

bool names_have_system(ZydisMnemonic mnemonic)
{
	return among(systems, ARRAY_SIZE(systems), mnemonic) ||
	       among(port_string[0], sizeof port_string / sizeof port_string[0][0], mnemonic);
}
