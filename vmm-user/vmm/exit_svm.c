/* SPDX-License-Identifier: MIT */
/*
 * SVM exit codes into struct exit: one table row per code, with the state groups its
 * handler needs. exit_svm_code.c looks at instructions. Pure.
 *
 * Missing: the bytes that decode assists fetch for nested page faults are not used.
 * Source: AMD APM vol. 2 appendix C "SVM Intercept Exit Codes" and chapter 15 "Secure
 * Virtual Machine"; sections are named below.
 */
#include "vmm/exit_svm.h"

#include "vmm/cpuid.h"
#include "lib/compiler.h"

#define CODE_EXCEPTION 0x40u
#define CODE_NPF 0x400u

/* Section 15.25.6 "Nested versus Guest Page Faults, Fault Ordering" */
#define NPF_WRITE BIT(1)
#define NPF_FETCH BIT(4)
#define NPF_FINAL BIT(32)
#define NPF_WALK BIT(33)

#define MSR_WRITE 1u

/* Exceptions with an error code: section 8.2 "Vectors" */
#define WITH_ERROR                                                                                 \
	(BIT(8) | BIT(10) | BIT(11) | BIT(12) | BIT(13) | BIT(14) | BIT(17) | BIT(21) | BIT(29) |  \
		BIT(30))

#define LEAF_SVM 0x8000000au
#define SVM_EDX_NEXT_RIP BIT(3)
#define SVM_EDX_ASSISTS BIT(7)

/* A #DB leaves its reasons in DR6 (section 15.12.2 "#DB (Debug)"), which has to be
 * clear for the next. */
static void decode_exception(struct svm_exit *c)
{
	struct exit_exception *e = &c->exit->exception;
	struct vcpu_state *s = c->state;

	e->vector = (uint8_t)(s->exit_reason - CODE_EXCEPTION);
	e->type = EVENT_EXCEPTION;
	e->has_error = WITH_ERROR >> e->vector & 1;
	e->error = e->has_error ? (uint32_t)s->exit_qualification : 0;
	e->address = s->exit_info2;
	if (e->vector != VECTOR_DB)
		return;
	e->address = s->dr6;
	s->dirty |= GROUP_DR;
}

static void decode_msr(struct svm_exit *c)
{
	bool write = c->state->exit_qualification & MSR_WRITE;

	c->exit->kind = write ? KIND_WRMSR : KIND_RDMSR;
	svm_length(c, write ? SYSTEM_WRMSR : SYSTEM_RDMSR);
}

static void decode_mmio(struct svm_exit *c)
{
	uint64_t q = c->state->exit_qualification;
	struct exit_mmio *mmio = &c->exit->mmio;

	mmio->gpa = gpa(c->state->exit_info2);
	mmio->write = q & NPF_WRITE;
	mmio->fetch = q & NPF_FETCH;
	mmio->read = !mmio->write && !mmio->fetch;
	mmio->walk = (q & (NPF_WALK | NPF_FINAL)) == NPF_WALK;
}

static void decode_failed(struct svm_exit *c)
{
	c->exit->failed.reason = c->state->exit_reason & 0xffff;
	c->exit->failed.qualification = c->state->exit_qualification;
}

struct row {
	enum exit_kind kind;
	enum system_op op; /* whose length the handler needs */
	uint32_t want;
	void (*decode)(struct svm_exit *);
	/* Of the hardware: without these the instruction has to be read. */
	bool next_rip, assists;
};

#define INSN(kind, op, want)                                                                       \
	{                                                                                          \
		KIND_##kind, SYSTEM_##op, WANT_SKIP | (want), NULL, true, false                    \
	}
/* It is refused, or has another effect that its length does not matter to. */
#define EVENT(kind, want)                                                                          \
	{                                                                                          \
		KIND_##kind, SYSTEM_NONE, WANT_SKIP | (want), NULL, false, false                   \
	}
