/* SPDX-License-Identifier: MIT */
/*
 * A state page and a guest beside a VMCB, for tests. The VMM here is hostile: each word of
 * the state page has another value as soon as it was read.
 */
#ifndef TEST_UNIT_SVM_STATE_FIXTURE_H
#define TEST_UNIT_SVM_STATE_FIXTURE_H

#include "fake_cpu.h"

#include "svm.h"

static unsigned hostile;

/* What READ_ONCE() has read is gone. */
static inline void spoil(const volatile void *place, unsigned size)
{
	if (hostile)
		memset((void *)(uintptr_t)place, (int)hostile, size);
}

#undef READ_ONCE
#define READ_ONCE(place)                                                                           \
	({                                                                                         \
		__typeof__(place) read_once = (place);                                             \
		spoil(&(place), sizeof(place));                                                    \
		read_once;                                                                         \
	})

#include "arch/x86_64/guest.c"
#include "arch/x86_64/svm_state.c"

#include "state_fixture.h"

/* By the offsets of the manual, AMD APM vol. 2 appendix B "Layout of VMCB". */
static union {
	struct vmcb vmcb;
	uint8_t bytes[4096];
} block;

static inline uint64_t block_read(unsigned offset, unsigned size)
{
	uint64_t value = 0;

	memcpy(&value, block.bytes + offset, size);
	return value;
}

static inline void block_write(unsigned offset, unsigned size, uint64_t value)
{
	memcpy(block.bytes + offset, &value, size);
}

static inline int setup(void **unused)
{
	(void)unused;
	state_make();
	memset(&block, 0, sizeof(block));
	guest.control = &block;
	hostile = 0;
	return 0;
}

#endif
