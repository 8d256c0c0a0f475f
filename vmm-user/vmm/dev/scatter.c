/* SPDX-License-Identifier: MIT */
/* Bytes in several pieces: see scatter.h. */
#include "vmm/dev/scatter.h"

#include "lib/string.h"

size_t scatter_next(struct scatter *s, size_t most, uint8_t **data)
{
	size_t size;

	while (s->pieces && s->at == s->piece->size) {
		s->piece++;
		s->pieces--;
		s->at = 0;
	}
	if (!s->pieces)
		return 0;
	size = s->piece->size - s->at;
	size = size < most ? size : most;
	*data = s->piece->data + s->at;
	s->at += (uint32_t)size;
	return size;
}

size_t scatter_take(struct scatter *from, void *to, size_t size)
{
	size_t done = 0, part;
	uint8_t *data;

	for (; done < size && (part = scatter_next(from, size - done, &data)); done += part)
		memcpy((uint8_t *)to + done, data, part);
	return done;
}

size_t scatter_give(struct scatter *to, const void *from, size_t size)
{
	size_t done = 0, part;
	uint8_t *data;

	for (; done < size && (part = scatter_next(to, size - done, &data)); done += part)
		memcpy(data, (const uint8_t *)from + done, part);
	return done;
}

size_t scatter_zero(struct scatter *to, size_t size)
{
	size_t done = 0, part;
	uint8_t *data;

	for (; done < size && (part = scatter_next(to, size - done, &data)); done += part)
		memset(data, 0, part);
	return done;
}

size_t scatter_skip(struct scatter *s, size_t size)
{
	size_t done = 0, part;
	uint8_t *data;

	for (; done < size && (part = scatter_next(s, size - done, &data)); done += part)
		continue;
	return done;
}
