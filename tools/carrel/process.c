/* SPDX-License-Identifier: MIT */
/* Other programs; see process.h. No state. */
#include "process.h"
#include "alloc.h"
#include "files.h"
#include "progress.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define TAIL_BYTES_MAX (64u << 20)

bool process_exists(const char *program)
{
	const char *path = getenv("PATH");
	bool found = false;

	for (path = path ? path : "/usr/bin:/bin"; *path && !found;) {
		size_t length = strcspn(path, ":");
		char *file = alloc_text("%.*s/%s", (int)length, path, program);
		found = access(file, X_OK) == 0;
		free(file);
		path += length + (path[length] == ':');
	}
	return found;
}

static void take_stream(int from, int to)
{
	int fd = from >= 0 ? from : open("/dev/null", to ? O_WRONLY : O_RDONLY);

	if (fd != to)
		dup2(fd, to);
	/* An inherited one may be marked to be closed. */
	fcntl(to, F_SETFD, 0);
}

static NORETURN void become(
	const struct words *words, const struct process_streams *streams, pid_t parent)
{
	if (streams->own_terminal)
		setsid();
	else
		setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(127);
	take_stream(streams->in, 0);
	take_stream(streams->out, 1);
	take_stream(streams->error, 2);
	if (streams->own_terminal)
		ioctl(0, TIOCSCTTY, 0);
	if (streams->directory && chdir(streams->directory) != 0)
		_exit(127);
	signal(SIGPIPE, SIG_DFL);
	execvp(words->word[0], words->word);
	_exit(127);
}

pid_t process_start(const struct words *words, const struct process_streams *streams)
{
	pid_t parent = getpid(), child = fork();

	if (child == 0)
		become(words, streams, parent);
	return child;
}

static enum status wait_for(pid_t child, const char *what, int *result)
{
	struct progress progress;
	pid_t ended;

	progress_start(&progress, what);
	while ((ended = waitpid(child, result, WNOHANG)) == 0) {
		usleep(20000);
		progress_tick(&progress, NULL);
		if (signals_caught())
			kill(-child, SIGKILL);
	}
	progress_end(&progress);
	return ended == child ? STATUS_OK : STATUS_BAD_STATE;
}

enum status process_run(const struct words *words, const char *what, const char *log)
{
	int fd = open(log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), result = 0;
	struct process_streams streams = {.in = -1, .out = fd, .error = fd};

	if (!process_exists(words->word[0])) {
		fprintf(stderr, "carrel: %s is not installed; tools/packages.sh installs it\n",
			words->word[0]);
		close(fd);
		return STATUS_NO_FEATURE;
	}
	pid_t child = process_start(words, &streams);
	close(fd);
	if (child < 0) {
		fprintf(stderr, "carrel: cannot start %s: %s\n", words->word[0], strerror(errno));
		return STATUS_NO_FEATURE;
	}
	if (wait_for(child, what, &result) == STATUS_OK && WIFEXITED(result) &&
		WEXITSTATUS(result) == 0)
		return STATUS_OK;
	if (signals_caught())
		return STATUS_ABORTED;
	fprintf(stderr, "carrel: %s failed: %s\n", what, words->word[0]);
	process_show_tail(log, 15);
	return STATUS_BAD_STATE;
}

/* The start of the last `lines` lines. */
static const char *find_tail(const char *text, size_t size, unsigned lines)
{
	const char *at = text + size;

	while (at > text && at[-1] == '\n')
		at--;
	while (at > text && (at[-1] != '\n' || --lines > 0))
		at--;
	return at;
}

void process_show_tail(const char *path, unsigned lines)
{
	char *text;
	size_t size;

	if (file_read(path, TAIL_BYTES_MAX, &text, &size) != STATUS_OK)
		return;
	bool at_start = true;
	for (const char *c = find_tail(text, size, lines); c < text + size; c++) {
		if (at_start && *c != '\n' && *c != '\r')
			fputs("  ", stderr);
		at_start = *c == '\n' || (at_start && *c == '\r');
		if ((unsigned char)*c >= ' ' || *c == '\n' || *c == '\t')
			fputc(*c, stderr);
	}
	if (!at_start)
		fputc('\n', stderr);
	free(text);
}
