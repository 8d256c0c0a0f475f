/* SPDX-License-Identifier: MIT */
/*
 * Which machine a run gets, and the words that say why. Unless --emulator says
 * otherwise: QEMU with KVM where that can run guests in guests, else QEMU, which
 * emulates AMD-V, else Bochs, if only that is there. A named CPU model is always
 * emulated. Pure.
 */
#ifndef CARREL_CHOOSE_H
#define CARREL_CHOOSE_H

#include "emulator.h"
#include "kvm.h"
#include "options.h"

struct choose_facts {
	bool has_qemu, has_bochs; /* installed */
	struct kvm_facts kvm;
};

struct choice {
	const struct emulator *emulator; /* NULL: none can be used */
	bool kvm;
	char text[200]; /* "QEMU, which ...", or what is missing */
};

void choose_machine(
	const struct options *options, const struct choose_facts *facts, struct choice *choice);

#endif
