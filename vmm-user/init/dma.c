/* SPDX-License-Identifier: MIT */
/* Memory that devices reach by themselves; see dma.h. State: init->dma[]. */
#include "init/dma.h"
#include "init/grant.h"
#include "init/init.h"
#include "init/link.h"
#include "lib/addr.h"

enum status dma_take(struct memory *memory, uint64_t size, struct memory_region *region)
{
	enum status status = memory_alloc_device(memory, size, region);

	return status == STATUS_OK ? region_zero(region) : status;
}

static uint64_t dma_bytes(const struct init *init, uint32_t index)
{
	const struct plan_component *component = &init->plan.component[index];

	for (uint32_t i = 0; i < component->rights; i++) {
		const struct plan_right *right = &init->plan.right[component->first_right + i];

		if (right->kind == PLAN_RIGHT_DMA)
			return right->count * PAGE_SIZE;
	}
	return 0;
}

enum status dma_open(struct init *init)
{
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < init->plan.header->components && status == STATUS_OK; i++)
		if (dma_bytes(init, i) != 0)
			status = dma_take(&init->memory, dma_bytes(init, i), &init->dma[i]);
	return status;
}

enum status dma_map(const struct init *init, uint32_t index)
{
	const struct memory_region *region = &init->dma[index];

	if (region->size == 0)
		return STATUS_OK;
	return grant_region(component_slot(index, SLOT_DOMAIN), region, 0, region->size,
		START_DMA_ADDR, MEM_R | MEM_W);
}

void dma_inform(const struct init *init, uint32_t index, struct start_info *info)
{
	struct link link;

	info->dma_physical = init->dma[index].chunk[0].base;
	info->dma_size = init->dma[index].size;
	for (uint32_t i = 0; i < START_CHANNELS && link_get(&init->plan, index, i, &link); i++)
		if (link_has_device(&init->plan.channel[link.channel], link.is_server))
			info->channel[i].physical = init->channel[link.channel].chunk[0].base;
}
