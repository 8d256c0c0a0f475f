/* SPDX-License-Identifier: MIT */
/*
 * The register frame of a thread, as entry.S saves and restores it.
 *
 * The kernel embeds one at the start of each thread. Owned by the CPU the
 * thread is bound to; nobody else touches it.
 */
#ifndef ARCH_REGS_H
#define ARCH_REGS_H

#include <stdint.h>

struct guest;

/* How a thread goes on. */
enum resume {
	RESUME_SYSRET = 0, /* after a system call: RCX and R11 need not survive */
	RESUME_GUEST,      /* inside SYS_VCPU_RUN: enter regs->guest */
	RESUME_IRET,       /* after a fault or an interrupt: everything survives */
	RESUME_IDLE        /* not a thread: halt until an interrupt */
};

struct regs {
	uint64_t rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rip, rflags;
	uint64_t resume; /* enum resume */
	struct guest *guest;
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

/* Lets the thread start, or a server start again, at `ip` with `sp` and `id` as
 * its first argument, by the way that system calls return. */
static inline void regs_enter(struct regs *r, uint64_t ip, uint64_t sp, uint64_t id)
{
	r->rip = ip;
	r->rsp = sp;
	r->rdi = id;
	r->rflags = 0x202; /* IF and the bit that is always set */
	r->resume = RESUME_SYSRET;
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
