/* SPDX-License-Identifier: MIT */
/* One run of the machine; see session.h. */
#include "session.h"
#include "alloc.h"
#include "process.h"
#include "signals.h"
#include "terminal.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define POLL_MS 100
#define PANIC_GRACE 2.0 /* seconds: for what follows the kernel's last word */
#define DONE_GRACE 5.0  /* for the machine to switch itself off */

static void end_machine(struct session *session, enum machine_end how, double grace)
{
	if (session->end_by != 0)
		return;
	session->summary->machine = how;
	session->end_by = progress_now() + grace;
}

/* --- what the ports say --- */

static void begin_console(struct session *session)
{
	if (session->console_spoke)
		return;
	session->console_spoke = true;
	progress_end(&session->progress);
	if (!session->headless)
		terminal_raw();
}

/* UEFI firmware and GRUB talk on all ports, and wipe the screen doing so. */
static void take_com1(struct session *session, const char *data, size_t size)
{
	log_write(&session->logs.com1, data, size);
	if (session->machine.uefi && !session->kernel_spoke)
		return;
	begin_console(session);
	feed_output(&session->feed, data, size, progress_now());
	if (session->headless)
		return;
	fwrite(data, 1, size, stdout);
	fflush(stdout);
}

static void handle_tap(void *state, const struct tap_event *event)
{
	struct session *session = state;
	unsigned guest = event->channel - session->first_vm;

	if (event->type == TAP_DONE) {
		session->done = true;
		end_machine(session, MACHINE_STOPPED, DONE_GRACE);
		return;
	}
	if (event->channel < session->first_vm || guest >= session->summary->guests)
		return;
	struct summary_guest *about = &session->summary->guest[guest];
	session->tap_spoke = true;
	session->guest_spoke = session->guest_spoke || event->type == TAP_OUTPUT;
	if (event->type == TAP_OUTPUT)
		log_write(&session->logs.console[guest], event->data, event->length);
	if (event->type == TAP_DIAG)
		logs_monitor(&session->logs, guest, about->name, event->data, event->length);
	if (event->type == TAP_END) {
		struct tap_end end = tap_read_end(event);
		summary_note_end(about, &end);
	}
	if (event->type == TAP_ACTIVITY) {
		struct tap_activity activity = tap_read_activity(event);
		watch_take(&session->watch, guest, &activity);
	}
}

static void take_com2(struct session *session, const char *data, size_t size)
{
	tap_feed(&session->tap, data, size, handle_tap, session);
}

/* Last words of a machine that has failed: after them nothing comes. */
static const struct {
	const char *text;
	enum machine_end end;
} last_words[] = {
	{"PANIC", MACHINE_PANIC},
	{"nothing is started", MACHINE_REFUSED},
};

/* Counts more than any other way of ending. */
static void note_last_words(struct session *session)
{
	for (size_t i = 0; i < sizeof(last_words) / sizeof(last_words[0]); i++) {
		if (session->summary->machine == last_words[i].end ||
			!strstr(session->line, last_words[i].text))
			continue;
		session->summary->machine = last_words[i].end;
		session->end_by = progress_now() + PANIC_GRACE;
	}
}

/* Keeps the last line of the kernel's log, for the progress line and to see the
 * machine's last words in it. */
static void take_com3(struct session *session, const char *data, size_t size)
{
	session->kernel_spoke = true;
	log_write(&session->logs.kernel, data, size);
	for (size_t i = 0; i < size; i++) {
		if (data[i] == '\n') {
			session->line_length = 0;
		} else if ((unsigned char)data[i] >= ' ' &&
			   session->line_length < SESSION_LINE - 1) {
			session->line[session->line_length++] = data[i];
			session->line[session->line_length] = '\0';
		}
		if (session->line_length)
			note_last_words(session);
	}
}

static void take_screen(struct session *session, const char *data, size_t size)
{
	log_write(&session->screen, data, size);
}

static void (*const takers[SESSION_PORTS])(struct session *, const char *, size_t) = {
	[SESSION_COM1] = take_com1,
	[SESSION_COM2] = take_com2,
	[SESSION_COM3] = take_com3,
	[SESSION_SCREEN] = take_screen,
};

/* Takes what the ports have to say; whether it was anything. */
static bool read_ports(struct session *session)
{
	char data[4096];
	bool any = false;

	for (unsigned i = 0; i < SESSION_PORTS; i++) {
		size_t size = port_read(&session->port[i], data, sizeof(data));
		if (size)
			takers[i](session, data, size);
		any = any || size;
	}
	return any;
}

/* --- what the guests do --- */

/* To the terminal and to status.log. */
static void say_status(struct session *session, const char *line)
{
	logs_status(&session->logs, line);
	if (!session->headless)
		printf("carrel: %s", line);
}

/* The console's own line may be unfinished: a prompt, most of the time. */
static void begin_status(const struct session *session)
{
	if (!session->headless && session->feed.line_open)
		putchar('\n');
}

static void show_guests(struct session *session)
{
	char text[WATCH_LINE];

	begin_status(session);
	for (unsigned i = 0; i < session->summary->guests; i++)
		say_status(session, watch_line(&session->watch, session->summary, i, text));
	fflush(stdout);
}

static void watch_guests(struct session *session)
{
	static const struct tap_frame question = {.magic = TAP_MAGIC, .type = TAP_ASK};
	enum watch_step step;

	/* Before the tap has spoken, firmware and GRUB listen there. */
	if (!session->tap_spoke)
		return;
	step = watch_next(&session->watch, session->summary, progress_now());
	if (step == WATCH_ASK)
		port_write(&session->port[SESSION_COM2], &question, sizeof(question));
	else if (step == WATCH_SHOW)
		show_guests(session);
}

