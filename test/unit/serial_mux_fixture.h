/* SPDX-License-Identifier: MIT */
/* A console multiplexer whose screen and tap are read as text, for tests. */
#ifndef TEST_UNIT_SERIAL_MUX_FIXTURE_H
#define TEST_UNIT_SERIAL_MUX_FIXTURE_H

#include "drivers/serial/mux.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "drivers/serial/frame.h"

static struct mux mux;
static char seen[FIFO_SIZE + 1];

/* Takes what is on the screen since the last call. */
static inline const char *screen(void)
{
	size_t length = 0;

	while (fifo_used(&mux.screen.out) > 0)
		seen[length++] = (char)fifo_get(&mux.screen.out);
	seen[length] = 0;
	return seen;
}

/* Takes what the tap carries as text: "N0=web;" "O0=bytes;" "D" "E0=how,code,restarted;" "X;" */
static inline const char *tap(void)
{
	size_t length = 0;

	while (fifo_used(&mux.tap) > 0) {
		struct tap_frame head;
		uint8_t data[256] = {0};

		head.magic = fifo_get(&mux.tap);
		head.type = fifo_get(&mux.tap);
		head.channel = fifo_get(&mux.tap);
		head.length = fifo_get(&mux.tap);
		assert_int_equal(head.magic, TAP_MAGIC);
		for (uint32_t i = 0; i < head.length; i++)
			data[i] = fifo_get(&mux.tap);
		if (head.type == TAP_END) {
			struct tap_end end;

			assert_int_equal(head.length, sizeof(end));
			memcpy(&end, data, sizeof(end));
			length += (size_t)sprintf(seen + length, "E%u=%u,%u,%u;", head.channel,
				end.how, end.code, end.restarted);
		} else if (head.type == TAP_DONE) {
			length += (size_t)sprintf(seen + length, "X;");
		} else {
			length += (size_t)sprintf(seen + length, "%c%u=%s;", " NOD"[head.type],
				head.channel, (char *)data);
		}
	}
	seen[length] = 0;
	return seen;
}

static inline uint32_t feed(uint32_t guest, const char *text)
{
	return mux_feed(&mux, guest, (const uint8_t *)text, (uint32_t)strlen(text));
}

static inline uint32_t feed_diag(uint32_t guest, const char *text)
{
	return mux_feed_diag(&mux, guest, (const uint8_t *)text, (uint32_t)strlen(text));
}

static inline int type(uint8_t byte)
{
	uint8_t out;
	int guest = mux_key(&mux, byte, &out);

	if (guest >= 0)
		assert_int_equal(out, byte);
	return guest;
}

static inline void command(uint8_t key)
{
	assert_int_equal(type(MUX_KEY), -1);
	assert_int_equal(type(key), -1);
}

static inline void open_one(bool tap_on)
{
	mux_open(&mux, tap_on);
	assert_int_equal(mux_add(&mux, "web", true), 0);
}

static inline void open_two(bool tap_on)
{
	open_one(tap_on);
	assert_int_equal(mux_add(&mux, "vault", true), 1);
}

#endif
