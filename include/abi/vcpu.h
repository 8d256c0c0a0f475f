/* SPDX-License-Identifier: MIT */
/*
 * The state page of a virtual CPU, shared between the kernel and the VMM.
 *
 * Before SYS_VCPU_RUN the VMM sets `dirty` to the groups it changed; the kernel
 * loads these, clears `dirty` and enters the guest. On an exit the kernel
 * stores the groups that the VMM named in want[] for that reason, sets `valid`
 * to them and returns. General registers, RIP, the reason and the instruction
 * length are always there. While the guest runs the page is the kernel's; it
 * reads each field once and trusts none of them.
 *
 * Reasons and qualifications are the hardware's own, undecoded:
 *   VMX  Intel SDM vol. 3C appendix C "VMX Basic Exit Reasons"; bit 31 = failed entry
 *   SVM  AMD APM vol. 2 appendix C "SVM Intercept Exit Codes"
 * and beside them the reasons of the kernel below.
 */
#ifndef ABI_VCPU_H
#define ABI_VCPU_H

#include <stdint.h>

/* Exit reasons that are the kernel's own. */
#define EXIT_SIGNAL 0xff00ull /* the bound notification was signalled; bits in result 2 */
#define EXIT_POKED 0xff01ull  /* SYS_VCPU_POKE */
#define EXIT_ENTRY_REFUSED                                                                         \
	0xff02ull /* the entry instruction itself failed; error in exit_qualification */
#define EXIT_FAILED_ENTRY_BIT 0x80000000ull

enum vcpu_gpr {
	GPR_RAX = 0,
	GPR_RCX,
	GPR_RDX,
	GPR_RBX,
	GPR_RSP,
	GPR_RBP,
	GPR_RSI,
	GPR_RDI,
	GPR_R8,
	GPR_R9,
	GPR_R10,
	GPR_R11,
	GPR_R12,
	GPR_R13,
	GPR_R14,
	GPR_R15,
	GPR_COUNT
};

enum vcpu_seg { SEG_ES = 0, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS, SEG_LDTR, SEG_TR, SEG_COUNT };

/* `ar` as in the SDM vol. 3C section 24.4.1 "Guest Register State", bit 16 = unusable. */
struct vcpu_segment {
	uint16_t selector, pad;
	uint32_t ar;
	uint32_t limit, pad2;
	uint64_t base;
};

struct vcpu_table {
	uint64_t base;
	uint32_t limit, pad;
};

/* Groups of fields; one bit each in dirty, valid and want[]. */
#define GROUP_RIP 0x1u               /* rip (always stored) */
#define GROUP_RSP 0x2u               /* gpr[GPR_RSP] (the other gprs are always exact) */
#define GROUP_RFLAGS 0x4u            /* rflags */
#define GROUP_INTR 0x8u              /* interruptibility, pending_debug */
#define GROUP_CS_SS 0x10u            /* segment[SEG_CS], segment[SEG_SS] */
#define GROUP_SEGMENTS 0x20u         /* ES, DS, FS, GS */
#define GROUP_TABLES 0x40u           /* LDTR, TR, gdtr, idtr */
#define GROUP_CR 0x80u               /* cr0 cr3 cr4 and their masks and shadows */
#define GROUP_CR2 0x100u             /* cr2 */
#define GROUP_EFER 0x200u            /* efer, pat */
#define GROUP_SYSCALL 0x400u         /* star lstar cstar fmask kernel_gs_base */
#define GROUP_SYSENTER 0x800u        /* sysenter_cs, _esp, _eip */
#define GROUP_DR 0x1000u             /* dr7; dr[] (never stored); dr6 (SVM, see there) */
#define GROUP_TSC 0x2000u            /* tsc_offset (never stored) */
#define GROUP_CONTROLS 0x4000u       /* exception_bitmap, windows (never stored) */
#define GROUP_INJECT 0x8000u         /* inject_info, inject_error, inject_length (never stored) */
#define GROUP_QUALIFICATION 0x10000u /* exit_qualification, its second half (stored only) */
#define GROUP_ADDRESS 0x20000u       /* guest_*; SVM: fetched (stored only) */
#define GROUP_EVENT 0x40000u         /* vectoring_*; VMX: exit_intr_* (stored only) */
#define GROUP_XCR0 0x80000u          /* xcr0 (VMX: never stored) */
#define GROUP_PDPTE 0x100000u        /* pdpte[] */
#define GROUP_ALL 0x1fffffu

