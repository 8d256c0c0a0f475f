/* SPDX-License-Identifier: MIT */
/*
 * The model-specific registers of a guest that do not live in the CPU: a table
 * with one row per register or range that says how it reads and what may be
 * written. A register without a row faults in the guest (#GP), is counted, and
 * the first access to each is reported.
 *
 * State: struct msr_file. Registers that a guest uses without an exit (SYSENTER,
 * FS and GS base) are not here. Those of SYSCALL, PAT and EFER are in the state page;
 * which of them exit depends on the hardware.
 * Source: Intel SDM vol. 4 chapter 2 "Model-Specific Registers (MSRs)"; vol. 3A
 * section 11.11 "Memory Type Range Registers (MTRRs)".
 */
#ifndef VMM_MSR_H
#define VMM_MSR_H

#include "abi/status.h"
#include "lib/compiler.h"
#include "vmm/cpu.h"
#include "vmm/seen.h"

struct clock;
struct lapic;

/* Places of registers that are plain storage. */
enum msr_store {
	STORE_MISC_ENABLE = 0,
	STORE_DEBUGCTL,
	STORE_MCG_STATUS,
	STORE_MTRR_DEF,
	STORE_MTRR_VAR, /* base and mask of 8 ranges */
	STORE_MTRR_FIX = STORE_MTRR_VAR + 16,
	STORE_MTRR_FIX_16K = STORE_MTRR_FIX + 1,
	STORE_MTRR_FIX_4K = STORE_MTRR_FIX_16K + 2,
	MSR_STORES = STORE_MTRR_FIX_4K + 8
};

struct msr_file {
	uint64_t store[MSR_STORES];
	uint64_t tsc_adjust;
	uint64_t unknown_reads, unknown_writes;
	struct seen seen;
	/* Told of the first access to a register that is not there; may be NULL. */
	void (*report)(uint32_t msr, bool write);
};

/* What registers of other parts act on. `tsc`: the guest's counter now. The
 * local APIC's time must be current. */
struct msr_env {
	struct vcpu_state *state;
	struct lapic *lapic;
	struct clock *clock;
	uint64_t tsc;
};

/* As firmware leaves them: caches on, RAM write-back, the device hole below
 * 4 GiB uncached. */
void msr_init(struct msr_file *file, void (*report)(uint32_t msr, bool write));

/* Groups of the state page that an access to `msr` needs, beyond those of every
 * exit by an instruction. */
uint32_t msr_groups(uint32_t msr);

/* STATUS_BAD_ARG: the guest gets #GP(0), nothing changed. */
enum status msr_read(
	struct msr_file *file, const struct msr_env *env, uint32_t msr, uint64_t *value) MUST_CHECK;
enum status msr_write(
	struct msr_file *file, const struct msr_env *env, uint32_t msr, uint64_t value) MUST_CHECK;

#endif
