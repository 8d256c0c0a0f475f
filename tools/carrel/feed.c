/* SPDX-License-Identifier: MIT */
/* From standard input to the console; see feed.h. All state is in the feed. */
#include "feed.h"
#include "alloc.h"

#include <stdlib.h>
#include <string.h>

static void append(struct feed *feed, char byte)
{
	feed->data = alloc_more(feed->data, feed->size + 1, 1);
	feed->data[feed->size++] = byte;
}

void feed_input(struct feed *feed, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		bool after_prefix = feed->prefix;

		feed->prefix = false;
		if (!after_prefix && data[i] == FEED_PREFIX) {
			feed->prefix = true; /* kept back until the next key is known */
		} else if (after_prefix && data[i] == 'q') {
			feed->quit = true;
		} else if (after_prefix && data[i] == 's') {
			feed->ask = true;
		} else {
			if (after_prefix)
				append(feed, FEED_PREFIX);
			append(feed, data[i]);
		}
	}
}

void feed_output(struct feed *feed, const char *data, size_t size, double now)
{
	if (size == 0)
		return;
	feed->line_open = data[size - 1] != '\n' && data[size - 1] != '\r';
	feed->output_at = now;
}

size_t feed_ready(struct feed *feed, double now)
{
	if (!feed->paced)
		return feed->size;
	double silence = now - feed->output_at;
	bool prompt = feed->line_open && silence >= FEED_PROMPT_SECONDS;

	feed->seen_prompt = feed->seen_prompt || prompt;
	if (!feed->size || (!prompt && !(feed->seen_prompt && silence >= FEED_SILENCE_SECONDS)))
		return 0;
	const char *end = memchr(feed->data, '\n', feed->size);
	return end ? (size_t)(end + 1 - feed->data) : feed->size;
}

void feed_sent(struct feed *feed, size_t size, double now)
{
	feed->size -= size;
	memmove(feed->data, feed->data + size, feed->size);
	feed->output_at = now; /* the next line waits for what this one brings */
}

void feed_free(struct feed *feed)
{
	free(feed->data);
	feed->data = NULL;
	feed->size = 0;
}
