/* SPDX-License-Identifier: MIT */
#include "shared.h"

#include "abi/syscall.h"
#include "assert.h"
#include "domain.h"
#include "pool.h"

enum status shared_map(struct domain *domain, uint64_t address, void **page)
{
	struct ptab_leaf leaf = {.va = address, .attr = MEM_R | MEM_W | PTAB_USER};
	enum status status;
	struct ptab_change change;
	void *fresh;

	if (address == 0 || address & PAGE_MASK || address >= USER_END)
		return STATUS_BAD_ARG;
	if (space_lookup(&domain->space, address, &leaf))
		return STATUS_IN_USE;
	ptab_change_init(&change);
	fresh = account_page(&domain->account, POOL_SHARED);
	if (!fresh)
		return STATUS_NO_MEMORY;
	leaf.pa = pool_hpa(fresh);
	status = space_map(&domain->space, &leaf, &change);
	if (status != STATUS_OK) {
		account_page_free(&domain->account, fresh);
		return status;
	}
	*page = fresh;
	return STATUS_OK;
}

void shared_unmap(struct domain *domain, uint64_t address, void *page)
{
	struct ptab_leaf leaf;
	struct ptab_change change;
	uint64_t span;

	ptab_change_init(&change);
	if (space_lookup(&domain->space, address, &leaf) && leaf.pa.raw == pool_hpa(page).raw) {
		enum status status =
			space_unmap(&domain->space, address, PAGE_SIZE, &change, &span);

		/* Taking a 4 KiB page away splits nothing, so it needs no memory. */
		ASSERT(status == STATUS_OK);
		space_commit(&domain->space, &change);
	}
	account_page_free(&domain->account, page);
}
