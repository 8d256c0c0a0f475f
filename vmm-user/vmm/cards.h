/* SPDX-License-Identifier: MIT */
/*
 * The PCI devices of a guest, as the plan has them: a virtio disk for each `disk`, and
 * with any of them, or with a network card (ports.h), a source of entropy, if the
 * processor has one. A guest without any has no PCI bus.
 *
 *   module (a file) ◄── struct blk_memory ◄─┬ struct virtio_blk ──► machine's PCI bus
 *   disk driver ◄── struct blk_channel ◄────┘     └► messages to the local APICs
 *
 * State: all of it is on the heap, and lives as long as the monitor.
 */
#ifndef VMM_CARDS_H
#define VMM_CARDS_H

#include "abi/start.h"
#include "vmm/machine.h"

/* Plugs them all in, before there are processors. Else why not, and a line for people
 * was logged. The heap must be open. */
enum guest_kill cards_plug(struct machine *machine, const struct start_info *info) MUST_CHECK;

/* The bits by which drivers of disks signal, and taking their answers: with the lock. */
uint64_t cards_bits(void);
void cards_poll(uint64_t bits);

#endif
