/* SPDX-License-Identifier: MIT */
/*
 * The VMCS of a guest: made, selected, unmade.
 *
 * Source: Intel SDM vol. 3C sections 24.5 "Host-State Area", 24.6
 * "VM-Execution Control Fields", 26.2 "Checks on VMX Controls and Host-State Area".
 */
#include "vmx.h"

#include "assert.h"
#include "cr.h"
#include "layout.h"
#include "lib/string.h"
#include "msr.h"
#include "percpu.h"
#include "pool.h"
#include "segments.h"
#include "vmx_access.h"

/* SDM vol. 3C section 24.6.11 "Extended-Page-Table Pointer (EPTP)". */
#define EPTP_WRITE_BACK 6u
#define EPTP_4_LEVELS (3u << 3)

#define VPID_MAX 0xffffu

/*
 * MSRs that guests use without an exit. Nothing of the host's is in them while
 * the guest runs: the entry loads them from the VMCS (EFER, PAT, FS and GS base,
 * SYSENTER) or from guest->msr[], vmx.c KERNEL_GS_BASE. What is in guest->msr[] is
 * always the guest's own value because its writes exit. CSTAR no Intel CPU uses.
 */
static const struct {
	uint32_t number;
	bool write;
} guest_msrs[] = {
	{MSR_TSC, false}, /* the TSC offset applies */
	{MSR_SYSENTER_CS, true},
	{MSR_SYSENTER_ESP, true},
	{MSR_SYSENTER_EIP, true},
	{MSR_PAT, true},
	{MSR_EFER, true},
	{MSR_STAR, false},
	{MSR_LSTAR, false},
	{MSR_FMASK, false},
	{MSR_FS_BASE, true},
	{MSR_GS_BASE, true},
	{MSR_KERNEL_GS_BASE, true},
};

extern const char syscall_entry[];

const struct guest_msr vmx_host_msrs[] ALIGNED(16) = {
	{MSR_LSTAR, (uint64_t)syscall_entry},
	{MSR_STAR, STAR_VALUE},
	{MSR_FMASK, FMASK_VALUE},
};

/* SDM vol. 3C section 24.6.9 "MSR-Bitmap Address": 1 KiB each for reads of
 * 0..1fff, reads of c0000000..c0001fff, writes of both; a set bit exits. */
#define BITMAP_HIGH 1024u
#define BITMAP_WRITE 2048u

void vmx_msr_bitmap_fill(uint8_t *page)
{
	memset(page, 0xff, PAGE_SIZE);
	for (unsigned i = 0; i < ARRAY_SIZE(guest_msrs); i++) {
		uint32_t number = guest_msrs[i].number, low = number & 0x1fff;
		uint8_t *byte = page + (number >> 31) * BITMAP_HIGH + low / 8;

		byte[0] &= (uint8_t) ~(1u << low % 8);
		if (guest_msrs[i].write)
			byte[BITMAP_WRITE] &= (uint8_t) ~(1u << low % 8);
	}
}

struct field_value {
	uint32_t field;
	uint64_t value;
};

static void vmx_guest_write(const struct field_value *list, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		vmwrite(list[i].field, list[i].value);
}

/* What an exit makes of the CPU. HOST_CR3 follows before the first entry. RSP: the
 * exit stub pushes the general registers where they belong. */
static void vmx_guest_write_host(const struct guest *guest)
{
	const struct percpu *cpu = percpu();
	const struct field_value list[] = {
		{VMCS_HOST_ES, 0},
		{VMCS_HOST_CS, SEL_KERNEL_CODE},
		{VMCS_HOST_SS, SEL_KERNEL_DATA},
		{VMCS_HOST_DS, 0},
		{VMCS_HOST_FS, 0},
		{VMCS_HOST_GS, 0},
		{VMCS_HOST_TR, SEL_TSS},
		{VMCS_HOST_PAT, rdmsr(MSR_PAT)},
		{VMCS_HOST_EFER, rdmsr(MSR_EFER)},
		{VMCS_HOST_SYSENTER_CS, 0},
		{VMCS_HOST_CR0, readcr0() | CR0_TS},
		{VMCS_HOST_CR4, readcr4()},
		{VMCS_HOST_FS_BASE, 0},
		{VMCS_HOST_GS_BASE, (uintptr_t)cpu},
		{VMCS_HOST_TR_BASE, (uintptr_t)&cpu->tss},
		{VMCS_HOST_GDTR_BASE, (uintptr_t)cpu->gdt},
		{VMCS_HOST_IDTR_BASE, sidt().base},
		{VMCS_HOST_SYSENTER_ESP, 0},
		{VMCS_HOST_SYSENTER_EIP, 0},
		{VMCS_HOST_RSP, (uintptr_t)(guest->state->gpr + GPR_COUNT)},
		{VMCS_HOST_RIP, (uintptr_t)vmx_exit_stub},
	};
	vmx_guest_write(list, ARRAY_SIZE(list));
}

