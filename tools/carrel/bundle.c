/* SPDX-License-Identifier: MIT */
/* What GRUB loads; see bundle.h. */
#include "bundle.h"
#include "alloc.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct bundle_module *add(struct bundle *bundle, const char *name)
{
	struct bundle_module *module = &bundle->module[bundle->modules++];

	snprintf(module->name, sizeof(module->name), "%s", name);
	return module;
}

void bundle_start(struct bundle *bundle, const char *kernel, const char *args, const char *root)
{
	*bundle = (struct bundle){0};
	bundle->kernel = alloc_text("%s", kernel);
	bundle->args = alloc_text("%s", args);
	add(bundle, INIT_MODULE)->path = alloc_text("%s", root);
}

void bundle_add_plan(struct bundle *bundle, const struct plan *plan)
{
	struct bundle_module *module = add(bundle, PLAN_MODULE);

	module->data = plan->bytes;
	module->size = plan->size;
	for (unsigned i = 0; i < plan->files; i++)
		add(bundle, plan->file[i].name)->path = alloc_text("%s", plan->file[i].path);
}

enum status bundle_add_file(struct bundle *bundle, const char *path)
{
	char name[BOOT_NAME];

	if (bundle->modules == BUNDLE_MODULES)
		return STATUS_NO_MEMORY;
	snprintf(name, sizeof(name), "%s", file_name(path));
	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("-_.", *c))
			*c = '_';
	if (strcmp(name, BUNDLE_KERNEL) == 0)
		return STATUS_IN_USE;
	for (unsigned i = 0; i < bundle->modules; i++)
		if (strcmp(bundle->module[i].name, name) == 0)
			return STATUS_IN_USE;
	add(bundle, name)->path = alloc_text("%s", path);
	return STATUS_OK;
}

void bundle_free(struct bundle *bundle)
{
	free(bundle->kernel);
	free(bundle->args);
	for (unsigned i = 0; i < bundle->modules; i++)
		free(bundle->module[i].path);
	*bundle = (struct bundle){0};
}

/* One word in single quotes, in which GRUB's language knows no special
 * character but the quote itself. */
static void print_quoted(const char *word, size_t length, FILE *out)
{
	fputs(" '", out);
	for (size_t i = 0; i < length; i++) {
		if (word[i] == '\'')
			fputs("'\\''", out);
		else
			fputc(word[i], out);
	}
	fputc('\'', out);
}

/* Word by word: GRUB puts quotes around an argument that has spaces in it. */
static void print_words(const char *text, FILE *out)
{
	while (*(text += strspn(text, " \t"))) {
		size_t length = strcspn(text, " \t");
		print_quoted(text, length, out);
		text += length;
	}
}

void bundle_print_grub(
	const struct bundle *bundle, const char *directory, const char *indent, FILE *out)
{
	fprintf(out, "%sif [ \"$grub_platform\" = efi ]; then\n%s\tinsmod all_video\n%sfi\n",
		indent, indent, indent);
	fprintf(out, "%smultiboot2 %s/%s", indent, directory, BUNDLE_KERNEL);
	print_words(bundle->args, out);
	fputc('\n', out);
	/* Without --nounzip GRUB unpacks a compressed initrd, and its size and
	 * checksum are no longer those in the plan. */
	for (unsigned i = 0; i < bundle->modules; i++)
		fprintf(out, "%smodule2 --nounzip %s/%s %s\n", indent, directory,
			bundle->module[i].name, bundle->module[i].name);
	/* `multiboot2` asks for a frame buffer because the kernel can draw on one;
	 * under a BIOS the text screen does, and GRUB's own modes are a gamble. */
	fprintf(out, "%sif [ \"$grub_platform\" = pc ]; then\n%s\tset gfxpayload=text\n%sfi\n",
		indent, indent, indent);
}

static enum status copy_one(
	const char *directory, const char *name, const struct bundle_module *module)
{
	char *to = alloc_text("%s/%s", directory, name);
	enum status status = module->path ? file_copy(module->path, to, 0644)
					  : file_write(to, module->data, module->size, 0644);

	if (status != STATUS_OK)
		fprintf(stderr, "carrel: cannot write %s from %s: %s\n", to,
			module->path ? module->path : "memory", strerror(errno));
	free(to);
	return status;
}

enum status bundle_copy(const struct bundle *bundle, const char *directory)
{
	struct bundle_module kernel = {.path = bundle->kernel};
	enum status status = copy_one(directory, BUNDLE_KERNEL, &kernel);

	for (unsigned i = 0; i < bundle->modules && status == STATUS_OK; i++)
		status = copy_one(directory, bundle->module[i].name, &bundle->module[i]);
	return status;
}
