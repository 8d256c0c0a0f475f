/* SPDX-License-Identifier: MIT */
/*
 * A small bzImage of protocol 2.15 for the loader tests: one sector of setup
 * code, a page of code, loaded at LOAD_AT.
 */
#ifndef TEST_UNIT_LINUX_IMAGE_H
#define TEST_UNIT_LINUX_IMAGE_H

#include "load_image.h"

#define SETUP_BYTES 1024u
#define CODE_BYTES 0x1000u
#define LOAD_AT 0x180000u /* in a guest of 2 MiB */
#define INIT_BYTES 0x20000u

static inline struct image linux_image(void)
{
	static const struct poke header[] = {
		{0x1f1, 1, 1},
		{0x1f4, 4, CODE_BYTES / 16},
		{0x1fe, 2, 0xaa55},
		{0x200, 2, 0x6aeb},
		{0x202, 4, 0x53726448},
		{0x206, 2, 0x20f},
		{0x211, 1, 0x81},
		{0x214, 4, 0x100000},
		{0x22c, 4, 0x7fffffff},
		{0x230, 4, 0x10000},
		{0x234, 1, 1},
		{0x235, 1, 16},
		{0x236, 2, 1},
		{0x238, 4, 2047},
		{0x248, 4, 0x100},
		{0x24c, 4, 0xe00},
		{0x258, 8, LOAD_AT},
		{0x260, 4, INIT_BYTES},
	};
	struct image image = image_new(SETUP_BYTES + CODE_BYTES);
	for (unsigned i = 0; i < ARRAY_SIZE(header); i++)
		image_poke(&image, header[i]);
	image_fill(&image, SETUP_BYTES, CODE_BYTES);
	return image;
}

#endif
