/* SPDX-License-Identifier: MIT */
/*
 * Why the guest stopped: the hardware's raw reason and qualification, decoded
 * once, by a pure function, into a struct. Nobody else sees raw bits.
 *
 * One decoder per kind of hardware (exit_vmx.c, exit_svm.c); all that follows works
 * on struct exit alone.
 */
#ifndef VMM_EXIT_H
#define VMM_EXIT_H

#include "abi/activity.h"
#include "lib/addr.h"
#include "vmm/cpu.h"

#include <stdbool.h>
#include <stdint.h>

struct cpuid_guest;

/* enum exit_kind is that of abi/activity.h: the counters are shown by kind. What each
 * comes with, in struct exit:
 *   KIND_UNKNOWN raw     KIND_EXCEPTION exception (intercepted, or an NMI)
 *   KIND_CR cr   KIND_DR dr   KIND_IO io   KIND_MMIO mmio   KIND_ENTRY_FAILED failed
 * KIND_CACHE is INVD and WBINVD, KIND_RDTSC also RDTSCP, KIND_HYPERCALL VMCALL and
 * VMMCALL, KIND_IDLE MONITOR and MWAIT; KIND_UNDEFINED an instruction that this machine
 * does not have. After KIND_INTERRUPT_WINDOW, KIND_NMI_WINDOW the guest can take one
 * now; KIND_IRET: at an IRET, after which it can; KIND_SIGNAL: the bound notification was
 * signalled; KIND_FAULT fault: the instruction that exited could not be read; KIND_AGAIN
 * groups: it is to exit once more, with these; or to go on. */

struct exit_exception {
	uint8_t vector;
	bool has_error, unblocked_nmi; /* the fault hit IRET after it unblocked NMIs */
	uint32_t type;                 /* EVENT_EXCEPTION, EVENT_NMI, ... */
	uint32_t error;
	uint64_t address; /* #PF: linear address; #DB: new bits of DR6 */
};

enum cr_access { CR_WRITE = 0, CR_READ, CR_CLTS, CR_LMSW, CR_SMSW };

struct exit_cr {
	uint8_t cr;  /* 0, 3, 4 or 8 */
	uint8_t gpr; /* enum vcpu_gpr; CR_WRITE, CR_READ, CR_SMSW if not memory */
	enum cr_access access;
	uint16_t source; /* CR_LMSW: the new low word */
	/* CR_SMSW: how much of the register; or where to. */
	bool memory;
	uint8_t bytes, segment;
	uint64_t offset;
};

struct exit_dr {
	uint8_t dr;  /* 0 to 7 */
	uint8_t gpr; /* enum vcpu_gpr */
	bool read;
};

struct exit_io {
	uint16_t port;
	uint8_t bytes;         /* 1, 2 or 4 */
	uint8_t address_bytes; /* strings: 2, 4 or 8 */
	uint8_t segment;       /* strings: enum vcpu_seg of the memory operand */
	bool in, string, rep;
};

struct exit_mmio {
	gpa_t gpa;
	bool read, write, fetch;
	bool has_linear;
	uint64_t linear; /* that was translated to gpa, if has_linear and not walk */
	bool walk;       /* the guest's own page tables lie there: nothing to emulate */
	bool unblocked_nmi;
};

struct exit_failed {
	uint32_t reason; /* basic reason; EXIT_ENTRY_REFUSED: the instruction itself failed */
	uint64_t qualification;
};

struct exit {
	enum exit_kind kind;
	uint8_t length; /* of the instruction, bytes; 0: it is not one, or is unknown */
	union {
		struct exit_exception exception;
		struct exit_cr cr;
		struct exit_dr dr;
		struct exit_io io;
		struct exit_mmio mmio;
		struct exit_failed failed;
		struct fault fault;
		uint32_t groups;
		uint64_t raw; /* KIND_UNKNOWN: the reason as the hardware gave it */
	};
};

/* One kind of hardware, and what this one of its kind can do. */
struct exit_hardware {
	/* Groups of struct vcpu_state that decode() and the handlers need for each
	 * reason: fills want[] (see abi/vcpu.h). */
	void (*wants)(const struct exit_hardware *hardware, uint32_t want[VCPU_WANTS]);
	/* Decodes what the kernel left in *cpu->state. Any reason gives some kind; those
	 * not known give KIND_UNKNOWN. */
	void (*decode)(
		const struct exit_hardware *hardware, struct guest_cpu *cpu, struct exit *exit);
	/* SVM: the length of an instruction is in the state page; what its operands are
	 * as well. Else the decoder reads the instruction. */
	bool next_rip, assists;
	/* The hardware does not know that an NMI is being handled. */
	bool nmi_blocking_ours;
};

/* Source: Intel SDM vol. 3C section 27.2.1 "Basic VM-Exit Information" (tables of
 * exit qualifications) and appendix C "VMX Basic Exit Reasons". */
struct exit_hardware exit_hardware_vmx(const struct cpuid_guest *host);

/* Of host->host it asks what this processor can do. Source: AMD APM vol. 2 appendix C
 * "SVM Intercept Exit Codes", section 15.9 "Instruction Intercepts" and those after
 * it; section 15.33.1 "Decode Assists"; vol. 3 appendix E, function 8000_000Ah. */
struct exit_hardware exit_hardware_svm(const struct cpuid_guest *host);

/* The kind's name, for counters and reports. */
const char *exit_kind_name(enum exit_kind kind);

#endif
