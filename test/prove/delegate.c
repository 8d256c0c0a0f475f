/* SPDX-License-Identifier: MIT */
/*
 * SYS_DELEGATE: any kind, any ranges and rights, from and to any objects. What a space
 * answers is left open, within what the page-table walker is proven to answer.
 */
/* PROVE: kernel/capspace.c */
/* EVA: -eva-precision 1 -eva-split-return full -eva-interprocedural-splits -eva-ilevel 64 */
/* EVA: -eva-slevel-function main:300,delegate_map_step:200,delegate_level:50,delegate_end:200 */
/* EVA: -eva-slevel-function space_unmap:50,delegate_unmap_step:50,delegate_sys:2000 */
#include "world.h"

#include "kernel/delegate.c"

enum status space_unmap(
	struct space *space, uint64_t va, uint64_t size, struct ptab_change *change, uint64_t *span)
{
	enum status status = size < PAGE_SIZE ? STATUS_BAD_ARG : status_any();

	(void)va;
	space->stale = 1;
	change->flush = maybe();
	change->freed += Frama_C_unsigned_int_interval(0, PTAB_STEP_FREED);
	if (status == STATUS_OK)
		*span = Frama_C_unsigned_long_interval(PAGE_SIZE, size);
	return status;
}

enum status space_ports_set(struct space *space, uint32_t first, uint32_t count, bool allow)
{
	(void)first;
	(void)count;
	space->iomap_base = allow;
	return status_any();
}

bool space_ports_allowed(const struct space *space, uint32_t first, uint32_t count)
{
	(void)first;
	(void)count;
	return space->ports[1] && maybe();
}

bool reserved_overlaps(hpa_t base, uint64_t size)
{
	return base.raw < size || maybe();
}

void console_yield(uint32_t first, uint32_t count)
{
	(void)first;
	(void)count;
}

/* The call finds both ends and a kind. With nothing to do, but for ports: the kinds
 * owe their contracts for as much as there is. */
static void ends(void)
{
	unsigned kind = Frama_C_unsigned_int_interval(0, 4);
	uint64_t slot = maybe() ? CAP_SLOTS - 1 : UINT64_MAX >> 16;

	/*@ split kind; */
	CALLER->regs.rdi = SYS_WORD(
		SYS_DELEGATE, kind < 4 ? kind : Frama_C_unsigned_int_interval(4, 255), slot);
	CALLER->regs.r8 =
		kind == DELEGATE_PORT ? Frama_C_unsigned_long_interval(PORT_STEP, UINT64_MAX) : 0;
	(void)delegate_sys(CALLER);
}

static void memory_any(void)
{
	unsigned from = Frama_C_unsigned_int_interval(0, 2);
	unsigned to = Frama_C_unsigned_int_interval(0, 2);

	/*@ split from; */
	/*@ split to; */
	(void)delegate_memory(&CALLER->regs, from == 2 ? &memory : &domains[from]->object,
		to == 2 ? &gspace.object : &domains[to]->object, any32());
}

int main(void)
{
	world_make();
	switch (Frama_C_interval(0, 3)) {
	case 0:
		ends();
		break;
	case 1:
		memory_any();
		break;
	case 2:
		(void)delegate_ports(
			&CALLER->regs, &domain_any()->object, &domain_any()->object, any32());
		break;
	case 3:
		telling = 0;
		(void)capspace_reserve(&home.caps, &home.account, any());
		(void)delegate_caps(
			&CALLER->regs, &domain_any()->object, &domain_any()->object, any32());
		break;
	}
	return 0;
}
