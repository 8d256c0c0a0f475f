/* SPDX-License-Identifier: MIT */
/* A GRUB ISO that boots by BIOS and by UEFI. */
#ifndef CARREL_IMAGE_H
#define CARREL_IMAGE_H

#include "bundle.h"

/* Makes the ISO `output` from `bundle`, with `scratch` (an existing, empty
 * directory) for what is needed on the way; that is removed again. The same
 * bundle gives the same bytes with the same versions of GRUB and xorriso. Says
 * what fails on standard error: STATUS_NO_FEATURE if a program is missing,
 * STATUS_BAD_STATE otherwise. */
enum status image_make(
	const struct bundle *bundle, const char *output, const char *scratch) MUST_CHECK;

#endif
