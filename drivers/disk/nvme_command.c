/* SPDX-License-Identifier: MIT */
/* Commands of NVM Express. Pure; no state: see nvme_command.h. */
#include "nvme_command.h"
#include "lib/string.h"

/* CAP. */
#define CAP_ENTRIES(cap) ((uint32_t)((cap)&0xffff))
#define CAP_TIMEOUT(cap) ((uint32_t)((cap) >> 24 & 0xff))
#define CAP_STRIDE(cap) ((uint32_t)((cap) >> 32 & 0xf))
#define CAP_NVM BIT(37)
#define CAP_PAGE_MIN(cap) ((cap) >> 48 & 0xf)
#define CAP_NOBODY (~0ull)
#define TIMEOUT_MS 500u

/* Identify: controller; namespace. */
enum {
	ID_SERIAL = 4,
	ID_MODEL = 24,
	ID_TRANSFER = 77,
	ID_SUBMISSION = 512,
	ID_COMPLETION = 513,
	ID_NAMESPACES = 516,
	ID_OPTIONAL = 520,
	ID_CACHE = 525
};
enum { NS_SIZE = 0, NS_FORMAT = 26, NS_ATTRIBUTES = 99, NS_FORMATS = 128 };
#define OPTIONAL_DATASET BIT(2)
#define CACHE_PRESENT BIT(0)
#define ATTRIBUTE_PROTECTED BIT(0)
#define FORMAT_INDEX(value) ((value)&0xfu)
#define FORMAT_METADATA(value) ((value)&0xffffu)
#define FORMAT_SHIFT(value) ((value) >> 16 & 0xffu)
#define SECTOR_SHIFT 9u
#define SECTORS_MAX (1ull << 48)
#define SUBMISSION_SHIFT 6u
#define COMPLETION_SHIFT 4u

/* Opcodes, dwords and bits of commands. */
enum { ADMIN_CREATE_SQ = 0x01, ADMIN_CREATE_CQ = 0x05, ADMIN_IDENTIFY = 0x06, ADMIN_SET = 0x09 };
enum { NVM_FLUSH = 0x00, NVM_WRITE = 0x01, NVM_READ = 0x02, NVM_DATASET = 0x09 };
enum { DWORD_NAMESPACE = 1, DWORD_PRP1 = 6, DWORD_PRP2 = 8 };
#define FEATURE_QUEUES 0x07u
#define QUEUE_IO 1u
#define QUEUE_ONE_PIECE BIT(0)
#define QUEUE_INTERRUPTS BIT(1)
#define DATASET_DEALLOCATE BIT(2)

/* Status field: code, type, "do not retry". */
#define STATUS_CODE(status) ((status)&0xffu)
#define STATUS_TYPE(status) ((status) >> 8 & 0x7u)
#define STATUS_FINAL BIT(14)
enum { TYPE_GENERIC = 0, TYPE_COMMAND = 1, TYPE_MEDIUM = 2 };

static uint16_t get16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const uint8_t *at)
{
	return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const uint8_t *at)
{
	return get32(at) | (uint64_t)get32(at + 4) << 32;
}

enum nvme_refusal nvme_caps_read(uint64_t cap, struct nvme_caps *caps)
{
	uint32_t timeout = CAP_TIMEOUT(cap);

	if (cap == CAP_NOBODY)
		return NVME_SILENT;
	if (CAP_ENTRIES(cap) == 0)
		return NVME_NONSENSE;
	if ((cap & CAP_NVM) == 0)
		return NVME_NO_COMMANDS;
	if (CAP_PAGE_MIN(cap) != 0)
		return NVME_LARGE_PAGES;
	*caps = (struct nvme_caps){.entries = CAP_ENTRIES(cap) + 1,
		.stride = 4u << CAP_STRIDE(cap),
		.ready_ms = (timeout != 0 ? timeout : 1) * TIMEOUT_MS};
	return NVME_TAKEN;
}

/* ASCII, padded with spaces. */
static void text_read(const uint8_t *from, char *text, uint32_t size)
{
	uint32_t length = 0;

	for (uint32_t i = 0; i + 1 < size; i++) {
		text[i] = from[i] > ' ' && from[i] <= '~' ? (char)from[i] : ' ';
		if (text[i] != ' ')
			length = i + 1;
	}
	text[length] = 0;
}

