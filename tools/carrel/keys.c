/* SPDX-License-Identifier: MIT */
/* The blocks and keys of a configuration file; see keys.h. Constant tables. */
#include "keys.h"
#include "alloc.h"
#include "near.h"
#include "lib/compiler.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const struct key key_vm[VM_KEY_COUNT] = {
	[VM_KERNEL] = {"kernel", "the path of a kernel (Linux bzImage or ELF)", NULL,
		"what the guest boots", false},
	[VM_INITRD] = {"initrd", "the path of a file", "", "a Linux kernel's initial file system",
		false},
	[VM_CMDLINE] = {"cmdline", "text", "", "the kernel's command line", false},
	[VM_MEMORY] = {"memory", "a size from 4M to 64G in steps of 4K, such as 256M", "128M",
		"the guest's memory", false},
	[VM_VCPUS] = {"vcpus", "a number from 1 to 32", "1", "virtual CPUs", false},
	[VM_CPUS] = {"cpus", "a list of CPUs from 0 to 31, such as 1-3 or 0,2, or all", "all",
		"the CPUs that the virtual ones may run on", false},
	[VM_PRIORITY] = {"priority", "a number from 0 to 31", "20",
		"who comes first on a CPU: the higher number", false},
	[VM_BUDGET] = {"budget", "a time such as 5ms, or a part of the period such as 25%", "",
		"the time that each virtual CPU may run in each period", false},
	[VM_PERIOD] = {"period", "a time from 1ms to 1s, such as 10ms", "10ms",
		"how often the budget is renewed", false},
	[VM_MODULE] = {"module", "the path of a file, then what the kernel is told of it", "",
		"a multiboot kernel's module", true},
	[VM_DISK] = {"disk", "the name of a disk, as in [disk NAME]", "",
		"a disk that the guest has", true},
	[VM_NET] = {"net", "the name of a net, as in [net NAME]", "", "a net that the guest is on",
		true},
	[VM_DEBUG_EXIT] = {"debug-exit", "yes or no", "no",
		"a byte written to port 0xf4 ends the guest", false},
	[VM_ON_CRASH] = {"on-crash", "stop or restart", "stop",
		"what happens when the guest reboots or crashes, or its monitor does", false},
};

const struct key key_disk[DISK_KEY_COUNT] = {
	[DISK_FILE] = {"file", "the path of a file", "", "what the disk holds", false},
	[DISK_DEVICE] = {"device", "a number from 0 to 7", "", "the machine's disk of that number",
		false},
	[DISK_SERIAL] = {"serial", "the serial number of a disk", "",
		"the machine's disk that says so of itself", false},
	[DISK_PARTITION] = {"partition", "the number, label or UUID of a partition", "",
		"the part of the machine's disk", false},
	[DISK_READONLY] = {"readonly", "yes or no", "no", "the guest cannot write", false},
	[DISK_OVERLAY] = {"overlay", "memory", "",
		"where what the guest writes is kept, until the guest ends", false},
	[DISK_UNSAFE_DMA] = {"unsafe-dma", "yes or no", "no",
		"the disk's controller may reach all memory", false},
	[DISK_DEBUG_CRASH] = {"debug-crash", "a number of requests from 1 to 1000000", "",
		"the driver fails again and again, for tests", false},
};

const struct key key_net[NET_KEY_COUNT] = {
	[NET_UPLINK] = {"uplink", "a number from 0 to 31", "",
		"the network card of the machine by which the net leads to others", false},
	[NET_RATE_LIMIT] = {"rate-limit",
		"bytes in a second and perhaps packets, such as 10M/s or 10M/s, 5000/s", "",
		"what each guest may send", false},
	[NET_ISOLATE] = {"isolate", "yes or no", "no", "guests do not reach each other", false},
	[NET_UNSAFE_DMA] = {"unsafe-dma", "yes or no", "no",
		"the card may reach all memory, for nothing keeps it from it", false},
	[NET_DEBUG_CRASH] = {"debug-crash", "a number of frames, at least 100", "",
		"for tests: the net's processes die each time they have passed on so many", false},
};

