#!/bin/sh
# SPDX-License-Identifier: MIT
# GRUB for BIOS machines in a guest, entered in real mode as the Linux image that it can
# be: it comes to its prompt by our BIOS's calls, sees the memory map, and powers off.
. test/boot/lib.sh
cat >"$work/grub.conf" <<CONF
[vm grub]
kernel  = $build/guest/more/grub.lkrn
memory  = 32M
CONF
cat >"$work/typed" <<'TYPED'
set six=6
echo six is $six, platform $grub_platform
lsmmap
ls
halt
TYPED
typed=$work/typed
boot log 0 --timeout 300 "$work/grub.conf"
has grub.log 'GNU GRUB +version 2\.'
has grub.log 'six is 6, platform pc'
has grub.log 'base_addr = 0x0, length = 0x9fc00, available RAM'
has grub.log 'base_addr = 0x100000, length = 0x1f00000, available RAM'
has grub.log 'base_addr = 0x9fc00, length = 0x60400, reserved RAM'
ended grub poweroff
has kernel.log 'init: memory balance zero'
