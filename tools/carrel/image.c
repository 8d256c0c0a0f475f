/* SPDX-License-Identifier: MIT */
/*
 * A GRUB ISO; see image.h. grub-mkrescue does the work.
 *
 * What would differ from one run to the next is pinned: xorriso's dates, owners
 * and the volume's identity by its own commands, the FAT serial number of the
 * EFI partition by a wrapper around mformat that gives it one.
 */
#include "image.h"
#include "alloc.h"
#include "process.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BOOT_DIRECTORY "/boot/carrel"
#define DATE "2024010100000000" /* YYYYMMDDhhmmsscc */
#define DATE_SECONDS "1704067200"

static void print_grub_cfg(const struct bundle *bundle, FILE *out)
{
	fputs("set timeout=0\nset default=0\nmenuentry 'Carrel' {\n", out);
	bundle_print_grub(bundle, BOOT_DIRECTORY, "\t", out);
	fputs("\tboot\n}\n", out);
}

static enum status write_grub_cfg(const struct bundle *bundle, const char *path)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	print_grub_cfg(bundle, out);
	fclose(out);
	enum status status = file_write(path, text, size, 0644);
	free(text);
	return status;
}

static enum status write_mformat(const char *directory)
{
	static const char script[] = "#!/bin/sh\n"
				     "PATH=${PATH#*:}\n"
				     "exec mformat -N 43415252 \"$@\"\n";
	char *path = alloc_text("%s/mformat", directory);
	enum status status = file_write(path, script, sizeof(script) - 1, 0755);

	free(path);
	return status;
}

static enum status fill_tree(const struct bundle *bundle, const char *scratch)
{
	char *carrel = alloc_text("%s/tree" BOOT_DIRECTORY, scratch);
	char *cfg = alloc_text("%s/tree/boot/grub/grub.cfg", scratch);
	char *grub = file_directory(cfg);
	char *bin = alloc_text("%s/bin", scratch);
	enum status status = STATUS_OK;

	if (file_make_directory(carrel) != STATUS_OK || file_make_directory(grub) != STATUS_OK ||
		file_make_directory(bin) != STATUS_OK || write_grub_cfg(bundle, cfg) != STATUS_OK ||
		write_mformat(bin) != STATUS_OK) {
		fprintf(stderr, "carrel: cannot write to %s: %s\n", scratch, strerror(errno));
		status = STATUS_BAD_STATE;
	} else {
		status = bundle_copy(bundle, carrel);
	}
	free(bin);
	free(grub);
	free(cfg);
	free(carrel);
	return status;
}

/* Both, or the ISO would silently lack one: what Debian's packages bring. */
static void warn_missing_platform(void)
{
	if (access("/usr/lib/grub/i386-pc", F_OK) != 0)
		fputs("carrel: grub-pc-bin is not installed: the ISO will not boot by BIOS\n",
			stderr);
	if (access("/usr/lib/grub/x86_64-efi", F_OK) != 0)
		fputs("carrel: grub-efi-amd64-bin is not installed: the ISO will not boot by "
		      "UEFI\n",
			stderr);
}

static enum status run_mkrescue(const char *output, const char *scratch)
{
	static const char *const dates[] = {"-volume_date", "uuid", DATE, "-volume_date",
		"all_file_dates", DATE, "-volid", "CARREL", "-chown_r", "0", "/", "--", "-chgrp_r",
		"0", "/", "--"};
	struct words words = {0};
	char *log = alloc_text("%s/mkrescue.log", scratch);

	words_add(&words, "env");
	words_add(&words, "PATH=%s/bin:%s", scratch,
		getenv("PATH") ? getenv("PATH") : "/usr/bin:/bin");
	words_add(&words, "SOURCE_DATE_EPOCH=" DATE_SECONDS);
	words_add(&words, "grub-mkrescue");
	words_add(&words, "--fonts=");
	words_add(&words, "--locales=");
	words_add(&words, "--themes=");
	words_add(&words, "-o");
	words_add(&words, "%s", output);
	words_add(&words, "%s/tree", scratch);
	words_add(&words, "--");
	for (unsigned i = 0; i < ARRAY_SIZE(dates); i++)
		words_add(&words, "%s", dates[i]);
	enum status status = process_run(&words, "building the ISO", log);
	words_free(&words);
	free(log);
	return status;
}

static void remove_tree(const char *scratch)
{
	static const char *const directories[] = {
		"tree" BOOT_DIRECTORY, "tree/boot/grub", "tree/boot", "tree", "bin"};

	for (unsigned i = 0; i < ARRAY_SIZE(directories); i++) {
		char *path = alloc_text("%s/%s", scratch, directories[i]);
		file_remove_directory(path);
		free(path);
	}
	char *log = alloc_text("%s/mkrescue.log", scratch);
	unlink(log);
	free(log);
}

enum status image_make(const struct bundle *bundle, const char *output, const char *scratch)
{
	if (!process_exists("grub-mkrescue")) {
		fputs("carrel: grub-mkrescue is not installed; tools/packages.sh installs it\n",
			stderr);
		return STATUS_NO_FEATURE;
	}
	warn_missing_platform();
	enum status status = fill_tree(bundle, scratch);
	if (status == STATUS_OK)
		status = run_mkrescue(output, scratch);
	remove_tree(scratch);
	return status;
}