const struct block key_blocks[BLOCK_COUNT] = {
	{"vm", NULL},
	{"disk", NULL},
	{"net", NULL},
	{"channel", "channels between guests"},
	{"device", "devices passed to guests"},
};

/* Words of xl.cfg, QEMU, libvirt and GRUB that no edit distance would find. */
static const struct {
	const char *word;
	enum vm_key key;
} aliases[] = {
	{"image", VM_KERNEL},
	{"linux", VM_KERNEL},
	{"ramdisk", VM_INITRD},
	{"initramfs", VM_INITRD},
	{"extra", VM_CMDLINE},
	{"root", VM_CMDLINE},
	{"append", VM_CMDLINE},
	{"bootargs", VM_CMDLINE},
	{"args", VM_CMDLINE},
	{"maxmem", VM_MEMORY},
	{"mem", VM_MEMORY},
	{"ram", VM_MEMORY},
	{"smp", VM_VCPUS},
	{"maxvcpus", VM_VCPUS},
	{"cores", VM_VCPUS},
	{"cpuset", VM_CPUS},
	{"cpus_soft", VM_CPUS},
	{"affinity", VM_CPUS},
	{"pin", VM_CPUS},
	{"nice", VM_PRIORITY},
	{"prio", VM_PRIORITY},
	{"cap", VM_BUDGET},
	{"quota", VM_BUDGET},
	{"slice", VM_BUDGET},
	{"modules", VM_MODULE},
	{"drive", VM_DISK},
	{"hda", VM_DISK},
	{"vif", VM_NET},
	{"nic", VM_NET},
	{"netdev", VM_NET},
	{"bridge", VM_NET},
	{"network", VM_NET},
	{"on_crash", VM_ON_CRASH},
	{"on-failure", VM_ON_CRASH},
	{"on_reboot", VM_ON_CRASH},
};

enum vm_key key_find(const char *name)
{
	unsigned i = 0;

	while (i < VM_KEY_COUNT && strcmp(key_vm[i].name, name) != 0)
		i++;
	return (enum vm_key)i;
}

const char *key_suggest(const char *name)
{
	const char *names[VM_KEY_COUNT];

	for (unsigned i = 0; i < ARRAY_SIZE(aliases); i++)
		if (strcasecmp(aliases[i].word, name) == 0)
			return key_vm[aliases[i].key].name;
	for (unsigned i = 0; i < VM_KEY_COUNT; i++)
		names[i] = key_vm[i].name;
	return near_word(name, names, VM_KEY_COUNT);
}

const struct block *key_find_block(const char *name)
{
	for (unsigned i = 0; i < BLOCK_COUNT; i++)
		if (strcmp(key_blocks[i].name, name) == 0)
			return &key_blocks[i];
	return NULL;
}

const char *key_suggest_block(const char *name)
{
	static const char *const guests[] = {"domain", "guest", "machine", "domu"};
	const char *names[BLOCK_COUNT];

	for (unsigned i = 0; i < ARRAY_SIZE(guests); i++)
		if (strcasecmp(guests[i], name) == 0)
			return "vm";
	/* With two letters, one of them wrong is the usual slip. */
	if (strlen(name) <= 3 && near_distance(name, "vm") == 1)
		return "vm";
	for (unsigned i = 0; i < BLOCK_COUNT; i++)
		names[i] = key_blocks[i].name;
	return near_word(name, names, BLOCK_COUNT);
}

char *key_list(void)
{
	char *list = alloc_text("`%s`", key_vm[0].name);

	for (unsigned i = 1; i < VM_KEY_COUNT; i++) {
		char *longer = alloc_text("%s, `%s`", list, key_vm[i].name);
		free(list);
		list = longer;
	}
	return list;
}
