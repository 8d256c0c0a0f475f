/* SPDX-License-Identifier: MIT */
/* The files that GRUB loaded. Pure; no state. */
#include "init/module.h"
#include <stdbool.h>
#include "lib/string.h"

static bool name_matches(const struct boot_module *module, const char *name)
{
	size_t length = strlen(name);

	if (length > BOOT_NAME - 1)
		length = BOOT_NAME - 1;
	return memcmp(module->name, name, length) == 0 && module->name[length] == 0;
}

const struct boot_module *module_named(const struct boot_info *boot, const char *name)
{
	for (uint32_t i = 0; i < boot->modules && i < BOOT_MODULES; i++)
		if (name_matches(&boot->module[i], name))
			return &boot->module[i];
	return NULL;
}

const struct boot_module *module_find(
	const struct boot_info *boot, const struct plan *plan, uint32_t index, const char **problem)
{
	const struct plan_module *entry = &plan->module[index];
	const struct boot_module *module = module_named(boot, plan_text(plan, entry->name));

	*problem = "was not loaded by GRUB";
	if (module == NULL)
		return NULL;
	*problem = "is not the file that the plan was made with (its size differs)";
	return module->size == entry->size ? module : NULL;
}

uint32_t module_list(const struct plan_component *component, uint32_t list[START_MODULES])
{
	uint32_t count = 0;

	if (component->kind != PLAN_VM)
		return 0;
	if (component->kernel != PLAN_NO_MODULE)
		list[count++] = component->kernel;
	if (component->initrd != PLAN_NO_MODULE)
		list[count++] = component->initrd;
	for (uint32_t i = 0; i < component->modules && count < START_MODULES; i++)
		list[count++] = component->first_module + i;
	for (uint32_t i = 0; i < component->disks && count < START_MODULES; i++)
		if (component->disk[i].module != PLAN_NO_MODULE)
			list[count++] = component->disk[i].module;
	return count;
}
