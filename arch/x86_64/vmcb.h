/* SPDX-License-Identifier: MIT */
/*
 * The virtual machine control block.
 *
 * Source: AMD APM vol. 2 appendix B "Layout of VMCB", tables B-1 "VMCB Layout,
 * Control Area" and B-2 "VMCB Layout, State Save Area".
 */
#ifndef ARCH_VMCB_H
#define ARCH_VMCB_H

#include "lib/compiler.h"

#include <stddef.h>
#include <stdint.h>

/* `attributes`: bits 55 to 52 and 47 to 40 of a descriptor, together. */
struct vmcb_segment {
	uint16_t selector, attributes;
	uint32_t limit;
	uint64_t base;
};

/* In the order of enum vcpu_seg, but for the last four. */
enum vmcb_seg { VMCB_GDTR = 6, VMCB_LDTR, VMCB_IDTR, VMCB_TR, VMCB_SEGMENTS };

/* Words of `intercept`. */
enum vmcb_intercept {
	INTERCEPT_CR = 0, /* reads; writes from bit 16 on */
	INTERCEPT_DR,     /* likewise */
	INTERCEPT_EXCEPTIONS,
	INTERCEPT_MISC1,
	INTERCEPT_MISC2,
	INTERCEPT_WORDS
};

struct vmcb {
	uint32_t intercept[INTERCEPT_WORDS];
	uint32_t reserved014[11];
	uint64_t iopm, msrpm; /* physical addresses of the permission maps */
	uint64_t tsc_offset;
	uint32_t asid, tlb_control;
	uint64_t interrupt; /* VIRQ_* */
	uint64_t shadow;    /* SHADOW_* */
	uint64_t exit_code, exit_info[2], exit_event;
	uint64_t nested; /* NESTED_* */
	uint64_t reserved098[2];
	uint64_t event; /* to be injected */
	uint64_t nested_cr3;
	uint64_t reserved0b8;
	uint64_t clean; /* what the CPU need not load anew */
	uint64_t next_rip;
	uint8_t fetched[16]; /* number of bytes, bytes */
	uint8_t reserved0e0[800];

	struct vmcb_segment segment[VMCB_SEGMENTS]; /* at 400h */
	uint8_t reserved4a0[43], cpl;
	uint32_t reserved4cc;
	uint64_t efer;
	uint64_t reserved4d8[14];
	uint64_t cr4, cr3, cr0;
	uint64_t dr7, dr6;
	uint64_t rflags, rip;
	uint64_t reserved580[11];
	uint64_t rsp;
	uint64_t reserved5e0[3];
	uint64_t rax;
	uint64_t star, lstar, cstar, fmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
	uint64_t cr2;
	uint64_t reserved648[4];
	uint64_t pat;
	uint64_t reserved670[306];
};

#define TLB_FLUSH_ALL 1u /* of every guest and of the host */

#define VIRQ_PENDING BIT(8)
#define VIRQ_IGNORE_TPR BIT(20)
#define VIRQ_MASKING BIT(24) /* the host's RFLAGS.IF counts, not the guest's */
#define VIRQ_ALWAYS (VIRQ_IGNORE_TPR | VIRQ_MASKING)

#define SHADOW_ACTIVE BIT(0)

#define NESTED_ENABLE BIT(0)

/* AMD APM vol. 2 appendix C "SVM Intercept Exit Codes"; the others mean nothing to
 * ring 0. */
#define SVM_EXIT_MACHINE_CHECK 0x52u
#define SVM_EXIT_INTR 0x60u
#define SVM_EXIT_INIT 0x63u
#define SVM_EXIT_VINTR 0x64u
#define SVM_EXIT_NPF 0x400u
#define SVM_EXIT_INVALID UINT32_MAX /* its low half */

_Static_assert(sizeof(struct vmcb) == 4096, "a page");

#endif
