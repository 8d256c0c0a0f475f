/* SPDX-License-Identifier: MIT */
#include "window.h"

#include "assert.h"
#include "console.h"
#include "cr.h"
#include "layout.h"
#include "pool.h"
#include "ptab.h"
#include "smp.h"
#include "virt.h"

#define KERNEL_HALF 0xffff800000000000ull

extern char init_start[], text_start[], text_end[], rodata_end[], data_end[];

static hpa_t root;

/* Boot time: pages are the kernel's own, no account pays. */
static void *boot_take(struct page_source *source, unsigned use)
{
	(void)source;
	return pool_take(use);
}

static void boot_give(struct page_source *source, void *page)
{
	(void)source;
	pool_give(page);
}

static struct page_source boot_source = {boot_take, boot_give};

static void window_leaf(uint64_t va, hpa_t pa, unsigned level, unsigned attr)
{
	struct ptab_leaf leaf = {va, pa, level, attr};
	struct ptab_change change;
	enum status status;

	ptab_change_init(&change);
	status = ptab_map(&ptab_host, root, &leaf, &boot_source, &change);
	if (status != STATUS_OK)
		panic("cannot map %llx in the kernel's half: status %d", (unsigned long long)va,
			status);
	if (change.flush)
		invlpg(va);
}

static void window_range(uint64_t va, hpa_t pa, uint64_t size, unsigned level, unsigned attr)
{
	for (uint64_t done = 0; done < size; done += ptab_size(level))
		window_leaf(va + done, hpa(pa.raw + done), level, attr);
}

static void window_image(const char *start, const char *end, unsigned attr)
{
	window_range((uint64_t)start, hpa((uint64_t)start - KERNEL_BASE), (uint64_t)(end - start),
		0, attr | PTAB_GLOBAL);
}

hpa_t window_build(hpa_t pool, uint64_t pool_bytes)
{
	uint64_t *page = pool_take(POOL_TABLE);

	root = pool_hpa(page);
	window_image(init_start, text_end, MEM_R | MEM_X);
	window_image(text_end, rodata_end, MEM_R);
	window_image(rodata_end, data_end, MEM_R | MEM_W);
	window_range(POOL_BASE, pool, pool_bytes, 1, MEM_R | MEM_W | PTAB_GLOBAL);
	/* Everything lies below the root entries that the image and the pool have
	 * made: address spaces copy these two and never miss a later mapping. */
	return root;
}

void window_set(uint64_t va, hpa_t pa, unsigned attr)
{
	window_leaf(va, pa, 0, attr);
	invlpg(va);
}

void *window_map(uint64_t va, hpa_t pa, uint64_t size, unsigned attr)
{
	uint64_t offset = pa.raw & PAGE_MASK;

	window_range(va, hpa(pa.raw - offset), PAGE_ALIGN_UP(offset + size), 0, attr | PTAB_GLOBAL);
	return (void *)(va + offset);
}

/* On each CPU. */
static void window_forget_boot(void *unused UNUSED)
{
	for (char *page = init_start; page < text_start; page += PAGE_SIZE)
		invlpg((uint64_t)page);
}

static void window_unmap_boot(void)
{
	struct ptab_change change;
	uint64_t span;

	ptab_change_init(&change);
	for (uint64_t va = (uint64_t)init_start; va < (uint64_t)text_start; va += span)
		if (ptab_unmap(&ptab_host, root, va, (uint64_t)text_start - va, &boot_source,
			    &change, &span) != STATUS_OK)
			panic("cannot unmap what only boot needs");
	smp_lock();
	smp_run(~0u, window_forget_boot, NULL);
	smp_unlock();
}

uint64_t window_audit(uint64_t *bad)
{
	uint64_t va = KERNEL_HALF, leaves = 0;
	struct ptab_leaf leaf;

	*bad = 0;
	while (ptab_next(&ptab_host, root, &va, &leaf)) {
		bool wx = (leaf.attr & (MEM_W | MEM_X)) == (MEM_W | MEM_X);

		if ((wx || leaf.attr & PTAB_USER) && !*bad)
			*bad = leaf.va;
		leaves++;
	}
	return leaves;
}

void window_end_boot(struct regs *first)
{
	uint64_t bad, leaves;

	window_unmap_boot();
	leaves = window_audit(&bad);
	if (bad)
		panic("audit: the page at %llx is writable and executable, or ring 3's",
			(unsigned long long)bad);
	kprintf("audit: %llu kernel mappings, none writable and executable, none of ring 3\n",
		(unsigned long long)leaves);
	resume(first);
}
