/* SPDX-License-Identifier: MIT */
/*
 * The other CPUs ("application processors"), started one after the other by the
 * first one at boot.
 *
 *   INIT, 10 ms, STARTUP ──► trampoline (real mode, below 1 MiB, boot.S)
 *     ──► boot.S's tables, long mode ──► ap_entry.S: kernel's tables, its stack
 *     ──► ap_main(): its registers, timer, virtualization ──► idle loop
 *
 * Source: Intel SDM vol. 3A section 8.4.4 "MP Initialization Example".
 */
#ifndef ARCH_AP_H
#define ARCH_AP_H

#include "acpi.h"
#include "ranges.h"

/* Puts the trampoline into a free page of `ram` below 640 KiB. On boot.S's tables. */
void ap_prepare(const struct ranges *ram);

/* Starts every CPU in `acpi` but this one, and says which do not answer. `root`:
 * the kernel's tables. Returns how many CPUs are up now. */
unsigned ap_start_all(const struct acpi_info *acpi, hpa_t root);

#endif
