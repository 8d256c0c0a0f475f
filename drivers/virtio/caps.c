/* SPDX-License-Identifier: MIT */
/* Where a virtio device on PCI has its structures. Pure; no state: see caps.h. */
#include "caps.h"

#define CONFIG_STATUS 0x04u
#define CONFIG_LIST 0x34u
#define STATUS_LIST 0x100000u
#define CONFIG_END 256u
#define FIRST 0x40u
#define CAPABILITIES_MAX 48u /* four bytes each are all that there is room for */
#define VENDOR 0x09u
#define LENGTH 16u
#define LENGTH_NOTIFY 20u
#define BARS 6u

/* A capability's first dword: identifier, next, length, type. */
#define CAP_ID(value) ((value)&0xffu)
#define CAP_NEXT(value) ((value) >> 8 & 0xfcu)
#define CAP_LENGTH(value) ((value) >> 16 & 0xffu)
#define CAP_TYPE(value) ((value) >> 24)

static const struct {
	uint32_t least, alignment;
} rule[VIRTIO_PARTS] = {[VIRTIO_COMMON] = {0x38, 4},
	[VIRTIO_NOTIFY] = {2, 2},
	[VIRTIO_ISR] = {1, 1},
	[VIRTIO_DEVICE] = {4, 4}};

static bool is_good(const struct virtio_place *place, uint32_t part)
{
	return place->bar < BARS && place->length >= rule[part].least &&
	       place->length <= UINT32_MAX - place->offset &&
	       place->offset % rule[part].alignment == 0;
}

/* Types are counted from 1. */
static void capability_read(uint32_t (*config)(void *ctx, uint32_t reg), void *ctx, uint32_t at,
	struct virtio_caps *caps)
{
	uint32_t head = config(ctx, at), part = CAP_TYPE(head) - 1;
	uint32_t least = part == VIRTIO_NOTIFY ? LENGTH_NOTIFY : LENGTH;
	struct virtio_place place;

	if (CAP_ID(head) != VENDOR || part >= VIRTIO_PARTS || CAP_LENGTH(head) < least ||
		at + least > CONFIG_END || caps->place[part].length != 0)
		return;
	place = (struct virtio_place){
		config(ctx, at + 4) & 0xff, config(ctx, at + 8), config(ctx, at + 12)};
	if (!is_good(&place, part))
		return;
	caps->place[part] = place;
	if (part == VIRTIO_NOTIFY)
		caps->multiplier = config(ctx, at + 16);
}

bool virtio_caps_read(
	uint32_t (*config)(void *ctx, uint32_t reg), void *ctx, struct virtio_caps *caps)
{
	uint32_t at = config(ctx, CONFIG_LIST) & 0xfcu;

	*caps = (struct virtio_caps){.multiplier = 0};
	if ((config(ctx, CONFIG_STATUS) & STATUS_LIST) == 0)
		return false;
	for (uint32_t i = 0; i < CAPABILITIES_MAX && at >= FIRST; i++) {
		capability_read(config, ctx, at, caps);
		at = CAP_NEXT(config(ctx, at));
	}
	return caps->place[VIRTIO_COMMON].length != 0 && caps->place[VIRTIO_NOTIFY].length != 0 &&
	       caps->place[VIRTIO_ISR].length != 0;
}
