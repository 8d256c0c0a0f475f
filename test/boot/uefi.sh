#!/bin/sh
# SPDX-License-Identifier: MIT
# Guests on a machine that UEFI booted: ACPI 2 tables, memory that the firmware cut up
# otherwise, no video text. Two of them, with the firmware's words kept out of theirs.
. test/boot/lib.sh
{
	printf '[vm cpuid]\nkernel = %s\nmemory = 16M\ndebug-exit = yes\n\n' \
		"$build/test/guest/cpuid.elf"
	printf '[vm beats]\nkernel = %s\nmemory = 16M\ncmdline = beats=20 ms=50\n' \
		"$build/test/guest/heartbeat.elf"
} >"$work/uefi.conf"
boot log 0 --bios uefi --timeout 200 "$work/uefi.conf"
has kernel.log 'acpi: revision 2'
has cpuid.log '^RESULT cpuid SUCCESS'
has beats.log '^beat 20'
ended cpuid 'debug-exit 0'
ended beats poweroff
has kernel.log 'init: memory balance zero'
