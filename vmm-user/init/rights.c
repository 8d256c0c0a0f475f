/* SPDX-License-Identifier: MIT */
/* The rights to hardware that the plan lists for a component. No state. */
#include "init/rights.h"
#include "abi/start.h"
#include "init/grant.h"
#include "init/init.h"
#include "lib/addr.h"
#include "rt/syscall.h"

#define PM1_CONTROL_PORTS 2u /* ACPI 6.5 section 4.8.3.2.1 "PM1 Control Registers": 16 bits */

/* Where the next interrupt and the next piece of device memory go. */
struct cursor {
	uint32_t irq;
	uint64_t address;
};

static bool apart(uint64_t base, uint64_t size, uint64_t other, uint64_t other_size)
{
	return base + size <= other || other + other_size <= base;
}

bool rights_is_device(const struct boot_info *boot, uint64_t base, uint64_t size)
{
	for (uint32_t i = 0; i < boot->ranges && i < BOOT_RANGES; i++)
		if (!apart(base, size, boot->range[i].base, boot->range[i].size))
			return false;
	for (uint32_t i = 0; i < boot->modules && i < BOOT_MODULES; i++)
		if (!apart(base, size, boot->module[i].base, PAGE_ALIGN_UP(boot->module[i].size)))
			return false;
	return true;
}

static enum status irq_grant(uint32_t index, const struct plan_right *right, struct cursor *cursor)
{
	uint64_t domain = component_slot(index, SLOT_DOMAIN),
		 slot = component_slot(index, SLOT_IRQ);
	enum status status =
		sys_create_irq(domain, slot, ROOT_IRQ_CONTROL, right->first, right->flags);

	if (status != STATUS_OK)
		return status;
	status = grant_cap(domain, slot, START_SLOT_IRQ + cursor->irq, RIGHT_USE | RIGHT_WAIT);
	cursor->irq++;
	/* Only the name goes; the object belongs to the component. */
	if (status == STATUS_OK)
		status = grant_cap(ROOT_DOMAIN, slot, slot, 0);
	return status;
}

static enum status memory_grant(const struct init *init, uint32_t index,
	const struct plan_right *right, struct cursor *cursor)
{
	uint64_t base = right->first * PAGE_SIZE, size = right->count * PAGE_SIZE;
	uint64_t address = cursor->address;

	if (!rights_is_device(init->boot, base, size))
		return STATUS_NO_RIGHT;
	if (size > START_MODULE_ADDR - address)
		return STATUS_BAD_ARG;
	cursor->address += size;
	return grant_memory(component_slot(index, SLOT_DOMAIN), base, size, address, right->flags);
}

static enum status right_grant(const struct init *init, uint32_t index,
	const struct plan_right *right, struct cursor *cursor)
{
	if ((right->flags & PLAN_RIGHT_ON_REQUEST) != 0)
		return STATUS_OK; /* ask.c */
	switch (right->kind) {
	case PLAN_RIGHT_DMA:
		return STATUS_OK; /* dma.c */
	case PLAN_RIGHT_PORT:
		return grant_ports(component_slot(index, SLOT_DOMAIN), right->first, right->count);
	case PLAN_RIGHT_IRQ:
		return irq_grant(index, right, cursor);
	default:
		return memory_grant(init, index, right, cursor);
	}
}

static enum status power_grant(const struct init *init, uint32_t index)
{
	const uint16_t port[] = {init->boot->pm1a_control, init->boot->pm1b_control};
	enum status status = STATUS_OK;

	if ((init->plan.component[index].flags & PLAN_POWER) == 0)
		return STATUS_OK;
	for (uint32_t i = 0; i < ARRAY_SIZE(port) && status == STATUS_OK; i++)
		if (port[i] != 0)
			status = grant_ports(
				component_slot(index, SLOT_DOMAIN), port[i], PM1_CONTROL_PORTS);
	return status;
}

enum status rights_grant(const struct init *init, uint32_t index)
{
	const struct plan_component *component = &init->plan.component[index];
	struct cursor cursor = {.address = START_FREE_ADDR};
	enum status status = power_grant(init, index);

	for (uint32_t i = 0; i < component->rights && status == STATUS_OK; i++)
		status = right_grant(
			init, index, &init->plan.right[component->first_right + i], &cursor);
	return status;
}