#define MOV_CR                                                                                     \
	{                                                                                          \
		KIND_CR, SYSTEM_NONE, WANT_MEMORY | GROUP_QUALIFICATION, svm_decode_cr, true, true \
	}
#define MOV_DR                                                                                     \
	{                                                                                          \
		KIND_DR, SYSTEM_NONE,                                                              \
			WANT_SKIP | GROUP_RSP | GROUP_CS_SS | GROUP_CR | GROUP_QUALIFICATION,      \
			svm_decode_dr, true, true                                                  \
	}
#define EXCEPTION(want)                                                                            \
	{                                                                                          \
		KIND_EXCEPTION, SYSTEM_NONE,                                                       \
			WANT_SKIP | GROUP_EVENT | GROUP_QUALIFICATION | GROUP_CS_SS | GROUP_CR |   \
				(want),                                                            \
			decode_exception, false, false                                             \
	}

/* Not here: what is not intercepted; INT3 and INTO, at which RIP points. */
static const struct row row[] = {
	[SVM_READ_CR + 0] = MOV_CR,
	[SVM_READ_CR + 3] = MOV_CR,
	[SVM_READ_CR + 4] = MOV_CR,
	[SVM_READ_CR + 8] = MOV_CR,
	[SVM_WRITE_CR + 0] = MOV_CR,
	[SVM_WRITE_CR + 3] = MOV_CR,
	[SVM_WRITE_CR + 4] = MOV_CR,
	[SVM_WRITE_CR + 8] = MOV_CR,
	[SVM_READ_DR... SVM_READ_DR + 7] = MOV_DR,
	[SVM_WRITE_DR... SVM_WRITE_DR + 7] = MOV_DR,
	[CODE_EXCEPTION] = EXCEPTION(0),
	[CODE_EXCEPTION + VECTOR_DB] = EXCEPTION(GROUP_DR),
	[CODE_EXCEPTION + 5 ... CODE_EXCEPTION + 31] = EXCEPTION(0),
	[0x64] = EVENT(INTERRUPT_WINDOW, 0),
	[0x6e] = INSN(RDTSC, RDTSC, 0),
	[0x6f] = EVENT(RDPMC, 0),
	/* QEMU's TCG does not intercept XSETBV: the guest may have changed XCR0. */
	[0x72] = INSN(CPUID, CPUID, GROUP_XCR0),
	[0x74] = EVENT(IRET, 0),
	[0x76] = INSN(CACHE, INVD, 0),
	[0x77] = INSN(PAUSE, PAUSE, 0),
	[0x78] = INSN(HLT, HLT, 0),
	[0x79] = INSN(INVLPG, INVLPG, 0),
	[0x7a] = EVENT(UNDEFINED, 0), /* INVLPGA */
	[0x7b] = {KIND_IO, SYSTEM_NONE, WANT_SKIP | GROUP_QUALIFICATION, svm_decode_io, false,
		false},
	[0x7c] = {KIND_RDMSR, SYSTEM_NONE, WANT_SKIP | GROUP_QUALIFICATION, decode_msr, true,
		false},
	[0x7d] = EVENT(TASK_SWITCH, GROUP_QUALIFICATION),
	[0x7f] = EVENT(TRIPLE_FAULT, GROUP_CS_SS), /* shutdown */
	[0x80] = EVENT(UNDEFINED, 0),              /* VMRUN */
	[0x81] = EVENT(HYPERCALL, 0),              /* VMMCALL */
	[0x82] = EVENT(UNDEFINED, 0),              /* VMLOAD */
	[0x83] = EVENT(UNDEFINED, 0),              /* VMSAVE */
	[0x84] = EVENT(UNDEFINED, 0),              /* STGI */
	[0x85] = EVENT(UNDEFINED, 0),              /* CLGI */
	[0x86] = EVENT(UNDEFINED, 0),              /* SKINIT */
	[0x87] = INSN(RDTSC, RDTSCP, 0),
	[0x89] = INSN(CACHE, WBINVD, 0),
	[0x8a] = EVENT(IDLE, 0), /* MONITOR */
	[0x8b] = EVENT(IDLE, 0), /* MWAIT */
	[0x8c] = EVENT(IDLE, 0), /* MWAIT, armed */
	[0x8d] = INSN(XSETBV, XSETBV, GROUP_CS_SS),
	[0x8e] = EVENT(UNDEFINED, 0), /* RDPRU */
	[0xa0] = EVENT(UNDEFINED, 0), /* INVLPGB */
	[0xa1] = EVENT(UNDEFINED, 0), /* INVLPGB, with reserved bits */
	[0xa2] = EVENT(UNDEFINED, 0), /* INVPCID */
	[0xa3] = EVENT(UNDEFINED, 0), /* MCOMMIT */
	[0xa4] = EVENT(UNDEFINED, 0), /* TLBSYNC */
};

