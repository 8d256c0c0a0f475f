/* SPDX-License-Identifier: MIT */
/* Rights that a driver asks for; see ask.h. No state; main thread only. */
#include "init/ask.h"
#include "init/grant.h"
#include "init/init.h"
#include "init/rights.h"
#include "lib/addr.h"
#include "rt/syscall.h"

#define PM1_CONTROL_PORTS 2u

/* What is asked for. */
struct wish {
	uint32_t kind, flags;
	uint64_t first, count;
};

static bool touches(uint64_t first, uint64_t count, uint64_t other, uint64_t other_count)
{
	return first < other + other_count && other < first + count;
}

static bool contains(const struct plan_right *right, const struct wish *wish)
{
	return (right->flags & PLAN_RIGHT_ON_REQUEST) != 0 && right->kind == wish->kind &&
	       (wish->flags & ~(right->flags & ~PLAN_RIGHT_ON_REQUEST)) == 0 && wish->count > 0 &&
	       wish->first >= right->first && wish->first - right->first < right->count &&
	       wish->count <= right->count - (wish->first - right->first);
}

static bool is_planned(const struct init *init, uint32_t index, const struct wish *wish)
{
	const struct plan_component *component = &init->plan.component[index];

	for (uint32_t i = 0; i < component->rights; i++)
		if (contains(&init->plan.right[component->first_right + i], wish))
			return true;
	return false;
}

/* Ports that the plan gives at the start are their owners'; those of the FADT are the
 * power driver's. */
static bool ports_are_free(const struct init *init, const struct wish *wish)
{
	const uint16_t power[] = {init->boot->pm1a_control, init->boot->pm1b_control};

	for (uint32_t i = 0; i < init->plan.header->rights; i++) {
		const struct plan_right *right = &init->plan.right[i];

		if (right->kind == PLAN_RIGHT_PORT && right->flags == 0 &&
			touches(wish->first, wish->count, right->first, right->count))
			return false;
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(power); i++)
		if (power[i] != 0 && touches(wish->first, wish->count, power[i], PM1_CONTROL_PORTS))
			return false;
	return true;
}

static enum status irq_give(uint32_t index, uint32_t number, const struct wish *wish)
{
	uint64_t domain = component_slot(index, SLOT_DOMAIN),
		 slot = component_slot(index, SLOT_IRQ);
	enum status status;

	if (wish->count != 1)
		return STATUS_BAD_ARG;
	status = sys_create_irq(domain, slot, ROOT_IRQ_CONTROL, wish->first, wish->flags);
	if (status != STATUS_OK)
		return status;
	status = grant_cap(domain, slot, START_SLOT_GRANT + number, RIGHT_USE | RIGHT_WAIT);
	/* Only the name goes; the object belongs to the component. */
	if (status == STATUS_OK)
		status = grant_cap(ROOT_DOMAIN, slot, slot, 0);
	return status;
}

static enum status memory_give(
	const struct init *init, uint32_t index, uint32_t number, const struct wish *wish)
{
	uint64_t base = wish->first * PAGE_SIZE, size = wish->count * PAGE_SIZE;

	if (size > START_GRANT_SIZE)
		return STATUS_BAD_ARG;
	if (!rights_is_device(init->boot, base, size))
		return STATUS_NO_RIGHT;
	return grant_memory(component_slot(index, SLOT_DOMAIN), base, size,
		START_GRANT_ADDR + number * START_GRANT_SIZE, wish->flags);
}

enum status ask_grant(const struct init *init, const struct request *request)
{
	const struct wish wish = {(uint32_t)request->word[0], (uint32_t)(request->word[0] >> 32),
		request->word[1], request->word[2]};
	uint32_t index = request->component;

	if (!component_running(init, index) || component_is_vm(init, index))
		return STATUS_BAD_STATE;
	if (!is_planned(init, index, &wish))
		return STATUS_NO_RIGHT;
	switch (wish.kind) {
	case PLAN_RIGHT_PORT:
		if (!ports_are_free(init, &wish))
			return STATUS_NO_RIGHT;
		return grant_ports(component_slot(index, SLOT_DOMAIN), wish.first, wish.count);
	case PLAN_RIGHT_IRQ:
		return irq_give(index, request->number, &wish);
	case PLAN_RIGHT_MEMORY:
		return memory_give(init, index, request->number, &wish);
	default:
		return STATUS_NO_RIGHT;
	}
}

_Static_assert(START_SLOT_PEER + START_CHANNELS <= START_SLOT_GRANT &&
		       START_SLOT_GRANT + START_GRANTS <= START_SLOT_FREE,
	"peers and grants have slots of their own");
_Static_assert(START_GRANT_ADDR + START_GRANTS * START_GRANT_SIZE <= START_MODULE_ADDR,
	"grants end below the modules");
_Static_assert(START_GRANTS <= START_VCPUS, "note_ask() can tell them apart");
