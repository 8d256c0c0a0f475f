/* SPDX-License-Identifier: MIT */
/* virtio over PCI: see virtio_pci.h. The common configuration is in virtio_common.c. */
#include "vmm/dev/virtio_common.h"

#include "lib/string.h"

#define PCI_VENDOR_VIRTIO 0x1af4u /* 4.1.2 "PCI Device Discovery" */
#define PCI_DEVICE_VIRTIO 0x1040u /* and the type */
#define PCI_REVISION 1u

/* 4.1.4 "Virtio Structure PCI Capabilities": struct virtio_pci_cap. */
#define CAPABILITY_VENDOR 0x09u
#define CAPABILITY_MSIX 0x11u
enum capability_field {
	CAP_LENGTH = 2,
	CAP_TYPE = 3,
	CAP_BAR = 4,
	CAP_OFFSET = 8,
	CAP_SIZE = 12,
	CAP_PLAIN = 16, /* bytes of one without more */
	CAP_MULTIPLIER = 16,
	CAP_DATA = 16,
	CAP_LONG = 20
};
enum capability_type { CAP_COMMON = 1, CAP_NOTIFY, CAP_ISR, CAP_DEVICE, CAP_WINDOW };

#define MSIX_CONTROL 2u /* message control, behind id and link */
#define MSIX_TABLE 4u
#define MSIX_PENDING 8u
#define MSIX_SIZE 12u

/* --- interrupts --- */

static void raise(struct virtio_pci *d, uint16_t vector, uint8_t isr)
{
	if (!pci_function_is_master(&d->function))
		return;
	if (!d->msix.enabled)
		d->isr |= isr;
	msix_raise(&d->msix, vector);
}

void virtio_pci_publish(struct virtio_pci *d, unsigned queue)
{
	struct virtio_queue *q = virtio_pci_queue(d, queue);

	if (!q || !q->put)
		return;
	virtio_queue_publish(q);
	if (virtio_queue_interrupts(q))
		raise(d, d->queue_vector[queue], VIRTIO_ISR_QUEUE);
}

/* 2.1.2 "Device Requirements: Device Status Field": with a notification if the driver
 * is ready. */
void virtio_pci_break(struct virtio_pci *d)
{
	if (d->status & VIRTIO_NEEDS_RESET)
		return;
	d->status |= VIRTIO_NEEDS_RESET;
	if (d->status & VIRTIO_DRIVER_OK)
		raise(d, d->config_vector, VIRTIO_ISR_CONFIG);
}

/* --- queues --- */

struct virtio_queue *virtio_pci_queue(struct virtio_pci *d, unsigned queue)
{
	if (queue >= d->ops->queues || !d->queue[queue].open)
		return NULL;
	if ((d->status & (VIRTIO_DRIVER_OK | VIRTIO_NEEDS_RESET)) != VIRTIO_DRIVER_OK)
		return NULL;
	return pci_function_is_master(&d->function) ? &d->queue[queue] : NULL;
}

void virtio_pci_notify(struct virtio_pci *d, unsigned queue)
{
	if (virtio_pci_queue(d, queue))
		d->ops->notify(d->ctx, queue);
}

/* --- the BAR --- */

static uint64_t config_bytes(const struct virtio_pci *d, uint64_t offset, unsigned bytes)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < bytes && offset + i < d->ops->config_size; i++)
		value |= (uint64_t)d->ops->config(d->ctx, (unsigned)offset + i) << 8 * i;
	return value;
}

/* 4.1.4.5 "ISR status capability": reading takes it. */
static uint64_t isr_read(struct virtio_pci *d, uint64_t offset)
{
	uint8_t isr = d->isr;

	if (offset)
		return 0;
	d->isr = 0;
	return isr;
}

static uint64_t bar_read(void *ctx, uint64_t offset, unsigned bytes)
{
	struct virtio_pci *d = ctx;

	switch (offset & ~(uint64_t)(VIRTIO_PART_SIZE - 1)) {
	case VIRTIO_COMMON_AT:
		return virtio_common_read(d, (unsigned)offset, bytes);
	case VIRTIO_ISR_AT:
		return isr_read(d, offset - VIRTIO_ISR_AT);
	case VIRTIO_DEVICE_AT:
		return config_bytes(d, offset - VIRTIO_DEVICE_AT, bytes);
	case VIRTIO_TABLE_AT:
		if (offset < VIRTIO_PENDING_AT)
			return msix_table_read(&d->msix, offset - VIRTIO_TABLE_AT, bytes);
		return msix_pending_read(&d->msix, offset - VIRTIO_PENDING_AT, bytes);
	default:
		return 0;
	}
}

static void bar_write(void *ctx, uint64_t offset, unsigned bytes, uint64_t value)
{
	struct virtio_pci *d = ctx;

	switch (offset & ~(uint64_t)(VIRTIO_PART_SIZE - 1)) {
	case VIRTIO_COMMON_AT:
		virtio_common_write(d, (unsigned)offset, bytes, value);
		break;
	case VIRTIO_NOTIFY_AT:
		virtio_pci_notify(d, (unsigned)(offset - VIRTIO_NOTIFY_AT) / VIRTIO_NOTIFY_STRIDE);
		break;
	case VIRTIO_TABLE_AT:
		if (offset < VIRTIO_PENDING_AT)
			msix_table_write(&d->msix, offset - VIRTIO_TABLE_AT, bytes, value);
		break;
	default:
		break;
	}
}

/* --- the configuration space --- */

/* 4.1.4.9 "PCI configuration access capability": the BAR by way of the configuration
 * space. Where it points to, and whether the driver may do that. */