static const struct row row_npf = {KIND_MMIO, SYSTEM_NONE,
	WANT_SKIP | GROUP_CR | GROUP_QUALIFICATION | GROUP_EVENT, decode_mmio, false,
	false}; /* for quick.c; emulation: more, on demand */
static const struct row row_signal = EVENT(SIGNAL, 0);
static const struct row row_poked = EVENT(POKED, 0);
static const struct row row_refused = {
	KIND_ENTRY_FAILED, SYSTEM_NONE, GROUP_ALL, decode_failed, false, false};
static const struct row row_unknown = {KIND_UNKNOWN, SYSTEM_NONE, GROUP_ALL, NULL, false, false};

static const struct row *row_of(uint64_t reason)
{
	if (reason == CODE_NPF)
		return &row_npf;
	if (reason == EXIT_SIGNAL)
		return &row_signal;
	if (reason == EXIT_POKED)
		return &row_poked;
	if (reason == EXIT_ENTRY_REFUSED)
		return &row_refused;
	if (reason >= ARRAY_SIZE(row) || !row[reason].want)
		return &row_unknown;
	return &row[reason];
}

static uint32_t row_want(const struct exit_hardware *hardware, const struct row *r)
{
	bool read = (r->next_rip && !hardware->next_rip) || (r->assists && !hardware->assists);

	return r->want | (read ? WANT_CODE : 0);
}

static void wants(const struct exit_hardware *hardware, uint32_t want[VCPU_WANTS])
{
	static const uint64_t other[] = {CODE_NPF, EXIT_SIGNAL, EXIT_POKED, EXIT_ENTRY_REFUSED};

	for (unsigned i = 0; i < VCPU_WANTS; i++)
		want[i] = row_want(hardware, row_of(i));
	for (unsigned i = 0; i < ARRAY_SIZE(other); i++)
		want[VCPU_WANT_INDEX(other[i])] = row_want(hardware, row_of(other[i]));
}

static void decode(const struct exit_hardware *hardware, struct guest_cpu *cpu, struct exit *exit)
{
	const struct row *r = row_of(cpu->state->exit_reason);
	struct svm_exit c = {.hardware = hardware, .cpu = cpu, .state = cpu->state, .exit = exit};

	*exit = (struct exit){.kind = r->kind};
	exit->raw = r->kind == KIND_UNKNOWN ? cpu->state->exit_reason : 0;
	if (r->op != SYSTEM_NONE && !svm_length(&c, r->op))
		return;
	if (r->decode)
		r->decode(&c);
}

struct exit_hardware exit_hardware_svm(const struct cpuid_guest *host)
{
	struct cpuid_regs top, svm = {0};

	host->host(0x80000000, 0, &top);
	if (top.reg[CPUID_EAX] >= LEAF_SVM)
		host->host(LEAF_SVM, 0, &svm);
	return (struct exit_hardware){.wants = wants,
		.decode = decode,
		.next_rip = svm.reg[CPUID_EDX] & SVM_EDX_NEXT_RIP,
		.assists = svm.reg[CPUID_EDX] & SVM_EDX_ASSISTS,
		.nmi_blocking_ours = true};
}