/* Somebody typed Ctrl-] s. */
static void take_wish(struct session *session)
{
	session->feed.ask = false;
	if (session->tap_spoke) {
		watch_key(&session->watch, progress_now());
		return;
	}
	progress_end(&session->progress);
	say_status(session, "no guest has started yet\n");
	fflush(stdout);
}

/* --- the person --- */

static void read_input(struct session *session)
{
	char data[1024];
	ssize_t size = read(STDIN_FILENO, data, sizeof(data));

	if (size == 0 || (size < 0 && errno != EINTR && errno != EAGAIN))
		session->input_open = false;
	if (size > 0)
		feed_input(&session->feed, data, (size_t)size);
	if (session->feed.quit)
		end_machine(session, MACHINE_STOPPED, 0.001);
	if (session->feed.ask)
		take_wish(session);
}

/* Without guests (another root task) the kernel's first word has to do. */
static void write_input(struct session *session)
{
	bool listens = session->summary->guests ? session->guest_spoke : session->kernel_spoke;

	if (session->feed.paced && !listens)
		return;
	size_t ready = feed_ready(&session->feed, progress_now());
	if (!ready)
		return;
	size_t sent = port_write(&session->port[SESSION_COM1], session->feed.data, ready);
	if (sent)
		feed_sent(&session->feed, sent, progress_now());
}

/* --- the loop --- */

static void wait_for_news(struct session *session, int pidfd)
{
	struct pollfd fds[SESSION_PORTS + 2];
	unsigned count = 0;

	for (unsigned i = 0; i < SESSION_PORTS; i++)
		if (session->port[i].master >= 0)
			fds[count++] =
				(struct pollfd){.fd = session->port[i].master, .events = POLLIN};
	fds[count++] = (struct pollfd){.fd = pidfd, .events = POLLIN};
	fds[count++] =
		(struct pollfd){.fd = session->input_open ? STDIN_FILENO : -1, .events = POLLIN};
	if (poll(fds, count, POLL_MS) > 0 &&
		(fds[count - 1].revents & (POLLIN | POLLHUP | POLLERR)))
		read_input(session);
}

static void check_limits(struct session *session)
{
	double now = progress_now();

	if (signals_caught())
		end_machine(session, MACHINE_STOPPED, 0.001);
	if (session->timeout && now - session->progress.start >= session->timeout)
		end_machine(session, MACHINE_TIMEOUT, 0.001);
	if (session->end_by != 0 && now >= session->end_by)
		kill(-session->child, SIGKILL);
	if (!session->console_spoke)
		progress_tick(&session->progress, session->line);
}

static void stay(struct session *session, int *result)
{
	int pidfd = pidfd_open(session->child, 0);

	while (waitpid(session->child, result, WNOHANG) == 0) {
		wait_for_news(session, pidfd);
		read_ports(session);
		write_input(session);
		watch_guests(session);
		check_limits(session);
	}
	while (read_ports(session))
		; /* what was written last still waits in the terminals */
	if (pidfd >= 0)
		close(pidfd);
}

static enum status start_child(struct session *session, const struct words *words)
{
	char *path = alloc_text("%s/emulator.out", session->machine.scratch);
	FILE *out = fopen(path, "we");
	int fd = out ? fileno(out) : -1, screen = session->port[SESSION_SCREEN].slave;
	struct process_streams streams = {.in = screen,
		.out = screen >= 0 ? screen : fd,
		.error = fd,
		.own_terminal = screen >= 0,
		.directory = session->machine.scratch};

	session->child = process_start(words, &streams);
	if (out)
		fclose(out);
	free(path);
	if (session->child >= 0)
		return STATUS_OK;
	fprintf(stderr, "carrel: cannot start %s: %s\n", words->word[0], strerror(errno));
	return STATUS_NO_FEATURE;
}

enum status session_run(struct session *session, const struct words *words, int *result)
{
	session->input_open = !session->headless;
	session->feed.paced = !terminal_is_there();
	session->tap.channels = session->first_vm + session->summary->guests;
	progress_start(&session->progress, "the machine is starting");
	if (start_child(session, words) != STATUS_OK)
		return STATUS_NO_FEATURE;
	if (!session->headless)
		terminal_quiet();
	stay(session, result);
	progress_end(&session->progress);
	terminal_restore();
	return STATUS_OK;
}

/* --- opening and closing --- */

static enum status open_screen(struct session *session)
{
	struct winsize size = {.ws_row = 25, .ws_col = 80};

	if (port_open(&session->port[SESSION_SCREEN]) != STATUS_OK)
		return STATUS_NO_FEATURE;
	ioctl(session->port[SESSION_SCREEN].master, TIOCSWINSZ, &size);
	char *path = logs_path(&session->logs, "screen.log");
	session->screen.file = fopen(path, "we");
	free(path);
	return STATUS_OK;
}

enum status session_open(struct session *session)
{
	enum status status = STATUS_OK;

	for (unsigned i = 0; i < SESSION_PORTS; i++)
		session->port[i].master = session->port[i].slave = -1;
	for (unsigned i = 0; i < EMULATOR_PORTS && status == STATUS_OK; i++) {
		status = port_open(&session->port[i]);
		session->machine.port[i] = session->port[i].name;
	}
	if (status == STATUS_OK && session->emulator->screen_on_terminal)
		status = open_screen(session);
	if (status != STATUS_OK)
		fprintf(stderr, "carrel: cannot open a pseudo-terminal: %s\n", strerror(errno));
	return status;
}

void session_close(struct session *session)
{
	for (unsigned i = 0; i < SESSION_PORTS; i++)
		port_close(&session->port[i]);
	if (session->screen.file)
		fclose(session->screen.file);
	feed_free(&session->feed);
	logs_close(&session->logs);
}
