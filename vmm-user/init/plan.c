/* SPDX-License-Identifier: MIT */
/*
 * Reader of the compiled plan. Pure; no state. Each check returns NULL or the
 * text of what is wrong. Sums are made in 64 bits from 32-bit fields, so that
 * none can wrap.
 */
#include "init/plan.h"
#include <stdbool.h>
#include "abi/block.h"
#include "abi/start.h"
#include "abi/syscall.h"
#include "init/crc.h"
#include "lib/addr.h"

#define GUEST_PAGES_MAX (1ull << 26) /* 256 GiB */
#define CHANNEL_PAGES_MAX 512u
#define HEAP_PAGES_MAX ((START_CHANNEL_ADDR - START_HEAP_ADDR) / PAGE_SIZE)
#define DMA_PAGES_MAX 512u
#define IRQS_MAX (START_SLOT_PEER - START_SLOT_IRQ)
#define FRAME_END (1ull << 40) /* physical addresses have at most 52 bits */
#define GSI_END 1024u
#define PORT_END 0x10000u
#define FLAGS_ALL (PLAN_DEBUG_EXIT | PLAN_RESTART | PLAN_LOG | PLAN_POWER)
#define MEMORY_FLAGS_ALL (MEM_R | MEM_W | MEM_X | MEM_UC | MEM_WC)

static bool table_fits(
	const struct plan_header *header, uint32_t offset, uint64_t count, uint64_t entry_size)
{
	return offset >= sizeof(*header) && offset % 8 == 0 &&
	       offset + count * entry_size <= header->size;
}

static const char *header_check(const void *data, size_t size)
{
	const struct plan_header *header = data;

	if (size < sizeof(*header))
		return "it is shorter than its header";
	if (header->magic != PLAN_MAGIC)
		return "it is not a plan (wrong magic number)";
	if (header->version != PLAN_VERSION)
		return "wrong version";
	if (header->size < sizeof(*header) || header->size > size)
		return "it is cut short (wrong size)";
	if (crc32_of(header + 1, header->size - sizeof(*header)) != header->crc)
		return "wrong checksum";
	if ((header->flags & ~(PLAN_WHEN_DONE_POWEROFF | PLAN_WHEN_DONE_LINGER)) != 0)
		return "unknown flag";
	return NULL;
}

static const char *tables_check(const struct plan_header *header)
{
	if (header->components > PLAN_COMPONENTS ||
		!table_fits(header, header->component_offset, header->components,
			sizeof(struct plan_component)))
		return "the table of components is out of bounds";
	if (header->modules > PLAN_MODULES || !table_fits(header, header->module_offset,
						      header->modules, sizeof(struct plan_module)))
		return "the table of modules is out of bounds";
	if (header->channels > PLAN_CHANNELS ||
		!table_fits(header, header->channel_offset, header->channels,
			sizeof(struct plan_channel)))
		return "the table of channels is out of bounds";
	if (header->rights > PLAN_RIGHTS || !table_fits(header, header->right_offset,
						    header->rights, sizeof(struct plan_right)))
		return "the table of rights is out of bounds";
	if (header->text_offset < sizeof(*header) || header->text_size == 0 ||
		(uint64_t)header->text_offset + header->text_size > header->size)
		return "the text is out of bounds";
	return NULL;
}

static const char *text_check(const struct plan *plan)
{
	if (plan->text[0] != 0 || plan->text[plan->header->text_size - 1] != 0)
		return "the text is not terminated";
	return NULL;
}

/* The text at `offset`, or NULL if that is out of bounds. */
static const char *text_at(const struct plan *plan, uint32_t offset)
{
	return offset < plan->header->text_size ? plan->text + offset : NULL;
}

static const char *module_check(const struct plan *plan, uint32_t index)
{
	const struct plan_module *module = &plan->module[index];
	const char *name = text_at(plan, module->name);

	if (name == NULL || name[0] == 0)
		return "a module has no name";
	if (text_at(plan, module->cmdline) == NULL)
		return "a module's command line is out of bounds";
	return NULL;
}

