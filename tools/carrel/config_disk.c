/* SPDX-License-Identifier: MIT */
/* Disks in a configuration; see config_disk.h. No state. */
#include "config_disk.h"
#include "alloc.h"
#include "config_device.h"
#include "near.h"
#include "value.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void config_disk_free(struct config_disk *disk)
{
	free(disk->file.path);
	free(disk->serial);
	free(disk->partition);
}

static const struct config_disk *find(const struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->disks; i++)
		if (strcmp(config->disk[i].name, name) == 0)
			return &config->disk[i];
	return NULL;
}

static bool check_name(struct config_parse *parse, unsigned line, const char *name)
{
	const struct config_disk *other = find(parse->config, name);

	if (*name == '\0')
		diag_add(parse->diag, line, "[disk] has no name: expected [disk NAME]");
	else if (!value_is_name(name))
		diag_add(parse->diag, line,
			"[disk %s]: expected a name of 1 to %u letters, digits, `-`, `_` and `.`, "
			"beginning with a letter or digit",
			name, PLAN_NAME - 1);
	else if (other)
		diag_add(parse->diag, line,
			"[disk %s] is given twice: expected it once, on line %u", name,
			other->line);
	else if (parse->config->disks == CONFIG_DISKS)
		diag_add(parse->diag, line, "[disk %s]: expected at most %u disks", name,
			CONFIG_DISKS);
	else
		return true;
	return false;
}

/* One whose name is wrong is read all the same, for the errors in it. */
void config_disk_begin(struct config_parse *parse, unsigned line, const char *name)
{
	struct config *config = parse->config;
	bool good = check_name(parse, line, name);

	config_disk_free(&parse->spare_disk);
	parse->disk = good ? &config->disk[config->disks++] : &parse->spare_disk;
	*parse->disk = (struct config_disk){.line = line};
	strncpy(parse->disk->name, name, PLAN_NAME - 1);
}

static enum disk_key key_at(const char *name)
{
	unsigned i = 0;

	while (i < DISK_KEY_COUNT && strcmp(key_disk[i].name, name) != 0)
		i++;
	return (enum disk_key)i;
}

static void unknown_key(struct config_parse *parse, const struct ini_item *item)
{
	const char *names[DISK_KEY_COUNT];

	for (unsigned i = 0; i < DISK_KEY_COUNT; i++)
		names[i] = key_disk[i].name;
	const char *near = near_word(item->name, names, DISK_KEY_COUNT);
	if (near)
		parse->disk->meant[key_at(near)] = true;
	if (near)
		diag_add(parse->diag, item->line,
			"unknown key `%s` in [disk %s]: did you mean `%s`?", item->name,
			parse->disk->name, near);
	else
		diag_add(parse->diag, item->line,
			"unknown key `%s` in [disk %s]: expected one of `file`, `device`, "
			"`serial`, `partition`, `readonly`, `overlay`, `unsafe-dma`",
			item->name, parse->disk->name);
}

static void expected(struct config_parse *parse, const struct ini_item *item, enum disk_key key)
{
	diag_add(parse->diag, item->line, "`%s`: expected %s, got %s%s%s", item->name,
		key_disk[key].expected, *item->value ? "`" : "",
		*item->value ? item->value : "nothing", *item->value ? "`" : "");
}

static void set_file(struct config_parse *parse, const struct ini_item *item)
{
	struct config_file *file = &parse->disk->file;
	const char *problem;

	if (*item->value == '\0') {
		expected(parse, item, DISK_FILE);
		return;
	}
	char *path = file_beside(parse->config->path, item->value);
	file->line = item->line;
	if (file_look(path, &file->facts, &problem) != STATUS_OK)
		diag_add(parse->diag, item->line, "`file`: cannot use the file %s: %s", path,
			problem);
	else
		file->path = path;
	if (!file->path)
		free(path);
}

static bool set_number(const char *value, unsigned least, unsigned most, unsigned *number)
{
	uint64_t n;

	if (value_number(value, &n) != STATUS_OK || n < least || n > most)
		return false;
	*number = (unsigned)n;
	return true;
}

static bool set_text(char **text, const char *value)
{
	*text = alloc_text("%s", value);
	return *value != '\0';
}

