/* SPDX-License-Identifier: MIT */
/*
 * What a guest does, as its monitor shows it: counters in the memory of its console's
 * channel, behind the rings. The monitor counts there and nowhere else, so showing
 * costs nothing; the console's driver reads, and believes none of it.
 *
 *   channel's memory: | ring | ring | struct activity, the last ACTIVITY_BYTES |
 *
 * Each field has one writer: the header the monitor's main thread, a row the thread of
 * that vCPU. All is 0 until the monitor has started.
 */
#ifndef ABI_ACTIVITY_H
#define ABI_ACTIVITY_H

#include <stdint.h>

#define ACTIVITY_BYTES 0x4000u
#define ACTIVITY_VCPUS 32u
#define ACTIVITY_KINDS 29u /* counters in a row; kinds beyond KIND_COUNT are 0 */

/* Why a guest left: a kind and its name. New ones go to the end. */
#define EXIT_KINDS(X)                                                                              \
	X(UNKNOWN, "unknown")                                                                      \
	X(EXCEPTION, "exception")                                                                  \
	X(TRIPLE_FAULT, "triple-fault")                                                            \
	X(INTERRUPT_WINDOW, "interrupt-window")                                                    \
	X(NMI_WINDOW, "nmi-window")                                                                \
	X(TASK_SWITCH, "task-switch")                                                              \
	X(CPUID, "cpuid")                                                                          \
	X(HLT, "hlt")                                                                              \
	X(CACHE, "cache")                                                                          \
	X(INVLPG, "invlpg")                                                                        \
	X(RDPMC, "rdpmc")                                                                          \
	X(RDTSC, "rdtsc")                                                                          \
	X(HYPERCALL, "hypercall")                                                                  \
	X(UNDEFINED, "undefined")                                                                  \
	X(CR, "cr")                                                                                \
	X(DR, "dr")                                                                                \
	X(IO, "io")                                                                                \
	X(RDMSR, "rdmsr")                                                                          \
	X(WRMSR, "wrmsr")                                                                          \
	X(ENTRY_FAILED, "entry-failed")                                                            \
	X(IDLE, "idle")                                                                            \
	X(PAUSE, "pause")                                                                          \
	X(MMIO, "mmio")                                                                            \
	X(XSETBV, "xsetbv")                                                                        \
	X(SIGNAL, "signal")                                                                        \
	X(POKED, "poked")                                                                          \
	X(IRET, "iret")                                                                            \
	X(FAULT, "fault")                                                                          \
	X(AGAIN, "again")

#define EXIT_KIND_ENUM(kind, name) KIND_##kind,
enum exit_kind { EXIT_KINDS(EXIT_KIND_ENUM) KIND_COUNT };
#undef EXIT_KIND_ENUM

enum activity_state {
	ACTIVITY_STARTING = 0, /* the guest is being built */
	ACTIVITY_RUNNING,
	ACTIVITY_ENDED,
	ACTIVITY_STATES
};

/* A vCPU's row: cache lines of its own. */
struct activity_vcpu {
	uint64_t exits[ACTIVITY_KINDS];
	uint64_t asleep; /* 1: waits for an interrupt or for STARTUP */
	uint64_t pad[2];
};

struct activity {
	uint32_t state; /* enum activity_state */
	uint32_t vcpus;
	uint64_t started; /* time stamp of the first entry */
	uint64_t pad[30];
	struct activity_vcpu vcpu[ACTIVITY_VCPUS];
};

_Static_assert(KIND_COUNT <= ACTIVITY_KINDS, "each kind has a counter");
_Static_assert(sizeof(struct activity_vcpu) == 256, "a row is four cache lines");
_Static_assert(sizeof(struct activity) <= ACTIVITY_BYTES, "it fits");

#endif
