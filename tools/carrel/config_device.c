/* SPDX-License-Identifier: MIT */
/* Disks of the machine in a configuration; see config_device.h. No state. */
#include "config_device.h"

#include <string.h>

#define DANGER "its controller " CONFIG_DANGER

bool config_device_is(const struct config_disk *disk)
{
	return disk->seen[DISK_DEVICE] || disk->seen[DISK_SERIAL] || disk->meant[DISK_DEVICE] ||
	       disk->meant[DISK_SERIAL];
}

/* Keys that make no sense for this kind of disk. */
static void unwanted(
	struct config_parse *parse, const enum disk_key *keys, unsigned count, const char *kind)
{
	const struct config_disk *disk = parse->disk;

	for (unsigned i = 0; i < count; i++)
		if (disk->seen[keys[i]])
			diag_add(parse->diag, disk->seen[keys[i]], "`%s`: expected none for %s",
				key_disk[keys[i]].name, kind);
}

static void end_file(struct config_parse *parse)
{
	static const enum disk_key keys[] = {DISK_PARTITION, DISK_UNSAFE_DMA, DISK_DEBUG_CRASH};

	unwanted(parse, keys, ARRAY_SIZE(keys), "a file");
}

static void end_device(struct config_parse *parse)
{
	static const enum disk_key keys[] = {DISK_FILE, DISK_OVERLAY};
	const struct config_disk *disk = parse->disk;

	unwanted(parse, keys, ARRAY_SIZE(keys), "a disk of the machine");
	if (disk->seen[DISK_DEVICE] && disk->seen[DISK_SERIAL])
		diag_add(parse->diag, disk->seen[DISK_SERIAL],
			"`serial`: expected none beside `device`, on line %u",
			disk->seen[DISK_DEVICE]);
	if (!disk->unsafe_dma && !disk->meant[DISK_UNSAFE_DMA])
		diag_add(parse->diag, disk->line,
			"[disk %s] is a disk of the machine: " DANGER
			": expected `unsafe-dma = yes` if it may",
			disk->name);
}

void config_device_end(struct config_parse *parse)
{
	if (config_device_is(parse->disk))
		end_device(parse);
	else
		end_file(parse);
}

/* --- who shares --- */

static bool same_text(const char *a, const char *b)
{
	return a && b && strcmp(a, b) == 0;
}

static bool same_disk(const struct config_disk *a, const struct config_disk *b)
{
	if (a->serial || b->serial)
		return same_text(a->serial, b->serial);
	return a->device == b->device;
}

/* A whole disk overlaps each of its partitions. */
static bool overlap(const struct config_disk *a, const struct config_disk *b)
{
	if (!config_device_is(a) || !config_device_is(b) || (a->readonly && b->readonly))
		return false;
	if (a == b)
		return true;
	return same_disk(a, b) &&
	       (!a->partition || !b->partition || same_text(a->partition, b->partition));
}

/* Every `disk` of every guest, one after the other. */
struct use {
	const struct config_vm *vm;
	const struct config_vm_disk *disk;
};

static unsigned collect(const struct config *config, struct use *uses)
{
	unsigned count = 0;

	for (unsigned i = 0; i < config->vms; i++)
		for (unsigned k = 0; k < config->vm[i].disks; k++)
			if (config->vm[i].disk[k].disk &&
				config_device_is(config->vm[i].disk[k].disk))
				uses[count++] =
					(struct use){&config->vm[i], &config->vm[i].disk[k]};
	return count;
}

static void check_use(const struct use *uses, unsigned index, struct diag *diag)
{
	const struct use *use = &uses[index];

	for (unsigned i = 0; i < index; i++) {
		if (!overlap(uses[i].disk->disk, use->disk->disk))
			continue;
		diag_add(diag, use->disk->line,
			"`disk`: %s is `%s` of [vm %s] too, and one of them may write: expected "
			"`readonly = yes` in both, or another disk",
			use->disk->name, uses[i].disk->name, uses[i].vm->name);
		return;
	}
}

void config_device_check(const struct config *config, struct diag *diag)
{
	struct use uses[CONFIG_VMS * PLAN_DISKS];
	unsigned count = collect(config, uses);

	for (unsigned i = 1; i < count; i++)
		check_use(uses, i, diag);
	if (count > CONFIG_DEVICES)
		diag_add(diag, uses[CONFIG_DEVICES].disk->line,
			"`disk`: expected at most %u disks of the machine in all guests",
			CONFIG_DEVICES);
}

void config_device_warn(const struct config *config, struct diag *warnings)
{
	for (unsigned i = 0; i < config->disks; i++)
		if (config->disk[i].unsafe_dma)
			diag_add(warnings, config->disk[i].seen[DISK_UNSAFE_DMA],
				"warning: `unsafe-dma` of [disk %s]: " DANGER,
				config->disk[i].name);
}
