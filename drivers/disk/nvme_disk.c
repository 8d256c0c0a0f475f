/* SPDX-License-Identifier: MIT */
/* Disks of an NVM Express controller, and their orders: see nvme_disk.h. */
#include "nvme_disk.h"
#include "lib/string.h"

#define HEALTH_US 100000u

/* A command's number: the slot below, above how often it was used, never all ones. */
#define ID_ROUND 8u
#define ID_ROUNDS 255u
#define ID_SLOT(id) ((id) & (BIT(ID_ROUND) - 1))

static uint64_t now_us(const struct nvme *nvme)
{
	return nvme->clock->now_us(nvme->clock->ctx);
}

/* --- slots --- */

/* Sends the next command of the slot's order. */
static void slot_send(struct nvme *nvme, struct nvme_slot *slot)
{
	uint32_t index = (uint32_t)(slot - nvme->slot), most = nvme->identity.most_sectors;
	struct unit_memory list = {
		nvme->lists.at + index * NVME_LIST, nvme->lists.physical + index * NVME_LIST};
	struct order order = slot->order;
	struct nvme_entry entry;

	if (order.op <= ORDER_WRITE && order.sectors > most)
		order.sectors = most;
	slot->sent = order.sectors;
	slot->since_us = now_us(nvme);
	slot->state = NVME_SENT;
	slot->id = (uint16_t)(((slot->id >> ID_ROUND) + 1u) % ID_ROUNDS << ID_ROUND | index);
	slot->tries++;
	entry = nvme_order(slot->disk->namespace, &order, &list);
	nvme_send(nvme, slot->id, &entry);
}

static void slot_end(struct nvme_slot *slot, enum nvme_error error)
{
	slot->state = NVME_ENDED;
	slot->error = error;
}

static void slot_answer(struct nvme *nvme, struct nvme_slot *slot, enum nvme_error error)
{
	struct order *order = &slot->order;

	if (error == NVME_TRANSIENT && slot->tries < NVME_TRIES) {
		slot_send(nvme, slot);
		return;
	}
	if (error != NVME_OK || order->sectors <= slot->sent) {
		slot_end(slot, error);
		return;
	}
	order->sectors -= slot->sent;
	order->sector += slot->sent;
	order->physical += (uint64_t)slot->sent * ATA_SECTOR;
	slot->tries = 0;
	slot_send(nvme, slot);
}

/* Takes what the controller has answered. True: something was. An answer may bring another
 * one, but not for ever: a command is sent NVME_TRIES times. */
static bool answers_take(struct nvme *nvme)
{
	struct nvme_answer answer;
	bool taken = false;

	while (nvme_take(nvme, &answer)) {
		uint32_t index = ID_SLOT(answer.id);

		taken = true;
		if (index >= nvme->slots || nvme->slot[index].state != NVME_SENT ||
			nvme->slot[index].id != answer.id)
			nvme->broken = true;
		else
			slot_answer(nvme, &nvme->slot[index], nvme_error_of(answer.status));
	}
	if (taken)
		nvme_took(nvme);
	return taken;
}

static void reset(struct nvme *nvme)
{
	bool good = nvme_restart(nvme);

	for (uint32_t i = 0; i < NVME_SLOTS; i++) {
		struct nvme_slot *slot = &nvme->slot[i];

		if (slot->state != NVME_SENT)
			continue;
		if (good && i < nvme->slots && slot->tries < NVME_TRIES)
			slot_send(nvme, slot);
		else
			slot_end(slot, NVME_DEVICE);
	}
}

static struct nvme_slot *slot_find(const struct nvme_disk *disk, uint32_t tag)
{
	struct nvme *nvme = disk->nvme;

	for (uint32_t i = 0; i < NVME_SLOTS; i++)
		if (nvme->slot[i].state != NVME_FREE && nvme->slot[i].disk == disk &&
			nvme->slot[i].tag == tag)
			return &nvme->slot[i];
	return NULL;
}

static struct nvme_slot *slot_free(struct nvme *nvme)
{
	for (uint32_t i = 0; i < nvme->slots; i++)
		if (nvme->slot[i].state == NVME_FREE)
			return &nvme->slot[i];
	return NULL;
}

