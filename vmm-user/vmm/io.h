/* SPDX-License-Identifier: MIT */
/*
 * IN, OUT, INS and OUTS on the guest's port bus.
 *
 * State: none. A repeated string moves at most IO_REP_MAX elements per exit;
 * RIP then still points at it and the guest comes back for the rest.
 * Source: Intel SDM vol. 2A, 2B, instructions "IN", "INS/INSB/INSW/INSD",
 * "OUT", "OUTS/OUTSB/OUTSW/OUTSD".
 */
#ifndef VMM_IO_H
#define VMM_IO_H

#include "vmm/emulate.h"
#include "vmm/exit.h"

#define IO_REP_MAX 256u

/* Groups that io_string() needs beyond those of every exit by an instruction. */
#define IO_STRING_GROUPS (GROUP_CS_SS | GROUP_SEGMENTS | GROUP_CR | GROUP_EFER)

/* IN or OUT: moves the datum between rAX and the port. RIP is the caller's. */
void io_single(struct guest_cpu *cpu, const struct exit_io *io);

/* INS or OUTS. EMULATE_DONE: the caller skips the instruction. EMULATE_AGAIN:
 * more is to come. EMULATE_FAULT: *fault, with the elements before it done. */
enum emulate_result io_string(
	struct guest_cpu *cpu, const struct exit_io *io, struct fault *fault) MUST_CHECK;

#endif