/* Takes the value; false: it is not what was expected. A file says itself what is wrong. */
static bool set_key(struct config_parse *parse, enum disk_key key, const struct ini_item *item)
{
	struct config_disk *disk = parse->disk;
	const char *value = item->value;

	switch (key) {
	case DISK_FILE:
		set_file(parse, item);
		return true;
	case DISK_DEVICE:
		return set_number(value, 0, CONFIG_DEVICE_MAX, &disk->device);
	case DISK_SERIAL:
		return set_text(&disk->serial, value);
	case DISK_PARTITION:
		return set_text(&disk->partition, value);
	case DISK_READONLY:
		return value_yes_no(value, &disk->readonly) == STATUS_OK;
	case DISK_UNSAFE_DMA:
		return value_yes_no(value, &disk->unsafe_dma) == STATUS_OK;
	case DISK_DEBUG_CRASH:
		return set_number(value, 1, CONFIG_CRASH_MAX, &disk->debug_crash);
	default:
		disk->overlay = true;
		return strcmp(value, "memory") == 0;
	}
}

void config_disk_pair(struct config_parse *parse, const struct ini_item *item)
{
	struct config_disk *disk = parse->disk;
	enum disk_key key = key_at(item->name);

	if (key == DISK_KEY_COUNT) {
		unknown_key(parse, item);
		return;
	}
	if (disk->seen[key]) {
		diag_add(parse->diag, item->line,
			"`%s` is given twice: expected it once, on line %u", item->name,
			disk->seen[key]);
		return;
	}
	disk->seen[key] = item->line;
	if (set_key(parse, key, item))
		return;
	disk->meant[key] = true;
	expected(parse, item, key);
}

/* What a guest writes must not seem to be kept. */
void config_disk_end(struct config_parse *parse)
{
	struct config_disk *disk = parse->disk;

	bool device = config_device_is(disk);

	config_device_end(parse);
	if (!device && !disk->seen[DISK_FILE] && !disk->meant[DISK_FILE])
		diag_add(parse->diag, disk->line,
			"[disk %s] has no `file`: expected that, or a `device` or `serial`",
			disk->name);
	if (disk->readonly && disk->overlay)
		diag_add(parse->diag, disk->seen[DISK_OVERLAY],
			"`overlay`: expected none for a disk with `readonly = yes`");
	else if (!device && !disk->overlay && !disk->readonly && !disk->meant[DISK_OVERLAY] &&
		 !disk->meant[DISK_READONLY])
		diag_add(parse->diag, disk->line,
			"[disk %s]: expected `readonly = yes` or `overlay = memory`: nothing is "
			"written back to a file",
			disk->name);
	if (disk->overlay && disk->file.path && disk->file.facts.size > CONFIG_OVERLAY_MAX)
		diag_add(parse->diag, disk->seen[DISK_OVERLAY],
			"`overlay`: expected a file of at most %" PRIu64 "M, got %" PRIu64 "M",
			(uint64_t)CONFIG_OVERLAY_MAX >> 20, (disk->file.facts.size >> 20) + 1);
	parse->disk = NULL;
}

void config_disk_take(struct config_parse *parse, unsigned line, const char *value)
{
	struct config_vm *vm = parse->vm;

	if (vm->disks == PLAN_DISKS) {
		diag_add(parse->diag, line, "`disk`: expected at most %u of them", PLAN_DISKS);
		return;
	}
	vm->disk[vm->disks++] =
		(struct config_vm_disk){.name = alloc_text("%s", value), .line = line};
}

static const char *near_disk(const struct config *config, const char *name)
{
	const char *names[CONFIG_DISKS];

	for (unsigned i = 0; i < config->disks; i++)
		names[i] = config->disk[i].name;
	return near_word(name, names, config->disks);
}

static void resolve(const struct config *config, struct config_vm_disk *use, struct diag *diag)
{
	const char *near = near_disk(config, use->name);

	use->disk = find(config, use->name);
	if (!use->disk)
		diag_add(diag, use->line,
			near ? "`disk`: there is no [disk %s]: did you mean `%s`?"
			     : "`disk`: there is no [disk %s]",
			use->name, near);
}

/* All overlays of a guest are in the one monitor's memory. */
static void check_overlays(const struct config_vm *vm, struct diag *diag)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < vm->disks; i++)
		if (vm->disk[i].disk && vm->disk[i].disk->overlay)
			sum += vm->disk[i].disk->file.facts.size;
	if (vm->disks > 1 && sum > CONFIG_OVERLAY_MAX)
		diag_add(diag, vm->disk[vm->disks - 1].line,
			"`disk`: expected at most %" PRIu64 "M in all disks with an overlay, got "
			"%" PRIu64 "M",
			(uint64_t)CONFIG_OVERLAY_MAX >> 20, (sum >> 20) + 1);
}

void config_disk_resolve(struct config *config, struct diag *diag)
{
	for (unsigned i = 0; i < config->vms; i++) {
		struct config_vm *vm = &config->vm[i];

		for (unsigned k = 0; k < vm->disks; k++)
			resolve(config, &vm->disk[k], diag);
		check_overlays(vm, diag);
	}
	config_device_check(config, diag);
}
