/* SPDX-License-Identifier: MIT */
/*
 * The fake machine: what a CPU keeps of address spaces (its TLB, tagged like the
 * real one), the window of the I/O bitmap, and a back end for guests.
 *
 * The TLB never forgets by itself. So a test that reaches for an address, takes
 * the mapping away and reaches again sees each flush that is missing.
 */
#include "fake.h"
#include "fake_cr.h"
#include "layout.h"
#include "ptab.h"
#include "upcall.h"
#include "window.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define TLB_ENTRIES 64u

struct tlb_entry {
	uint64_t tag; /* PCID, or the root of second-level tables */
	uint64_t va, pa;
	bool valid;
};

static struct tlb_entry tlbs[FAKE_CPUS][TLB_ENTRIES], guest_tlbs[FAKE_CPUS][TLB_ENTRIES];
static unsigned tlb_next;
static hpa_t window_page[2]; /* behind the TSS of CPU 0 */

struct fake_guests fake_guests;

void fake_tlb_reset(void)
{
	memset(tlbs, 0, sizeof(tlbs));
	memset(guest_tlbs, 0, sizeof(guest_tlbs));
	memset(window_page, 0, sizeof(window_page));
}

static void tlb_flush(struct tlb_entry *entries, uint64_t tag)
{
	for (unsigned i = 0; i < TLB_ENTRIES; i++)
		if (entries[i].tag == tag)
			entries[i].valid = false;
}

static uint64_t tlb_access(struct tlb_entry *entries, const struct ptab_format *format, hpa_t root,
	uint64_t tag, uint64_t va)
{
	struct ptab_leaf leaf;

	va = PAGE_ALIGN_DOWN(va);
	for (unsigned i = 0; i < TLB_ENTRIES; i++)
		if (entries[i].valid && entries[i].tag == tag && entries[i].va == va)
			return entries[i].pa;
	if (!ptab_lookup(format, root, va, &leaf))
		return 0;
	entries[tlb_next % TLB_ENTRIES] =
		(struct tlb_entry){tag, va, leaf.pa.raw + (va - leaf.va), true};
	return entries[tlb_next++ % TLB_ENTRIES].pa;
}

void writecr3(uint64_t value)
{
	if (!(value & CR3_NO_FLUSH))
		tlb_flush(tlbs[percpu()->id], value & CR3_PCID);
}

/* No guest of the fake back end cuts TR short. */
void ltr(uint16_t selector UNUSED)
{
	fail();
}

void invlpg(uint64_t address)
{
	(void)address;
}

uint64_t fake_access(uint64_t va)
{
	uint64_t cr3 = percpu()->cr3;

	return tlb_access(
		tlbs[percpu()->id], &ptab_host, hpa(cr3 & ptab_host.address), cr3 & CR3_PCID, va);
}

uint64_t fake_guest_access(hpa_t root, uint64_t gpa)
{
	return tlb_access(guest_tlbs[percpu()->id], virt->format, root, root.raw, gpa);
}

void window_set(uint64_t va, hpa_t pa, unsigned attr)
{
	uint64_t offset = va - (uint64_t)percpu() - PERCPU_PORTS;

	assert_int_equal(attr, MEM_R);
	assert_true(offset == 0 || offset == PAGE_SIZE);
	window_page[offset / PAGE_SIZE] = pa;
}

/* As the CPU does it: Intel SDM vol. 1 section 19.5.2 "I/O Permission Bit Map". */
bool fake_port_access(uint16_t port)
{
	const struct percpu *cpu = percpu();
	uint64_t base = (uint64_t)cpu + PERCPU_PORTS - (uint64_t)&cpu->tss;
	const uint8_t *page;

	if (cpu->tss.iomap_base != base)
		return false;
	page = pool_ptr(window_page[port / 32768]);
	return !(page[port % 32768 / 8] >> port % 8 & 1);
}

static enum status guest_init(struct guest *guest, struct page_source *source)
{
	guest->control = source->take(source, POOL_HARDWARE);
	guest->fpu = source->take(source, POOL_HARDWARE);
	if (guest->control && guest->fpu)
		return STATUS_OK;
	if (guest->control)
		source->give(source, guest->control);
	if (guest->fpu)
		source->give(source, guest->fpu);
	return STATUS_NO_MEMORY;
}

static void guest_fini(struct guest *guest, struct page_source *source)
{
	assert_ptr_not_equal(percpu()->loaded, guest);
	assert_ptr_not_equal(percpu()->inside, guest);
	source->give(source, guest->control);
	source->give(source, guest->fpu);
}

/* Unlike the real one comes back after an entry, too: with NULL. */
static struct regs *guest_enter(struct guest *guest)
{
	fake_guests.entered++;
	if (fake_guests.refuse) {
		guest->state->exit_reason = EXIT_ENTRY_REFUSED;
		return kernel_guest_exit(percpu()->regs, EXIT_ENTRY_REFUSED);
	}
	if (percpu()->inside != guest)
		fake_guests.cr3 = guest->host_cr3;
	assert_true(fake_guests.cr3 == guest->host_cr3);
	assert_true(fake_guests.cr3 == (percpu()->cr3 & ~CR3_NO_FLUSH));
	fake_guests.frame = percpu()->regs;
	percpu()->loaded = guest;
	percpu()->inside = guest;
	return NULL;
}

static void guest_leave(struct guest *guest)
{
	if (percpu()->inside == guest)
		percpu()->inside = NULL;
}

static void guest_report(struct guest *guest, uint64_t reason)
{
	guest_leave(guest);
	percpu()->loaded = guest;
	guest->state->exit_reason = reason;
}

static void guest_unload(struct guest *guest)
{
	guest_leave(guest);
	if (percpu()->loaded == guest)
		percpu()->loaded = NULL;
}

static void guest_flush(hpa_t root)
{
	fake_guests.flushed++;
	tlb_flush(guest_tlbs[percpu()->id], root.raw);
}

const struct virt_ops *virt;

const struct virt_ops fake_virt = {
	.id = BOOT_VIRT_VMX,
	.name = "fake",
	.format = &ptab_ept,
	.init = guest_init,
	.fini = guest_fini,
	.enter = guest_enter,
	.report = guest_report,
	.leave = guest_leave,
	.unload = guest_unload,
	.flush_second_level = guest_flush,
};
