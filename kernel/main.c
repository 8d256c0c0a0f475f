/* SPDX-License-Identifier: MIT */
/* The start of the kernel layer: what the root task is told, and its creation. */
#include "machine.h"
#include "object.h"
#include "pool.h"
#include "root.h"
#include "sched.h"
#include "time.h"
#include "virt.h"

#include "lib/string.h"

#define OBJECTS_PER_PAGE 8u
#define OBJECTS_MAX 65535u /* ids tag guests in the TLB: 16 bits */

static struct boot_info info;

uint64_t kernel_objects(uint64_t pages)
{
	uint64_t objects = pages * OBJECTS_PER_PAGE;

	return objects < OBJECTS_MAX ? objects : OBJECTS_MAX;
}

uint64_t kernel_table_bytes(uint32_t objects)
{
	return object_table_bytes(objects);
}

static void boot_info_memory(const struct machine *machine)
{
	for (unsigned i = 0; i < machine->ram->count && info.ranges < BOOT_RANGES; i++)
		info.range[info.ranges++] = (struct boot_range){
			machine->ram->range[i].base, machine->ram->range[i].size};
	for (unsigned i = 0; i < machine->grub->modules && i < BOOT_MODULES; i++) {
		const struct multiboot2_module *from = &machine->grub->module[i];
		struct boot_module *to = &info.module[info.modules++];

		to->base = from->start;
		to->size = from->end - from->start;
		memcpy(to->name, from->cmdline, BOOT_NAME - 1);
	}
}

static void boot_info_fill(const struct machine *machine)
{
	info.magic = BOOT_INFO_MAGIC;
	info.size = sizeof(info);
	info.cpus = machine->cpus;
	info.virt = virt ? virt->id : BOOT_VIRT_NONE;
	info.tsc_deadline = machine->tsc_deadline;
	info.tsc_khz = time_khz();
	info.account_pages = pool_free_pages();
	info.ram_bytes = machine->ram_bytes;
	info.pm1a_control = machine->acpi->pm1a_control;
	info.pm1b_control = machine->acpi->pm1b_control;
	info.dsdt = machine->acpi->dsdt;
	memcpy(info.missing, machine->missing, sizeof(info.missing));
	boot_info_memory(machine);
}

struct regs *kernel_join(void)
{
	sched_init(percpu()->id);
	return percpu()->regs;
}

struct regs *kernel_start(const struct machine *machine)
{
	object_table_init(machine->object_table, machine->objects);
	sched_init(percpu()->id);
	boot_info_fill(machine);
	root_create(&info, &machine->root_image, machine->objects);
	return sched_next(cpu_this());
}
