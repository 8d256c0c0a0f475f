/* SPDX-License-Identifier: MIT */
/*
 * Reads and writes of the guest's memory as one of its instructions does them:
 * segment check, page walk, then RAM or a device register.
 *
 *   segment:offset --access_linear()--> linear --guest_walk()--> physical
 *
 * An access that crosses a page is translated whole before the first byte moves.
 * Needs, for all of them: GROUP_CS_SS, GROUP_SEGMENTS, GROUP_CR, GROUP_EFER,
 * GROUP_RFLAGS valid in the state page.
 */
#ifndef VMM_ACCESS_H
#define VMM_ACCESS_H

#include "vmm/cpu.h"
#include "vmm/guest_memory.h"

#include <stddef.h>

#define INSN_BYTES_MAX 15u

/* Linear address of `bytes` at `offset` of a segment (enum vcpu_seg), checked
 * against limit, type and canonical form for a read or a write.
 * Source: Intel SDM vol. 3A sections 5.3 "Limit Checking" and 5.5 "Privilege
 * Levels"; vol. 1 section 3.3.7.1 "Canonical Addressing". */
bool access_linear(const struct vcpu_state *state, unsigned segment, uint64_t offset,
	unsigned bytes, bool write, uint64_t *linear, struct fault *fault) MUST_CHECK;

/* Reads or writes `bytes` (1 to 8) at segment:offset with the rights of the
 * current privilege level. false: *fault is the exception; nothing was written. */
bool access_read(struct guest_cpu *cpu, unsigned segment, uint64_t offset, unsigned bytes,
	uint64_t *value, struct fault *fault) MUST_CHECK;
bool access_write(struct guest_cpu *cpu, unsigned segment, uint64_t offset, unsigned bytes,
	uint64_t value, struct fault *fault) MUST_CHECK;

/* Checks that access_write() of the same bytes would succeed. */
bool access_writable(struct guest_cpu *cpu, unsigned segment, uint64_t offset, unsigned bytes,
	struct fault *fault) MUST_CHECK;

/* The bytes of the instruction at CS:RIP, at most INSN_BYTES_MAX; fewer when the
 * next page is not there. *size is their number. false: not even one; *fault. The
 * limit of CS is not looked at: the processor has just fetched from there. Another
 * of the guest's processors may have changed the bytes since. */
bool access_fetch(struct guest_cpu *cpu, uint8_t *to, size_t *size, struct fault *fault) MUST_CHECK;

#endif
