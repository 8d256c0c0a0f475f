/* SPDX-License-Identifier: MIT */
/*
 * One inline function per system call and object type (abi/syscall.h). Each is
 * the SYSCALL instruction and nothing else: no state, no locks. All return the
 * kernel's status; results are written whatever the status is, so read them only
 * after STATUS_OK. Slots are indices into the caller's capability table.
 */
#ifndef RT_SYSCALL_H
#define RT_SYSCALL_H

#include <stdint.h>
#include "abi/status.h"
#include "abi/syscall.h"
#include "lib/compiler.h"

struct ipc_words {
	uint64_t word[5]; /* RSI RDX R10 R8 R9 */
};

/* Enters the kernel. `words` carry arguments in and results out. */
static inline enum status sys_enter(uint64_t call_word, struct ipc_words *words)
{
	uint64_t status;
	register uint64_t r10 __asm__("r10") = words->word[2];
	register uint64_t r8 __asm__("r8") = words->word[3];
	register uint64_t r9 __asm__("r9") = words->word[4];

	__asm__ volatile("syscall"
			 : "=a"(status), "+D"(call_word), "+S"(words->word[0]),
			 "+d"(words->word[1]), "+r"(r10), "+r"(r8), "+r"(r9)
			 :
			 : "rcx", "r11", "cc", "memory");
	words->word[2] = r10;
	words->word[3] = r8;
	words->word[4] = r9;
	return (enum status)status;
}

/* The same with the first word only, or none; the kernel keeps the other registers. */
static inline enum status sys_enter1(uint64_t call_word, uint64_t *word)
{
	uint64_t status;

	__asm__ volatile("syscall"
			 : "=a"(status), "+S"(*word)
			 : "D"(call_word)
			 : "rcx", "r11", "cc", "memory");
	return (enum status)status;
}

static inline enum status sys_enter0(uint64_t call_word)
{
	uint64_t status;

	__asm__ volatile("syscall"
			 : "=a"(status)
			 : "D"(call_word)
			 : "rcx", "r11", "cc", "memory");
	return (enum status)status;
}

static inline enum status sys_enter5(
	uint64_t call_word, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	struct ipc_words words = {{a1, a2, a3, a4, a5}};

	return sys_enter(call_word, &words);
}

/* Calls a portal: five words in and out, `utcb_words` words of the caller's UTCB. */
MUST_CHECK static inline enum status ipc_call(
	uint64_t portal, unsigned utcb_words, struct ipc_words *words)
{
	return sys_enter(SYS_WORD(SYS_CALL, utcb_words, portal), words);
}

/* Sets bits of a notification (RIGHT_USE). */
MUST_CHECK static inline enum status sys_signal(uint64_t notification, uint64_t bits)
{
	return sys_enter1(SYS_WORD(SYS_SIGNAL, 0, notification), &bits);
}

/* Waits until a bit of `mask` is set; takes and returns the bits of `mask`. */
MUST_CHECK static inline enum status sys_wait(uint64_t notification, uint64_t mask, uint64_t *bits)
{
	*bits = mask;
	return sys_enter1(SYS_WORD(SYS_WAIT, 0, notification), bits);
}

/* As sys_wait(), but never blocks: `bits` may come back 0. */
MUST_CHECK static inline enum status sys_poll(uint64_t notification, uint64_t mask, uint64_t *bits)
{
	*bits = mask;
	return sys_enter1(SYS_WORD(SYS_WAIT, WAIT_POLL, notification), bits);
}

/* Signals `bits` when the TSC reaches `deadline`; deadline 0 cancels. */
MUST_CHECK static inline enum status sys_timer(
	uint64_t notification, uint64_t bits, uint64_t deadline)
{
	return sys_enter5(SYS_WORD(SYS_TIMER, 0, notification), bits, deadline, 0, 0, 0);
}

/* Runs a virtual CPU until an exit; `reason` and pending notification bits. */
MUST_CHECK static inline enum status sys_vcpu_run(uint64_t vcpu, uint64_t *reason, uint64_t *bits)
{
	struct ipc_words words = {{0}};
	enum status status = sys_enter(SYS_WORD(SYS_VCPU_RUN, 0, vcpu), &words);

	*reason = words.word[0];
	*bits = words.word[1];
	return status;
}

/* Makes a running vCPU return soon. */
MUST_CHECK static inline enum status sys_vcpu_poke(uint64_t vcpu)
{
	return sys_enter0(SYS_WORD(SYS_VCPU_POKE, 0, vcpu));
}

/*
 * Copies `count` units of `kind` from `from_base` in the source to `to_base` in
 * the space of slot `to`, with at most `rights`; rights 0 revokes. Units:
 * pages, ports, slots (abi/syscall.h).
 */
MUST_CHECK static inline enum status sys_delegate(enum delegate_kind kind, uint64_t source,
	uint64_t to, uint64_t rights, uint64_t from_base, uint64_t to_base, uint64_t count)
{
	return sys_enter5(SYS_WORD(SYS_DELEGATE, kind, source), DELEGATE_RIGHTS(to, rights),
		from_base, to_base, count, 0);
}

/* A domain with an account of `pages` pages, moved out of the payer's. It may make
 * contexts of `priorities` priorities for itself, from 0 on. */
