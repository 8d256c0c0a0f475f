/* SPDX-License-Identifier: MIT */
/* LINK: vmm-user/init/plan.c vmm-user/init/crc.c */
/* RUNS: 100000 */
/* MAX: 2048 */
/*
 * The compiled plan, as init reads it. The header's last word: bit 0 leaves magic,
 * version, size and checksum as they are; otherwise they are made right, or the
 * checksum would keep the fuzzer out.
 */
#include "init/plan.h"
#include "init/crc.h"
#include "abi/start.h"
#include "abi/syscall.h"
#include "fuzz.h"

#define RAW 1u

static void seal(uint8_t *data, size_t size)
{
	struct plan_header header;

	if (size < sizeof(header))
		return;
	memcpy(&header, data, sizeof(header));
	if (header.pad & RAW)
		return;
	header.magic = PLAN_MAGIC;
	header.version = PLAN_VERSION;
	header.size = (uint32_t)size;
	header.crc = crc32_of(data + sizeof(header), size - sizeof(header));
	memcpy(data, &header, sizeof(header));
}

/* Follows a text offset to the end of its string. */
static void check_text(const struct plan *plan, uint32_t offset)
{
	MUST(offset < plan->header->text_size);
	MUST(terminated(plan_text(plan, offset), plan->header->text_size - offset));
}

static bool module_or_none(const struct plan *plan, uint32_t module)
{
	return module == PLAN_NO_MODULE || module < plan->header->modules;
}

static void check_guest(const struct plan *plan, const struct plan_component *c)
{
	uint32_t files = (c->kernel != PLAN_NO_MODULE) + (c->initrd != PLAN_NO_MODULE);

	MUST(module_or_none(plan, c->kernel) && module_or_none(plan, c->initrd));
	MUST((uint64_t)c->first_module + c->modules <= plan->header->modules);
	MUST(c->disks <= PLAN_DISKS);
	MUST((uint64_t)files + c->modules + c->disks <= START_MODULES);
	for (uint32_t i = 0; i < c->disks; i++) {
		MUST(c->disk[i].module < plan->header->modules);
		check_text(plan, c->disk[i].name);
	}
	MUST(c->guest_pages > 0 && c->guest_pages <= 1ull << 40);
	MUST(c->vcpus > 0);
	check_text(plan, c->cmdline);
}

static void check_components(const struct plan *plan)
{
	for (uint32_t i = 0; i < plan->header->components; i++) {
		const struct plan_component *c = &plan->component[i];

		MUST(c->name[0] && terminated(c->name, sizeof(c->name)));
		for (uint32_t j = 0; j < i; j++)
			MUST(strcmp(c->name, plan->component[j].name) != 0);
		MUST(c->image < plan->header->modules);
		MUST(c->priority < PRIORITY_COUNT && c->budget_us <= c->period_us);
		MUST((uint64_t)c->first_right + c->rights <= plan->header->rights);
		if (c->kind == PLAN_VM)
			check_guest(plan, c);
		else
			MUST(c->kind == PLAN_DRIVER && c->guest_pages == 0);
	}
}

static void check_rest(const struct plan *plan)
{
	const struct plan_header *header = plan->header;

	for (uint32_t i = 0; i < header->modules; i++) {
		check_text(plan, plan->module[i].name);
		check_text(plan, plan->module[i].cmdline);
	}
	for (uint32_t i = 0; i < header->channels; i++) {
		const struct plan_channel *c = &plan->channel[i];

		MUST(c->client == PLAN_INIT || c->client < header->components);
		MUST(c->server < header->components && c->server != c->client);
		MUST(c->pages >= 2 && c->pages % 2 == 0);
		MUST(c->kind != CHANNEL_NET || c->port.bytes <= FRAME_RATE_MAX);
	}
	for (uint32_t i = 0; i < header->rights; i++) {
		const struct plan_right *r = &plan->right[i];

		MUST(r->kind <= PLAN_RIGHT_MEMORY && r->count > 0);
		MUST(r->first + r->count > r->first);
		MUST(r->kind != PLAN_RIGHT_PORT || r->first + r->count <= 0x10000);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan plan;
	uint8_t *bytes = exact_copy(data, size);
	enum status status;

	seal(bytes, size);
	status = plan_read(bytes, size, &plan);
	MUST(status == STATUS_OK || status == STATUS_BAD_ARG);
	MUST((status == STATUS_OK) == (plan.problem == NULL));
	if (status == STATUS_OK) {
		check_components(&plan);
		check_rest(&plan);
	}
	free(bytes);
	return 0;
}
