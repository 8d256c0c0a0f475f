/* SPDX-License-Identifier: MIT */
/* Files on the host: paths and contents; see files.h. No state but errno. */
#include "files.h"
#include "alloc.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

char *file_beside(const char *base, const char *path)
{
	const char *slash = strrchr(base, '/');

	if (path[0] == '/' || !slash)
		return alloc_text("%s", path);
	return alloc_text("%.*s%s", (int)(slash + 1 - base), base, path);
}

char *file_directory(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return alloc_text(".");
	return alloc_copy(path, slash == path ? 1 : (size_t)(slash - path));
}

const char *file_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static enum status read_stream(FILE *in, size_t limit, char **data, size_t *size)
{
	size_t room = 4096, used = 0;
	char *text = alloc_zero(room, 1);

	for (;;) {
		used += fread(text + used, 1, room - used - 1, in);
		if (ferror(in) || used > limit) {
			errno = ferror(in) ? errno : EFBIG;
			free(text);
			return STATUS_BAD_ARG;
		}
		if (feof(in))
			break;
		room *= 2;
		text = alloc_more(text, room, 1);
	}
	text[used] = '\0';
	*data = text;
	*size = used;
	return STATUS_OK;
}

enum status file_read(const char *path, size_t limit, char **data, size_t *size)
{
	FILE *in = fopen(path, "rb");

	if (!in)
		return STATUS_BAD_ARG;
	enum status status = read_stream(in, limit, data, size);
	int error = errno;
	fclose(in);
	errno = error;
	return status;
}

/* Gives the file that fill() writes its name only when it is complete. */
static enum status replace_file(
	const char *path, unsigned mode, bool (*fill)(FILE *, const void *), const void *source)
{
	char *temporary = alloc_text("%s.%d.new", path, (int)getpid());
	int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	FILE *out = fd < 0 ? NULL : fdopen(fd, "wb");
	bool good = out && fill(out, source) && fchmod(fd, mode) == 0 && fflush(out) == 0;

	if (out)
		good = fclose(out) == 0 && good;
	good = good && rename(temporary, path) == 0;
	int error = errno;
	if (!good && out)
		unlink(temporary);
	free(temporary);
	errno = error;
	return good ? STATUS_OK : STATUS_BAD_ARG;
}

struct span {
	const void *data;
	size_t size;
};

static bool fill_from_span(FILE *out, const void *source)
{
	const struct span *span = source;

	return fwrite(span->data, 1, span->size, out) == span->size;
}

enum status file_write(const char *path, const void *data, size_t size, unsigned mode)
{
	struct span span = {data, size};

	return replace_file(path, mode, fill_from_span, &span);
}

/* Calls use() with each part of the file. */
static bool each_part(FILE *in, bool (*use)(void *, const void *, size_t), void *state)
{
	static unsigned char part[1 << 16];
	size_t size;

	while ((size = fread(part, 1, sizeof(part), in)) > 0)
		if (!use(state, part, size))
			return false;
	return !ferror(in);
}

static bool write_part(void *out, const void *part, size_t size)
{
	return fwrite(part, 1, size, out) == size;
}

static bool fill_from_file(FILE *out, const void *source)
{
	FILE *in = fopen(source, "rb");

	if (!in)
		return false;
	bool good = each_part(in, write_part, out);
	fclose(in);
	return good;
}

enum status file_copy(const char *from, const char *to, unsigned mode)
{
	return replace_file(to, mode, fill_from_file, from);
}

enum status file_make_directory(const char *path)
{
	char *part = alloc_text("%s", path);
	enum status status = STATUS_OK;

	for (char *slash = part; slash && status == STATUS_OK;) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		if (*part && mkdir(part, 0755) != 0 && errno != EEXIST)
			status = STATUS_BAD_ARG;
		if (slash)
			*slash = '/';
	}
	free(part);
	return status;
}

void file_remove_directory(const char *path)
{
	DIR *directory = opendir(path);
	struct dirent *entry;

	if (!directory)
		return;
	while ((entry = readdir(directory)))
		unlinkat(
			dirfd(directory), entry->d_name, 0); /* "." and ".." fail, as they should */
	closedir(directory);
	rmdir(path);
}

static bool crc_part(void *crc, const void *part, size_t size)
{
	*(uLong *)crc = crc32(*(uLong *)crc, part, (uInt)size);
	return true;
}

enum status file_crc(const char *path, uint32_t *crc)
{
	FILE *in = fopen(path, "rb");
	uLong sum = crc32(0, NULL, 0);

	if (!in)
		return STATUS_BAD_ARG;
	bool good = each_part(in, crc_part, &sum);
	fclose(in);
	*crc = (uint32_t)sum;
	return good ? STATUS_OK : STATUS_BAD_ARG;
}
