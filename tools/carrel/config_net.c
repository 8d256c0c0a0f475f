/* SPDX-License-Identifier: MIT */
/* Nets in a configuration; see config_net.h. No state. */
#include "config_net.h"
#include "alloc.h"
#include "near.h"
#include "value.h"

#include <stdlib.h>
#include <string.h>

static const struct config_net *find(const struct config *config, const char *name)
{
	for (unsigned i = 0; i < config->nets; i++)
		if (strcmp(config->net[i].name, name) == 0)
			return &config->net[i];
	return NULL;
}

static bool check_name(struct config_parse *parse, unsigned line, const char *name)
{
	const struct config_net *other = find(parse->config, name);

	if (*name == '\0')
		diag_add(parse->diag, line, "[net] has no name: expected [net NAME]");
	else if (!value_is_name(name) || strlen(name) > CONFIG_NET_NAME)
		diag_add(parse->diag, line,
			"[net %s]: expected a name of 1 to %u letters, digits, `-`, `_` and `.`, "
			"beginning with a letter or digit",
			name, CONFIG_NET_NAME);
	else if (other)
		diag_add(parse->diag, line, "[net %s] is given twice: expected it once, on line %u",
			name, other->line);
	else if (parse->config->nets == CONFIG_NETS)
		diag_add(
			parse->diag, line, "[net %s]: expected at most %u nets", name, CONFIG_NETS);
	else
		return true;
	return false;
}

/* One whose name is wrong is read all the same, for the errors in it. */
void config_net_begin(struct config_parse *parse, unsigned line, const char *name)
{
	struct config *config = parse->config;
	bool good = check_name(parse, line, name);

	parse->net = good ? &config->net[config->nets++] : &parse->spare_net;
	*parse->net = (struct config_net){.line = line};
	strncpy(parse->net->name, name, PLAN_NAME - 1);
}

static enum net_key key_at(const char *name)
{
	unsigned i = 0;

	while (i < NET_KEY_COUNT && strcmp(key_net[i].name, name) != 0)
		i++;
	return (enum net_key)i;
}

static void unknown_key(struct config_parse *parse, const struct ini_item *item)
{
	const char *names[NET_KEY_COUNT];

	for (unsigned i = 0; i < NET_KEY_COUNT; i++)
		names[i] = key_net[i].name;
	const char *near = near_word(item->name, names, NET_KEY_COUNT);
	if (near)
		parse->net->meant[key_at(near)] = true;
	if (near)
		diag_add(parse->diag, item->line,
			"unknown key `%s` in [net %s]: did you mean `%s`?", item->name,
			parse->net->name, near);
	else
		diag_add(parse->diag, item->line,
			"unknown key `%s` in [net %s]: expected one of `uplink`, `rate-limit`, "
			"`isolate`, `unsafe-dma`, `debug-crash`",
			item->name, parse->net->name);
}

/* A copy of a value's part, without spaces around it and `/s` behind it; to be freed. */
static char *rate_part(const char *text, size_t length)
{
	size_t spaces = strspn(text, " \t");

	spaces = spaces < length ? spaces : length;
	text += spaces;
	length -= spaces;
	while (length && strchr(" \t", text[length - 1]))
		length--;
	if (length > 2 && strncmp(text + length - 2, "/s", 2) == 0)
		length -= 2;
	return alloc_copy(text, length);
}

/* "10M/s" or "10M/s, 5000/s". */
static bool set_rate(struct config_net *net, const char *value)
{
	size_t length = strcspn(value, ",");
	char *bytes = rate_part(value, length);
	char *packets =
		value[length] ? rate_part(value + length + 1, strlen(value + length + 1)) : NULL;
	uint64_t size = 0, count = 0;
	bool good = value_size(bytes, &size) == STATUS_OK && size >= CONFIG_RATE_MIN &&
		    size <= FRAME_RATE_MAX;

	if (packets)
		good = good && value_number(packets, &count) == STATUS_OK && count >= 1 &&
		       count <= UINT32_MAX;
	if (good) {
		net->bytes = size;
		net->packets = (uint32_t)count;
	}
	free(packets);
	free(bytes);
	return good;
}

static bool set_crash(struct config_net *net, const char *value)
{
	uint64_t count;

	if (value_number(value, &count) != STATUS_OK || count < CONFIG_CRASH_MIN ||
		count > UINT32_MAX)
		return false;
	net->crash = (uint32_t)count;
	return true;
}

static bool set_uplink(struct config_net *net, const char *value)
{
	uint64_t number;

	if (value_number(value, &number) != STATUS_OK || number >= FRAME_CARDS)
		return false;
	net->uplink = (unsigned)number;
	net->has_uplink = true;
	return true;
}

static bool set_value(struct config_net *net, enum net_key key, const char *value)
{
	switch (key) {
	case NET_UPLINK:
		return set_uplink(net, value);
	case NET_UNSAFE_DMA:
		return value_yes_no(value, &net->unsafe_dma) == STATUS_OK;
	case NET_RATE_LIMIT:
		return set_rate(net, value);
	case NET_ISOLATE:
		return value_yes_no(value, &net->isolate) == STATUS_OK;
	default:
		return set_crash(net, value);
	}
}

