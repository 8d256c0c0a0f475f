/* SPDX-License-Identifier: MIT */
/* A compiled plan in words; see print.h. */
#include "print.h"
#include "cpus.h"
#include "value.h"

#include <inttypes.h>
#include <stdlib.h>

static const struct {
	uint32_t flag;
	const char *text;
} flag_texts[] = {
	{PLAN_DEBUG_EXIT, "debug-exit"},
	{PLAN_RESTART, "restart on crash"},
	{PLAN_LOG, "writes to the kernel log"},
	{PLAN_POWER, "switches the machine off"},
};

static const char *const channel_texts[] = {
	[CHANNEL_NONE] = "nothing",
	[CHANNEL_CONSOLE] = "console",
	[CHANNEL_DIAG] = "messages of the monitor",
	[CHANNEL_CONTROL] = "how guests ended",
	[CHANNEL_NET] = "frames",
	[CHANNEL_BLOCK] = "a disk",
};

static const char *component_name(const struct plan *plan, uint32_t index)
{
	return index == PLAN_INIT ? INIT_MODULE : plan_component(plan, index)->name;
}

static void print_file(const struct plan *plan, FILE *out, const char *what, uint32_t index)
{
	if (index == PLAN_NO_MODULE)
		return;
	const struct plan_module *module = plan_module(plan, index);
	const char *args = plan_text(plan, module->cmdline);
	fprintf(out, "  %-9s %s (%" PRIu64 " bytes, crc %08x) as %s%s%s\n", what,
		plan->file[index].path, module->size, module->crc, plan_text(plan, module->name),
		*args ? ", told: " : "", args);
}

static void print_time(const struct plan_component *component, FILE *out)
{
	char budget[VALUE_TIME_TEXT], period[VALUE_TIME_TEXT];
	uint64_t permille;

	fprintf(out, "  priority  %u, ", component->priority);
	if (!component->budget_us) {
		fputs("no limit of time\n", out);
		return;
	}
	permille = component->budget_us * 1000ull / component->period_us;
	fprintf(out, "%s in each %s, that is %" PRIu64 ".%" PRIu64 "%% of a CPU%s\n",
		value_format_time(component->budget_us, budget),
		value_format_time(component->period_us, period), permille / 10, permille % 10,
		component->vcpus > 1 ? ", for each virtual CPU" : "");
}

/* The CPUs, and where they were written down one by one, who has which. */
static void print_cpus(const struct plan_component *component, FILE *out)
{
	char *list = cpus_format(component->cpus);

	fprintf(out, "  cpus      %s", list);
	free(list);
	if (cpus_are_open(component->cpus)) {
		fputs(", where the least is planned\n", out);
		return;
	}
	for (uint32_t i = 0; i < component->vcpus; i++)
		fprintf(out, "%s %u", i == 0 ? ": virtual CPU by virtual CPU" : ",",
			cpus_turn(component->cpus, i));
	fputc('\n', out);
}

static void print_device(const struct plan *plan, const struct plan_disk *disk, FILE *out)
{
	const char *partition = plan_text(plan, disk->partition);

	if (disk->device == PLAN_ANY_DEVICE)
		fprintf(out, "  disk      that with serial number %s",
			plan_text(plan, disk->serial));
	else
		fprintf(out, "  disk      number %u of the machine", disk->device);
	if (*partition)
		fprintf(out, ", its partition %s", partition);
	fprintf(out, "\n            as %s, %s\n", plan_text(plan, disk->name),
		disk->flags & PLAN_DISK_READONLY ? "only to be read" : "what is written is kept");
}

/* A part of a right that may be asked for, not one that is had. */
static const char *on_request(const struct plan_right *right)
{
	return right->flags & PLAN_RIGHT_ON_REQUEST ? ", what it asks for of them" : "";
}

static void print_vm(const struct plan *plan, const struct plan_component *component, FILE *out)
{
	char size[VALUE_SIZE_TEXT];

	fprintf(out, "  guest     %s of memory, %u virtual CPU%s\n",
		value_format_size(component->guest_pages * 4096, size), component->vcpus,
		component->vcpus == 1 ? "" : "s");
	print_file(plan, out, "kernel", component->kernel);
	print_file(plan, out, "initrd", component->initrd);
	for (uint32_t i = 0; i < component->modules; i++)
		print_file(plan, out, "module", component->first_module + i);
	for (uint32_t i = 0; i < component->disks; i++) {
		const struct plan_disk *disk = &component->disk[i];

		if (disk->module == PLAN_NO_MODULE) {
			print_device(plan, disk, out);
			continue;
		}
		print_file(plan, out, "disk", disk->module);
		fprintf(out, "            as %s, %s\n", plan_text(plan, disk->name),
			disk->flags & PLAN_DISK_OVERLAY ? "what is written stays in memory"
							: "only to be read");
	}
	fprintf(out, "  cmdline   %s\n", plan_text(plan, component->cmdline));
}

