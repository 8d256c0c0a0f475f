/* SPDX-License-Identifier: MIT */
/*
 * The VMCB of a guest: made, unmade; and what guests may do without an exit.
 *
 * Source: AMD APM vol. 2 sections 15.9 "Instruction Intercepts", 15.10 "IOIO
 * Intercepts", 15.11 "MSR Intercepts", 15.25 "Nested Paging".
 */
#include "svm.h"

#include "layout.h"
#include "lib/string.h"
#include "msr.h"

#define CR8_ACCESS (BIT(8) | BIT(16 + 8)) /* CR8 is the host's own TPR */

/* Intercepts of every guest, at every moment. Those of CR0 and CR4, of exceptions, of
 * windows: svm_state.c. */
static const uint32_t intercepts[INTERCEPT_WORDS] = {
	[INTERCEPT_CR] = CR8_ACCESS,
	[INTERCEPT_DR] = ~0u,
	[INTERCEPT_MISC1] = BITS(3, 0)                    /* INTR NMI SMI INIT */
			    | BIT(15) | BIT(18)           /* RDPMC, CPUID */
			    | BIT(22) | BIT(24)           /* INVD, HLT */
			    | BIT(26) | BIT(27) | BIT(28) /* INVLPGA, ports, MSRs */
			    | BIT(29) | BIT(31),          /* task switches, shutdown */
	[INTERCEPT_MISC2] = BITS(6, 0)      /* VMRUN VMMCALL VMLOAD VMSAVE STGI CLGI SKINIT */
			    | BIT(9)        /* WBINVD */
			    | BITS(14, 10), /* MONITOR MWAIT MWAIT-armed XSETBV RDPRU */
};

/*
 * MSRs that guests read and write without an exit: those that VMLOAD and VMSAVE switch.
 * Not EFER, which shows SVME; not PAT and TSC, for QEMU's TCG gives the host's.
 */
static const uint32_t guest_msrs[] = {MSR_SYSENTER_CS, MSR_SYSENTER_ESP, MSR_SYSENTER_EIP, MSR_STAR,
	MSR_LSTAR, MSR_CSTAR, MSR_FMASK, MSR_FS_BASE, MSR_GS_BASE, MSR_KERNEL_GS_BASE};

/* Two bits each for 0..1fff, c0000000..c0001fff and c0010000..c0011fff: reads, writes; a
 * set bit exits. A bit per port, and three behind, for accesses of several bytes. */
static uint8_t msr_map[2 * PAGE_SIZE] ALIGNED(PAGE_SIZE);
static uint8_t port_map[3 * PAGE_SIZE] ALIGNED(PAGE_SIZE);

#define MSR_MAP_HIGH 2048u

void svm_maps_init(void)
{
	memset(port_map, 0xff, sizeof(port_map));
	memset(msr_map, 0xff, sizeof(msr_map));
	for (unsigned i = 0; i < ARRAY_SIZE(guest_msrs); i++) {
		uint32_t number = guest_msrs[i], low = number & 0x1fff;

		msr_map[(number >> 31) * MSR_MAP_HIGH + low / 4] &= (uint8_t) ~(3u << low % 4 * 2);
	}
}

static uint64_t svm_image_hpa(const void *place)
{
	return (uintptr_t)place - KERNEL_BASE;
}

enum status svm_guest_init(struct guest *guest, struct page_source *source)
{
	struct vmcb *vmcb;

	if (guest_pages_take(guest, source) != STATUS_OK)
		return STATUS_NO_MEMORY;
	vmcb = svm_vmcb(guest);
	memcpy(vmcb->intercept, intercepts, sizeof(intercepts));
	vmcb->iopm = svm_image_hpa(port_map);
	vmcb->msrpm = svm_image_hpa(msr_map);
	vmcb->nested = NESTED_ENABLE;
	vmcb->nested_cr3 = guest->second_level.raw;
	svm_state_reset(guest);
	return STATUS_OK;
}
