/* SPDX-License-Identifier: MIT */
/* Pages of kernel memory that a domain sees as well: UTCBs and vCPU states. */
#ifndef KERNEL_SHARED_H
#define KERNEL_SHARED_H

#include "abi/status.h"
#include "lib/compiler.h"

#include <stdint.h>

struct domain;

/* A zeroed page, charged to `domain` and mapped read-write at `address`, which
 * must be free (STATUS_IN_USE), page aligned and in the user half. */
enum status shared_map(struct domain *domain, uint64_t address, void **page) MUST_CHECK;

/* Takes the page back. The domain may have unmapped it itself, or put another
 * page at the address, which stays. */
void shared_unmap(struct domain *domain, uint64_t address, void *page);

#endif
