/* SPDX-License-Identifier: MIT */
/*
 * init, the root task: holds every right at start, reads the checked plan, and
 * hands each component exactly what the plan lists. State: one struct init, the
 * main thread's; the server threads of event.c have their own.
 */
#include "abi/boot.h"
#include "init/control.h"
#include "init/dma.h"
#include "init/event.h"
#include "init/grant.h"
#include "init/init.h"
#include "init/lifecycle.h"
#include "init/link.h"
#include "init/module.h"
#include "lib/addr.h"
#include "rt/format.h"
#include "rt/log.h"
#include "rt/start.h"
#include "rt/syscall.h"

#define PLAN_SIZE_MAX (1ull << 20)

static struct init init_state;

/* A run without a plan has nothing to do; the line on the console is its result. */
static NORETURN void stop(void)
{
	uint64_t bits;

	while (sys_wait(INIT_SLOT_NOTIFICATION, ~0ull, &bits) == STATUS_OK)
		;
	rt_panic("init: cannot wait");
}

static void boot_check(const struct boot_info *boot)
{
	if (boot->magic != BOOT_INFO_MAGIC || boot->size != sizeof(*boot))
		rt_panic("init: this kernel speaks another version of the boot information");
}

static void objects_create(struct init *init)
{
	struct memory_region stacks;
	enum status status = sys_create_notification(ROOT_DOMAIN, INIT_SLOT_NOTIFICATION, 0);

	if (status == STATUS_OK)
		status = memory_alloc(&init->memory, init->cpus * PAGE_SIZE, &stacks);
	if (status == STATUS_OK)
		status = event_open(init->cpus, &stacks);
	if (status != STATUS_OK)
		rt_panic("init: cannot create its own objects (status %u)", status);
}

static void memory_start(struct init *init)
{
	if (memory_open(&init->memory, init->boot->range, init->boot->ranges) != STATUS_OK)
		rt_log("init: the kernel's list of free memory makes no sense");
}

static NORETURN void plan_refuse(const struct plan *plan)
{
	char entry[24] = "";

	if (plan->entry != PLAN_NO_ENTRY)
		rt_snprintf(entry, sizeof(entry), " (entry %u)", plan->entry);
	rt_log("init: the plan is refused: %s%s; nothing is started", plan->problem, entry);
	stop();
}

static void plan_open(struct init *init)
{
	const struct boot_module *module = module_named(init->boot, PLAN_MODULE);

	if (module == NULL) {
		rt_log("init: no plan: GRUB loaded no module named \"%s\"; nothing is started",
			PLAN_MODULE);
		stop();
	}
	if (module->size == 0 || module->size > PLAN_SIZE_MAX ||
		window_open_file(WINDOW_PLAN, module->base, module->size) != STATUS_OK) {
		rt_log("init: the plan cannot be read (%lu bytes); nothing is started",
			module->size);
		stop();
	}
	if (plan_read((const void *)WINDOW_PLAN, module->size, &init->plan) != STATUS_OK)
		plan_refuse(&init->plan);
}

static void components_place(struct init *init)
{
	struct place place[PLAN_COMPONENTS];

	place_all(&init->plan, init->cpus, place);
	for (uint32_t i = 0; i < init->plan.header->components; i++)
		init->component[i].place = place[i];
}

static void channels_open(struct init *init)
{
	enum status status = link_create_all(init);

	if (status == STATUS_OK)
		status = dma_open(init);
	if (status == STATUS_OK)
		status = control_open(init);
	if (status == STATUS_OK)
		return;
	rt_log("init: not enough memory for the plan's channels; nothing is started");
	stop();
}

void component_main(const void *info)
{
	struct init *init = &init_state;
	uint64_t bits;

	init->boot = info;
	log_open_kernel(ROOT_LOG, (void *)ROOT_UTCB_ADDR, "");
	boot_check(init->boot);
	init->cpus = place_cpus(init->boot->cpus);
	memory_start(init);
	objects_create(init);
	plan_open(init);
	components_place(init);
	channels_open(init);
	lifecycle_start_all(init);
	while (sys_wait(INIT_SLOT_NOTIFICATION, ~0ull, &bits) == STATUS_OK)
		lifecycle_handle(init, bits);
	rt_panic("init: cannot wait");
}
