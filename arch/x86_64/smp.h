/* SPDX-License-Identifier: MIT */
/*
 * The CPUs together.
 *
 * Each CPU's own state (run queue, threads, vCPUs, notifications, timers) is
 * touched by that CPU alone, interrupts off, without locks. Two ways lead from
 * one CPU to another's:
 *
 *   smp_run()    a function runs there, and the caller waits. Only with the kernel
 *                lock, so there is one request at a time. The other CPU runs it
 *                when an interrupt can come (outside ring 0) or while it waits for
 *                the kernel lock: never in the middle of a system call.
 *   smp_send()   an interrupt, after which the other CPU looks into its inbox.
 *
 * Since ring 0 runs with interrupts off, smp_run() of nothing is also a grace
 * period: when it returns, every CPU has been outside of what it was in before.
 */
#ifndef ARCH_SMP_H
#define ARCH_SMP_H

#include "percpu.h"

#include <stdint.h>

/* The CPUs that are up, a bit each. Grows at boot only. */
uint32_t smp_cpus(void);

/* This CPU is up. */
void smp_enter(void);

/* The kernel lock. While it waits the CPU serves the holder's smp_run(). */
void smp_lock(void);
void smp_unlock(void);

/* Runs run(argument) on each CPU of `mask` that is up, this one included (last),
 * and waits for all. With the kernel lock, which run() relies on, too. */
void smp_run(uint32_t mask, void (*run)(void *), void *argument);

/* Each other CPU leaves ring 0 once, if it is inside, before this returns: nobody
 * but this CPU still holds a pointer found before. With the kernel lock. */
void smp_grace(void);

/* Runs what smp_run() on another CPU has for this one, if anything. */
void smp_serve(void);

/* kernel_message() is called on CPU `id` soon. Any CPU, no lock. */
void smp_send(uint32_t id);

/* Stops all other CPUs for good: the kernel has failed. */
void smp_halt_others(void);

#endif
