#!/bin/sh
# SPDX-License-Identifier: MIT
# Guests on a machine that UEFI booted: ACPI 2 tables, memory that the firmware cut up
# otherwise, no video text. Two of them, with the firmware's words kept out of theirs.
. test/boot/lib.sh
guest() {
	printf '[vm %s]\nkernel = %s\nmemory = 16M\ndebug-exit = yes\n\n' \
		"$1" "$build/test/guest/$1.elf"
}
{
	guest cpuid
	guest apic_timer
} >"$work/uefi.conf"
boot log 0 --bios uefi --timeout 200 "$work/uefi.conf"
has kernel.log 'acpi: revision 2'
has cpuid.log '^RESULT cpuid SUCCESS'
has apic_timer.log '^RESULT apic_timer SUCCESS'
ended cpuid 'debug-exit 0'
ended apic_timer 'debug-exit 0'
has kernel.log 'init: memory balance zero'
