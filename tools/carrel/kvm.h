/* SPDX-License-Identifier: MIT */
/*
 * Whether this machine's KVM can run guests that run guests. A node that opens is
 * no proof: KVM may be without hardware below it, or may keep VT-x and AMD-V to
 * itself (its modules' parameter `nested`). kvm_look() asks, kvm_problem() judges.
 */
#ifndef CARREL_KVM_H
#define CARREL_KVM_H

#include <stdbool.h>
#include <stdint.h>

struct kvm_facts {
	bool cpu;       /* this CPU has the flag of VT-x or of AMD-V */
	int open_error; /* errno of opening /dev/kvm, 0 if it opened */
	bool answers;   /* with the API's version that has been the only one since 2007 */
	bool makes_machine;
	bool vmx, svm; /* what it offers to a guest's CPU */
	bool has_vmx_controls;
	uint32_t vmx_controls; /* secondary controls that may be set */
	bool npt;
};

/* Asks CPU and KVM. Leaves nothing open. */
void kvm_look(struct kvm_facts *facts);

/* Why Carrel's guests cannot run on it, or NULL if they can. Pure. */
const char *kvm_problem(const struct kvm_facts *facts);

#endif
