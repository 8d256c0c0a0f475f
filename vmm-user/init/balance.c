/* SPDX-License-Identifier: MIT */
/* Memory balance. State: the first reading; main thread only. */
#include "init/balance.h"
#include "init/init.h"
#include "rt/log.h"
#include "rt/syscall.h"

struct reading {
	struct sys_account account;
	uint64_t free_bytes;
};

static struct reading first;
static bool first_valid;

static bool reading_take(const struct init *init, struct reading *reading)
{
	reading->free_bytes = init->memory.free_bytes;
	return sys_info(ROOT_DOMAIN, &reading->account) == STATUS_OK;
}

void balance_open(const struct init *init)
{
	first_valid = reading_take(init, &first);
}

void balance_drop(void)
{
	first_valid = false;
}

/* What is in use now and was not before; less than before comes out negative. */
static int64_t more(uint64_t now, uint64_t before)
{
	return (int64_t)(now - before);
}

void balance_check(const struct init *init)
{
	struct reading now;
	int64_t pages, limit, objects, bytes;

	if (!first_valid || !reading_take(init, &now))
		return;
	pages = more(now.account.pages_used, first.account.pages_used);
	limit = more(first.account.pages_limit, now.account.pages_limit);
	objects = more(now.account.objects_used, first.account.objects_used) +
		  more(first.account.objects_limit, now.account.objects_limit);
	bytes = more(first.free_bytes, now.free_bytes);
	if (pages == 0 && limit == 0 && objects == 0 && bytes == 0)
		rt_log("init: memory balance zero");
	else
		rt_log("init: memory balance not zero: %ld kernel pages in use, %ld not given "
		       "back, "
		       "%ld objects, %ld bytes of memory",
			pages, limit, objects, bytes);
}
