/* SPDX-License-Identifier: MIT */
/* The guest's console: see console.h. */
#include "vmm/console.h"

#include "lib/string.h"
#include "rt/syscall.h"

void console_open(struct console *console, const struct start_info *info)
{
	int index = channel_find(info, CHANNEL_CONSOLE, 0);

	memset(console, 0, sizeof *console);
	console->patience = info->tsc_khz * CONSOLE_PATIENCE_MS;
	if (index < 0 || channel_open(&console->channel, info, (uint32_t)index))
		return;
	console->own_bit = info->channel[index].own_bit;
	console->open = true;
	console->activity = channel_activity(info, (uint32_t)index);
	if (console->activity) /* an earlier monitor's may be in it */
		memset(console->activity, 0, sizeof *console->activity);
}

void console_show(struct console *c, enum activity_state state, uint32_t vcpus)
{
	if (!c->activity)
		return;
	if (state == ACTIVITY_RUNNING)
		c->activity->started = tsc_read();
	c->activity->vcpus = vcpus;
	__atomic_store_n(&c->activity->state, state, __ATOMIC_RELEASE);
}

static void console_keep(struct console *c, unsigned from)
{
	unsigned left = c->fill - from;

	memmove(c->buffer, c->buffer + from, left);
	__atomic_store_n(&c->fill, left, __ATOMIC_RELAXED);
	__atomic_store_n(&c->stuck, left > CONSOLE_LINE, __ATOMIC_RELAXED);
}

void console_drop(struct console *c)
{
	c->dropped += c->fill;
	c->hopeless = true;
	console_keep(c, c->fill);
}

void console_flush(struct console *c)
{
	unsigned done;

	if (!c->fill)
		return;
	if (!c->open) {
		console_keep(c, c->fill);
		return;
	}
	done = (unsigned)channel_write(&c->channel, c->buffer, c->fill);
	c->taken += done;
	if (done == c->fill)
		c->hopeless = false;
	console_keep(c, done);
	if (c->hopeless)
		console_drop(c);
}

void console_output(void *ctx, uint8_t byte)
{
	struct console *c = ctx;

	if (c->fill == CONSOLE_BUFFER) {
		c->dropped++;
		return;
	}
	c->buffer[c->fill] = byte;
	__atomic_store_n(&c->fill, c->fill + 1, __ATOMIC_RELAXED);
	if (byte == '\n' || c->fill >= CONSOLE_LINE)
		console_flush(c);
}

bool console_pending(const struct console *c)
{
	return c->open && ring_pending(&c->channel.in);
}

void console_input(void *ctx)
{
	struct console *c = ctx;
	uint8_t bytes[UART_FIFO];
	size_t count;

	if (!console_pending(c))
		return;
	count = channel_read(&c->channel, bytes, machine_room(c->machine));
	for (size_t i = 0; i < count; i++)
		machine_receive(c->machine, bytes[i]);
}

_Static_assert(UART_FIFO <= 16, "one read fills the FIFO");
