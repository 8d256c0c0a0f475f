/* SPDX-License-Identifier: MIT */
/*
 * Creates and destroys the domain of a component, in named steps. State:
 * init->component[]; main thread only.
 *
 * A component's private memory, as pages of one region in this order:
 *   start info (2) | stack (START_STACK_PAGES) | image | heap
 */
#include "init/component.h"
#include "abi/start.h"
#include "init/dma.h"
#include "init/elf.h"
#include "init/event.h"
#include "init/grant.h"
#include "init/info.h"
#include "init/init.h"
#include "init/link.h"
#include "init/module.h"
#include "init/program.h"
#include "init/rights.h"
#include "lib/addr.h"
#include "rt/format.h"
#include "rt/log.h"
#include "rt/string.h"
#include "rt/syscall.h"

#define INFO_PAGES 2u
#define STACK_OFFSET (INFO_PAGES * PAGE_SIZE)
#define STACK_SIZE (START_STACK_PAGES * PAGE_SIZE)
#define IMAGE_OFFSET (STACK_OFFSET + STACK_SIZE)
#define MIB (1ul << 20)

/* One creation under way. */
struct build {
	struct init *init;
	uint32_t index;
	const struct plan_component *plan;
	struct component *component;
	uint64_t domain; /* slot */
	struct elf_image image;
	uint32_t modules;
	const struct boot_module *module[START_MODULES];
	struct component_problem *problem;
};

/* Of the creation under way; two pages are too much for the stack. */
static struct start_info info;

static uint64_t slot_of(const struct build *build, enum component_slot slot)
{
	return component_slot(build->index, slot);
}

/* Notes that plan module `index` cannot be used, and why. */
static enum status file_refuse(struct build *build, uint32_t index, const char *why)
{
	const struct plan *plan = &build->init->plan;

	build->problem->code = KILL_NO_MODULE;
	rt_snprintf(build->problem->text, PROBLEM_TEXT, "module \"%s\" %s",
		plan_text(plan, plan->module[index].name), why);
	return STATUS_BAD_ARG;
}

static enum status step_files(struct build *build)
{
	struct init *init = build->init;
	uint32_t list[START_MODULES];
	const char *why;

	if (!program_check(init, build->plan->image, &build->image, &why))
		return file_refuse(build, build->plan->image, why);
	build->modules = module_list(build->plan, list);
	for (uint32_t i = 0; i < build->modules; i++) {
		build->module[i] = module_find(init->boot, &init->plan, list[i], &why);
		if (build->module[i] == NULL)
			return file_refuse(build, list[i], why);
	}
	return STATUS_OK;
}

static enum status step_info(struct build *build)
{
	struct init *init = build->init;

	enum status status = info_build(&init->plan, build->index, init->boot,
		&build->component->place, build->module, build->modules, &info);

	if (status == STATUS_OK)
		dma_inform(init, build->index, &info);
	return status;
}

static enum status memory_refuse(struct build *build, uint64_t wanted, uint64_t free_bytes)
{
	build->problem->code = KILL_NO_MEMORY;
	rt_snprintf(build->problem->text, PROBLEM_TEXT,
		"not enough memory: %lu MiB wanted, %lu MiB free", (wanted + MIB - 1) / MIB,
		free_bytes / MIB);
	return STATUS_NO_MEMORY;
}

static enum status step_memory(struct build *build)
{
	struct memory *memory = &build->init->memory;
	uint64_t free_bytes = memory->free_bytes;
	uint64_t heap = build->plan->heap_pages * PAGE_SIZE;
	uint64_t private = IMAGE_OFFSET + build->image.pages * PAGE_SIZE + heap;
	uint64_t guest = build->plan->guest_pages * PAGE_SIZE;

	if (memory_alloc(memory, private, &build->component->private) != STATUS_OK)
		return memory_refuse(build, private + guest, free_bytes);
	if (guest != 0 && memory_alloc(memory, guest, &build->component->guest) != STATUS_OK)
		return memory_refuse(build, private + guest, free_bytes);
	return STATUS_OK;
}

