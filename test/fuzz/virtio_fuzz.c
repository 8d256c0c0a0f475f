/* SPDX-License-Identifier: MIT */
/* clang-format off */
/* LINK: vmm-user/vmm/dev/virtio_blk.c vmm-user/vmm/dev/blk_memory.c vmm-user/vmm/dev/virtio_net.c vmm-user/vmm/dev/net_loop.c vmm-user/vmm/dev/virtio_rng.c vmm-user/vmm/dev/virtio_console.c vmm-user/vmm/dev/virtio_pci.c vmm-user/vmm/dev/virtio_common.c vmm-user/vmm/dev/virtio_queue.c vmm-user/vmm/dev/scatter.c vmm-user/vmm/dev/msix.c vmm-user/vmm/dev/pci.c vmm-user/vmm/dev/pci_function.c vmm-user/vmm/guest_memory.c */
/* clang-format on */
/* RUNS: 60000 */
/* MAX: 1024 */
/*
 * A PCI bus with every virtio device under a hostile driver: any access to ports,
 * configuration space and BARs, any bytes in its memory, which changes also while a
 * device is at work; requests that are done late, in any order.
 */
#include "vmm/dev/blk_memory.h"
#include "vmm/dev/net_loop.h"
#include "vmm/dev/pci.h"
#include "vmm/dev/virtio_blk.h"
#include "vmm/dev/virtio_console.h"
#include "vmm/dev/virtio_rng.h"

#include "fuzz.h"
#include "lib/compiler.h"

#define RAM_SIZE 0x4000u
#define STEPS 120u
#define FILE_SIZE 9000u
#define DEVICES 4u
#define FLIGHTS 64u

static uint8_t *ram;
static struct guest_memory mem;
static struct pci pci;
static struct virtio_blk disk;
static struct virtio_net card;
static struct virtio_rng rng;
static struct virtio_console console;
static struct virtio_pci *const device[DEVICES] = {&disk.pci, &card.pci, &rng.pci, &console.pci};
static struct blk_memory memory;
static struct net_loop loop;
static struct input *current;

/* The medium in front of the memory: it may be late. */
static struct blk_medium late;
static struct blk_request *flight[FLIGHTS];
static unsigned flying;

static void scribble(struct input *input)
{
	uint32_t at = (uint32_t)input_take(input, 2) % RAM_SIZE;

	ram[at] = (uint8_t)input_take(input, 1);
}

static void late_submit(struct blk_medium *medium, struct blk_request *r)
{
	MUST(r->sector <= medium->sectors && r->sectors <= medium->sectors - r->sector);
	MUST(flying < FLIGHTS);
	flight[flying++] = r;
}

static void late_cancel(struct blk_medium *medium UNUSED)
{
	flying = 0;
}

static void finish(struct input *input)
{
	struct blk_request *r;
	unsigned which;

	if (!flying)
		return;
	which = (unsigned)input_take(input, 1) % flying;
	r = flight[which];
	flight[which] = flight[--flying];
	scribble(input);
	memory.medium.submit(&memory.medium, r);
}

static void send(void *ctx, uint64_t address UNUSED, uint32_t data UNUSED)
{
	MUST(ctx == &pci);
}

static size_t fill(void *to, size_t size)
{
	memset(to, 0x55, size);
	return size - size / 3;
}

static size_t output(void *ctx UNUSED, const uint8_t *bytes UNUSED, size_t size)
{
	size_t most = (size_t)input_take(current, 1);

	return size < most ? size : most;
}

static void ready(void *ctx UNUSED) {}

/* A driver that does it right up to here. */
static void start(struct virtio_pci *d, unsigned flags)
{
	uint64_t features = d->offered & ~((flags & 1) ? VIRTIO_F_EVENT_IDX : 0);
	void (*out)(void *, uint64_t, unsigned, uint64_t) = d->function.write;

	out(d, COMMON_STATUS, 1, 0);
	out(d, COMMON_STATUS, 1, 3);
	for (unsigned half = 0; half < 2; half++) {
		out(d, COMMON_DRIVER_SELECT, 4, half);
		out(d, COMMON_DRIVER_FEATURE, 4, features >> 32 * half);
	}
	out(d, COMMON_STATUS, 1, 11);
	for (unsigned n = 0; n < d->ops->queues; n++) {
		uint64_t ring = 0x400u * n;

		out(d, COMMON_QUEUE_SELECT, 2, n);
		out(d, COMMON_QUEUE_SIZE, 2, 16);
		out(d, COMMON_QUEUE_VECTOR, 2, n);
		out(d, COMMON_QUEUE_DESCRIPTORS, 8, ring);
		out(d, COMMON_QUEUE_AVAILABLE, 8, ring + 0x100);
		out(d, COMMON_QUEUE_USED, 8, ring + 0x200);
		out(d, COMMON_QUEUE_ENABLE, 2, 1);
	}
	out(d, COMMON_STATUS, 1, 15);
}

/* Such as requests and frames have, and any. */
static uint32_t take_size(struct input *input)
{
	static const uint16_t sizes[] = {1, 12, 16, 20, 28, 60, 512, 513, 1024, 1025, 1514, 1530};
	unsigned which = (unsigned)input_take(input, 1) & 15;

	return which < ARRAY_SIZE(sizes) ? sizes[which] : (uint32_t)input_take(input, 2) & 0x7ff;
}