/* MDTS: a power of two, in the least pages; 0 is no limit. */
static uint32_t transfer_sectors(uint8_t shift)
{
	uint32_t page = NVME_PAGE >> SECTOR_SHIFT;

	return shift == 0 || shift >= 8 || page << shift > ORDER_SECTORS ? ORDER_SECTORS
									 : page << shift;
}

bool nvme_identity_read(const uint8_t page[NVME_PAGE], struct nvme_identity *identity)
{
	uint8_t submission = page[ID_SUBMISSION], completion = page[ID_COMPLETION];

	*identity = (struct nvme_identity){.namespaces = get32(page + ID_NAMESPACES),
		.most_sectors = transfer_sectors(page[ID_TRANSFER]),
		.flush = (page[ID_CACHE] & CACHE_PRESENT) != 0,
		.discard = (get16(page + ID_OPTIONAL) & OPTIONAL_DATASET) != 0};
	text_read(page + ID_SERIAL, identity->serial, ATA_SERIAL);
	text_read(page + ID_MODEL, identity->model, ATA_MODEL);
	return (submission & 0xf) <= SUBMISSION_SHIFT && submission >> 4 >= SUBMISSION_SHIFT &&
	       (completion & 0xf) <= COMPLETION_SHIFT && completion >> 4 >= COMPLETION_SHIFT;
}

enum nvme_refusal nvme_namespace_read(
	const uint8_t page[NVME_PAGE], uint64_t *sectors, bool *readonly)
{
	uint32_t format = get32(page + NS_FORMATS + 4 * FORMAT_INDEX(page[NS_FORMAT]));

	*sectors = get64(page + NS_SIZE);
	*readonly = (page[NS_ATTRIBUTES] & ATTRIBUTE_PROTECTED) != 0;
	if (*sectors == 0)
		return NVME_INACTIVE;
	if (FORMAT_SHIFT(format) != SECTOR_SHIFT)
		return NVME_LARGE_BLOCKS;
	if (FORMAT_METADATA(format) != 0)
		return NVME_METADATA;
	return *sectors > SECTORS_MAX ? NVME_TOO_LARGE : NVME_TAKEN;
}

/* --- commands --- */

static void put64(struct nvme_entry *entry, uint32_t dword, uint64_t value)
{
	entry->dword[dword] = (uint32_t)value;
	entry->dword[dword + 1] = (uint32_t)(value >> 32);
}

static struct nvme_entry entry_make(uint32_t opcode, uint32_t namespace, uint64_t physical)
{
	struct nvme_entry entry = {{opcode}};

	entry.dword[DWORD_NAMESPACE] = namespace;
	put64(&entry, DWORD_PRP1, physical);
	return entry;
}

struct nvme_entry nvme_identify(enum nvme_cns cns, uint32_t namespace, uint64_t physical)
{
	struct nvme_entry entry = entry_make(ADMIN_IDENTIFY, namespace, physical);

	entry.dword[10] = cns;
	return entry;
}

/* Numbers of queues are one less than they are, and so are lengths. */
struct nvme_entry nvme_one_queue(void)
{
	struct nvme_entry entry = entry_make(ADMIN_SET, 0, 0);

	entry.dword[10] = FEATURE_QUEUES;
	return entry;
}

struct nvme_entry nvme_create_completion(uint32_t entries, uint64_t physical)
{
	struct nvme_entry entry = entry_make(ADMIN_CREATE_CQ, 0, physical);

	entry.dword[10] = (entries - 1) << 16 | QUEUE_IO;
	entry.dword[11] = QUEUE_ONE_PIECE | QUEUE_INTERRUPTS;
	return entry;
}

struct nvme_entry nvme_create_submission(uint32_t entries, uint64_t physical)
{
	struct nvme_entry entry = entry_make(ADMIN_CREATE_SQ, 0, physical);

	entry.dword[10] = (entries - 1) << 16 | QUEUE_IO;
	entry.dword[11] = QUEUE_IO << 16 | QUEUE_ONE_PIECE;
	return entry;
}

/* The second entry is a page, or where the list of pages is if there are more. */
static void data_describe(
	struct nvme_entry *entry, const struct unit_memory *list, uint64_t physical, uint32_t bytes)
{
	uint64_t page = (physical & ~(uint64_t)(NVME_PAGE - 1)) + NVME_PAGE;
	uint64_t end = physical + bytes;
	uint32_t count = 0;