static enum status step_domain(struct build *build)
{
	enum status status =
		sys_create_domain(ROOT_DOMAIN, build->domain, build->plan->account_pages, 0);

	if (status != STATUS_NO_MEMORY)
		return status;
	build->problem->code = KILL_NO_MEMORY;
	rt_snprintf(build->problem->text, PROBLEM_TEXT,
		"not enough kernel memory for an account of %u pages", build->plan->account_pages);
	return status;
}

static enum status step_fill(struct build *build)
{
	const struct memory_region *private = &build->component->private;
	uint8_t *memory = (uint8_t *)WINDOW_MEMORY;
	enum status status = window_open(WINDOW_MEMORY, private, MEM_R | MEM_W);

	if (status == STATUS_OK) {
		memset(memory, 0, private->size);
		memcpy(memory, &info, sizeof(info));
		status = program_copy(
			build->init, build->plan->image, &build->image, memory + IMAGE_OFFSET);
	}
	window_close(WINDOW_MEMORY, private->size);
	if (status == STATUS_OK && build->component->guest.size != 0)
		status = region_zero(&build->component->guest);
	return status;
}

static enum status image_map(const struct build *build)
{
	uint64_t offset = IMAGE_OFFSET;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < build->image.segments && status == STATUS_OK; i++) {
		const struct elf_segment *segment = &build->image.segment[i];

		status = grant_region(build->domain, &build->component->private, offset,
			segment->memory_size, segment->address, segment->rights);
		offset += segment->memory_size;
	}
	return status;
}

static enum status step_map(struct build *build)
{
	const struct memory_region *private = &build->component->private;
	uint64_t heap_offset = IMAGE_OFFSET + build->image.pages * PAGE_SIZE;
	enum status status =
		grant_region(build->domain, private, 0, STACK_OFFSET, START_INFO_ADDR, MEM_R);

	if (status == STATUS_OK)
		status = grant_region(build->domain, private, STACK_OFFSET, STACK_SIZE,
			START_STACK_TOP - STACK_SIZE, MEM_R | MEM_W);
	if (status == STATUS_OK)
		status = image_map(build);
	if (status == STATUS_OK)
		status = grant_region(build->domain, private, heap_offset,
			private->size - heap_offset, START_HEAP_ADDR, MEM_R | MEM_W);
	if (status == STATUS_OK)
		status = link_map(build->init, build->index);
	if (status == STATUS_OK)
		status = dma_map(build->init, build->index);
	return status;
}

static enum status step_guest(struct build *build)
{
	const struct memory_region *guest = &build->component->guest;
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < build->modules && status == STATUS_OK; i++)
		status = grant_memory(build->domain, build->module[i]->base,
			PAGE_ALIGN_UP(build->module[i]->size), info.module[i].address, MEM_R);
	if (status == STATUS_OK && guest->size != 0)
		status = grant_region(
			build->domain, guest, 0, guest->size, START_GUEST_ADDR, MEM_R | MEM_W);
	return status;
}

static enum status step_rights(struct build *build)
{
	return rights_grant(build->init, build->index);
}

static enum status step_objects(struct build *build)
{
	uint32_t cpu = build->component->place.cpu[0];
	enum status status =
		sys_create_notification(build->domain, slot_of(build, SLOT_NOTIFICATION), cpu);

	if (status == STATUS_OK)
		status = event_create_portals(build->index, cpu);
	if (status == STATUS_OK)
		status = sys_create_thread(build->domain, slot_of(build, SLOT_THREAD), cpu,
			(uint32_t)slot_of(build, SLOT_FAULT_PORTAL), START_UTCB_ADDR,
			build->image.entry, START_STACK_TOP);
	return status;
}

