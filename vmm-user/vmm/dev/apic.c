/* SPDX-License-Identifier: MIT */
/* Messages between APICs: see apic.h. */
#include "vmm/dev/apic.h"

#include "lib/compiler.h"
#include "vmm/dev/lapic.h"

#include <stddef.h>

/* MSI address and data: 10.11.1 "Message Address Register Format", 10.11.2
 * "Message Data Register Format". */
#define MSI_ADDRESS_LOGICAL BIT(2)
#define MSI_DATA_LEVEL BIT(15)

struct apic_message apic_message_of_msi(uint64_t address, uint32_t data)
{
	uint32_t destination = address >> 12 & 0xff;

	return (struct apic_message){
		.destination = destination == 0xff ? APIC_BROADCAST : destination,
		.logical = address & MSI_ADDRESS_LOGICAL,
		.level = data & MSI_DATA_LEVEL,
		.vector = (uint8_t)data,
		.delivery = (enum apic_delivery)(data >> 8 & 7),
		.shorthand = APIC_TO_DESTINATION,
		.source = APIC_NO_SOURCE,
	};
}

static bool apic_named(const struct lapic *lapic, const struct apic_message *message)
{
	return lapic && lapic_matches(lapic, message);
}

static uint32_t apic_route_lowest(
	struct lapic *const *lapics, unsigned count, const struct apic_message *message)
{
	unsigned best = count;

	for (unsigned i = 0; i < count; i++) {
		if (!apic_named(lapics[i], message) || !lapic_takes_vectors(lapics[i]))
			continue;
		if (best == count || lapic_priority(lapics[i]) < lapic_priority(lapics[best]))
			best = i;
	}
	return best < count && lapic_deliver(lapics[best], message) ? 1u << best : 0;
}

uint32_t apic_route(struct lapic *const *lapics, unsigned count, const struct apic_message *message)
{
	uint32_t taken = 0;

	if (message->delivery == APIC_LOWEST)
		return apic_route_lowest(lapics, count, message);
	for (unsigned i = 0; i < count; i++)
		if (apic_named(lapics[i], message) && lapic_deliver(lapics[i], message))
			taken |= 1u << i;
	return taken;
}