static bool name_valid(const char name[PLAN_NAME])
{
	uint32_t length = 0;

	while (length < PLAN_NAME && name[length] > ' ' && name[length] <= '~')
		length++;
	return length > 0 && length < PLAN_NAME && name[length] == 0;
}

static bool name_same(const char a[PLAN_NAME], const char b[PLAN_NAME])
{
	uint32_t length = 0;

	while (length < PLAN_NAME && a[length] == b[length] && a[length] != 0)
		length++;
	return length == PLAN_NAME || a[length] == b[length];
}

static bool name_unique(const struct plan *plan, uint32_t index)
{
	for (uint32_t i = 0; i < index; i++)
		if (name_same(plan->component[i].name, plan->component[index].name))
			return false;
	return true;
}

/* The bits that say whether the list is open are all the same, and a CPU is left. */
static bool cpus_valid(uint64_t cpus)
{
	uint64_t open = cpus & PLAN_CPUS_OPEN;

	return cpus == 0 || ((open == 0 || open == PLAN_CPUS_OPEN) && cpus != open);
}

static const char *budget_check(const struct plan_component *component)
{
	if (component->priority >= PRIORITY_COUNT)
		return "a component's priority is out of range";
	if (component->kind == PLAN_VM && component->priority >= PLAN_GUEST_PRIORITIES)
		return "a guest's priority is one of drivers";
	if (!cpus_valid(component->cpus))
		return "a component's list of CPUs is none";
	if ((component->budget_us == 0) != (component->period_us == 0) ||
		component->budget_us > component->period_us)
		return "a component's budget does not fit its period";
	if (component->account_pages == 0)
		return "a component's account is empty";
	if (component->heap_pages > HEAP_PAGES_MAX)
		return "a component's heap is too large";
	return NULL;
}

static bool module_index_valid(const struct plan *plan, uint32_t index)
{
	return index == PLAN_NO_MODULE || index < plan->header->modules;
}

/* The channel leads from the guest, and no other disk of it has the same. */
static bool block_channel_valid(const struct plan *plan, const struct plan_component *component,
	const struct plan_disk *disk)
{
	const struct plan_channel *channel;
	uint32_t index = disk->channel;

	if (index >= plan->header->channels)
		return false;
	channel = &plan->channel[index];
	if (channel->kind != CHANNEL_BLOCK || channel->client != component - plan->component)
		return false;
	for (const struct plan_disk *other = component->disk; other < disk; other++)
		if (other->module == PLAN_NO_MODULE && other->channel == index)
			return false;
	return true;
}

static const char *disks_check(const struct plan *plan, const struct plan_component *component)
{
	if (component->disks > PLAN_DISKS)
		return "a guest has too many disks";
	for (uint32_t i = 0; i < PLAN_DISKS && i < component->disks; i++) {
		const struct plan_disk *disk = &component->disk[i];

		if (!module_index_valid(plan, disk->module))
			return "a guest's disk is not in the table of modules";
		if (text_at(plan, disk->name) == NULL || text_at(plan, disk->serial) == NULL ||
			text_at(plan, disk->partition) == NULL)
			return "a disk's name is out of bounds";
		if (disk->module == PLAN_NO_MODULE && !block_channel_valid(plan, component, disk))
			return "a guest's disk has no channel of its own to a driver";
		if ((disk->flags & ~(disk->module == PLAN_NO_MODULE ? PLAN_DISK_READONLY
								    : PLAN_DISK_OVERLAY)) != 0)
			return "a disk has an unknown flag";
	}
	return NULL;
}

