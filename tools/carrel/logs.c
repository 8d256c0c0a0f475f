/* SPDX-License-Identifier: MIT */
/* The logs of a run; see logs.h. */
#include "logs.h"
#include "alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *logs_path(const struct logs *logs, const char *name)
{
	return alloc_text("%s/%s", logs->directory, name);
}

/* Takes away what an earlier run left and this one may not write. */
static void forget(const struct logs *logs, const char *name, const char *ending)
{
	char *old = alloc_text("%s/%s%s", logs->directory, name, ending);

	unlink(old);
	free(old);
}

static enum status open_log(
	const struct logs *logs, struct log *log, const char *name, const char *ending)
{
	char *path = alloc_text("%s/%s%s", logs->directory, name, ending);
	enum status status = STATUS_OK;

	*log = (struct log){.file = fopen(path, "we")};
	if (!log->file) {
		fprintf(stderr, "carrel: cannot write %s: %s\n", path, strerror(errno));
		status = STATUS_BAD_ARG;
	}
	free(path);
	return status;
}

enum status logs_open(
	struct logs *logs, const char *directory, const char *const *names, unsigned count)
{
	*logs = (struct logs){.directory = directory};
	if (file_make_directory(directory) != STATUS_OK) {
		fprintf(stderr, "carrel: cannot make the directory %s: %s\n", directory,
			strerror(errno));
		return STATUS_BAD_ARG;
	}
	forget(logs, "status", ".log");
	enum status status = open_log(logs, &logs->kernel, "kernel", ".log");
	if (status == STATUS_OK)
		status = open_log(logs, &logs->com1, "com1", ".log");
	for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
		forget(logs, names[i], ".monitor.log");
		status = open_log(logs, &logs->console[i], names[i], ".log");
	}
	return status;
}

void log_write(struct log *log, const void *data, size_t size)
{
	const char *bytes = data;

	if (!log->file || size == 0)
		return;
	for (size_t i = 0; i < size; i++) {
		if (log->return_seen && bytes[i] != '\n')
			fputc('\r', log->file);
		log->return_seen = bytes[i] == '\r';
		if (!log->return_seen)
			fputc(bytes[i], log->file);
	}
	fflush(log->file);
}

void logs_monitor(
	struct logs *logs, unsigned guest, const char *name, const void *data, size_t size)
{
	struct log *log = &logs->monitor[guest];

	if (!log->file && open_log(logs, log, name, ".monitor.log") != STATUS_OK)
		return;
	log_write(log, data, size);
}

void logs_status(struct logs *logs, const char *line)
{
	if (!logs->status.file &&
		open_log(logs, &logs->status, "status", ".log") != STATUS_OK)
		return;
	log_write(&logs->status, line, strlen(line));
}

static void close_log(struct log *log)
{
	if (log->file)
		fclose(log->file);
	log->file = NULL;
}

void logs_close(struct logs *logs)
{
	close_log(&logs->kernel);
	close_log(&logs->com1);
	close_log(&logs->status);
	for (unsigned i = 0; i < CONFIG_VMS; i++) {
		close_log(&logs->console[i]);
		close_log(&logs->monitor[i]);
	}
}
