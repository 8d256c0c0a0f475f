/* SPDX-License-Identifier: MIT */
/* Address decoding of a guest machine: see bus.h. */
#include "vmm/bus.h"

#include "lib/string.h"

void bus_init(struct bus *bus, const char *name,
	void (*report)(const struct bus *bus, uint64_t address, unsigned bytes, bool write))
{
	memset(bus, 0, sizeof *bus);
	bus->name = name;
	bus->report = report;
}

/* Number of devices that begin at or below `address`. */
static unsigned bus_rank(const struct bus *bus, uint64_t address)
{
	unsigned low = 0, high = bus->devices;

	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (bus->device[middle].base <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool bus_holds(const struct bus_device *device, uint64_t address)
{
	return address - device->base < device->size;
}

enum status bus_add(struct bus *bus, const struct bus_device *device)
{
	unsigned at = bus_rank(bus, device->base);

	if (!device->size || device->size - 1 > UINT64_MAX - device->base)
		return STATUS_BAD_ARG;
	if (!device->read || !device->write)
		return STATUS_BAD_ARG;
	if (at && bus_holds(&bus->device[at - 1], device->base))
		return STATUS_IN_USE;
	if (at < bus->devices && bus_holds(device, bus->device[at].base))
		return STATUS_IN_USE;
	if (bus->devices == BUS_DEVICES)
		return STATUS_NO_MEMORY;
	memmove(&bus->device[at + 1], &bus->device[at],
		(bus->devices - at) * sizeof bus->device[0]);
	bus->device[at] = *device;
	bus->devices++;
	bus->last = 0;
	return STATUS_OK;
}

const struct bus_device *bus_find(struct bus *bus, uint64_t address)
{
	unsigned at;

	if (bus->devices && bus_holds(&bus->device[bus->last], address))
		return &bus->device[bus->last];
	at = bus_rank(bus, address);
	if (!at || !bus_holds(&bus->device[at - 1], address))
		return NULL;
	bus->last = at - 1;
	return &bus->device[at - 1];
}

static void bus_unassigned(struct bus *bus, uint64_t address, unsigned bytes, bool write)
{
	if (write)
		bus->unassigned_writes++;
	else
		bus->unassigned_reads++;
	if (seen_first(&bus->seen, address) && bus->report)
		bus->report(bus, address, bytes, write);
}

static uint64_t bus_mask(unsigned bytes)
{
	return bytes >= 8 ? ~0ull : BIT(8 * bytes) - 1;
}

/* Whether the access must be split in two for this device. */
static bool bus_splits(const struct bus_device *device, unsigned bytes)
{
	return device && device->width && bytes > device->width && bytes > 1;
}

uint64_t bus_read(struct bus *bus, uint64_t address, unsigned bytes)
{
	const struct bus_device *device = bus_find(bus, address);
	unsigned half = bytes / 2;

	if (bus_splits(device, bytes)) {
		uint64_t low = bus_read(bus, address, half);

		return low | bus_read(bus, address + half, half) << (8 * half);
	}
	if (device)
		return device->read(device->ctx, address - device->base, bytes) & bus_mask(bytes);
	bus_unassigned(bus, address, bytes, false);
	return bus_mask(bytes);
}

void bus_write(struct bus *bus, uint64_t address, unsigned bytes, uint64_t value)
{
	const struct bus_device *device = bus_find(bus, address);
	unsigned half = bytes / 2;

	value &= bus_mask(bytes);
	if (bus_splits(device, bytes)) {
		bus_write(bus, address, half, value);
		bus_write(bus, address + half, half, value >> (8 * half));
	} else if (device) {
		device->write(device->ctx, address - device->base, bytes, value);
	} else {
		bus_unassigned(bus, address, bytes, true);
	}
}
