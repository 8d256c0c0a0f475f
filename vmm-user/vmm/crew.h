/* SPDX-License-Identifier: MIT */
/*
 * The threads of a guest, one per vCPU: starting them, what they wait for, and how
 * they end together.
 *
 *   main thread ── crew_start() ──► a thread per further vCPU ── vcpu_run() ──┐
 *        └────── vCPU 0: vcpu_run() ──► crew_finish(): waits for all ◄────────┘
 *
 * Each thread waits on its vCPU's own notification only, for one of:
 *   its timer, a kick, the console driver (vCPU 0)   asleep or in its guest
 *   CREW_LOCK                                        a lock is to be had (lock.h)
 *   CREW_ROOM, its timer, a kick                     the console has room again
 *   CREW_LAST                                        main thread: another one is done
 * The addresses of each thread, from START_FREE_ADDR + 64 KiB * vCPU on:
 *   +0x0000 state page   +0x1000 UTCB   +0x8000 stack, to +0xc000, nothing below it
 * State: in struct guest. Who ends the guest is decided by one compare-exchange.
 */
#ifndef VMM_CREW_H
#define VMM_CREW_H

#include "vmm/build.h"

#define CREW_TIMER BIT(63) /* init gives channels the low bits */
#define CREW_KICK BIT(62)
#define CREW_LOCK BIT(61)
#define CREW_ROOM BIT(60)
#define CREW_LAST BIT(59)

/* Before there are other threads: the locks sleep and wake by these, and the console
 * knows its waiters. */
void crew_open(struct guest *guest, const struct start_info *info);

/* Slot of the notification, and address of the state page, of a vCPU. */
uint64_t crew_notification(unsigned vcpu);
uint64_t crew_state(unsigned vcpu);

/* For struct machine_config. */
void crew_kick(unsigned vcpu);

/* Makes stacks and threads for all vCPUs but the first. KILL_NONE: they run; else why
 * not, and a line for people was logged. */
enum guest_kill crew_start(struct guest *guest) MUST_CHECK;

/* Runs the first vCPU until the guest has ended and every other thread has left it. */
void crew_run(struct guest *guest);

#endif
