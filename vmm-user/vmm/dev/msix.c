/* SPDX-License-Identifier: MIT */
/* MSI-X: see msix.h. */
#include "vmm/dev/msix.h"

#include "lib/string.h"

enum { ENTRY_LOW = 0, ENTRY_HIGH, ENTRY_DATA, ENTRY_CONTROL };
#define CONTROL_MASKED 1u

void msix_init(struct msix *m, unsigned vectors,
	void (*send)(void *ctx, uint64_t address, uint32_t data), void *ctx)
{
	memset(m, 0, sizeof *m);
	m->vectors = vectors;
	m->send = send;
	m->ctx = ctx;
	for (unsigned i = 0; i < MSIX_VECTORS; i++)
		m->entry[i][ENTRY_CONTROL] = CONTROL_MASKED;
}

static bool table_has(const struct msix *m, uint64_t offset, unsigned bytes)
{
	return bytes == 4 && !(offset & 3) && offset < m->vectors * MSIX_ENTRY;
}

uint64_t msix_table_read(const struct msix *m, uint64_t offset, unsigned bytes)
{
	if (!table_has(m, offset, bytes))
		return 0;
	return m->entry[offset / MSIX_ENTRY][offset % MSIX_ENTRY / 4];
}

/* Sends what waits and may. */
static void msix_flush(struct msix *m)
{
	if (!m->enabled || m->masked)
		return;
	for (unsigned i = 0; i < m->vectors; i++) {
		const uint32_t *entry = m->entry[i];

		if (!(m->pending >> i & 1) || entry[ENTRY_CONTROL] & CONTROL_MASKED)
			continue;
		m->pending &= ~(1u << i);
		m->send(m->ctx, entry[ENTRY_LOW] | (uint64_t)entry[ENTRY_HIGH] << 32,
			entry[ENTRY_DATA]);
	}
}

void msix_table_write(struct msix *m, uint64_t offset, unsigned bytes, uint64_t value)
{
	static const uint32_t kept[] = {~3u, ~0u, ~0u, CONTROL_MASKED};
	unsigned word = offset % MSIX_ENTRY / 4;

	if (!table_has(m, offset, bytes))
		return;
	m->entry[offset / MSIX_ENTRY][word] = (uint32_t)value & kept[word];
	msix_flush(m);
}

uint64_t msix_pending_read(const struct msix *m, uint64_t offset, unsigned bytes)
{
	return (bytes == 4 || bytes == 8) && offset == 0 ? m->pending : 0;
}

void msix_control_write(struct msix *m, uint16_t control)
{
	m->enabled = control & MSIX_CONTROL_ENABLE;
	m->masked = control & MSIX_CONTROL_MASK;
	msix_flush(m);
}

void msix_raise(struct msix *m, unsigned vector)
{
	if (!m->enabled || vector >= m->vectors)
		return;
	m->pending |= 1u << vector;
	msix_flush(m);
}
