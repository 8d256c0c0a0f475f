#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's kernel in a guest reaches user space, and says so with words that only
# a running guest can compute; memory comes back; the tick count is known.
. test/boot/lib.sh
initrd marker <<'INIT'
#!/bin/sh
mount -t proc proc /proc
mount -t devtmpfs dev /dev
echo "MARKER $((6 * 7)) $(uname -r) $(grep -c ^processor /proc/cpuinfo) cpus"
grep -q hypervisor /proc/cpuinfo && echo "MARKER runs on a hypervisor"
dd if=/dev/urandom of=/tmp/a bs=1024 count=256 2>/dev/null
cp /tmp/a /tmp/b && cmp /tmp/a /tmp/b && echo "MARKER memory keeps $((256 * 4)) quarters"
poweroff -f
INIT
cat >"$work/linux.conf" <<CONF
[vm linux]
kernel  = $build/guest/vmlinuz
initrd  = marker.cpio.gz
cmdline = console=ttyS0
memory  = 128M
CONF
boot log 0 --timeout 240 "$work/linux.conf"
has linux.log 'MARKER 42 6\.[0-9]+\.[0-9].* 1 cpus'
has linux.log 'MARKER runs on a hypervisor'
has linux.log 'MARKER memory keeps 1024 quarters'
has_not linux.log 'Kernel panic|BUG:|WARNING: CPU'
ended linux poweroff
has kernel.log 'init: memory balance zero'
has kernel.log 'audit: .* none writable and executable, none of ring 3'
case $machine in *-bochs) has summary.json '"ticks": [0-9]{9,}' ;; esac
