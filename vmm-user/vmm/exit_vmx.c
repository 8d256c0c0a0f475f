/* SPDX-License-Identifier: MIT */
/*
 * VMX exit reasons and qualifications into struct exit: one table row per
 * reason, with the state groups its handler needs. Pure.
 *
 * Source: Intel SDM vol. 3C, section 27.2 "Recording VM-Exit Information and
 * Updating VM-entry Control Fields" and appendix C "VMX Basic Exit Reasons".
 */
#include "vmm/exit.h"

#include "lib/compiler.h"

/* Table 27-3 "Exit Qualification for Control-Register Accesses" */
#define CR_NUMBER(q) ((q)&0xf)
#define CR_ACCESS(q) ((q) >> 4 & 3)
#define CR_GPR(q) ((q) >> 8 & 0xf)
#define CR_SOURCE(q) ((q) >> 16 & 0xffff)

/* Table 27-4 "Exit Qualification for MOV DR" */
#define DR_NUMBER(q) ((q)&7)
#define DR_READ BIT(4)
#define DR_GPR(q) ((q) >> 8 & 0xf)

/* Table 27-5 "Exit Qualification for I/O Instructions" */
#define IO_BYTES(q) (((q)&7) + 1)
#define IO_IN BIT(3)
#define IO_STRING BIT(4)
#define IO_REP BIT(5)
#define IO_PORT(q) ((q) >> 16 & 0xffff)
/* Table 27-8 "Format of the VM-Exit Instruction-Information Field as Used for
 * INS and OUTS" */
#define IO_ADDRESS(info) ((info) >> 7 & 7)
#define IO_SEGMENT(info) ((info) >> 15 & 7)

/* Table 27-7 "Exit Qualification for EPT Violations" */
#define EPT_READ BIT(0)
#define EPT_WRITE BIT(1)
#define EPT_FETCH BIT(2)
#define EPT_LINEAR BIT(7)
#define EPT_FINAL BIT(8)
#define NMI_UNBLOCKED BIT(12) /* also bit 12 of the interruption information */

#define INSTRUCTION_MAX 15u

#define VECTOR_PF 14u

/* What every handler of an instruction exit needs: to skip it (STI blocking,
 * TF), or to raise a fault in its place. */
#define WANT_SKIP (GROUP_RFLAGS | GROUP_INTR)
/* What the emulation of a memory operand needs. */
#define WANT_MEMORY (WANT_SKIP | GROUP_RSP | GROUP_CS_SS | GROUP_SEGMENTS | GROUP_CR | GROUP_EFER)

static void decode_exception(const struct vcpu_state *s, struct exit *exit)
{
	struct exit_exception *e = &exit->exception;

	e->vector = EVENT_VECTOR(s->exit_intr_info);
	e->type = s->exit_intr_info & EVENT_TYPE_MASK;
	e->has_error = s->exit_intr_info & EVENT_ERROR_CODE;
	e->unblocked_nmi = s->exit_intr_info & NMI_UNBLOCKED;
	e->error = e->has_error ? s->exit_intr_error : 0;
	e->address = s->exit_qualification;
}

static void decode_cr(const struct vcpu_state *s, struct exit *exit)
{
	uint64_t q = s->exit_qualification;

	exit->cr.cr = CR_NUMBER(q);
	exit->cr.access = (enum cr_access)CR_ACCESS(q);
	exit->cr.gpr = CR_GPR(q);
	exit->cr.source = CR_SOURCE(q);
}

static void decode_dr(const struct vcpu_state *s, struct exit *exit)
{
	uint64_t q = s->exit_qualification;

	exit->dr.dr = DR_NUMBER(q);
	exit->dr.read = q & DR_READ;
	exit->dr.gpr = DR_GPR(q);
}

/* INS always writes through ES, whatever the information field says. */
static void decode_io(const struct vcpu_state *s, struct exit *exit)
{
	uint64_t q = s->exit_qualification;
	struct exit_io *io = &exit->io;
	unsigned segment = IO_SEGMENT(s->instruction_info);

	io->port = IO_PORT(q);
	io->bytes = IO_BYTES(q) == 3 ? 4 : IO_BYTES(q);
	io->in = q & IO_IN;
	io->string = q & IO_STRING;
	io->rep = q & IO_REP;
	if (!io->string)
		return;
	io->address_bytes = 2u << (IO_ADDRESS(s->instruction_info) & 3);
	io->segment = io->in || segment > SEG_GS ? SEG_ES : segment;
}