	put64(entry, DWORD_PRP1, physical);
	if (end > page)
		put64(entry, DWORD_PRP2, end <= page + NVME_PAGE ? page : list->physical);
	if (end <= page + NVME_PAGE)
		return;
	for (; page < end && count < ORDER_PIECES - 1; page += NVME_PAGE, count++)
		memcpy(list->at + count * sizeof(page), &page, sizeof(page));
}

static struct nvme_entry dataset(
	uint32_t namespace, const struct order *order, const struct unit_memory *list)
{
	uint32_t range[4] = {
		0, order->sectors, (uint32_t)order->sector, (uint32_t)(order->sector >> 32)};
	struct nvme_entry entry = entry_make(NVM_DATASET, namespace, list->physical);

	memcpy(list->at, range, sizeof(range));
	entry.dword[10] = 0; /* one range */
	entry.dword[11] = DATASET_DEALLOCATE;
	return entry;
}

struct nvme_entry nvme_order(
	uint32_t namespace, const struct order *order, const struct unit_memory *list)
{
	bool write = order->op == ORDER_WRITE;
	struct nvme_entry entry;

	if (order->op == ORDER_FLUSH)
		return entry_make(NVM_FLUSH, namespace, 0);
	if (order->op == ORDER_DISCARD)
		return dataset(namespace, order, list);
	entry = entry_make(write ? NVM_WRITE : NVM_READ, namespace, 0);
	data_describe(&entry, list, order->physical, order->sectors << SECTOR_SHIFT);
	put64(&entry, 10, order->sector);
	entry.dword[12] = order->sectors - 1;
	return entry;
}

/* --- errors --- */

/* Of the generic type: aborted by another command or a lost queue, namespace not ready. */
static enum nvme_error generic_error(uint32_t code)
{
	switch (code) {
	case 0x00:
		return NVME_OK;
	case 0x01: /* opcode */
	case 0x02: /* field */
	case 0x03: /* identifier in use */
	case 0x0b: /* namespace or format */
	case 0x13: /* PRP offset */
		return NVME_INVALID;
	case 0x04: /* data transfer error */
	case 0x07: /* abort requested */
	case 0x08: /* submission queue deleted */
	case 0x21: /* command interrupted */
	case 0x82: /* namespace not ready */
		return NVME_TRANSIENT;
	case 0x15: /* operation denied */
	case 0x20: /* namespace is write protected */
	case 0x83: /* reservation conflict */
		return NVME_PROTECTED;
	case 0x80: /* LBA out of range */
	case 0x81: /* capacity exceeded */
		return NVME_REACH;
	default:
		return NVME_DEVICE;
	}
}

enum nvme_error nvme_error_of(uint16_t status)
{
	uint32_t code = STATUS_CODE(status);
	enum nvme_error error = NVME_DEVICE;

	if (STATUS_TYPE(status) == TYPE_GENERIC)
		error = generic_error(code);
	else if (STATUS_TYPE(status) == TYPE_COMMAND)
		error = code == 0x82 ? NVME_PROTECTED
				     : NVME_INVALID; /* write to a read only range */
	else if (STATUS_TYPE(status) == TYPE_MEDIUM)
		error = code == 0x86 ? NVME_PROTECTED : NVME_MEDIUM; /* access denied */
	return error == NVME_TRANSIENT && (status & STATUS_FINAL) != 0 ? NVME_DEVICE : error;
}

const char *nvme_refusal_text(enum nvme_refusal refusal)
{
	static const char *const text[NVME_REFUSALS] = {
		[NVME_TAKEN] = "it is taken",
		[NVME_SILENT] = "it does not answer",
		[NVME_NONSENSE] = "what it says of itself cannot be",
		[NVME_NO_COMMANDS] = "it has not the NVM command set",
		[NVME_LARGE_PAGES] = "it takes no memory pages of 4096 bytes",
		[NVME_FAR] = "its doorbells are too far apart",
		[NVME_INACTIVE] = "it has no blocks",
		[NVME_LARGE_BLOCKS] = "its blocks are not of 512 bytes",
		[NVME_METADATA] = "its blocks have metadata",
		[NVME_TOO_LARGE] = "it has more blocks than 48 bits count",
	};

	return (uint32_t)refusal < NVME_REFUSALS ? text[refusal] : "for an unknown reason";
}