static bool window_at(const struct virtio_pci *d, uint32_t *offset, unsigned *bytes)
{
	unsigned at = d->window_capability;

	*offset = pci_function_get(&d->function, at + CAP_OFFSET, 4);
	*bytes = pci_function_get(&d->function, at + CAP_SIZE, 4);
	if (d->function.config[at + CAP_BAR] || *offset >= VIRTIO_BAR_SIZE)
		return false;
	return (*bytes == 1 || *bytes == 2 || *bytes == 4) && !(*offset & (*bytes - 1));
}

static bool touches(unsigned offset, unsigned bytes, unsigned at)
{
	return offset < at + 4 && offset + bytes > at;
}

static void config_read(void *ctx, unsigned offset, unsigned bytes)
{
	struct virtio_pci *d = ctx;
	unsigned at = d->window_capability + CAP_DATA, size;
	uint32_t where;

	if (touches(offset, bytes, at) && window_at(d, &where, &size))
		pci_function_put(&d->function, at, size, (uint32_t)bar_read(d, where, size));
}

static void config_written(void *ctx, unsigned offset, unsigned bytes)
{
	struct virtio_pci *d = ctx;
	unsigned at = d->window_capability + CAP_DATA, size;
	uint32_t where;

	if (touches(offset, bytes, d->msix_capability))
		msix_control_write(&d->msix, (uint16_t)pci_function_get(&d->function,
						     d->msix_capability + MSIX_CONTROL, 2));
	if (touches(offset, bytes, at) && window_at(d, &where, &size))
		bar_write(d, where, size, pci_function_get(&d->function, at, size));
}

/* Returns its place. */
static unsigned add_part(struct virtio_pci *d, enum capability_type type, unsigned length,
	uint32_t offset, uint32_t size)
{
	struct pci_function *f = &d->function;
	unsigned at = pci_function_add_capability(f, CAPABILITY_VENDOR, length);

	pci_function_put(f, at + CAP_LENGTH, 1, length);
	pci_function_put(f, at + CAP_TYPE, 1, type);
	pci_function_put(f, at + CAP_OFFSET, 4, offset);
	pci_function_put(f, at + CAP_SIZE, 4, size);
	return at;
}

static void add_parts(struct virtio_pci *d)
{
	struct pci_function *f = &d->function;
	unsigned at;

	add_part(d, CAP_COMMON, CAP_PLAIN, VIRTIO_COMMON_AT, COMMON_SIZE);
	add_part(d, CAP_ISR, CAP_PLAIN, VIRTIO_ISR_AT, 1);
	if (d->ops->config_size)
		add_part(d, CAP_DEVICE, CAP_PLAIN, VIRTIO_DEVICE_AT, d->ops->config_size);
	at = add_part(
		d, CAP_NOTIFY, CAP_LONG, VIRTIO_NOTIFY_AT, d->ops->queues * VIRTIO_NOTIFY_STRIDE);
	pci_function_put(f, at + CAP_MULTIPLIER, 4, VIRTIO_NOTIFY_STRIDE);
	at = d->window_capability = add_part(d, CAP_WINDOW, CAP_LONG, 0, 0);
	f->writable[at + CAP_BAR] = 0xff;
	memset(f->writable + at + CAP_OFFSET, 0xff, CAP_LONG - CAP_OFFSET);
}

/* The BAR's number, 0, is in the low bits of both places. */
static void add_msix(struct virtio_pci *d)
{
	struct pci_function *f = &d->function;
	unsigned at = pci_function_add_capability(f, CAPABILITY_MSIX, MSIX_SIZE);

	d->msix_capability = at;
	pci_function_put(f, at + MSIX_CONTROL, 2, d->msix.vectors - 1);
	pci_function_put(f, at + MSIX_TABLE, 4, VIRTIO_TABLE_AT);
	pci_function_put(f, at + MSIX_PENDING, 4, VIRTIO_PENDING_AT);
	f->writable[at + MSIX_CONTROL + 1] = (MSIX_CONTROL_ENABLE | MSIX_CONTROL_MASK) >> 8;
}

/* A vector for each queue, and one for the configuration. */
void virtio_pci_init(struct virtio_pci *d, const struct virtio_ops *ops, void *ctx,
	uint64_t features, const struct guest_memory *memory,
	void (*send)(void *ctx, uint64_t address, uint32_t data), void *send_ctx)
{
	const struct pci_identity id = {
		.vendor = PCI_VENDOR_VIRTIO,
		.device = (uint16_t)(PCI_DEVICE_VIRTIO + ops->type),
		.subsystem_vendor = PCI_VENDOR_VIRTIO,
		.subsystem = (uint16_t)(PCI_DEVICE_VIRTIO + ops->type),
		.revision = PCI_REVISION,
		.class_code = ops->class_code,
	};

	memset(d, 0, sizeof *d);
	d->ops = ops;
	d->ctx = ctx;
	d->offered = features | VIRTIO_F_VERSION_1 | VIRTIO_F_EVENT_IDX | VIRTIO_F_INDIRECT_DESC;
	for (unsigned i = 0; i < ops->queues; i++) {
		d->queue[i].memory = memory;
		d->queue[i].most = ops->queue_size;
	}
	pci_function_init(&d->function, &id);
	pci_function_set_bar(&d->function, VIRTIO_BAR_SIZE);
	d->function.read = bar_read;
	d->function.write = bar_write;
	d->function.config_read = config_read;
	d->function.config_written = config_written;
	d->function.ctx = d;
	msix_init(&d->msix, ops->queues + 1, send, send_ctx);
	add_msix(d);
	add_parts(d);
	virtio_common_reset(d);
}

_Static_assert(VIRTIO_QUEUES + 1 <= MSIX_VECTORS, "each queue has a vector");
_Static_assert(64 + 12 + 3 * 16 + 2 * 20 <= PCI_CONFIG_SIZE, "all capabilities fit");
