#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's generic kernel, unpacked, enters by its PVH note: all that it knows of the
# machine is what PVH tells it, and it reaches user space and powers off.
. test/boot/lib.sh
initrd marker <<'INIT'
#!/bin/sh
mount -t proc proc /proc
echo "MARKER $((6 * 7)) $(uname -r) $(grep -c ^processor /proc/cpuinfo) cpus"
poweroff -f
INIT
cat >"$work/pvh.conf" <<CONF
[vm linux]
kernel  = $build/guest/more/vmlinux
initrd  = marker.cpio.gz
cmdline = console=ttyS0
memory  = 256M
CONF
boot log 0 --timeout 540 "$work/pvh.conf"
has linux.log 'MARKER 42 6\.[0-9.]+-[0-9]+-amd64 1 cpus'
has_not linux.log 'Kernel panic|BUG:|WARNING: CPU'
ended linux poweroff
has kernel.log 'init: memory balance zero'