static const char *guest_check(const struct plan *plan, const struct plan_component *component)
{
	uint32_t files =
		(component->kernel != PLAN_NO_MODULE) + (component->initrd != PLAN_NO_MODULE);

	if (component->guest_pages == 0 || component->guest_pages > GUEST_PAGES_MAX)
		return "a guest's memory size is out of range";
	if (component->vcpus == 0 || component->vcpus > START_VCPUS)
		return "a guest's number of CPUs is out of range";
	if (!module_index_valid(plan, component->kernel) ||
		!module_index_valid(plan, component->initrd))
		return "a guest's kernel or initrd is not in the table of modules";
	if ((uint64_t)component->first_module + component->modules > plan->header->modules)
		return "a guest's modules are not in the table of modules";
	if (files + (uint64_t)component->modules + component->disks > START_MODULES)
		return "a guest has too many modules";
	if (text_at(plan, component->cmdline) == NULL)
		return "a guest's command line is out of bounds";
	return disks_check(plan, component);
}

/* Rights and channels that the start info and the slots have room for. */
static const char *limits_check(const struct plan *plan, uint32_t index)
{
	const struct plan_component *component = &plan->component[index];
	uint32_t irqs = 0, channels = 0;

	if ((uint64_t)component->first_right + component->rights > plan->header->rights)
		return "a component's rights are not in the table of rights";
	for (uint32_t i = component->first_right; i < plan->header->rights; i++)
		irqs += i - component->first_right < component->rights &&
			plan->right[i].kind == PLAN_RIGHT_IRQ &&
			(plan->right[i].flags & PLAN_RIGHT_ON_REQUEST) == 0;
	for (uint32_t i = 0; i < plan->header->channels; i++)
		channels += plan->channel[i].client == index || plan->channel[i].server == index;
	if (irqs > IRQS_MAX)
		return "a component has too many interrupts";
	if (channels > START_CHANNELS)
		return "a component has too many channels";
	return NULL;
}

static const char *component_check(const struct plan *plan, uint32_t index)
{
	const struct plan_component *component = &plan->component[index];
	const char *problem;

	if (!name_valid(component->name))
		return "a component has no valid name";
	if (!name_unique(plan, index))
		return "two components have the same name";
	if (component->kind > PLAN_VM)
		return "a component's kind is unknown";
	if ((component->flags & ~FLAGS_ALL) != 0)
		return "a component has an unknown flag";
	if (component->image >= plan->header->modules)
		return "a component's program is not in the table of modules";
	problem = budget_check(component);
	if (problem == NULL && component->kind == PLAN_VM)
		problem = guest_check(plan, component);
	if (problem == NULL && component->kind == PLAN_DRIVER && component->guest_pages != 0)
		problem = "a driver has guest memory";
	if (problem == NULL)
		problem = limits_check(plan, index);
	return problem;
}

static const char *port_check(const struct plan_channel *channel)
{
	const struct frame_port *port = &channel->port;
	bool uplink = (port->flags & FRAME_PORT_UPLINK) != 0;

	if (channel->pages != FRAME_CHANNEL_PAGES)
		return "a network channel's size is not that of its rings";
	if ((port->flags & ~FRAME_PORT_FLAGS) != 0)
		return "a network port has an unknown flag";
	if ((port->mac[0] & 1) != 0)
		return "a network port's address is that of a group";
	if (port->bytes > FRAME_RATE_MAX)
		return "a network port's rate is out of range";
	if (port->card >= FRAME_CARDS || (port->card != 0 && !uplink))
		return "a network port has a card that cannot be";
	return NULL;
}

static const char *channel_check(const struct plan *plan, uint32_t index)
{
	const struct plan_channel *channel = &plan->channel[index];
	bool from_init = channel->client == PLAN_INIT;

	if (channel->kind <= CHANNEL_NONE || channel->kind >= CHANNEL_KINDS)
		return "a channel's kind is unknown";
	if (from_init != (channel->kind == CHANNEL_CONTROL))
		return "a control channel that is not init's";
	if (!from_init && channel->client >= plan->header->components)
		return "a channel's client is not in the table of components";
	if (channel->server >= plan->header->components)
		return "a channel's server is not in the table of components";
	if (channel->client == channel->server)
		return "a channel leads back to its own component";
	if (channel->pages < 2 || channel->pages % 2 != 0 || channel->pages > CHANNEL_PAGES_MAX)
		return "a channel's size is out of range";
	if (channel->kind == CHANNEL_BLOCK && channel->pages * PAGE_SIZE < BLOCK_CHANNEL)
		return "a block channel is too small";
	return channel->kind == CHANNEL_NET ? port_check(channel) : NULL;
}

