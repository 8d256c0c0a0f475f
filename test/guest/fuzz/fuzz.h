/* SPDX-License-Identifier: MIT */
/*
 * The parts of the fuzz guest: random numbers, the operations, and what is
 * kept out of them because it would legitimately end the guest.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Set from the command line: do not even avoid what ends the guest. */
extern bool fuzz_all;

/*
 * Run bare, what is tried is the test itself: devices are left alone, for
 * emulators end themselves over widths and addresses that they do not know.
 */
extern bool fuzz_gentle;

/** The next number of the seeded stream. */
uint64_t fuzz_random(void);
/** A number below n. */
uint64_t fuzz_below(uint64_t n);
/** A random value, often one with few bits or all bits. */
uint64_t fuzz_value(void);

/** Look up the ACPI ports that must be avoided. */
void fuzz_avoid_init(void);
/** Whether an access of `size` bytes at this port may end the guest. */
bool fuzz_port_ends(uint16_t port, unsigned size);
/** Take INIT, SMI and the like out of a write to an APIC; others pass. */
uint64_t fuzz_mmio_tame(uint64_t address, uint64_t value);
uint64_t fuzz_msr_tame(uint32_t msr, uint64_t value);

/** Set from the command line: print each operation before it is done. */
extern bool fuzz_trace;

/** One random operation; faults are the caller's to catch. */
void fuzz_operation(void *unused);