bool nvme_begin(struct nvme_disk *disk, uint32_t tag, const struct order *order)
{
	struct nvme *nvme = disk->nvme;
	struct nvme_slot *slot = slot_find(disk, tag) == NULL ? slot_free(nvme) : NULL;

	if (slot == NULL)
		return false;
	slot->disk = disk;
	slot->tag = tag;
	slot->order = *order;
	slot->tries = 0;
	if (nvme->gone)
		slot_end(slot, NVME_DEVICE);
	else if (disk->unit.readonly && (order->op == ORDER_WRITE || order->op == ORDER_DISCARD))
		slot_end(slot, NVME_PROTECTED);
	else
		slot_send(nvme, slot);
	return true;
}

enum unit_state nvme_look(struct nvme_disk *disk, uint32_t tag)
{
	struct nvme *nvme = disk->nvme;
	struct nvme_slot *slot = slot_find(disk, tag);

	if (slot == NULL)
		return UNIT_FAILED;
	(void)answers_take(nvme);
	if (slot->state == NVME_SENT &&
		(nvme->broken ||
			(now_us(nvme) - slot->since_us > HEALTH_US && nvme_is_failed(nvme))))
		reset(nvme);
	if (slot->state == NVME_SENT)
		return UNIT_BUSY;
	slot->state = NVME_FREE;
	return slot->error == NVME_OK ? UNIT_DONE : UNIT_FAILED;
}

bool nvme_interrupt(struct nvme *nvme)
{
	return answers_take(nvme);
}

/* --- a disk --- */

/* An order that cannot be has no slot, so looking at it finds an error. */
static bool start(struct unit *unit, const struct ata_command *command)
{
	struct nvme_disk *disk = CONTAINER_OF(unit, struct nvme_disk, unit);
	struct order order;

	return !order_of(unit, command, &order) || nvme_begin(disk, 0, &order);
}

static enum unit_state poll(struct unit *unit)
{
	return nvme_look(CONTAINER_OF(unit, struct nvme_disk, unit), 0);
}

/* What was answered needs no reset, be it an error. */
static bool recover(struct unit *unit)
{
	struct nvme_disk *disk = CONTAINER_OF(unit, struct nvme_disk, unit);
	struct nvme *nvme = disk->nvme;
	bool busy = false;

	for (uint32_t i = 0; i < NVME_SLOTS; i++) {
		if (nvme->slot[i].state == NVME_FREE || nvme->slot[i].disk != disk)
			continue;
		busy |= nvme->slot[i].state == NVME_SENT;
		nvme->slot[i].state = NVME_FREE;
	}
	if (busy)
		reset(nvme);
	return !nvme->gone;
}

static const struct unit_ops ops = {.start = start, .poll = poll, .recover = recover};

/* Serial numbers are the controller's. So that its disks can be told apart, those of
 * namespaces but the first end in the namespace's number. */
static void serial_mark(char serial[ATA_SERIAL], uint32_t namespace)
{
	uint32_t length = (uint32_t)strlen(serial), digits = 1;

	if (namespace == 1)
		return;
	for (uint32_t rest = namespace / 10; rest != 0; rest /= 10)
		digits++;
	if (length > ATA_SERIAL - 2 - digits)
		length = ATA_SERIAL - 2 - digits;
	serial[length++] = '/';
	serial[length + digits] = 0;
	for (; digits > 0; namespace /= 10)
		serial[length + --digits] = (char)('0' + namespace % 10);
}

enum nvme_refusal nvme_disk_open(struct nvme *nvme, uint32_t namespace,
	const struct unit_memory *buffer, struct nvme_disk *disk)
{
	struct ata_identity *identity = &disk->unit.identity;
	enum nvme_refusal refusal;

	memset(disk, 0, sizeof(*disk));
	disk->nvme = nvme;
	disk->namespace = namespace;
	disk->unit.ops = &ops;
	disk->unit.clock = nvme->clock;
	disk->unit.buffer = *buffer;
	if (!nvme_ask(nvme, NVME_CNS_NAMESPACE, namespace))
		return NVME_SILENT;
	refusal = nvme_namespace_read(nvme->page.at, &identity->sectors, &disk->unit.readonly);
	identity->lba48 = true;
	identity->flush_ext = nvme->identity.flush;
	identity->trim = nvme->identity.discard && !disk->unit.readonly;
	memcpy(identity->serial, nvme->identity.serial, ATA_SERIAL);
	memcpy(identity->model, nvme->identity.model, ATA_MODEL);
	serial_mark(identity->serial, namespace);
	return refusal;
}
