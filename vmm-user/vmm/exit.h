/* SPDX-License-Identifier: MIT */
/*
 * Why the guest stopped: the hardware's raw reason and qualification, decoded
 * once, by a pure function, into a struct. Nobody else sees raw bits.
 *
 * One decoder per kind of hardware (exit_vmx.c; SVM has room beside it); all
 * that follows works on struct exit alone.
 */
#ifndef VMM_EXIT_H
#define VMM_EXIT_H

#include "abi/activity.h"
#include "abi/vcpu.h"
#include "lib/addr.h"

#include <stdbool.h>
#include <stdint.h>

/* enum exit_kind is that of abi/activity.h: the counters are shown by kind. What each
 * comes with, in struct exit:
 *   KIND_UNKNOWN raw     KIND_EXCEPTION exception (intercepted, or an NMI)
 *   KIND_CR cr   KIND_DR dr   KIND_IO io   KIND_MMIO mmio   KIND_ENTRY_FAILED failed
 * KIND_CACHE is INVD and WBINVD, KIND_RDTSC also RDTSCP, KIND_HYPERCALL VMCALL and
 * VMMCALL, KIND_IDLE MONITOR and MWAIT; KIND_UNDEFINED an instruction that this machine
 * does not have. After KIND_INTERRUPT_WINDOW, KIND_NMI_WINDOW the guest can take one
 * now; KIND_SIGNAL: the bound notification was signalled. */

struct exit_exception {
	uint8_t vector;
	bool has_error, unblocked_nmi; /* the fault hit IRET after it unblocked NMIs */
	uint32_t type;                 /* EVENT_EXCEPTION, EVENT_NMI, ... */
	uint32_t error;
	uint64_t address; /* #PF: linear address; #DB: new bits of DR6 */
};

enum cr_access { CR_WRITE = 0, CR_READ, CR_CLTS, CR_LMSW };

struct exit_cr {
	uint8_t cr;  /* 0, 3, 4 or 8 */
	uint8_t gpr; /* enum vcpu_gpr; CR_WRITE, CR_READ */
	enum cr_access access;
	uint16_t source; /* CR_LMSW: the new low word */
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
		uint64_t raw; /* KIND_UNKNOWN: the reason as the hardware gave it */
	};
};

/* Groups of struct vcpu_state that exit_decode_vmx() and the handlers need for
 * each reason: fills want[] (see abi/vcpu.h). */
void exit_wants_vmx(uint32_t want[VCPU_WANTS]);

/* Decodes what the kernel left in *state. Any reason gives some kind; those not
 * known give KIND_UNKNOWN. Source: Intel SDM vol. 3C section 27.2.1 "Basic
 * VM-Exit Information" (tables of exit qualifications) and appendix C "VMX
 * Basic Exit Reasons". */
void exit_decode_vmx(const struct vcpu_state *state, struct exit *exit);

/* The kind's name, for counters and reports. */
const char *exit_kind_name(enum exit_kind kind);

#endif
