/* SPDX-License-Identifier: MIT */
/*
 * What init knows: one struct, owned by the main thread. The server threads of
 * event.c touch none of it.
 *
 * init's own capability table:
 *   1..15     what the kernel gave (enum root_slot)
 *   16..31    init's own objects, and names while a virtual CPU is built
 *   32..      SLOTS_PER_COMPONENT slots for each component of the plan
 *   256..     SERVER_SLOTS slots for the server of each CPU
 * Objects of a component are paid by the component's own account, so they go
 * when its domain goes; the capabilities left in these slots are then dead.
 *
 * init's own address space: boot information, UTCB and stack as in abi/boot.h,
 * its image, and the windows below, which are empty between two calls except
 * for the plan and the control channel.
 */
#ifndef INIT_INIT_H
#define INIT_INIT_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/boot.h"
#include "abi/syscall.h"
#include "init/memory.h"
#include "init/place.h"
#include "init/plan.h"

enum init_slot {
	INIT_SLOT_NOTIFICATION = ROOT_FIRST_FREE, /* what the main thread waits on */
	INIT_SLOT_VCPU_PORTAL,                    /* these three: see vcpus.c */
	INIT_SLOT_VCPU_THREAD,
	INIT_SLOT_VCPU_SC,
	INIT_SLOT_COMPONENT = 32,
	INIT_SLOT_SERVER = 288,
};

/* Of the server of one CPU, see event.c. */
enum server_slot { SERVER_THREAD = 0, SERVER_NOTIFICATION, SERVER_SLOTS };

enum component_slot {
	SLOT_DOMAIN = 0,
	SLOT_NOTIFICATION,
	SLOT_INIT_PORTAL,
	SLOT_FAULT_PORTAL,
	SLOT_THREAD,
	SLOT_SC,
	SLOT_IRQ, /* each in turn, until it is delegated */
	SLOTS_PER_COMPONENT = 8,
};

#define WINDOW_UTCB 0x50000ull   /* of the server threads: a page per CPU */
#define WINDOW_STACKS 0x80000ull /* theirs: an unmapped page and a page per CPU */
#define WINDOW_PLAN 0x40000000ull
#define WINDOW_CONTROL 0x50000000ull
#define WINDOW_FILE 0x100000000ull     /* 4 GiB: a module file, read-only */
#define WINDOW_MEMORY 0x10000000000ull /* 1 TiB: memory being filled, read-write */

/* Bits of init's notification: one per component, and these. */
#define INIT_BIT_CONTROL (1ull << 40)
#define INIT_BIT_TIMER (1ull << 41)
#define INIT_BIT_REQUEST (1ull << 42)
#define INIT_BIT_RETRY (1ull << 43)

enum component_state { COMPONENT_ABSENT = 0, COMPONENT_RUNNING };

struct component {
	enum component_state state;
	uint32_t restarts;
	uint32_t failures;          /* these three: see retry.h */
	uint64_t started, retry_at; /* TSC; 0: not to be started */
	struct place place;
	struct memory_region private; /* start info, stack, image, heap */
	struct memory_region guest;
};

struct init {
	const struct boot_info *boot;
	uint32_t cpus; /* 1 to PLAN_CPUS, numbered from 0 */
	struct plan plan;
	struct memory memory;
	struct component component[PLAN_COMPONENTS];
	struct memory_region channel[PLAN_CHANNELS]; /* kept while components come and go */
	struct memory_region dma[PLAN_COMPONENTS];   /* the same */
};

static inline uint64_t component_slot(uint32_t index, enum component_slot slot)
{
	return INIT_SLOT_COMPONENT + index * SLOTS_PER_COMPONENT + slot;
}

static inline uint64_t server_slot(uint32_t cpu, enum server_slot slot)
{
	return INIT_SLOT_SERVER + cpu * SERVER_SLOTS + slot;
}

static inline bool component_is_vm(const struct init *init, uint32_t index)
{
	return init->plan.component[index].kind == PLAN_VM;
}

/* "vm" or "driver", for messages. */
static inline const char *component_word(const struct init *init, uint32_t index)
{
	return component_is_vm(init, index) ? "vm" : "driver";
}

static inline const char *component_name(const struct init *init, uint32_t index)
{
	return init->plan.component[index].name;
}

static inline bool component_running(const struct init *init, uint32_t index)
{
	return init->component[index].state == COMPONENT_RUNNING;
}

_Static_assert(INIT_SLOT_COMPONENT + PLAN_COMPONENTS * SLOTS_PER_COMPONENT <= INIT_SLOT_SERVER,
	"components' slots end where those of servers begin");

#endif