static enum status step_caps(struct build *build)
{
	const struct {
		uint64_t from, to, rights;
	} cap[] = {
		{build->domain, START_SLOT_DOMAIN, RIGHT_USE | RIGHT_MODIFY},
		{slot_of(build, SLOT_THREAD), START_SLOT_THREAD, RIGHT_USE | RIGHT_MODIFY},
		{slot_of(build, SLOT_NOTIFICATION), START_SLOT_NOTIFICATION,
			RIGHT_USE | RIGHT_WAIT},
		{slot_of(build, SLOT_INIT_PORTAL), START_SLOT_INIT, RIGHT_USE},
		{slot_of(build, SLOT_FAULT_PORTAL), START_SLOT_FAULT, RIGHT_USE},
		{ROOT_LOG, START_SLOT_LOG, (build->plan->flags & PLAN_LOG) != 0 ? RIGHT_USE : 0},
	};
	enum status status = STATUS_OK;

	for (uint32_t i = 0; i < ARRAY_SIZE(cap) && status == STATUS_OK; i++)
		status = grant_cap(build->domain, cap[i].from, cap[i].to, cap[i].rights);
	if (status == STATUS_OK)
		status = link_connect(build->init, build->index);
	return status;
}

/* From here on it runs. */
static enum status step_start(struct build *build)
{
	return sys_create_sc(build->domain, slot_of(build, SLOT_SC), slot_of(build, SLOT_THREAD),
		build->plan->priority, build->plan->budget_us, build->plan->period_us);
}

static const struct {
	const char *what;
	enum status (*run)(struct build *build);
} steps[] = {
	{"finding its files", step_files},
	{"writing its start information", step_info},
	{"taking memory", step_memory},
	{"creating its domain", step_domain},
	{"filling its memory", step_fill},
	{"mapping its memory", step_map},
	{"mapping guest memory and modules", step_guest},
	{"granting hardware", step_rights},
	{"creating its objects", step_objects},
	{"granting capabilities", step_caps},
	{"starting its thread", step_start},
};

/* For steps that fail without a text of their own. */
static void step_refuse(struct build *build, const char *what, enum status status)
{
	struct component_problem *problem = build->problem;

	if (problem->text[0] != 0)
		return;
	problem->code = KILL_NO_MEMORY;
	if (status == STATUS_NO_MEMORY)
		rt_snprintf(problem->text, PROBLEM_TEXT,
			"its account of %u pages of kernel memory is too small (%s)",
			build->plan->account_pages, what);
	else
		rt_snprintf(problem->text, PROBLEM_TEXT, "%s failed (status %u)", what, status);
}

bool component_create(struct init *init, uint32_t index, struct component_problem *problem)
{
	struct build build = {
		.init = init,
		.index = index,
		.plan = &init->plan.component[index],
		.component = &init->component[index],
		.domain = component_slot(index, SLOT_DOMAIN),
		.problem = problem,
	};

	*problem = (struct component_problem){0};
	for (uint32_t i = 0; i < ARRAY_SIZE(steps); i++) {
		enum status status = steps[i].run(&build);

		if (status == STATUS_OK)
			continue;
		step_refuse(&build, steps[i].what, status);
		component_destroy(init, index);
		return false;
	}
	build.component->state = COMPONENT_RUNNING;
	return true;
}

void component_destroy(struct init *init, uint32_t index)
{
	struct component *component = &init->component[index];
	enum status status = sys_destroy(component_slot(index, SLOT_DOMAIN));

	component->state = COMPONENT_ABSENT;
	event_forget(index);
	/* BAD_CAP: the domain had not been created yet. */
	if (status != STATUS_OK && status != STATUS_BAD_CAP)
		rt_panic("init: %s cannot be destroyed (status %u)", component_name(init, index),
			status);
	if (memory_free(&init->memory, &component->private) != STATUS_OK ||
		memory_free(&init->memory, &component->guest) != STATUS_OK)
		rt_log("init: memory of %s is lost", component_name(init, index));
}

_Static_assert(sizeof(struct start_info) <= INFO_PAGES * PAGE_SIZE, "the info fits its pages");
