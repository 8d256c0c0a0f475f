#!/bin/sh
# SPDX-License-Identifier: MIT
# iPXE, a real-mode program in a guest: it asks our BIOS for memory, keys and a screen,
# runs commands, keeps time, and leaves by INT 18h.
. test/boot/lib.sh
cat >"$work/ipxe.conf" <<CONF
[vm ipxe]
kernel  = $build/guest/more/ipxe.lkrn
cmdline = shell
memory  = 32M
CONF
# What is typed during a sleep is thrown away, so nothing follows it.
cat >"$work/typed" <<'TYPED'
echo built ${version}
iseq ${buildarch} i386 && echo on ${buildarch}
cpuid --ext 29 && echo in long mode it could be
sleep 1 && echo a second later && exit
TYPED
typed=$work/typed
boot log 0 --timeout 300 "$work/ipxe.conf"
has ipxe.log '^iPXE [0-9.]+.* -- Open Source Network Boot Firmware'
has ipxe.log '^built 1\.[0-9.]+'
has ipxe.log '^on i386'
has ipxe.log '^in long mode it could be'
has ipxe.log '^a second later'
has ipxe.log '^Nothing left to boot: power off'
ended ipxe poweroff
has kernel.log 'init: memory balance zero'