/* A chain of `pieces` in queue n, and its head in the available ring. */
static void offer(struct input *input, struct virtio_pci *d, unsigned n)
{
	uint8_t *ring = ram + 0x400u * n;
	unsigned pieces = 1 + (unsigned)input_take(input, 1) % 4;
	unsigned first = (unsigned)input_take(input, 1) % 16, readable;
	uint16_t index;

	readable = (unsigned)input_take(input, 1) % (pieces + 1);
	for (unsigned i = 0; i < pieces; i++) {
		uint64_t address = 0x800 + input_take(input, 2) % (RAM_SIZE - 0x800);
		uint32_t size = take_size(input);
		uint16_t tail[2] = {(uint16_t)((i + 1 < pieces) | (i >= readable) << 1),
			(uint16_t)((first + i + 1) % 16)};
		uint8_t *at = ring + 16 * ((first + i) % 16);

		if (!i && readable) /* a header, as disks and cards want it */
			size = (n || d == &disk.pci) ? 16 : 12;
		memcpy(at, &address, 8);
		memcpy(at + 8, &size, 4);
		memcpy(at + 12, tail, 4);
		if (!i && input_take(input, 1) & 1 && address < RAM_SIZE - 16) {
			memset(ram + address, 0, 16);
			ram[address] = (uint8_t)input_take(input, 1) & 15;
			ram[address + 8] = (uint8_t)input_take(input, 1) & 31;
		}
	}
	memcpy(&index, ring + 0x102, 2);
	ring[0x104 + 2 * (index % 16)] = (uint8_t)first;
	ring[0x105 + 2 * (index % 16)] = 0;
	index++;
	memcpy(ring + 0x102, &index, 2);
	pci_window_write(&pci,
		pci_function_get(&d->function, PCI_BAR, 4) - PCI_WINDOW + VIRTIO_NOTIFY_AT + 4 * n,
		2, n);
}

static void any_access(struct input *input, struct virtio_pci *d)
{
	uint64_t offset = input_take(input, 2) & 0x7fff;
	unsigned bytes = 1u << (input_take(input, 1) & 3);
	uint64_t base = pci_function_get(&d->function, PCI_BAR, 4) - PCI_WINDOW;

	if (offset & 0x4000)
		offset &= 0x3f; /* the common configuration more often */
	(void)pci_window_read(&pci, base + offset, bytes);
	pci_window_write(&pci, base + offset, bytes, input_take(input, bytes));
}

static void any_configuration(struct input *input)
{
	uint64_t offset = input_take(input, 3) % PCI_ECAM_SIZE & ~0x7f00ull;
	unsigned bytes = 1u << input_take(input, 1) % 3;

	(void)pci_ecam_read(&pci, offset, bytes);
	pci_ecam_write(&pci, offset, bytes, input_take(input, bytes));
	pci_write(&pci, 0, 4, input_take(input, 3) | 0x80000000);
	pci_write(&pci, 4 + (offset & 3), bytes, input_take(input, 1));
	(void)pci_read(&pci, 4 + (offset & 3), bytes);
}

static void host_side(struct input *input)
{
	static const uint8_t bytes[NET_FRAME_MAX];

	switch (input_take(input, 1) & 3) {
	case 0:
		(void)virtio_net_receive(&card, bytes, (size_t)input_take(input, 2) % 1600);
		break;
	case 1:
		virtio_net_room(&card);
		break;
	case 2:
		(void)virtio_console_input(&console, bytes, (size_t)input_take(input, 1));
		break;
	default:
		virtio_console_room(&console);
		break;
	}
}

static void step(struct input *input)
{
	unsigned what = (unsigned)input_take(input, 1);
	struct virtio_pci *d = device[what >> 3 & 3];

	switch (what & 7) {
	case 0:
		any_access(input, d);
		break;
	case 1:
		any_configuration(input);
		break;
	case 2:
		start(d, what >> 5);
		break;
	case 3:
		scribble(input);
		break;
	case 4:
		finish(input);
		break;
	case 5:
		host_side(input);
		break;
	default:
		offer(input, d, (what >> 5) % d->ops->queues);
		break;
	}
}

static void plug(void)
{
	static const uint8_t mac[NET_MAC] = {2};

	pci_init(&pci);
	late = memory.medium;
	late.submit = late_submit;
	late.cancel = late_cancel;
	flying = 0;
	virtio_blk_init(&disk, &late, &mem, send, &pci);
	net_loop_init(&loop, mac, &card);
	virtio_net_init(&card, &loop.port, &mem, send, &pci);
	virtio_rng_init(&rng, fill, &mem, send, &pci);
	console = (struct virtio_console){.output = output, .ready = ready};
	virtio_console_init(&console, &mem, send, &pci);
	for (unsigned i = 0; i < DEVICES; i++) {
		struct virtio_pci *d = device[i];

		MUST(pci_add(&pci, &d->function) == STATUS_OK);
		pci_ecam_write(&pci, (i + 1) << 15 | 4, 2, 6);
		pci_ecam_write(&pci, (i + 1) << 15 | (d->msix_capability + 2), 2, 0x8000);
		start(d, i);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};
	uint32_t map[3] = {0};
	uint8_t *file = calloc(1, FILE_SIZE), *pool = malloc(2 * BLK_BLOCK);

	current = &input;
	ram = aligned_alloc(4096, RAM_SIZE);
	MUST(ram && file && pool && guest_memory_init(&mem, ram, RAM_SIZE) == STATUS_OK);
	memset(ram, 0, RAM_SIZE);
	blk_memory_init(&memory, file, FILE_SIZE, "disk");
	if (input_take(&input, 1) & 3)
		blk_memory_overlay(&memory, map, pool, 2);
	plug();
	for (unsigned i = 0; i < STEPS && input.left > 0; i++)
		step(&input);
	for (size_t i = 0; i < FILE_SIZE; i++)
		MUST(!file[i]);
	free(ram), free(pool), free(file);
	return 0;
}
