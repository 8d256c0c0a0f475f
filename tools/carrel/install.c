/* SPDX-License-Identifier: MIT */
/*
 * Installing and removing; see install.h.
 *
 * In order: look whether all is free to be written; write a manifest that lists
 * the old files and the new; write the files; remove old ones that are no longer
 * needed; write the manifest of the new ones alone. An interruption anywhere
 * leaves a manifest that lists all that is ours.
 */
#include "install.h"
#include "alloc.h"
#include "manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define DIRECTORY "boot/carrel"
#define MANIFEST DIRECTORY "/manifest"
#define SCRIPT "etc/grub.d/42_carrel"
#define MANIFEST_MAX (1u << 20)

struct install_file {
	char *path;       /* under the root */
	const char *from; /* NULL: data */
	const void *data;
	size_t size;
	unsigned mode;
	uint32_t crc;
};

struct install {
	const char *root;
	struct install_file file[BUNDLE_MODULES + 2];
	unsigned files;
	char *script;
	size_t script_size;
	struct manifest old, now;
};

static const char script_head[] =
	"#!/bin/sh\n"
	"# Written by `carrel install`; `carrel install --remove` takes it away.\n"
	"# Run by update-grub: prints the menu entry that boots /boot/carrel.\n"
	"set -e\n"
	"\n"
	". \"${pkgdatadir:-/usr/share/grub}/grub-mkconfig_lib\"\n"
	"\n"
	"directory=/boot/carrel\n"
	"path=$(make_system_path_relative_to_its_root \"$directory\")\n"
	"device=$(${grub_probe} --target=device \"$directory\")\n"
	"\n"
	"echo \"Found Carrel in $directory\" >&2\n"
	"echo \"menuentry 'Carrel' --class carrel {\"\n"
	"prepare_grub_to_access_device \"$device\" | sed 's/^/\\t/'\n"
	"sed \"s|@PATH@|$path|\" <<'END'\n";

static void make_script(struct install *install, const struct bundle *bundle)
{
	FILE *out = open_memstream(&install->script, &install->script_size);

	fputs(script_head, out);
	bundle_print_grub(bundle, "@PATH@", "\t", out);
	fputs("}\nEND\n", out);
	fclose(out);
}

static struct install_file *add_file(
	struct install *install, const char *directory, const char *name)
{
	struct install_file *file = &install->file[install->files++];

	file->path = alloc_text("%s/%s", directory, name);
	file->mode = 0644;
	return file;
}

static void list_files(struct install *install, const struct bundle *bundle)
{
	add_file(install, DIRECTORY, BUNDLE_KERNEL)->from = bundle->kernel;
	for (unsigned i = 0; i < bundle->modules; i++) {
		const struct bundle_module *module = &bundle->module[i];
		struct install_file *file = add_file(install, DIRECTORY, module->name);
		file->from = module->path;
		file->data = module->data;
		file->size = module->size;
	}
	make_script(install, bundle);
	struct install_file *script = add_file(install, "etc/grub.d", "42_carrel");
	script->data = install->script;
	script->size = install->script_size;
	script->mode = 0755;
}

static enum status sum_files(struct install *install)
{
	for (unsigned i = 0; i < install->files; i++) {
		struct install_file *file = &install->file[i];
		if (!file->from) {
			file->crc =
				(uint32_t)crc32(crc32(0, NULL, 0), file->data, (uInt)file->size);
		} else if (file_crc(file->from, &file->crc) != STATUS_OK) {
			fprintf(stderr, "carrel: cannot read %s: %s\n", file->from,
				strerror(errno));
			return STATUS_BAD_STATE;
		}
	}
	return STATUS_OK;
}

static enum status read_manifest(const char *root, struct manifest *manifest)
{
	char *path = alloc_text("%s/" MANIFEST, root), *text;
	size_t size;
	enum status status = STATUS_OK;

	*manifest = (struct manifest){0};
	if (file_read(path, MANIFEST_MAX, &text, &size) == STATUS_OK) {
		status = manifest_parse(manifest, text);
		free(text);
	} else if (errno != ENOENT && errno != ENOTDIR) {
		status = STATUS_BAD_ARG;
	}
	if (status != STATUS_OK)
		fprintf(stderr, "carrel: %s is not a manifest that `carrel install` wrote\n", path);
	free(path);
	return status == STATUS_OK ? STATUS_OK : STATUS_IN_USE;
}

