/* SPDX-License-Identifier: MIT */
/*
 * The CPU as the kernel layer sees it, and user programs in ring 3 that a test
 * writes down as calls: SYS(thread, ...) lets `thread` come to the CPU, execute
 * one SYSCALL, and goes on until somebody is back in ring 3, in a guest, or
 * nobody is left to run.
 *
 * An instruction pointer here is a role, not an address:
 *   USER_SYSCALL  the thread is about to execute SYSCALL (the kernel has set it
 *                 back): the CPU does so as soon as the thread runs
 *   USER_AFTER    a system call has returned
 *   USER_FAULT    the instruction that faults
 *   other         where the test let the thread or the portal start
 */
#ifndef TEST_KERNEL_USER_H
#define TEST_KERNEL_USER_H

#include "abi/syscall.h"
#include "check.h"
#include "fake.h"
#include "layer.h"
#include "sched.h"
#include "thread.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define USER_SYSCALL 0x401000ull
#define USER_AFTER 0x401002ull
#define USER_FAULT 0x402000ull
#define USER_START 0x500000ull /* of threads */
#define USER_ENTRY 0x600000ull /* of portals */
#define USER_STACK 0x700000ull
#define USER_UTCBS 0x20000000ull
#define USER_MEMORY 0x40000000ull /* where tests map memory */
#define RAM 0x100000000ull        /* physical memory that is nobody's */

#define TOP (PRIORITY_COUNT - 1) /* the root task's priority */

/* A cmocka test on a fresh machine. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, machine_start, machine_stop)

/* What SYS() returns if there is no status yet, or nobody to have one. */
enum { PENDING = 97, IN_GUEST = 98, GONE = 99 };

extern struct thread *root;    /* the root task */
extern struct regs *cpu_frame; /* what the CPU goes on with */
/* A thread whose call starts again stays in ring 3, until cpu_syscall(). */
extern bool cpu_hold;

/* A fresh machine with a root task; and the proof that all comes back: every
 * object is destroyed, balances and pool are as at the start. cmocka fixtures. */
int machine_start(void **state);
int machine_stop(void **state);

/* The start alone, of a machine with these modules and this memory. */
struct machine;
void machine_boot(struct machine *machine);

/* CPU 1 is there, too. It never runs anything. */
void add_cpu(void);

/* The running thread, or NULL if the CPU is idle. */
struct thread *running(void);

/* Lets time slices pass until `thread` runs. */
void run(struct thread *thread);

/* The running thread executes SYSCALL with its registers as they are. */
void cpu_syscall(void);

/* Time passes until `time`; timer interrupts come as they were armed. */
void clock_to(uint64_t time);

/* One timer interrupt that is due by now. */
void clock_tick(void);

/* Line `gsi` is raised; false if it is masked or not open. */
bool raise_irq(uint32_t gsi);

/* The interrupt of a line that the local APIC took before it was masked or closed. */
void late_irq(unsigned line);

/* The running thread faults. */
void fault(struct thread *thread, unsigned vector, uint64_t error, uint64_t address);

/* The running guest leaves for its VMM. */
void guest_exit(uint64_t reason);

uint64_t user_call(struct thread *thread, uint64_t word, const uint64_t arguments[5]);

#define SYS(thread, call, flags, slot, ...)                                                        \
	user_call(thread, SYS_WORD(call, flags, slot), (const uint64_t[5]){__VA_ARGS__})

#define EXPECT(status, ...) assert_int_equal(SYS(__VA_ARGS__), status)

/* As SYS(), for creation: type and slot apart. */
#define CREATE(thread, payer, type, slot, ...)                                                     \
	SYS(thread, SYS_CREATE, 0, payer, CREATE_WORD(type, slot), __VA_ARGS__)

/* The status of `thread`'s last call, or PENDING or IN_GUEST. */
uint64_t status_of(struct thread *thread);

/* --- what tests build, all by system calls of the root task --- */

#define PAGES 64u /* account of a domain of make_domain() */

void make_domain(uint64_t slot);
struct notification *make_notification(uint64_t slot);

/* A thread charged to the domain in `payer`, with the name `slot`. */
struct thread *make_server(uint64_t payer, uint64_t slot);

/* The same with a context, named slot + 1; it runs as soon as its turn comes. */
struct thread *make_thread(uint64_t payer, uint64_t slot, unsigned priority);

/* The same in the root domain, with `budget` us of every `period` us. */
struct thread *make_limited(uint64_t slot, unsigned priority, uint64_t budget, uint64_t period);

/* A portal at USER_ENTRY + id into the thread in `server`. */
void make_portal(uint64_t slot, uint64_t server, uint64_t id);

/* A vCPU in a gspace of its own, named slot and slot + 1. `notification` or 0. */
struct vcpu *make_vcpu(uint64_t payer, uint64_t slot, uint64_t notification);

/* The domain in `domain` gets a capability. */
void grant(uint64_t domain, uint64_t from, uint64_t to, unsigned rights);

/* The object in a slot of the root task. */
struct object *object_at(uint64_t slot);
struct thread *thread_at(uint64_t slot);
struct domain *domain_at(uint64_t slot);

/* `server` has just been called: it stands at the portal's entry. */
void expect_message(const struct thread *server, uint64_t id, const uint64_t words[5]);
#define EXPECT_MESSAGE(server, id, ...) expect_message(server, id, (const uint64_t[5]){__VA_ARGS__})

#endif
