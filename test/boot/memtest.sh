#!/bin/sh
# SPDX-License-Identifier: MIT
# memtest86+ in a guest of 6M: one pass over all of it finds no error. The last of its
# tests, which leaves memory alone for minutes, is taken out, by the menu.
. test/boot/lib.sh
cat >"$work/memtest.conf" <<CONF
[vm memtest]
kernel  = $build/guest/more/memtest.bin
cmdline = console=ttyS0,115200 nobench
memory  = 6M
CONF
printf '11210\n00\n' >"$work/typed" # menu, tests, remove, number 10; out, out
typed=$work/typed
boot_until log memtest.log 'Pass: +1 +Errors: 0 ' 560 "$work/memtest.conf"
has memtest.log '\*\.\*{8}\. ' # what is left of them; the second is always out
has memtest.log '\[Moving inversions, 64 bit pattern\]'
has memtest.log 'Status: Pass '
has_not memtest.log 'Errors: +[1-9]|Bit fade|Unexpected interrupt'
