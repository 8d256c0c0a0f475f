/* SPDX-License-Identifier: MIT */
/* The NVM Express driver with both namespaces of its model open. */
#ifndef TEST_UNIT_DISK_NVME_FIXTURE_H
#define TEST_UNIT_DISK_NVME_FIXTURE_H

#include "disk_nvme_model.h"

static struct nvme nvme;
static struct nvme_disk disk, second;

static inline enum nvme_refusal open_controller(void)
{
	struct unit_memory queues = dma_memory(0), page = dma_memory(0x4000);

	return nvme_open(&nvme, &model_io_table, &model_clock, &queues, &page);
}

/* Opens all of it, which must be possible. */
static inline void again(void)
{
	struct unit_memory first = dma_memory(0x4000), other = dma_memory(0x5000);

	assert_int_equal(open_controller(), NVME_TAKEN);
	assert_int_equal(nvme_disk_open(&nvme, 1, &first, &disk), NVME_TAKEN);
	assert_int_equal(nvme_disk_open(&nvme, 7, &other, &second), NVME_TAKEN);
}

static inline int setup(void **state)
{
	(void)state;
	nvm_reset();
	again();
	return 0;
}

#endif
