/* SPDX-License-Identifier: MIT */
/* What an installation wrote; see manifest.h. No state. */
#include "manifest.h"
#include "alloc.h"
#include "files.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define HEAD "carrel manifest 1"

/* A manifest that was tampered with must not make us remove anything else. */
static bool is_ours(const char *path)
{
	static const char *const places[] = {
		"boot", "boot/carrel", "etc", "etc/grub.d", "etc/grub.d/42_carrel"};

	for (unsigned i = 0; i < ARRAY_SIZE(places); i++)
		if (strcmp(path, places[i]) == 0)
			return true;
	return strncmp(path, "boot/carrel/", 12) == 0 && path[12] && !strchr(path + 12, '/') &&
	       strcmp(path + 12, ".") != 0 && strcmp(path + 12, "..") != 0;
}

static enum status parse_line(struct manifest *manifest, char *line)
{
	bool directory = strncmp(line, "directory ", 10) == 0;
	char *rest = line + (directory ? 10 : 5);
	uint32_t crc = 0;

	if (!directory) {
		if (strncmp(line, "file ", 5) != 0 || strspn(rest, "0123456789abcdef") != 8 ||
			rest[8] != ' ')
			return STATUS_BAD_ARG;
		crc = (uint32_t)strtoul(rest, NULL, 16);
		rest += 9;
	}
	if (!is_ours(rest))
		return STATUS_BAD_ARG;
	manifest_add(manifest, directory, crc, rest);
	return STATUS_OK;
}

enum status manifest_parse(struct manifest *manifest, char *text)
{
	char *rest = NULL, *line = strtok_r(text, "\n", &rest);
	enum status status = line && strcmp(line, HEAD) == 0 ? STATUS_OK : STATUS_BAD_ARG;

	*manifest = (struct manifest){0};
	while (status == STATUS_OK && (line = strtok_r(NULL, "\n", &rest)))
		status = parse_line(manifest, line);
	if (status != STATUS_OK)
		manifest_free(manifest);
	return status;
}

void manifest_add(struct manifest *manifest, bool directory, uint32_t crc, const char *path)
{
	manifest->entry =
		alloc_more(manifest->entry, manifest->count + 1, sizeof(*manifest->entry));
	manifest->entry[manifest->count++] = (struct manifest_entry){
		.directory = directory, .crc = crc, .path = alloc_text("%s", path)};
}

void manifest_print(const struct manifest *manifest, FILE *out)
{
	fputs(HEAD "\n", out);
	for (unsigned i = 0; i < manifest->count; i++) {
		const struct manifest_entry *entry = &manifest->entry[i];
		if (entry->directory)
			fprintf(out, "directory %s\n", entry->path);
		else
			fprintf(out, "file %08" PRIx32 " %s\n", entry->crc, entry->path);
	}
}

void manifest_free(struct manifest *manifest)
{
	for (unsigned i = 0; i < manifest->count; i++)
		free(manifest->entry[i].path);
	free(manifest->entry);
	*manifest = (struct manifest){0};
}

static bool is_listed(const struct manifest *manifest, const char *path, bool any, uint32_t crc)
{
	for (unsigned i = 0; i < manifest->count; i++)
		if (!manifest->entry[i].directory && strcmp(manifest->entry[i].path, path) == 0 &&
			(any || manifest->entry[i].crc == crc))
			return true;
	return false;
}

enum manifest_state manifest_look(
	const struct manifest *manifest, const char *root, const char *path)
{
	char *full = alloc_text("%s/%s", root, path);
	enum manifest_state state = MANIFEST_FOREIGN;
	struct stat info;
	uint32_t crc;

	if (lstat(full, &info) != 0)
		state = MANIFEST_ABSENT;
	else if (is_listed(manifest, path, true, 0))
		state = S_ISREG(info.st_mode) && file_crc(full, &crc) == STATUS_OK &&
					is_listed(manifest, path, false, crc)
				? MANIFEST_OWN
				: MANIFEST_CHANGED;
	free(full);
	return state;
}