static enum status write_manifest(const char *root, const struct manifest *manifest)
{
	char *path = alloc_text("%s/" MANIFEST, root), *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	manifest_print(manifest, out);
	fclose(out);
	enum status status = file_write(path, text, size, 0644);
	if (status != STATUS_OK)
		fprintf(stderr, "carrel: cannot write %s: %s\n", path, strerror(errno));
	free(text);
	free(path);
	return status == STATUS_OK ? STATUS_OK : STATUS_BAD_STATE;
}

/* Under another root a symbolic link leads out of it, maybe to our own /boot. */
static enum status check_directory(const char *root, const char *path)
{
	char *full = alloc_text("%s/%s", root, path);
	struct stat info;
	enum status status = STATUS_OK;

	if (lstat(full, &info) == 0 && !S_ISDIR(info.st_mode) &&
		!(*root == '\0' && stat(full, &info) == 0 && S_ISDIR(info.st_mode))) {
		fprintf(stderr, "carrel: %s is no directory\n", full);
		status = STATUS_IN_USE;
	}
	free(full);
	return status;
}

static const char *const directories[] = {"boot", DIRECTORY, "etc", "etc/grub.d"};

static enum status check_free(const struct install *install)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < ARRAY_SIZE(directories); i++)
		if (check_directory(install->root, directories[i]) != STATUS_OK)
			return STATUS_IN_USE;
	for (unsigned i = 0; i < install->files; i++) {
		const char *path = install->file[i].path;
		enum manifest_state state = manifest_look(&install->old, install->root, path);
		if (state == MANIFEST_ABSENT || state == MANIFEST_OWN)
			continue;
		fprintf(stderr, "carrel: %s/%s %s; move it away first\n", install->root, path,
			state == MANIFEST_CHANGED ? "was changed since it was installed"
						  : "is there, and not from `carrel install`");
		status = STATUS_IN_USE;
	}
	return status;
}

/* Makes the directories that are not there, and notes them as our own. */
static enum status make_directories(struct install *install)
{
	for (unsigned i = 0; i < ARRAY_SIZE(directories); i++) {
		char *full = alloc_text("%s/%s", install->root, directories[i]);
		bool made = mkdir(full, 0755) == 0;
		bool failed = !made && errno != EEXIST;
		if (failed)
			fprintf(stderr, "carrel: cannot make %s: %s\n", full, strerror(errno));
		free(full);
		if (failed)
			return STATUS_BAD_STATE;
		if (made)
			manifest_add(&install->now, true, 0, directories[i]);
	}
	return STATUS_OK;
}

/* What is old and still ours: directories in any case. */
static void keep_old(struct install *install, bool files)
{
	for (unsigned i = 0; i < install->old.count; i++) {
		const struct manifest_entry *entry = &install->old.entry[i];
		if (files || entry->directory)
			manifest_add(&install->now, entry->directory, entry->crc, entry->path);
	}
}

static void list_new(struct install *install)
{
	for (unsigned i = 0; i < install->files; i++)
		manifest_add(&install->now, false, install->file[i].crc, install->file[i].path);
}

static enum status write_files(const struct install *install)
{
	for (unsigned i = 0; i < install->files; i++) {
		const struct install_file *file = &install->file[i];
		char *to = alloc_text("%s/%s", install->root, file->path);
		enum status status = file->from
					     ? file_copy(file->from, to, file->mode)
					     : file_write(to, file->data, file->size, file->mode);
		if (status != STATUS_OK)
			fprintf(stderr, "carrel: cannot write %s: %s\n", to, strerror(errno));
		free(to);
		if (status != STATUS_OK)
			return STATUS_BAD_STATE;
	}
	return STATUS_OK;
}

static bool is_wanted(const struct install *install, const char *path)
{
	for (unsigned i = 0; i < install->files; i++)
		if (strcmp(install->file[i].path, path) == 0)
			return true;
	return false;
}