uint64_t vmx_guest_eptp(hpa_t root)
{
	return root.raw | EPTP_WRITE_BACK | EPTP_4_LEVELS;
}

static void vmx_guest_write_controls(const struct guest *guest)
{
	const struct field_value list[] = {
		{VMCS_VPID, guest->tag},
		{VMCS_EPTP, vmx_guest_eptp(guest->second_level)},
		{VMCS_MSR_BITMAP, pool_hpa(vmx_machine.msr_bitmap).raw},
		{VMCS_PF_MASK, 0},
		{VMCS_PF_MATCH, 0},
		{VMCS_CR3_TARGETS, 0},
		{VMCS_EXIT_MSR_STORE_COUNT, 0},
		{VMCS_EXIT_MSR_LOAD, (uintptr_t)vmx_host_msrs - KERNEL_BASE},
		{VMCS_EXIT_MSR_LOAD_COUNT, ARRAY_SIZE(vmx_host_msrs)},
		{VMCS_ENTRY_MSR_LOAD, pool_hpa(guest->msr).raw},
		{VMCS_ENTRY_MSR_LOAD_COUNT, ARRAY_SIZE(guest->msr)},
		{VMCS_LINK, ~0ull},
		{VMCS_GUEST_DEBUGCTL, 0},
		{VMCS_GUEST_ACTIVITY, 0},
	};

	for (unsigned i = 0; i < CONTROL_COUNT; i++)
		vmwrite(vmx_control_words[i].field, vmx_machine.control[i]);
	if (vmx_machine.control[CONTROL_SECONDARY] & SECONDARY_XSAVES)
		vmwrite64(VMCS_XSS_BITMAP, 0);
	/* Bochs 2.7 takes no interrupt out of a guest that is entered with RFLAGS.IF
	 * clear and leaves it so: without this timer it could keep the CPU. */
	if (vmx_machine.control[CONTROL_PIN] & PIN_PREEMPTION_TIMER)
		vmwrite32(VMCS_PREEMPTION_TIMER, vmx_machine.preemption_ticks);
	vmx_guest_write(list, ARRAY_SIZE(list));
}

enum status vmx_guest_init(struct guest *guest, struct page_source *source)
{
	if (guest->tag == 0 || guest->tag > VPID_MAX)
		return STATUS_NO_FEATURE;
	if (guest_pages_take(guest, source) != STATUS_OK)
		return STATUS_NO_MEMORY;
	*(uint32_t *)guest->control = vmx_machine.revision;
	vmx_guest_clear(guest);
	vmx_guest_load(guest);
	vmx_guest_write_controls(guest);
	vmx_guest_write_host(guest);
	/* Whatever the VMM does not load at its first run is zero. */
	vmx_state_reset(guest);
	vmx_guest_flush(guest);
	return STATUS_OK;
}

void vmx_guest_load(struct guest *guest)
{
	bool done;

	if (percpu()->loaded == guest)
		return;
	vmx_leave(percpu()->inside);
	done = vmptrld(pool_hpa(guest->control));
	ASSERT(done);
	percpu()->loaded = guest;
}

void vmx_guest_clear(struct guest *guest)
{
	bool done = vmclear(pool_hpa(guest->control));

	ASSERT(done);
	if (percpu()->loaded == guest)
		percpu()->loaded = NULL;
}

void vmx_guest_flush(struct guest *guest)
{
	bool done = invvpid(vmx_machine.invvpid_type, guest->tag);

	ASSERT(done);
}
