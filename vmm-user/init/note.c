/* SPDX-License-Identifier: MIT */
/* The first event of a component. State and threads: see note.h. */
#include "init/note.h"

/* state: generation in bits 63..32, enum progress below; asked: likewise, with a
 * bit for each virtual CPU below. */
enum progress { PROGRESS_NONE = 0, PROGRESS_CLAIMED, PROGRESS_NOTED };
#define WORD(generation, low) ((uint64_t)(generation) << 32 | (low))
#define GENERATION(word) ((uint32_t)((word) >> 32))

static bool word_change(uint64_t *word, uint64_t from, uint64_t to)
{
	return __atomic_compare_exchange_n(
		word, &from, to, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

bool note_put(struct note *note, uint32_t generation, const struct event *event)
{
	if (!word_change(&note->state, WORD(generation, PROGRESS_NONE),
		    WORD(generation, PROGRESS_CLAIMED)))
		return false;
	note->event = *event;
	__atomic_store_n(&note->state, WORD(generation, PROGRESS_NOTED), __ATOMIC_RELEASE);
	return true;
}

bool note_get(const struct note *note, struct event *event)
{
	uint64_t state = __atomic_load_n(&note->state, __ATOMIC_ACQUIRE);

	if ((uint32_t)state != PROGRESS_NOTED)
		return false;
	*event = note->event;
	return true;
}

enum status note_ask(struct note *note, uint32_t generation, uint64_t vcpu)
{
	uint64_t asked = __atomic_load_n(&note->asked, __ATOMIC_ACQUIRE);

	if (vcpu == 0 || vcpu >= START_VCPUS)
		return STATUS_BAD_ARG;
	do {
		if (GENERATION(asked) != generation)
			return STATUS_ABORTED;
		if ((asked >> vcpu & 1) != 0)
			return STATUS_IN_USE;
	} while (!__atomic_compare_exchange_n(&note->asked, &asked, asked | 1ull << vcpu, false,
		__ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	return STATUS_OK;
}

uint32_t note_generation(const struct note *note)
{
	return GENERATION(__atomic_load_n(&note->state, __ATOMIC_ACQUIRE));
}

void note_forget(struct note *note)
{
	uint32_t next = note_generation(note) + 1;

	__atomic_store_n(&note->asked, WORD(next, 0), __ATOMIC_RELEASE);
	__atomic_store_n(&note->state, WORD(next, PROGRESS_NONE), __ATOMIC_RELEASE);
}

_Static_assert(START_VCPUS <= 32, "the bits lie below the generation");
