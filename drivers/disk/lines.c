/* SPDX-License-Identifier: MIT */
/* Interrupt lines of controllers: see lines.h. */
#include "lines.h"
#include "controllers.h"
#include "hardware.h"
#include "rt/log.h"
#include "rt/syscall.h"

#define USELESS_MAX 1000u
#define GSI_MAX 24u

static struct line {
	uint64_t slot;
	uint32_t gsi;
	uint32_t useless; /* interrupts in a row with nothing to it */
	bool off;
} lines[LINES];

static struct source {
	struct line *line; /* NULL: none */
	bool (*take)(void *controller);
	void *controller;
	bool seen;
} sources[LINES_SOURCES];

static uint32_t line_count, source_count;

static struct line *line_get(uint32_t gsi, uint64_t flags)
{
	struct line *line = &lines[line_count];

	for (uint32_t i = 0; i < line_count; i++)
		if (lines[i].gsi == gsi)
			return &lines[i];
	if (line_count == LINES || gsi == 0 || gsi >= GSI_MAX)
		return NULL;
	*line = (struct line){.gsi = gsi};
	line->slot = hardware_line(gsi, flags, 1ull << (CONTROLLERS_BIT + line_count));
	if (line->slot == 0)
		return NULL;
	line_count++;
	return line;
}

bool lines_add(uint32_t gsi, uint64_t flags, bool (*take)(void *), void *controller)
{
	struct line *line = line_get(gsi, flags);

	sources[source_count++] =
		(struct source){.line = line, .take = take, .controller = controller};
	return line != NULL;
}

static bool sources_take(const struct line *line)
{
	bool ours = false;

	for (uint32_t i = 0; i < source_count; i++) {
		if (sources[i].line != line || !sources[i].take(sources[i].controller))
			continue;
		sources[i].seen = true;
		ours = true;
	}
	return ours;
}

static void line_interrupt(struct line *line)
{
	line->useless = sources_take(line) ? 0 : line->useless + 1;
	if (line->useless > USELESS_MAX) {
		line->off = true;
		rt_log("interrupt line in slot %lu is another device's; disks are looked at by "
		       "the clock",
			line->slot);
	} else if (sys_irq_ack(line->slot) != STATUS_OK) {
		line->off = true;
	}
}

void lines_interrupt(uint64_t bits)
{
	for (uint32_t i = 0; i < line_count; i++)
		if ((bits >> i & 1) != 0 && !lines[i].off)
			line_interrupt(&lines[i]);
}

bool lines_tell(void)
{
	for (uint32_t i = 0; i < source_count; i++)
		if (!sources[i].seen || sources[i].line->off)
			return false;
	return true;
}
