/* SPDX-License-Identifier: MIT */
/* Intel's gigabit Ethernet controllers: see e1000.h for state and sources. */
#include "e1000.h"
#include "e1000_mac.h"
#include "e1000_regs.h"

#define QUIET_US 10000u /* what the card is about to write is written */
#define MASTER_US 80000u
#define RESET_US 100000u
#define LOAD_US 20000u      /* the EEPROM is read */
#define THROTTLE (50u * 4u) /* in 256 ns: about 50 us between interrupts */
#define COLLISIONS 15u
#define DISTANCE 64u
#define CAUSES                                                                                     \
	(E1000_CAUSE_SENT | E1000_CAUSE_LINK | E1000_CAUSE_FEW_BUFFERS | E1000_CAUSE_OVERRUN |     \
		E1000_CAUSE_RECEIVED)

static struct e1000 *card_of(struct nic *nic)
{
	return CONTAINER_OF(nic, struct e1000, nic);
}

static uint32_t reg_read(const struct e1000 *card, uint32_t reg)
{
	return card->io.read(card->io.ctx, reg);
}

static void reg_write(const struct e1000 *card, uint32_t reg, uint32_t value)
{
	card->io.write(card->io.ctx, reg, value);
}

/* Whether the masked register becomes `want` in time. */
static bool reg_wait(
	const struct e1000 *card, uint32_t reg, uint32_t mask, uint32_t want, uint32_t us)
{
	uint64_t end = card->io.now_us(card->io.ctx) + us;

	while ((reg_read(card, reg) & mask) != want) {
		if (card->io.now_us(card->io.ctx) >= end)
			return false;
		card->io.rest(card->io.ctx);
	}
	return true;
}

static void pause(const struct e1000 *card, uint32_t us)
{
	uint64_t end = card->io.now_us(card->io.ctx) + us;

	while (card->io.now_us(card->io.ctx) < end)
		card->io.rest(card->io.ctx);
}

/* The card reads and writes no memory afterwards, if it does as it is told. */
static void quiet(const struct e1000 *card)
{
	reg_write(card, E1000_IMC, ~0u);
	reg_write(card, E1000_RCTL, 0);
	reg_write(card, E1000_TCTL, 0);
	pause(card, QUIET_US);
	if (card->kind != E1000_82574)
		return;
	reg_write(card, E1000_CTRL,
		(reg_read(card, E1000_CTRL) & ~E1000_CTRL_RESET) | E1000_CTRL_MASTER_DISABLE_82574);
	/* One that does not end what it does is reset all the same. */
	(void)reg_wait(card, E1000_STATUS, E1000_STATUS_MASTER_82574, 0, MASTER_US);
}

static bool restart(const struct e1000 *card)
{
	reg_write(card, E1000_CTRL, reg_read(card, E1000_CTRL) | E1000_CTRL_RESET);
	pause(card, LOAD_US);
	if (!reg_wait(card, E1000_CTRL, E1000_CTRL_RESET, 0, RESET_US))
		return false;
	if (card->kind == E1000_82574)
		(void)reg_wait(card, E1000_EECD, E1000_EECD_LOADED_82574, E1000_EECD_LOADED_82574,
			LOAD_US);
	(void)reg_read(card, E1000_ICR);
	return true;
}

/* What a reset of an emulated card leaves as it was is written as well. */
static void general_setup(const struct e1000 *card)
{
	reg_write(card, E1000_CTRL, E1000_CTRL_LINK);
	reg_write(card, E1000_RXCSUM, 0);
	if (card->kind != E1000_82574)
		return;
	reg_write(
		card, E1000_CTRL_EXT, reg_read(card, E1000_CTRL_EXT) | E1000_CTRL_EXT_DRIVER_82574);
	reg_write(card, E1000_RFCTL_82574, 0); /* legacy descriptors */
	reg_write(card, E1000_MRQC_82574, 0);  /* one queue */
}

static void receive_setup(struct e1000 *card)
{
	e1000_ring_reset(&card->receive, card->memory.at);
	reg_write(card, E1000_RDBAL, (uint32_t)card->memory.physical);
	reg_write(card, E1000_RDBAH, (uint32_t)(card->memory.physical >> 32));
	reg_write(card, E1000_RDLEN, E1000_RING_BYTES);
	reg_write(card, E1000_RDH, 0);
	reg_write(card, E1000_RDT, 0);
	reg_write(card, E1000_RDTR, 0);
	reg_write(card, E1000_RADV, 0);
	reg_write(card, E1000_RCTL,
		E1000_RCTL_ENABLE | E1000_RCTL_ALL_UNICAST | E1000_RCTL_ALL_MULTICAST |
			E1000_RCTL_BROADCAST | E1000_RCTL_BUFFER_2048 | E1000_RCTL_STRIP_CHECKSUM);
}

