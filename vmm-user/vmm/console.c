/* SPDX-License-Identifier: MIT */
/* The guest's console: see console.h. */
#include "vmm/console.h"

#include "rt/syscall.h"
#include "lib/string.h"

void console_open(struct console *console, const struct start_info *info,
	void (*wait)(uint64_t bits, uint64_t deadline))
{
	int index = channel_find(info, CHANNEL_CONSOLE, 0);

	memset(console, 0, sizeof *console);
	console->wait = wait;
	console->patience = info->tsc_khz * CONSOLE_PATIENCE_MS;
	if (index < 0 || channel_open(&console->channel, info, (uint32_t)index))
		return;
	console->own_bit = info->channel[index].own_bit;
	console->open = true;
}

/* Returns how much the channel took before the driver lost its patience. */
static unsigned console_push(struct console *c, const uint8_t *from, unsigned size)
{
	uint64_t deadline = tsc_read() + c->patience;
	unsigned done = 0;

	for (;;) {
		unsigned now = (unsigned)channel_write(&c->channel, from + done, size - done);

		done += now;
		if (done == size)
			c->stalled = false;
		if (done == size || c->stalled)
			return done;
		if (now)
			deadline = tsc_read() + c->patience;
		c->stalled = tsc_read() >= deadline;
		if (!c->stalled)
			c->wait(c->own_bit, deadline);
	}
}

void console_flush(struct console *c)
{
	if (!c->fill)
		return;
	if (c->open)
		c->dropped += c->fill - console_push(c, c->buffer, c->fill);
	c->fill = 0;
}

void console_output(void *ctx, uint8_t byte)
{
	struct console *c = ctx;

	c->buffer[c->fill++] = byte;
	if (byte == '\n' || c->fill == CONSOLE_BUFFER)
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
