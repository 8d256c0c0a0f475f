/* SPDX-License-Identifier: MIT */
/*
 * The register frame of a thread, as entry.S saves and restores it.
 *
 * The kernel embeds one at the start of each thread. Owned by the CPU the
 * thread is bound to; nobody else touches it.
 */
#ifndef ARCH_REGS_H
#define ARCH_REGS_H

#include "regs-constants.h"

#include <stdint.h>

struct guest;

/* How a thread goes on. The first two are for the frame that a system call returns,
 * and take the message of the one that made it. */
enum resume {
	RESUME_CALLED = 0, /* a server starts at regs->entry */
	RESUME_ANSWERED,   /* its system call returns STATUS_OK with a message */
	RESUME_SYSRET,     /* after a system call: RCX and R11 need not survive */
	RESUME_GUEST,      /* inside SYS_VCPU_RUN: enter regs->guest */
	RESUME_IRET,       /* after a fault or an interrupt: everything survives */
	RESUME_IDLE        /* not a thread: halt until an interrupt */
};

/* Where a server starts, and what it finds as its first argument. */
struct entry_point {
	uint64_t ip, id;
};

struct regs {
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rflags;
	uint64_t resume; /* enum resume */
	struct guest *guest;
	const struct entry_point *entry; /* of RESUME_CALLED */
	uint64_t stack;                  /* at each start */
};

/*
 * What the kernel layer, which knows no register by name, does with a frame.
 * The roles are those of abi/syscall.h.
 */
static inline uint64_t regs_call_word(const struct regs *r)
{
	return r->rdi;
}
static inline uint64_t regs_arg1(const struct regs *r)
{
	return r->rsi;
}
static inline uint64_t regs_arg2(const struct regs *r)
{
	return r->rdx;
}
static inline uint64_t regs_arg3(const struct regs *r)
{
	return r->r10;
}
static inline uint64_t regs_arg4(const struct regs *r)
{
	return r->r8;
}
static inline uint64_t regs_arg5(const struct regs *r)
{
	return r->r9;
}

static inline void regs_set_status(struct regs *r, uint64_t status)
{
	r->rax = status;
}
static inline void regs_set_result1(struct regs *r, uint64_t v)
{
	r->rsi = v;
}
static inline void regs_set_result2(struct regs *r, uint64_t v)
{
	r->rdx = v;
}
static inline void regs_set_result3(struct regs *r, uint64_t v)
{
	r->r10 = v;
}
static inline void regs_set_result4(struct regs *r, uint64_t v)
{
	r->r8 = v;
}

static inline void regs_set_args234(struct regs *r, uint64_t a2, uint64_t a3, uint64_t a4)
{
	r->rdx = a2;
	r->r10 = a3;
	r->r8 = a4;
}

/* The five message words of IPC. */
static inline void regs_copy_message(struct regs *to, const struct regs *from)
{
	to->rsi = from->rsi;
	to->rdx = from->rdx;
	to->r10 = from->r10;
	to->r8 = from->r8;
	to->r9 = from->r9;
}

static inline void regs_set_message(
	struct regs *r, uint64_t w1, uint64_t w2, uint64_t w3, uint64_t w4, uint64_t w5)
{
	r->rsi = w1;
	r->rdx = w2;
	r->r10 = w3;
	r->r8 = w4;
	r->r9 = w5;
}

/* Lets the thread start, or a server start again, by the way that system calls
 * return. All but the five words of the message is defined then. */
static inline void regs_start(struct regs *r, const struct entry_point *entry)
{
	r->rip = entry->ip;
	r->rsp = r->stack;
	r->rdi = entry->id;
	r->rax = r->rbx = r->rbp = 0;
	r->r12 = r->r13 = r->r14 = r->r15 = 0;
	r->rflags = RFLAGS_START;
	r->resume = RESUME_SYSRET;
}

/* The same at once, with the message of the current frame. */
static inline void regs_call(struct regs *r, const struct entry_point *entry)
{
	r->entry = entry;
	r->resume = RESUME_CALLED;
}

/* The system call of `r` returns at once, with the message of the current frame. */
static inline void regs_answer(struct regs *r)
{
	r->resume = RESUME_ANSWERED;
}

static inline uint64_t regs_ip(const struct regs *r)
{
	return r->rip;
}
static inline uint64_t regs_sp(const struct regs *r)
{
	return r->rsp;
}

/* The thread executes its system call again: back over SYSCALL, two bytes. */
static inline void regs_restart(struct regs *r)
{
	r->rip -= 2;
}

static inline void regs_enter_guest(struct regs *r, struct guest *guest)
{
	r->guest = guest;
	r->resume = RESUME_GUEST;
}

static inline void regs_leave_guest(struct regs *r)
{
	r->guest = 0;
	r->resume = RESUME_SYSRET;
}

#endif