static void remove_path(const char *root, const char *path, bool directory)
{
	char *full = alloc_text("%s/%s", root, path);

	if (directory)
		rmdir(full); /* fails, as it should, where others put something in */
	else
		unlink(full);
	free(full);
}

/* Removes the old files that the new plan does not have. One that was changed
 * stays, and stays listed. */
static void remove_stale(struct install *install)
{
	for (unsigned i = 0; i < install->old.count; i++) {
		const struct manifest_entry *entry = &install->old.entry[i];
		if (entry->directory || is_wanted(install, entry->path))
			continue;
		enum manifest_state state =
			manifest_look(&install->old, install->root, entry->path);
		if (state == MANIFEST_OWN)
			remove_path(install->root, entry->path, false);
		else if (state == MANIFEST_CHANGED)
			manifest_add(&install->now, false, entry->crc, entry->path);
	}
}

static enum status replace(struct install *install)
{
	enum status status = make_directories(install);

	if (status != STATUS_OK)
		return status;
	keep_old(install, true);
	list_new(install);
	status = write_manifest(install->root, &install->now);
	if (status == STATUS_OK)
		status = write_files(install);
	if (status != STATUS_OK)
		return status;
	/* Now the manifest of the new files alone, with the directories. */
	struct manifest both = install->now;
	install->now = (struct manifest){0};
	for (unsigned i = 0; i < both.count; i++)
		if (both.entry[i].directory)
			manifest_add(&install->now, true, 0, both.entry[i].path);
	manifest_free(&both);
	list_new(install);
	remove_stale(install);
	return write_manifest(install->root, &install->now);
}

enum status install_bundle(const char *root, const struct bundle *bundle)
{
	struct install *install = alloc_zero(1, sizeof(*install));

	install->root = root;
	list_files(install, bundle);
	enum status status = sum_files(install);
	if (status == STATUS_OK)
		status = read_manifest(root, &install->old);
	if (status == STATUS_OK)
		status = check_free(install);
	if (status == STATUS_OK)
		status = replace(install);
	if (status == STATUS_OK)
		fprintf(stderr, "carrel: installed in %s/" DIRECTORY "; now run update-grub%s\n",
			root, *root ? " there" : "");
	for (unsigned i = 0; i < install->files; i++)
		free(install->file[i].path);
	manifest_free(&install->old);
	manifest_free(&install->now);
	free(install->script);
	free(install);
	return status;
}

static void remove_files(const char *root, const struct manifest *manifest, struct manifest *left)
{
	for (unsigned i = 0; i < manifest->count; i++) {
		const struct manifest_entry *entry = &manifest->entry[i];
		if (entry->directory)
			continue;
		enum manifest_state state = manifest_look(manifest, root, entry->path);
		if (state == MANIFEST_OWN) {
			remove_path(root, entry->path, false);
		} else if (state == MANIFEST_CHANGED) {
			fprintf(stderr,
				"carrel: %s/%s was changed since it was installed; it stays\n",
				root, entry->path);
			manifest_add(left, false, entry->crc, entry->path);
		}
	}
}

static void remove_directories(const char *root, const struct manifest *manifest)
{
	for (unsigned d = ARRAY_SIZE(directories); d-- > 0;)
		for (unsigned i = 0; i < manifest->count; i++)
			if (manifest->entry[i].directory &&
				strcmp(manifest->entry[i].path, directories[d]) == 0)
				remove_path(root, directories[d], true);
}

enum status install_remove(const char *root)
{
	struct manifest manifest, left = {0};
	enum status status = read_manifest(root, &manifest);

	if (status != STATUS_OK)
		return status;
	if (manifest.count == 0) {
		fprintf(stderr, "carrel: nothing is installed in %s\n", root);
		return STATUS_OK;
	}
	remove_files(root, &manifest, &left);
	if (left.count == 0) {
		remove_path(root, MANIFEST, false);
		remove_directories(root, &manifest);
	} else {
		for (unsigned i = 0; i < manifest.count; i++)
			if (manifest.entry[i].directory)
				manifest_add(&left, true, 0, manifest.entry[i].path);
		status =
			write_manifest(root, &left) == STATUS_OK ? STATUS_IN_USE : STATUS_BAD_STATE;
	}
	manifest_free(&manifest);
	manifest_free(&left);
	return status;
}
