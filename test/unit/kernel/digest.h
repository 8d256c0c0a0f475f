/* SPDX-License-Identifier: MIT */
/*
 * All that the kernel layer knows, as one number per object, so that a test can
 * say: nothing has changed.
 *
 * Left out: registers of threads, lists of partly used slabs, what time brings.
 */
#ifndef TEST_KERNEL_DIGEST_H
#define TEST_KERNEL_DIGEST_H

#include <stdint.h>

#define DIGEST_OBJECTS 1024u

struct digest {
	unsigned count;
	struct {
		uint32_t id;
		uint8_t type;
		uint64_t hash;
	} object[DIGEST_OBJECTS];
	uint64_t machine; /* CPU, interrupt lines */
};

void digest_take(struct digest *digest);

/* Fails the test, and says which object differs. */
void digest_same(const struct digest *before);

#endif