static const char *memory_right_check(const struct plan_right *right)
{
	uint32_t wx = MEM_W | MEM_X;

	if (right->count == 0 || right->first >= FRAME_END ||
		right->count > FRAME_END - right->first)
		return "a memory right is out of range";
	if ((right->flags & ~MEMORY_FLAGS_ALL) != 0 || (right->flags & MEM_R) == 0 ||
		(right->flags & wx) == wx)
		return "a memory right has impossible flags";
	return NULL;
}

static const char *right_check(const struct plan *plan, uint32_t index)
{
	struct plan_right copy = plan->right[index], *right = &copy;
	bool on_request = (right->flags & PLAN_RIGHT_ON_REQUEST) != 0;

	right->flags &= ~PLAN_RIGHT_ON_REQUEST;
	switch (right->kind) {
	case PLAN_RIGHT_PORT:
		if (right->flags != 0 || right->count == 0 || right->first >= PORT_END ||
			right->count > PORT_END - right->first)
			return "a port right is out of range";
		return NULL;
	case PLAN_RIGHT_IRQ:
		if ((right->count != 1 && !on_request) || right->count == 0 ||
			right->first >= GSI_END || right->count > GSI_END - right->first ||
			(right->flags & ~(IRQ_LEVEL | IRQ_ACTIVE_LOW)) != 0)
			return "an interrupt right is out of range";
		return NULL;
	case PLAN_RIGHT_MEMORY:
		return memory_right_check(right);
	case PLAN_RIGHT_DMA:
		if (right->flags != 0 || on_request || right->first != 0 || right->count == 0 ||
			right->count > DMA_PAGES_MAX)
			return "memory for devices is out of range";
		return NULL;
	default:
		return "a right's kind is unknown";
	}
}

/* Runs `check` on every entry; notes the entry that it refuses. */
static const char *table_check(struct plan *plan, uint32_t count,
	const char *(*check)(const struct plan *plan, uint32_t index))
{
	for (uint32_t i = 0; i < count; i++) {
		const char *problem = check(plan, i);

		if (problem != NULL) {
			plan->entry = i;
			return problem;
		}
	}
	return NULL;
}

static const char *tables_read(const uint8_t *data, struct plan *plan)
{
	const struct plan_header *header = plan->header;
	const char *problem;

	plan->component = (const void *)(data + header->component_offset);
	plan->module = (const void *)(data + header->module_offset);
	plan->channel = (const void *)(data + header->channel_offset);
	plan->right = (const void *)(data + header->right_offset);
	plan->text = (const char *)(data + header->text_offset);
	problem = text_check(plan);
	if (problem == NULL)
		problem = table_check(plan, header->rights, right_check);
	if (problem == NULL)
		problem = table_check(plan, header->channels, channel_check);
	if (problem == NULL)
		problem = table_check(plan, header->modules, module_check);
	if (problem == NULL)
		problem = table_check(plan, header->components, component_check);
	return problem;
}

enum status plan_read(const void *data, size_t size, struct plan *plan)
{
	*plan = (struct plan){.header = data, .entry = PLAN_NO_ENTRY};
	plan->problem = header_check(data, size);
	if (plan->problem == NULL)
		plan->problem = tables_check(plan->header);
	if (plan->problem == NULL)
		plan->problem = tables_read(data, plan);
	return plan->problem == NULL ? STATUS_OK : STATUS_BAD_ARG;
}

_Static_assert(sizeof(struct plan_header) % 8 == 0, "the tables stay aligned");
_Static_assert(sizeof(struct plan_component) % 8 == 0, "components stay aligned");
_Static_assert(START_SLOT_PEER + START_CHANNELS <= START_SLOT_FREE, "peers fit their slots");
