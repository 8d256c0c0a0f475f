/* SPDX-License-Identifier: MIT */
/* Watching the guests; see watch.h. All state is in the watch. */
#include "watch.h"
#include "lib/compiler.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define KIND_NAME(kind, name) [KIND_##kind] = name,
static const char *const kind_names[ACTIVITY_KINDS] = {EXIT_KINDS(KIND_NAME)};

void watch_key(struct watch *watch, double now)
{
	watch->ask_at = now;
	watch->show_by = 0;
	watch->key = true;
	watch->second = false;
}

void watch_take(struct watch *watch, unsigned guest, const struct tap_activity *activity)
{
	struct watch_guest *about = &watch->guest[guest];

	about->now = *activity;
	about->answered = true;
}

static enum watch_step ask(struct watch *watch, double now)
{
	bool shows = !watch->key || watch->second;

	for (unsigned i = 0; i < CONFIG_VMS; i++) {
		watch->guest[i].before = watch->guest[i].now;
		watch->guest[i].answered = false;
	}
	watch->show_by = shows ? now + WATCH_PATIENCE : 0;
	if (watch->key && !watch->second)
		watch->ask_at = now + WATCH_SECONDS;
	else
		watch->ask_at = watch->period > 0 ? now + watch->period : 0;
	watch->second = watch->key && !watch->second;
	watch->key = watch->second;
	return WATCH_ASK;
}

static bool all_answered(const struct watch *watch, const struct summary *summary)
{
	for (unsigned i = 0; i < summary->guests; i++)
		if (summary->guest[i].how == GUEST_RUNNING && !watch->guest[i].answered)
			return false;
	return true;
}

enum watch_step watch_next(struct watch *watch, const struct summary *summary, double now)
{
	if (watch->show_by > 0) {
		if (now < watch->show_by && !all_answered(watch, summary))
			return WATCH_NOTHING;
		watch->show_by = 0;
		return WATCH_SHOW;
	}
	if (watch->ask_at == 0 && watch->period > 0)
		watch->ask_at = now + watch->period;
	return watch->ask_at > 0 && now >= watch->ask_at ? ask(watch, now) : WATCH_NOTHING;
}

/* --- a line --- */

struct line {
	char *text;
	size_t used;
};

PRINTF(2, 3) static void add(struct line *line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int length = vsnprintf(line->text + line->used, WATCH_LINE - line->used, format, args);
	va_end(args);
	line->used += length > 0 ? (size_t)length : 0;
	if (line->used >= WATCH_LINE)
		line->used = WATCH_LINE - 1;
}

/* 1234567 as 1,234,567 */
static void add_number(struct line *line, uint64_t number)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, number);

	for (int i = 0; i < length; i++)
		add(line, "%s%c", i && (length - i) % 3 == 0 ? "," : "", digits[i]);
}

/* What happened since the answer before the last question. If the guest was started
 * again in between, or there was no other answer: since it began. A monitor that lies gets what it says. */
static uint64_t rates(const struct watch_guest *about, uint64_t rate[ACTIVITY_KINDS])
{
	static const struct tap_activity nothing;
	const struct tap_activity *now = &about->now, *before = &about->before;
	uint64_t sum = 0;

	if (before->up_us >= now->up_us)
		before = &nothing;
	double seconds = (double)(now->up_us - before->up_us) / 1e6;
	for (unsigned i = 0; i < ACTIVITY_KINDS; i++) {
		bool grew = now->exits[i] > before->exits[i];
		double count = grew ? (double)(now->exits[i] - before->exits[i]) : 0;
		rate[i] = seconds > 0 && count / seconds < 1e12
				  ? (uint64_t)(count / seconds + 0.5)
				  : 0;
		sum += rate[i];
	}
	return sum;
}

static void add_rates(struct line *line, const struct watch_guest *about)
{
	uint64_t rate[ACTIVITY_KINDS];

	add(line, "  ");
	add_number(line, rates(about, rate));
	add(line, " exits/s");
	for (unsigned shown = 0; shown < WATCH_TOP; shown++) {
		unsigned top = 0;
		for (unsigned i = 1; i < ACTIVITY_KINDS; i++)
			if (rate[i] > rate[top])
				top = i;
		if (rate[top] == 0)
			break;
		add(line, "%s%s ", shown ? ", " : ": ",
			kind_names[top] ? kind_names[top] : "other");
		add_number(line, rate[top]);
		rate[top] = 0;
	}
}

static const char *state_name(const struct tap_activity *activity)
{
	switch (activity->state) {
	case ACTIVITY_STARTING:
		return "starting";
	case ACTIVITY_RUNNING:
		return activity->asleep && activity->asleep == activity->vcpus ? "idle" : "running";
	case ACTIVITY_ENDED:
		return "ending";
	default:
		return "in no known state";
	}
}

static void add_answer(struct line *line, const struct watch_guest *about)
{
	const struct tap_activity *now = &about->now;

	add(line, "%s", state_name(now));
	if (now->state == ACTIVITY_STARTING)
		return;
	add(line, "  %" PRIu64 ".%u s", now->up_us / 1000000,
		(unsigned)(now->up_us / 100000 % 10));
	if (now->vcpus > 1)
		add(line, "  %u vCPUs, %u asleep", now->vcpus, now->asleep);
	add_rates(line, about);
}

const char *watch_line(const struct watch *watch, const struct summary *summary, unsigned guest,
	char text[WATCH_LINE])
{
	const struct summary_guest *about = &summary->guest[guest];
	struct line line = {.text = text};
	char end[SUMMARY_END_TEXT];

	add(&line, "%s  ", about->name);
	if (about->how != GUEST_RUNNING)
		add(&line, "ended: %s", summary_end_word(about->how, about->code, end));
	else if (watch->guest[guest].answered)
		add_answer(&line, &watch->guest[guest]);
	else
		add(&line, "no answer");
	if (about->restarts)
		add(&line, "  (restarted %u time%s)", about->restarts,
			about->restarts == 1 ? "" : "s");
	text[line.used < WATCH_LINE - 1 ? line.used : WATCH_LINE - 2] = '\n';
	text[line.used < WATCH_LINE - 1 ? line.used + 1 : WATCH_LINE - 1] = '\0';
	return text;
}
