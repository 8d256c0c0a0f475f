/* SPDX-License-Identifier: MIT */
/*
 * Decoder of the instructions that make a guest exit by themselves: where the
 * hardware gives neither their length nor their operands, this does. Pure.
 *
 * Missing, and refused: IRET, PUSHF, POPF, RSM, VMX's own, MONITORX, MWAITX, RDPRU,
 * INVLPGB, INVPCID, MCOMMIT: none is intercepted or shown in CPUID.
 * Source: Intel SDM vol. 2A chapter 2 "Instruction Format" and vol. 2D appendix A
 * "Opcode Map"; AMD APM vol. 3 chapter 4 "System Instruction Reference"; vol. 2
 * section 15.9 "Instruction Intercepts".
 */
#ifndef VMM_DECODE_SYSTEM_H
#define VMM_DECODE_SYSTEM_H

#include "abi/status.h"
#include "vmm/decode_memory.h"

#include <stddef.h>

/* clang-format off */
enum system_op {
	SYSTEM_NONE = 0,
	SYSTEM_CPUID, SYSTEM_HLT, SYSTEM_PAUSE, SYSTEM_MONITOR, SYSTEM_MWAIT,
	SYSTEM_RDTSC, SYSTEM_RDTSCP, SYSTEM_RDPMC, SYSTEM_RDMSR, SYSTEM_WRMSR, SYSTEM_XSETBV,
	SYSTEM_INVD, SYSTEM_WBINVD, SYSTEM_INVLPG, SYSTEM_INVLPGA,
	SYSTEM_READ_CR, SYSTEM_WRITE_CR, SYSTEM_READ_DR, SYSTEM_WRITE_DR,
	SYSTEM_CLTS, SYSTEM_LMSW, SYSTEM_SMSW,
	SYSTEM_VMCALL, SYSTEM_VMMCALL, SYSTEM_VMRUN, SYSTEM_VMLOAD, SYSTEM_VMSAVE,
	SYSTEM_STGI, SYSTEM_CLGI, SYSTEM_SKINIT,
	SYSTEM_INT, SYSTEM_INT3, SYSTEM_INTO, SYSTEM_INT1,
	SYSTEM_IN, SYSTEM_OUT, SYSTEM_INS, SYSTEM_OUTS,
	SYSTEM_SGDT, SYSTEM_SIDT, SYSTEM_LGDT, SYSTEM_LIDT,
	SYSTEM_SLDT, SYSTEM_STR, SYSTEM_LLDT, SYSTEM_LTR,
	SYSTEM_OP_COUNT
};
/* clang-format on */

struct insn_system {
	enum system_op op;
	uint8_t length; /* bytes, 1 to 15 */
	/* Of the operand. MOV of CR and DR: 4 or 8. IN, OUT, INS, OUTS: 1, 2 or 4. LMSW,
	 * SMSW, SLDT, STR, LLDT, LTR: 2; those that store to a register 2, 4 or 8. LGDT,
	 * LIDT, SGDT, SIDT: 6 or 10. Else 0. */
	uint8_t operand_bytes;
	uint8_t number; /* of the CR (0, 2, 3, 4, 8) or DR (0 to 7) */
	uint8_t gpr;    /* enum vcpu_gpr, or INSN_NO_REG: none, or `memory` in its place */
	bool has_immediate;
	uint8_t immediate; /* IN, OUT: the port, else it is in DX; INT: the vector */
	bool rep;          /* INS, OUTS */
	/* INS, OUTS: size of addresses, segment of the source. INVLPGA, MONITOR, VMRUN,
	 * VMLOAD, VMSAVE: size of the address in rAX. */
	struct insn_memory memory;
};

/* As insn_decode(). A LOCK before a MOV of CR0 makes it one of CR8, as AMD's
 * processors have it; before all others it is refused. */
enum status insn_system_decode(struct insn_system *insn, const uint8_t *bytes, size_t size,
	enum code_size mode) MUST_CHECK;

#endif
