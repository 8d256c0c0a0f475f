/* SPDX-License-Identifier: MIT */
#include "guest.h"

#include "fpu.h"
#include "percpu.h"
#include "pool.h"
#include "upcall.h"

#define DR7_ENABLES 0xffull

enum status guest_pages_take(struct guest *guest, struct page_source *source)
{
	guest->control = source->take(source, POOL_HARDWARE);
	guest->fpu = source->take(source, POOL_HARDWARE);
	if (!guest->control || !guest->fpu) {
		guest_pages_give(guest, source);
		return STATUS_NO_MEMORY;
	}
	fpu_area_init(guest->fpu);
	guest->xcr0 = XCR0_X87;
	return STATUS_OK;
}

void guest_pages_give(struct guest *guest, struct page_source *source)
{
	void **page[] = {&guest->control, &guest->fpu};

	for (unsigned i = 0; i < ARRAY_SIZE(page); i++) {
		if (*page[i])
			source->give(source, *page[i]);
		*page[i] = NULL;
	}
}

void guest_load_breakpoints(const struct guest *guest)
{
	writedr0(guest->dr[0]);
	writedr1(guest->dr[1]);
	writedr2(guest->dr[2]);
	writedr3(guest->dr[3]);
}

void guest_take_breakpoints(struct guest *guest, uint64_t dr7)
{
	for (unsigned i = 0; i < ARRAY_SIZE(guest->dr); i++)
		guest->dr[i] = READ_ONCE(guest->state->dr[i]);
	guest->breakpoints = dr7 & DR7_ENABLES;
	if (guest->breakpoints)
		guest_load_breakpoints(guest);
}

bool guest_take_xcr0(struct guest *guest)
{
	uint64_t xcr0 = READ_ONCE(guest->state->xcr0);

	if (!fpu_xcr0_valid(xcr0, fpu_components()))
		return false;
	guest->xcr0 = xcr0;
	fpu_load(guest);
	return true;
}

struct regs *guest_refuse(struct guest *guest, uint32_t error, uint32_t group)
{
	guest->state->exit_reason = EXIT_ENTRY_REFUSED;
	guest->state->exit_qualification = (uint64_t)group << 32 | error;
	guest->state->valid = GROUP_QUALIFICATION;
	return kernel_guest_exit(percpu()->regs, EXIT_ENTRY_REFUSED);
}