MUST_CHECK static inline enum status sys_create_domain(
	uint64_t payer, uint64_t slot, uint64_t pages, uint64_t priorities)
{
	return sys_enter5(SYS_WORD(SYS_CREATE, 0, payer), CREATE_WORD(OBJECT_DOMAIN, slot), pages,
		priorities, 0, 0);
}

/*
 * A thread in domain `payer`, on `cpu`. `fault_portal` is a slot, 0 for none.
 * Without a scheduling context it runs only as the server of its portals.
 */
MUST_CHECK static inline enum status sys_create_thread(uint64_t payer, uint64_t slot, uint32_t cpu,
	uint32_t fault_portal, uint64_t utcb, uint64_t ip, uint64_t sp)
{
	return sys_enter5(SYS_WORD(SYS_CREATE, 0, payer), CREATE_WORD(OBJECT_THREAD, slot),
		CREATE_PAIR(cpu, fault_portal), utcb, ip, sp);
}

/* A scheduling context: lets the thread run. Budget and period 0: no limit. */
MUST_CHECK static inline enum status sys_create_sc(uint64_t payer, uint64_t slot, uint64_t thread,
	uint64_t priority, uint64_t budget_us, uint64_t period_us)
{
	return sys_enter5(SYS_WORD(SYS_CREATE, 0, payer), CREATE_WORD(OBJECT_SC, slot), thread,
		priority, budget_us, period_us);
}

/* A portal into `thread`, at `entry` (server_entry of rt/server.h), with `id`. */
MUST_CHECK static inline enum status sys_create_portal(
	uint64_t payer, uint64_t slot, uint64_t thread, uint64_t entry, uint64_t id)
{
	return sys_enter5(SYS_WORD(SYS_CREATE, 0, payer), CREATE_WORD(OBJECT_PORTAL, slot), thread,
		entry, id, 0);
}

MUST_CHECK static inline enum status sys_create_notification(
	uint64_t payer, uint64_t slot, uint32_t cpu)
{
	return sys_enter5(SYS_WORD(SYS_CREATE, 0, payer), CREATE_WORD(OBJECT_NOTIFICATION, slot),
		cpu, 0, 0, 0);
}

MUST_CHECK static inline enum status sys_create_gspace(uint64_t payer, uint64_t slot)
{
	return sys_enter5(
		SYS_WORD(SYS_CREATE, 0, payer), CREATE_WORD(OBJECT_GSPACE, slot), 0, 0, 0, 0);
}

/* A virtual CPU; `state` is the address of its state page in domain `payer`. */
MUST_CHECK static inline enum status sys_create_vcpu(uint64_t payer, uint64_t slot, uint64_t gspace,
	uint32_t cpu, uint32_t notification, uint64_t state)
{
	return sys_enter5(SYS_WORD(SYS_CREATE, 0, payer), CREATE_WORD(OBJECT_VCPU, slot), gspace,
		CREATE_PAIR(cpu, notification), state, 0);
}

/* An interrupt line; `gsi` is its global system interrupt, `flags` IRQ_*. */
MUST_CHECK static inline enum status sys_create_irq(
	uint64_t payer, uint64_t slot, uint64_t control, uint64_t gsi, uint64_t flags)
{
	return sys_enter5(SYS_WORD(SYS_CREATE, 0, payer), CREATE_WORD(OBJECT_IRQ, slot), control,
		gsi, flags, 0);
}

MUST_CHECK static inline enum status sys_destroy(uint64_t slot)
{
	return sys_enter0(SYS_WORD(SYS_DESTROY, 0, slot));
}

/* The interrupt signals `bits` of the notification from now on. */
MUST_CHECK static inline enum status sys_irq_bind(
	uint64_t irq, uint64_t notification, uint64_t bits)
{
	return sys_enter5(SYS_WORD(SYS_IRQ_BIND, 0, irq), notification, bits, 0, 0, 0);
}

/* Unmasks the line again after its interrupt has been handled. */
MUST_CHECK static inline enum status sys_irq_ack(uint64_t irq)
{
	return sys_enter0(SYS_WORD(SYS_IRQ_ACK, 0, irq));
}

struct sys_account {
	uint64_t pages_used, pages_limit, objects_used, objects_limit;
};

/* What a domain's account holds. */
MUST_CHECK static inline enum status sys_info(uint64_t domain, struct sys_account *account)
{
	struct ipc_words words = {{0}};
	enum status status = sys_enter(SYS_WORD(SYS_INFO, 0, domain), &words);

	account->pages_used = words.word[0];
	account->pages_limit = words.word[1];
	account->objects_used = words.word[2];
	account->objects_limit = words.word[3];
	return status;
}

/* Writes the first `bytes` bytes of the caller's UTCB to the kernel log. */
MUST_CHECK static inline enum status sys_log(uint64_t log, uint64_t bytes)
{
	return sys_enter5(SYS_WORD(SYS_LOG, 0, log), bytes, 0, 0, 0, 0);
}

/* The time stamp counter: the unit of sys_timer(), start_info.tsc_khz per ms. */
static inline uint64_t tsc_read(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return low | (uint64_t)high << 32;
}

#endif
