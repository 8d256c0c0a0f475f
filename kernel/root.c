/* SPDX-License-Identifier: MIT */
#include "root.h"

#include "abi/syscall.h"
#include "assert.h"
#include "console.h"
#include "domain.h"
#include "lib/string.h"
#include "pool.h"
#include "sched.h"
#include "thread.h"

#define ROOT_PRIORITY (PRIORITY_COUNT - 1)
#define OBJECTS_OWN 8u /* ids for the kernel's own objects */

/* Rights that are objects only so that capabilities can name them. */
static struct object memory, irq_control, log;

/* Boot cannot go on without this. */
static void root_need(enum status status, const char *what)
{
	if (status != STATUS_OK)
		panic("cannot start the root task: %s (status %d); more memory?", what, status);
}

static void root_map(struct domain *root, uint64_t va, hpa_t pa, unsigned attr)
{
	struct ptab_leaf leaf = {va, pa, 0, attr | PTAB_USER};
	struct ptab_change change;

	ptab_change_init(&change);
	root_need(space_map(&root->space, &leaf, &change), "mapping");
}

static void root_map_image(struct domain *root, const struct image *image)
{
	for (unsigned i = 0; i < image->segments; i++) {
		const struct image_segment *s = &image->segment[i];

		for (uint64_t page = 0; page < s->pages; page++)
			root_map(root, s->va + page * PAGE_SIZE, hpa(s->pa.raw + page * PAGE_SIZE),
				s->rights);
	}
}

static void root_map_own(struct domain *root, const struct boot_info *info)
{
	struct boot_info *shown = account_page(&root->account, POOL_SHARED);

	if (!shown)
		root_need(STATUS_NO_MEMORY, "boot information");
	memcpy(shown, info, sizeof(*info));
	root_map(root, BOOT_INFO_ADDR, pool_hpa(shown), MEM_R);
	for (uint64_t page = 1; page <= ROOT_STACK_PAGES; page++) {
		void *stack = account_page(&root->account, POOL_SHARED);

		if (!stack)
			root_need(STATUS_NO_MEMORY, "stack");
		root_map(root, ROOT_STACK_TOP - page * PAGE_SIZE, pool_hpa(stack), MEM_R | MEM_W);
	}
}

static void root_grant(
	struct domain *root, uint64_t slot, const struct object *object, unsigned rights)
{
	root_need(capspace_reserve(&root->caps, &root->account, slot), "capability table");
	capspace_set(&root->caps, slot, cap_make(object_ref(object), rights));
}

/* The only address space there is so far. Later ones get what SYS_DELEGATE gives. */
static void root_audit(const struct domain *root)
{
	uint64_t bad, leaves = space_audit(&root->space, &bad);

	if (bad != UINT64_MAX)
		panic("audit: the root task reaches a page of the kernel's at %llx",
			(unsigned long long)bad);
	kprintf("audit: %llu mappings of the root task, none of the kernel's pages\n",
		(unsigned long long)leaves);
}

void root_create(const struct boot_info *info, const struct image *image, uint32_t objects)
{
	struct domain *root;
	struct thread *thread;
	struct sc *sc;

	object_enter(&memory, OBJECT_MEMORY, NULL);
	object_enter(&irq_control, OBJECT_IRQ_CONTROL, NULL);
	object_enter(&log, OBJECT_LOG, NULL);
	root_need(domain_create(NULL, (uint32_t)pool_free_pages(), objects - OBJECTS_OWN, &root),
		"domain");
	root->priorities = PRIORITY_COUNT;
	root_map_image(root, image);
	root_map_own(root, info);
	root_need(space_ports_set(&root->space, 0, IO_PORTS, true), "ports");
	root_need(thread_create(root, cpu_this(), ROOT_UTCB_ADDR, image->entry, ROOT_STACK_TOP,
			  ref_none(), &thread),
		"thread");
	root_grant(root, ROOT_DOMAIN, &root->object, RIGHT_ALL & ~RIGHT_DESTROY);
	root_grant(root, ROOT_THREAD, &thread->object, RIGHT_ALL & ~RIGHT_DESTROY);
	root_grant(root, ROOT_MEMORY, &memory, RIGHT_USE);
	root_grant(root, ROOT_IRQ_CONTROL, &irq_control, RIGHT_USE);
	root_grant(root, ROOT_LOG, &log, RIGHT_USE);
	root_need(sc_create(root, thread, ROOT_PRIORITY, 0, 0, &sc), "scheduling context");
	root_audit(root);
}

_Static_assert(sizeof(struct boot_info) <= PAGE_SIZE, "the boot information is one page");
