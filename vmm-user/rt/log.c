/* SPDX-License-Identifier: MIT */
/*
 * Lines for people. State: the destination, written once at start; no locks,
 * main thread only.
 */
#include "rt/log.h"
#include "abi/plan.h"
#include "rt/channel.h"
#include "rt/format.h"
#include "rt/string.h"
#include "rt/syscall.h"

enum log_way { LOG_NOWHERE = 0, LOG_KERNEL, LOG_CHANNEL };

static struct {
	enum log_way way;
	uint64_t slot;
	char *utcb;
	char name[START_NAME];
	struct channel channel;
} destination;

void log_open_kernel(uint64_t slot, void *utcb, const char *name)
{
	destination.slot = slot;
	destination.utcb = utcb;
	string_copy(destination.name, sizeof(destination.name), name);
	destination.way = LOG_KERNEL;
}

void log_open(const struct start_info *info)
{
	int index = channel_find(info, CHANNEL_DIAG, 0);

	if ((info->flags & PLAN_LOG) != 0) {
		log_open_kernel(START_SLOT_LOG, (void *)START_UTCB_ADDR, info->name);
		return;
	}
	if (index < 0 || info->channel[index].is_server != 0)
		return;
	if (channel_open(&destination.channel, info, (uint32_t)index) == STATUS_OK)
		destination.way = LOG_CHANNEL;
}

/* `line` is NUL-terminated and has room for one more byte. */
static void log_line(char *line, size_t length)
{
	if (destination.way == LOG_KERNEL) {
		bool named = destination.name[0] != 0;
		int size = rt_snprintf(destination.utcb, LOG_LINE + START_NAME, "%s%s%s\n",
			destination.name, named ? ": " : "", line);

		/* Without a log there is nobody to tell that the log failed. */
		if (sys_log(destination.slot, (uint64_t)size) != STATUS_OK)
			destination.way = LOG_NOWHERE;
	}
	if (destination.way == LOG_CHANNEL) {
		line[length] = '\n';
		channel_write_all(&destination.channel, line, length + 1);
	}
}

static void log_vline(const char *format, va_list args)
{
	char line[LOG_LINE + 1];
	int length = rt_vsnprintf(line, LOG_LINE, format, args);

	if (length >= (int)LOG_LINE)
		length = LOG_LINE - 1;
	log_line(line, (size_t)length);
}

void rt_log(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vline(format, args);
	va_end(args);
}

void rt_panic(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vline(format, args);
	va_end(args);
	for (;;)
		__asm__ volatile("ud2");
}