static void decode_mmio(const struct vcpu_state *s, struct exit *exit)
{
	uint64_t q = s->exit_qualification;

	exit->mmio.gpa = gpa(s->guest_physical);
	exit->mmio.read = q & EPT_READ;
	exit->mmio.write = q & EPT_WRITE;
	exit->mmio.fetch = q & EPT_FETCH;
	exit->mmio.has_linear = q & EPT_LINEAR;
	exit->mmio.linear = s->guest_linear;
	exit->mmio.walk = (q & (EPT_LINEAR | EPT_FINAL)) == EPT_LINEAR;
	exit->mmio.unblocked_nmi = q & NMI_UNBLOCKED;
}

static void decode_failed(const struct vcpu_state *s, struct exit *exit)
{
	exit->failed.reason = s->exit_reason & 0xffff;
	exit->failed.qualification = s->exit_qualification;
}

struct row {
	enum exit_kind kind;
	bool instruction; /* the instruction length is valid */
	uint32_t want;
	void (*decode)(const struct vcpu_state *, struct exit *);
};

#define INSN(k, want)                                                                              \
	{                                                                                          \
		k, true, WANT_SKIP | (want), NULL                                                  \
	}

static const struct row row[] = {
	[0] = {KIND_EXCEPTION, true,
		WANT_SKIP | GROUP_EVENT | GROUP_QUALIFICATION | GROUP_CS_SS | GROUP_CR,
		decode_exception},
	[2] = {KIND_TRIPLE_FAULT, false, GROUP_CS_SS, NULL},
	[7] = {KIND_INTERRUPT_WINDOW, false, WANT_SKIP, NULL},
	[8] = {KIND_NMI_WINDOW, false, WANT_SKIP, NULL},
	[9] = {KIND_TASK_SWITCH, false, GROUP_QUALIFICATION, NULL},
	[10] = INSN(KIND_CPUID, 0),
	[11] = INSN(KIND_UNDEFINED, 0), /* GETSEC */
	[12] = INSN(KIND_HLT, 0),
	[13] = INSN(KIND_CACHE, 0), /* INVD */
	[14] = INSN(KIND_INVLPG, 0),
	[15] = INSN(KIND_RDPMC, 0),
	[16] = INSN(KIND_RDTSC, 0),
	[18] = INSN(KIND_HYPERCALL, 0), /* VMCALL */
	[19] = INSN(KIND_UNDEFINED, 0), /* VMCLEAR */
	[20] = INSN(KIND_UNDEFINED, 0), /* VMLAUNCH */
	[21] = INSN(KIND_UNDEFINED, 0), /* VMPTRLD */
	[22] = INSN(KIND_UNDEFINED, 0), /* VMPTRST */
	[23] = INSN(KIND_UNDEFINED, 0), /* VMREAD */
	[24] = INSN(KIND_UNDEFINED, 0), /* VMRESUME */
	[25] = INSN(KIND_UNDEFINED, 0), /* VMWRITE */
	[26] = INSN(KIND_UNDEFINED, 0), /* VMXOFF */
	[27] = INSN(KIND_UNDEFINED, 0), /* VMXON */
	[28] = {KIND_CR, true, WANT_MEMORY | GROUP_QUALIFICATION, decode_cr},
	[29] = {KIND_DR, true, WANT_SKIP | GROUP_RSP | GROUP_CS_SS | GROUP_CR | GROUP_QUALIFICATION,
		decode_dr},
	[30] = {KIND_IO, true, WANT_SKIP | GROUP_QUALIFICATION,
		decode_io}, /* strings: more, on demand */
	[31] = INSN(KIND_RDMSR, 0),
	[32] = INSN(KIND_WRMSR, 0),
	[33] = {KIND_ENTRY_FAILED, false, GROUP_ALL, decode_failed}, /* guest state */
	[34] = {KIND_ENTRY_FAILED, false, GROUP_ALL, decode_failed}, /* MSR loading */
	[36] = INSN(KIND_IDLE, 0),                                   /* MWAIT */
	[39] = INSN(KIND_IDLE, 0),                                   /* MONITOR */
	[40] = INSN(KIND_PAUSE, 0),
	[41] = {KIND_ENTRY_FAILED, false, GROUP_ALL, decode_failed}, /* machine check */
	[48] = {KIND_MMIO, false,
		WANT_SKIP | GROUP_CR | GROUP_QUALIFICATION | GROUP_ADDRESS | GROUP_EVENT,
		decode_mmio}, /* for quick.c; emulation: more, on demand */
	[50] = INSN(KIND_UNDEFINED, 0), /* INVEPT */
	[51] = INSN(KIND_RDTSC, 0),     /* RDTSCP */
	[53] = INSN(KIND_UNDEFINED, 0), /* INVVPID */
	[54] = INSN(KIND_CACHE, 0),     /* WBINVD */
	[55] = INSN(KIND_XSETBV, GROUP_CS_SS),
	[57] = INSN(KIND_UNDEFINED, 0), /* RDRAND */
	[58] = INSN(KIND_UNDEFINED, 0), /* INVPCID */
	[59] = INSN(KIND_UNDEFINED, 0), /* VMFUNC */
	[60] = INSN(KIND_UNDEFINED, 0), /* ENCLS */
	[61] = INSN(KIND_UNDEFINED, 0), /* RDSEED */
	[63] = INSN(KIND_UNDEFINED, 0), /* XSAVES */
	[64] = INSN(KIND_UNDEFINED, 0), /* XRSTORS */
	[67] = INSN(KIND_UNDEFINED, 0), /* UMWAIT */
	[68] = INSN(KIND_UNDEFINED, 0), /* TPAUSE */
};

