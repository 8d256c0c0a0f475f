/* SPDX-License-Identifier: MIT */
/*
 * All that a test of the kernel layer links, as one unit, so that the headers
 * that need ring 0 can be replaced: the real kernel layer and page tables, over
 * a fake machine. Freed objects are poisoned, as AddressSanitizer would do it
 * for malloc.
 */
#include "fake_cr.h"
#include "fake_time.h"

#include "arch/x86_64/ports.c"
#include "arch/x86_64/ptab.c"
#include "arch/x86_64/ptab_format.c"
#include "arch/x86_64/reserved.c"
#include "arch/x86_64/space.c"

#include "fake.c"
#include "fake_cpu.c"
#include "fake_smp.c"

#include "account.h"
static void *account_object_take(struct account *account, size_t size);
static void account_object_give(struct account *account, void *object);
#define account_object account_object_take
#define account_object_free account_object_give
#include "kernel/account.c"
#undef account_object
#undef account_object_free
#include "kernel/capspace.c"
#include "kernel/create.c"
#include "kernel/delegate.c"
#include "kernel/destroy.c"
#include "kernel/domain.c"
#include "kernel/gspace.c"
#include "kernel/ipc.c"
#include "kernel/irq.c"
#include "kernel/message.c"
#include "kernel/notification.c"
#include "kernel/object.c"
#include "kernel/portal.c"
#define log log_object
#include "kernel/root.c"
#undef log
#include "kernel/sc.c"
#include "kernel/sched.c"
#include "kernel/shared.c"
#include "kernel/syscall.c"
#include "kernel/thread.c"
#include "kernel/timeout.c"
#include "kernel/vcpu.c"
#include "kernel/main.c"

#include "layer.h"

/* Free objects of a slab can be touched, or not. */
static void slab_poison(struct slab *slab, bool poison)
{
	for (unsigned i = 0; i < slab->count; i++) {
		char *object = (char *)slab + SLAB_HEADER + i * slab->size;

		if (slab->used & BIT(i))
			continue;
		if (poison)
			fake_poison(object, slab->size);
		else
			fake_unpoison(object, slab->size);
	}
}

static struct slab *slab_of(void *object)
{
	return (struct slab *)((uintptr_t)object & ~(uintptr_t)PAGE_MASK);
}

void *account_object(struct account *account, size_t size)
{
	struct list *partial = &account->partial[slab_class(size)];
	void *object;

	if (!list_empty(partial))
		slab_poison(CONTAINER_OF(partial->next, struct slab, partial), false);
	object = account_object_take(account, size);
	if (object)
		slab_poison(slab_of(object), true);
	else if (!list_empty(partial))
		slab_poison(CONTAINER_OF(partial->next, struct slab, partial), true);
	return object;
}

void account_object_free(struct account *account, void *object)
{
	struct slab *slab = slab_of(object);
	bool last = (slab->used & (slab->used - 1)) == 0;

	if (last)
		slab_poison(slab, false);
	account_object_give(account, object);
	if (!last)
		slab_poison(slab, true);
}

struct domain *layer_root;
static void *object_table;

void layer_reset(void)
{
	if (layer_root)
		memset(layer_root, 0, sizeof(*layer_root));
	layer_root = NULL;
	memset(cpus, 0, sizeof(cpus));
	memset(owners, 0, sizeof(owners));
	memset(&reserved, 0, sizeof(reserved));
	memset(&info, 0, sizeof(info));
	memset(&object_names, 0, sizeof(object_names));
	free(object_table);
	object_table = NULL;
}

void *layer_object_table(uint32_t objects)
{
	object_table = calloc(1, kernel_table_bytes(objects));
	return object_table;
}

void layer_age_id(void)
{
	object_names.entry[object_names.free].generation = UINT32_MAX;
}

#include "check_time.c"
#include "check.c"
#include "user.c"
