/* SPDX-License-Identifier: MIT */
/* Random bytes: see entropy.h. */
#include "vmm/entropy.h"

#include "vmm/cpuid.h"

#include "lib/compiler.h"
#include "lib/string.h"

#include <stdint.h>

#define LEAF_FEATURES 1u
#define FEATURE_RDRAND BIT(30) /* in ECX */

/* As often as the manual says; then something is wrong with the generator. */
#define TRIES 10u

static bool rdrand(uint64_t *value)
{
	for (unsigned i = 0; i < TRIES; i++) {
		bool good;

		__asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(good));
		if (good)
			return true;
	}
	return false;
}

bool entropy_there(void)
{
	struct cpuid_regs r;
	uint64_t value;

	cpuid_native(LEAF_FEATURES, 0, &r);
	return r.reg[CPUID_ECX] & FEATURE_RDRAND && rdrand(&value);
}

size_t entropy_fill(void *to, size_t size)
{
	size_t done = 0;
	uint64_t value;

	while (done < size && rdrand(&value)) {
		size_t part = size - done < sizeof value ? size - done : sizeof value;

		memcpy((uint8_t *)to + done, &value, part);
		done += part;
	}
	return done;
}