static const struct row row_signal = {KIND_SIGNAL, false, WANT_SKIP, NULL};
static const struct row row_poked = {KIND_POKED, false, WANT_SKIP, NULL};
static const struct row row_refused = {KIND_ENTRY_FAILED, false, GROUP_ALL, decode_failed};
static const struct row row_unknown = {KIND_UNKNOWN, false, GROUP_ALL, NULL};

static const struct row *row_of(uint64_t reason)
{
	uint64_t basic = reason & ~EXIT_FAILED_ENTRY_BIT;

	if (reason == EXIT_SIGNAL)
		return &row_signal;
	if (reason == EXIT_POKED)
		return &row_poked;
	if (reason == EXIT_ENTRY_REFUSED || reason & EXIT_FAILED_ENTRY_BIT)
		return &row_refused;
	if (basic >= ARRAY_SIZE(row) || !row[basic].want)
		return &row_unknown;
	return &row[basic];
}

void exit_wants_vmx(uint32_t want[VCPU_WANTS])
{
	for (unsigned i = 0; i < VCPU_WANTS; i++)
		want[i] = row_of(i)->want;
	want[VCPU_WANT_INDEX(EXIT_SIGNAL)] = row_signal.want;
	want[VCPU_WANT_INDEX(EXIT_POKED)] = row_poked.want;
	want[VCPU_WANT_INDEX(EXIT_ENTRY_REFUSED)] = row_refused.want;
}

void exit_decode_vmx(const struct vcpu_state *state, struct exit *exit)
{
	const struct row *r = row_of(state->exit_reason);

	*exit = (struct exit){.kind = r->kind};
	exit->raw = r->kind == KIND_UNKNOWN ? state->exit_reason : 0;
	if (r->instruction && state->instruction_length <= INSTRUCTION_MAX)
		exit->length = state->instruction_length;
	if (r->decode)
		r->decode(state, exit);
}

#define KIND_NAME(kind, name) [KIND_##kind] = name,
static const char *const kind_name[KIND_COUNT] = {EXIT_KINDS(KIND_NAME)};

const char *exit_kind_name(enum exit_kind kind)
{
	return (unsigned)kind < KIND_COUNT ? kind_name[kind] : "invalid";
}
