/* SPDX-License-Identifier: MIT */
/* A virtual CPU for root tasks that test: real mode, a few bytes of code, and what its
 * exits are called on either kind of hardware. */
#ifndef TEST_LIB_TINY_GUEST_H
#define TEST_LIB_TINY_GUEST_H

#include "abi/boot.h"
#include "abi/vcpu.h"
#include "lib/string.h"

/* Intel SDM vol. 3C appendix C "VMX Basic Exit Reasons"; AMD APM vol. 2 appendix C "SVM
 * Intercept Exit Codes". `memory`: nothing is mapped there. */
struct tiny_reasons {
	uint64_t cpuid, hlt, io, memory;
};

static inline struct tiny_reasons tiny_reasons(enum boot_virt virt)
{
	const struct tiny_reasons vmx = {10, 12, 30, 48}, svm = {0x72, 0x78, 0x7b, 0x400};

	return virt == BOOT_VIRT_SVM ? svm : vmx;
}

/* As after a reset, but at `rip`. */
static inline void tiny_guest_reset(struct vcpu_state *s, uint64_t rip)
{
	memset(s, 0, sizeof(*s));
	for (unsigned i = 0; i < SEG_LDTR; i++)
		s->segment[i] =
			(struct vcpu_segment){.ar = i == SEG_CS ? 0x9b : 0x93, .limit = 0xffff};
	s->segment[SEG_LDTR] = (struct vcpu_segment){.ar = 0x82, .limit = 0xffff};
	s->segment[SEG_TR] = (struct vcpu_segment){.ar = 0x8b, .limit = 0xffff};
	s->gdtr.limit = 0xffff;
	s->idtr.limit = 0xffff;
	s->rip = rip;
	s->rflags = 2;
	s->dr7 = 0x400;
	s->pat = 0x0007040600070406ull;
	s->xcr0 = 1;
	s->dirty = GROUP_ALL;
}

#endif
