/* SPDX-License-Identifier: MIT */
/*
 * Capability tables: any slot, any of the tables filled, with any contents. Pages
 * come and go by a stub of the account, which kernel/account.c is proven as.
 */
/* EVA: -eva-precision 2 */
#include "kernel/domain.h"

#include "kernel/capspace.c"

#include "__fc_builtin.h"

#define PAGES 2u

static uint64_t page[PAGES][CAP_LEAF_SLOTS];

void *account_page(struct account *account, unsigned use)
{
	(void)account;
	(void)use;
	return Frama_C_interval(0, 1) ? page[Frama_C_interval(0, PAGES - 1)] : NULL;
}

void account_page_free(struct account *account, void *given)
{
	(void)account;
	Frama_C_make_unknown(given, sizeof(page[0])); /* wants it valid */
}

void smp_grace(void) {}

static uint64_t any(void)
{
	return Frama_C_unsigned_long_interval(0, UINT64_MAX);
}

int main(void)
{
	struct capspace space;
	struct account account;

	Frama_C_make_unknown((char *)page, sizeof(page));
	for (unsigned i = 0; i < CAP_LEAVES; i++)
		space.leaf[i] = account_page(&account, 0);
	switch (Frama_C_interval(0, 4)) {
	case 0:
		return (int)cap_rights(capspace_get(&space, any()));
	case 1:
		return (int)capspace_reserve(&space, &account, any());
	case 2:
		capspace_set(&space, any(), (struct cap){any()});
		return 0;
	case 3:
		capspace_unreserve(&space, &account, any());
		return 0;
	default:
		capspace_free(&space, &account);
		return 0;
	}
}
