#!/bin/sh
# SPDX-License-Identifier: MIT
# On a CPU that cannot run guests the machine boots to init, which names what is
# missing: in QEMU by BIOS and by UEFI, and in Bochs.
. test/boot/lib.sh
cat >"$work/one.conf" <<CONF
[vm one]
kernel = $build/test/guest/cpuid.elf
memory = 16M
CONF
says() {
	has kernel.log 'Carrel microhypervisor'
	has kernel.log 'virt: guests cannot run: .*VT-x'
	has kernel.log 'vm one: killed: this CPU cannot run guests; missing: .*VT-x'
	ended one 'killed no-virt'
}
boot bios 1 --emulator qemu --cpu max,-svm --timeout 60 "$work/one.conf"
says
boot uefi 1 --emulator qemu --cpu max,-svm --bios uefi --timeout 120 "$work/one.conf"
says
has kernel.log 'acpi: revision 2'
boot bochs 1 --emulator bochs --cpu athlon64_venice --timeout 60 "$work/one.conf"
says
has kernel.log 'acpi: revision 0'