static void transmit_setup(struct e1000 *card)
{
	uint64_t physical = card->memory.physical + E1000_RING_BYTES;

	e1000_ring_reset(&card->transmit, card->memory.at + E1000_RING_BYTES);
	reg_write(card, E1000_TDBAL, (uint32_t)physical);
	reg_write(card, E1000_TDBAH, (uint32_t)(physical >> 32));
	reg_write(card, E1000_TDLEN, E1000_RING_BYTES);
	reg_write(card, E1000_TDH, 0);
	reg_write(card, E1000_TDT, 0);
	reg_write(card, E1000_TXDCTL, card->kind == E1000_82574 ? E1000_TXDCTL_ONE_82574 : 0);
	if (card->kind == E1000_8254X) /* of the other the initial value is good */
		reg_write(card, E1000_TIPG, E1000_TIPG_8254X);
	reg_write(card, E1000_TCTL,
		E1000_TCTL_ENABLE | E1000_TCTL_PAD | E1000_TCTL_COLLISIONS(COLLISIONS) |
			E1000_TCTL_DISTANCE(DISTANCE));
}

static void link_look(struct e1000 *card)
{
	static const uint32_t mbps[] = {10, 100, 1000, 1000};
	uint32_t status = reg_read(card, E1000_STATUS);

	card->nic.up = status != E1000_GONE && (status & E1000_STATUS_LINK) != 0;
	card->nic.mbps = card->nic.up ? mbps[E1000_STATUS_SPEED(status)] : 0;
}

static bool reset(struct nic *nic)
{
	struct e1000 *card = card_of(nic);

	nic->up = false;
	/* Should the card not answer, then nothing is out all the same. */
	e1000_ring_reset(&card->receive, card->memory.at);
	e1000_ring_reset(&card->transmit, card->memory.at + E1000_RING_BYTES);
	if (reg_read(card, E1000_STATUS) == E1000_GONE)
		return false;
	quiet(card);
	if (!restart(card))
		return false;
	general_setup(card);
	receive_setup(card);
	transmit_setup(card);
	nic->has_mac = e1000_mac_read(&card->io, card->kind, nic->mac);
	link_look(card);
	reg_write(card, E1000_ITR, THROTTLE);
	reg_write(card, E1000_IMS, CAUSES);
	return true;
}

static bool give(struct nic *nic, uint64_t physical)
{
	return e1000_ring_give(&card_of(nic)->receive, physical);
}

static bool take(struct nic *nic, size_t *size)
{
	return e1000_ring_take(&card_of(nic)->receive, size);
}

static bool send(struct nic *nic, uint64_t physical, size_t size)
{
	return e1000_ring_send(&card_of(nic)->transmit, physical, size);
}

static bool sent(struct nic *nic)
{
	return e1000_ring_sent(&card_of(nic)->transmit);
}

static void kick(struct nic *nic)
{
	struct e1000 *card = card_of(nic);
	uint32_t tail;

	if (e1000_ring_tell(&card->receive, &tail))
		reg_write(card, E1000_RDT, tail);
	if (e1000_ring_tell(&card->transmit, &tail))
		reg_write(card, E1000_TDT, tail);
}

/* Reading clears the 8254x' causes. The 82574 does so only if it has asserted its interrupt;
 * what it is told to clear, it clears. */
static bool events(struct nic *nic)
{
	struct e1000 *card = card_of(nic);
	uint32_t causes = reg_read(card, E1000_ICR);

	if (causes == E1000_GONE && reg_read(card, E1000_STATUS) == E1000_GONE) {
		nic->up = false;
		return false;
	}
	if (card->kind == E1000_82574 && causes != 0)
		reg_write(card, E1000_ICR, causes & ~E1000_CAUSE_ASSERTED_82574);
	if ((causes & E1000_CAUSE_LINK) != 0 || !nic->up)
		link_look(card);
	return true;
}

static void count(struct nic *nic)
{
	const struct e1000 *card = card_of(nic);

	nic->counts.missed += reg_read(card, E1000_MPC);
	nic->counts.broken += reg_read(card, E1000_CRCERRS);
	nic->counts.broken += reg_read(card, E1000_RXERRC);
	nic->counts.broken += reg_read(card, E1000_RLEC);
}

static const struct nic_ops ops = {.reset = reset,
	.give = give,
	.take = take,
	.send = send,
	.sent = sent,
	.kick = kick,
	.events = events,
	.count = count};

enum e1000_kind e1000_kind(uint16_t vendor, uint16_t device)
{
	static const struct {
		uint16_t device, kind;
	} known[] = {
		{0x100e, E1000_8254X}, /* 82540EM */
		{0x100f, E1000_8254X}, /* 82545EM, copper */
		{0x10d3, E1000_82574}, /* 82574L */
	};

	for (unsigned i = 0; vendor == 0x8086 && i < ARRAY_SIZE(known); i++)
		if (known[i].device == device)
			return known[i].kind;
	return E1000_NONE;
}

bool e1000_open(struct e1000 *card, enum e1000_kind kind, const struct nic_io *io,
	const struct nic_memory *memory)
{
	*card = (struct e1000){.nic = {.ops = &ops}, .io = *io, .kind = kind, .memory = *memory};
	return reset(&card->nic);
}
