/* SPDX-License-Identifier: MIT */
/*
 * The system calls of Carrel: numbers, argument words, rights, object types.
 *
 * Registers (instruction SYSCALL; RCX and R11 are lost, all others that are not
 * results are kept):
 *
 *   in   RDI  bits  7..0   call number (enum syscall)
 *             bits 15..8   flags; for CALL and REPLY: number of UTCB words sent
 *             bits 63..16  slot of the primary capability
 *        RSI RDX R10 R8 R9 arguments 1 to 5
 *   out  RAX  enum status
 *        RSI RDX R10 R8 R9 results 1 to 5 (a call that has fewer keeps the rest)
 *
 * docs/abi.md gives the pre- and postconditions of each call.
 */
#ifndef ABI_SYSCALL_H
#define ABI_SYSCALL_H

#include <stdint.h>

enum syscall {
	SYS_CALL = 0,  /* portal; 5 words in, 5 words out, UTCB words by count */
	SYS_REPLY,     /* (no capability) 5 words out; waits for the next call */
	SYS_SIGNAL,    /* notification; bits */
	SYS_WAIT,      /* notification; mask -> bits. Flag WAIT_POLL: never blocks */
	SYS_TIMER,     /* notification; bits, TSC deadline (0 cancels) */
	SYS_VCPU_RUN,  /* vcpu -> exit reason, notification bits */
	SYS_VCPU_POKE, /* vcpu */
	SYS_DELEGATE,  /* source; enum delegate_kind in flags, see below */
	SYS_CREATE,    /* domain that pays; type and slot, then by type */
	SYS_DESTROY,   /* any object */
	SYS_IRQ_BIND,  /* irq; notification slot, bits */
	SYS_IRQ_ACK,   /* irq */
	SYS_INFO,      /* domain -> pages used, pages limit, objects used, limit */
	SYS_LOG,       /* log; number of bytes of text in the UTCB, from where on */
	SYS_COUNT
};

#define SYS_WORD(call, flags, slot)                                                                \
	((uint64_t)(call) | (uint64_t)(flags) << 8 | (uint64_t)(slot) << 16)
#define SYS_WORD_CALL(word) ((unsigned)((word)&0xff))
#define SYS_WORD_FLAGS(word) ((unsigned)((word) >> 8 & 0xff))
#define SYS_WORD_SLOT(word) ((word) >> 16)

#define WAIT_POLL 1u

/* SYS_REPLY, flag beside the word count: leave the caller stopped. Only for the
 * handler of a fault; the thread then waits to be destroyed. */
#define REPLY_STOP 0x80u
#define IPC_WORDS_MAX 64u /* UTCB words in one message */

/* Rights of a capability. What each allows is listed per object in docs/abi.md. */
#define RIGHT_USE 1u     /* call, signal, run, acknowledge, take from */
#define RIGHT_WAIT 2u    /* wait for, set timers on, bind to */
#define RIGHT_MODIFY 4u  /* create in, charge to, map into */
#define RIGHT_DESTROY 8u /* destroy */
#define RIGHT_ALL 0xfu

enum object_type {
	OBJECT_NONE = 0,
	OBJECT_DOMAIN,
	OBJECT_THREAD,
	OBJECT_SC,
	OBJECT_PORTAL,
	OBJECT_NOTIFICATION,
	OBJECT_GSPACE,
	OBJECT_VCPU,
	OBJECT_IRQ,
	OBJECT_MEMORY,      /* all RAM and device memory outside the kernel; root only */
	OBJECT_IRQ_CONTROL, /* the right to create irq objects; root only */
	OBJECT_LOG,         /* the right to write to the kernel log; root only */
	OBJECT_COUNT
};

/*
 * SYS_CREATE: primary capability: the domain whose account pays (RIGHT_MODIFY).
 * Argument 1: enum object_type in bits 7..0, slot in the CALLER's table for the
 * new capability (all rights) in bits 63..8. Arguments 2 to 5 by type:
 *
 *   DOMAIN        pages of the new account (moved out of the paying account),
 *                 how many priorities its own contexts may have: 0 to 64
 *   THREAD        cpu | slot of the fault portal << 32 (0: none), UTCB address,
 *                 instruction pointer, stack pointer. Runs in the paying domain.
 *   SC            thread slot, priority, budget in us, period in us (0, 0: no limit)
 *   PORTAL        thread slot, entry address, id
 *   NOTIFICATION  cpu: the one that threads wait and timers run on; signals come
 *                 from any
 *   GSPACE        -
 *   VCPU          gspace slot, cpu | notification slot << 32, address of the
 *                 state page in the paying domain
 *   IRQ           irq control slot, global system interrupt, IRQ_* flags
 */
#define CREATE_WORD(type, slot) ((uint64_t)(type) | (uint64_t)(slot) << 8)
#define CREATE_PAIR(low, high) ((uint64_t)(low) | (uint64_t)(high) << 32)

#define PRIORITY_COUNT 64u /* 0 is the lowest */

#define IRQ_LEVEL 1u      /* level triggered; otherwise edge */
#define IRQ_ACTIVE_LOW 2u /* active low; otherwise high */

/*
 * SYS_DELEGATE: primary capability: source (RIGHT_USE); flags: the kind.
 *   argument 1  slot of the destination (RIGHT_MODIFY) | rights << 32
 *   argument 2  base in the source      argument 3  base in the destination
 *   argument 4  count
 * Units: MEMORY pages of 4 KiB, PORT ports, CAP slots. Rights 0 revokes the
 * range in the destination; the source's range does not matter then.
 * Sources and destinations:
 *   MEMORY  from memory (frame numbers) or domain, to domain or gspace
 *   PORT    from domain to domain, base must be the same
 *   CAP     from domain to domain
 * A memory mapping never gains a right, is never writable and executable in a
 * domain, and MEM_UC / MEM_WC take effect only from the memory object; other
 * sources pass on what they have. Into a gspace a readable page may be made
 * executable: what a guest runs never runs with the host's rights.
 */
enum delegate_kind { DELEGATE_MEMORY = 0, DELEGATE_PORT, DELEGATE_CAP, DELEGATE_KIND_COUNT };

#define MEM_R 1u
#define MEM_W 2u
#define MEM_X 4u
#define MEM_UC 0x10u /* uncached, for device registers */
#define MEM_WC 0x20u /* write-combining, for frame buffers */

#define DELEGATE_RIGHTS(slot, rights) ((uint64_t)(slot) | (uint64_t)(rights) << 32)

/* Bytes of text in one SYS_LOG, which writes them in pieces: the arguments move on. */
#define LOG_BYTES_MAX 256u

/* Slots in a capability table; a larger slot is masked to BAD_CAP. */
#define CAP_SLOTS 4096u

/* One page per thread, shared between it and the kernel, for longer messages. */
#define UTCB_WORDS 512u
struct utcb {
	uint64_t word[UTCB_WORDS];
};

/*
 * A fault of a thread is a call to its fault portal. Words 1 to 5: the vector
 * (Intel SDM vol. 3A section 6.3.1 "External Interrupts", table 6-1), the error
 * code, RIP, CR2, RSP. A plain reply lets the thread go on at the same RIP.
 */

/* Capabilities the root task starts with. */
enum root_slot {
	ROOT_DOMAIN = 1,
	ROOT_THREAD,
	ROOT_MEMORY,
	ROOT_IRQ_CONTROL,
	ROOT_LOG,
	ROOT_FIRST_FREE = 16
};

#endif