static void print_rights(const struct plan *plan, const struct plan_component *component, FILE *out)
{
	for (uint32_t i = 0; i < component->rights; i++) {
		const struct plan_right *right = plan_right(plan, component->first_right + i);
		if (right->kind == PLAN_RIGHT_PORT)
			fprintf(out, "  ports     0x%" PRIx64 " to 0x%" PRIx64 "%s\n", right->first,
				right->first + right->count - 1, on_request(right));
		else if (right->kind == PLAN_RIGHT_DMA)
			fprintf(out,
				"  dma       %" PRIu64 " pages that devices reach, which may "
				"reach all others as well\n",
				right->count);
		else if (right->kind == PLAN_RIGHT_IRQ && right->count > 1)
			fprintf(out, "  interrupt %" PRIu64 " to %" PRIu64 "%s\n", right->first,
				right->first + right->count - 1, on_request(right));
		else if (right->kind == PLAN_RIGHT_IRQ)
			fprintf(out, "  interrupt %" PRIu64 ", %s, active %s\n", right->first,
				right->flags & 1 ? "level" : "edge",
				right->flags & 2 ? "low" : "high");
		else
			fprintf(out, "  memory    0x%" PRIx64 ", %" PRIu64 " pages%s\n",
				right->first * 4096, right->count, on_request(right));
	}
}

/* A port, of either end. */
static void print_port(const struct frame_port *port, FILE *out)
{
	const uint8_t *mac = port->mac;

	if (port->flags & FRAME_PORT_UPLINK) {
		fprintf(out, "            by network card %u of the machine", port->card);
		if (port->crash)
			fprintf(out, "; its driver dies after %u frames", port->crash);
		fputc('\n', out);
		return;
	}
	fprintf(out, "            address %02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		mac[3], mac[4], mac[5]);
	if (port->flags & FRAME_PORT_ISOLATED)
		fputs(", isolated", out);
	if (port->bytes)
		fprintf(out, ", sends up to %" PRIu64 " bytes a second", port->bytes);
	if (port->packets)
		fprintf(out, ", %u frames a second", port->packets);
	if (port->crash)
		fprintf(out, "; the switch dies after %u frames", port->crash);
	fputc('\n', out);
}

static void print_channels(const struct plan *plan, uint32_t index, FILE *out)
{
	for (uint32_t i = 0; i < plan_header(plan)->channels; i++) {
		const struct plan_channel *channel = plan_channel(plan, i);
		if (channel->client != index && channel->server != index)
			continue;
		fprintf(out, "  channel   %s %s: %s, %u pages\n",
			channel->client == index ? "to" : "from",
			component_name(
				plan, channel->client == index ? channel->server : channel->client),
			channel_texts[channel->kind], channel->pages);
		if (channel->kind == CHANNEL_NET)
			print_port(&channel->port, out);
	}
}

static void print_component(const struct plan *plan, uint32_t index, FILE *out)
{
	const struct plan_component *component = plan_component(plan, index);

	fprintf(out, "%s %s\n", component->kind == PLAN_VM ? "vm" : "driver", component->name);
	print_file(plan, out, "program", component->image);
	print_time(component, out);
	print_cpus(component, out);
	fprintf(out, "  kernel    up to %u pages of kernel memory, %u pages of its own\n",
		component->account_pages, component->heap_pages);
	for (unsigned i = 0; i < ARRAY_SIZE(flag_texts); i++)
		if (component->flags & flag_texts[i].flag)
			fprintf(out, "  may       %s\n", flag_texts[i].text);
	if (component->kind == PLAN_VM)
		print_vm(plan, component, out);
	print_rights(plan, component, out);
	print_channels(plan, index, out);
}

void print_plan(const struct plan *plan, FILE *out)
{
	const struct plan_header *header = plan_header(plan);

	fprintf(out, "plan version %u, %u bytes, crc %08x\n", header->version, header->size,
		header->crc);
	fprintf(out, "%u components, %u files, %u channels; needs a machine with %" PRIu64 "M\n",
		header->components, header->modules, header->channels,
		(plan_memory(plan) >> 20) + 1);
	if (header->flags & PLAN_WHEN_DONE_POWEROFF)
		fprintf(out, "the machine is switched off when every guest has ended%s\n",
			header->flags & PLAN_WHEN_DONE_LINGER ? ", a minute later if one was killed"
							      : "");
	for (uint32_t i = 0; i < header->components; i++) {
		fputc('\n', out);
		print_component(plan, i, out);
	}
}
