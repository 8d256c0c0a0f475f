/* SPDX-License-Identifier: MIT */
/*
 * Putting a bundle into a system's GRUB menu, and taking it away again.
 *
 *   ROOT/boot/carrel/       kernel, plan, modules, and `manifest`
 *   ROOT/etc/grub.d/42_carrel   the script that update-grub runs
 *
 * Nothing is overwritten or removed that is not listed in the manifest with
 * exactly the contents found. `root` is "" for this very system.
 */
#ifndef CARREL_INSTALL_H
#define CARREL_INSTALL_H

#include "bundle.h"

/* Installs, in place of what an earlier installation wrote. STATUS_IN_USE if a
 * file of someone else is in the way; nothing is changed then. STATUS_BAD_STATE if
 * something cannot be written. All said on standard error. */
enum status install_bundle(const char *root, const struct bundle *bundle) MUST_CHECK;

/* Removes what was installed. Files that were changed since stay, with a line on
 * standard error, and give STATUS_IN_USE. */
enum status install_remove(const char *root) MUST_CHECK;

#endif