/* windows: exit as soon as the guest can take ... */
#define WINDOW_INTERRUPT 1u
#define WINDOW_NMI 2u

/* interruptibility: SDM vol. 3C table 24-3 "Format of Interruptibility State" */
#define INTR_BLOCK_STI 1u
#define INTR_BLOCK_MOV_SS 2u
#define INTR_BLOCK_SMI 4u
#define INTR_BLOCK_NMI 8u

/* Events, injected and reported: SDM vol. 3C table 24-14 "Format of the VM-Entry
 * Interruption-Information Field"; SVM's EVENTINJ has the same low word. */
#define EVENT_VECTOR(info) ((info)&0xffu)
#define EVENT_INTERRUPT (0u << 8)
#define EVENT_NMI (2u << 8)
#define EVENT_EXCEPTION (3u << 8)
#define EVENT_SOFT_INTERRUPT (4u << 8)
#define EVENT_PRIV_EXCEPTION (5u << 8)
#define EVENT_SOFT_EXCEPTION (6u << 8)
#define EVENT_TYPE_MASK (7u << 8)
#define EVENT_ERROR_CODE (1u << 11)
#define EVENT_VALID (1u << 31)

/* want[] is indexed by the low bits of the raw reason, but for two kinds that have
 * places of their own: the kernel's (ff00h on), and SVM's from 400h on. */
#define VCPU_WANTS 256u
#define VCPU_WANT_INDEX(reason)                                                                    \
	((unsigned)(((reason)&0xff00) == 0xff00 ? 0xf8 | ((reason)&7)                              \
		    : (reason)&0x400            ? 0xf0 | ((reason)&7)                              \
						: (reason)&0xff))

struct vcpu_state {
	uint32_t dirty, valid;
	uint64_t exit_reason;
	uint64_t exit_qualification;              /* SVM: EXITINFO1 */
	uint64_t exit_info2;                      /* SVM: EXITINFO2 */
	uint64_t guest_physical, guest_linear;    /* VMX */
	uint32_t instruction_length;              /* bytes; 0 where the hardware does not say */
	uint32_t instruction_info;                /* VMX: VM-exit instruction information */
	uint32_t exit_intr_info, exit_intr_error; /* VMX */
	uint32_t vectoring_info, vectoring_error; /* SVM: not of INT n, INT3 and INTO */
	uint32_t inject_info, inject_error, inject_length;
	uint32_t windows;
	uint32_t exception_bitmap;
	uint32_t interruptibility, pad[2];
	uint64_t pending_debug;
	uint64_t gpr[GPR_COUNT]; /* in the order of enum vcpu_gpr */
	uint64_t rip, rflags;
	struct vcpu_segment segment[SEG_COUNT];
	struct vcpu_table gdtr, idtr;
	/* A set bit in crN_mask makes a guest's write that would differ from
	 * crN_shadow exit, and its read see the shadow (SDM vol. 3C section 24.6.6
	 * "Guest/Host Masks and Read Shadows for CR0 and CR4"). The kernel adds the
	 * bits that the hardware demands to crN and to crN_mask. */
	uint64_t cr0, cr0_mask, cr0_shadow;
	uint64_t cr4, cr4_mask, cr4_shadow;
	uint64_t cr2, cr3;
	uint64_t pdpte[4];
	uint64_t efer, pat;
	/* A guest's writes to the first four exit, so they are loaded, never stored.
	 * No Intel CPU uses cstar: its reads exit, too. */
	uint64_t star, lstar, cstar, fmask, kernel_gs_base;
	uint64_t sysenter_cs, sysenter_esp, sysenter_eip;
	uint64_t dr7;
	uint64_t tsc_offset;
	uint64_t xcr0;
	uint64_t dr[4]; /* dr0 to dr3: take part in breakpoints that dr7 enables */
	/* SVM: as an intercepted #DB has left it. Stored, never loaded: loading GROUP_DR
	 * gives the CPU its value after reset. */
	uint64_t dr6;
	/* SVM with decode assists, nested page faults: the number of instruction bytes,
	 * then these. Else 0. */
	uint8_t fetched[16];
	uint64_t reserved[9];
	uint32_t want[VCPU_WANTS]; /* groups to store, per reason */
};

_Static_assert(sizeof(struct vcpu_state) <= 4096, "the state is one page");

#endif