void config_net_pair(struct config_parse *parse, const struct ini_item *item)
{
	struct config_net *net = parse->net;
	enum net_key key = key_at(item->name);

	if (key == NET_KEY_COUNT) {
		unknown_key(parse, item);
		return;
	}
	if (net->seen[key]) {
		diag_add(parse->diag, item->line,
			"`%s` is given twice: expected it once, on line %u", item->name,
			net->seen[key]);
		return;
	}
	net->seen[key] = item->line;
	if (set_value(net, key, item->value))
		return;
	net->meant[key] = true;
	diag_add(parse->diag, item->line, "`%s`: expected %s, got %s%s%s", item->name,
		key_net[key].expected, *item->value ? "`" : "",
		*item->value ? item->value : "nothing", *item->value ? "`" : "");
}

void config_net_end(struct config_parse *parse)
{
	const struct config_net *net = parse->net;

	if (net->has_uplink && !net->unsafe_dma && !net->meant[NET_UNSAFE_DMA])
		diag_add(parse->diag, net->seen[NET_UPLINK],
			"`uplink`: [net %s] uses a network card of the machine, "
			"which " CONFIG_DANGER ": expected `unsafe-dma = yes` if it may",
			net->name);
	if (net->seen[NET_UNSAFE_DMA] && !net->seen[NET_UPLINK] && !net->meant[NET_UPLINK])
		diag_add(parse->diag, net->seen[NET_UNSAFE_DMA],
			"`unsafe-dma`: expected none for a net without an `uplink`");
}

void config_net_take(struct config_parse *parse, unsigned line, const char *value)
{
	struct config_vm *vm = parse->vm;

	for (unsigned i = 0; i < vm->nets; i++) {
		if (strcmp(vm->net[i].name, value) != 0)
			continue;
		diag_add(parse->diag, line,
			"`net`: %s is given twice: expected it once, on line %u", value,
			vm->net[i].line);
		return;
	}
	if (vm->nets == PLAN_NETS) {
		diag_add(parse->diag, line, "`net`: expected at most %u of them", PLAN_NETS);
		return;
	}
	vm->net[vm->nets++] = (struct config_vm_net){.name = alloc_text("%s", value), .line = line};
}

/* Locally administered, of the guest's name and the port's number: the same wherever the
 * guest stands in the file. FNV-1a, 32 bits. */
static void derive_mac(const char *name, unsigned port, uint8_t mac[6])
{
	uint32_t hash = 2166136261u;

	for (; *name; name++)
		hash = (hash ^ (uint8_t)*name) * 16777619u;
	mac[0] = 2;
	for (unsigned i = 0; i < 4; i++)
		mac[1 + i] = (uint8_t)(hash >> (24 - 8 * i));
	mac[5] = (uint8_t)port;
}

/* Two names may give the same address, if rarely: then one must change. */
static void check_macs(const struct config *config, unsigned index, struct diag *diag)
{
	const struct config_vm *vm = &config->vm[index];

	for (unsigned i = 0; i < index; i++)
		if (vm->nets && config->vm[i].nets &&
			memcmp(vm->net[0].mac, config->vm[i].net[0].mac, 6) == 0)
			diag_add(diag, vm->net[0].line,
				"`net`: the network address made of the name %s is that of [vm %s] "
				"too: expected another name for one of them",
				vm->name, config->vm[i].name);
}

static void resolve(const struct config *config, struct config_vm_net *use, struct diag *diag)
{
	const char *names[CONFIG_NETS];

	for (unsigned i = 0; i < config->nets; i++)
		names[i] = config->net[i].name;
	const char *near = near_word(use->name, names, config->nets);
	use->net = find(config, use->name);
	if (!use->net)
		diag_add(diag, use->line,
			near ? "`net`: there is no [net %s]: did you mean `%s`?"
			     : "`net`: there is no [net %s]",
			use->name, near);
}

/* A card has one driver, which is on one net. */
static void check_uplinks(const struct config *config, struct diag *diag)
{
	unsigned uplinks = 0;

	for (unsigned i = 0; i < config->nets; i++) {
		const struct config_net *net = &config->net[i];

		if (net->has_uplink && uplinks++ == CONFIG_UPLINKS)
			diag_add(diag, net->seen[NET_UPLINK],
				"`uplink`: expected at most %u of them in all nets",
				CONFIG_UPLINKS);
		for (unsigned k = 0; k < i && net->has_uplink; k++)
			if (config->net[k].has_uplink && config->net[k].uplink == net->uplink)
				diag_add(diag, net->seen[NET_UPLINK],
					"`uplink`: card %u is the uplink of [net %s] too, on line "
					"%u: "
					"expected another one",
					net->uplink, config->net[k].name,
					config->net[k].seen[NET_UPLINK]);
	}
}

void config_net_warn(const struct config *config, struct diag *warnings)
{
	for (unsigned i = 0; i < config->nets; i++)
		if (config->net[i].unsafe_dma)
			diag_add(warnings, config->net[i].seen[NET_UNSAFE_DMA],
				"warning: `unsafe-dma` of [net %s]: its network "
				"card " CONFIG_DANGER,
				config->net[i].name);
}

void config_net_resolve(struct config *config, struct diag *diag)
{
	check_uplinks(config, diag);
	for (unsigned i = 0; i < config->vms; i++) {
		struct config_vm *vm = &config->vm[i];

		for (unsigned k = 0; k < vm->nets; k++) {
			resolve(config, &vm->net[k], diag);
			derive_mac(vm->name, k, vm->net[k].mac);
		}
		check_macs(config, i, diag);
	}
}
