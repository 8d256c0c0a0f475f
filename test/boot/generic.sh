#!/bin/sh
# SPDX-License-Identifier: MIT
# The kernel of every Debian installation, which has all that the cloud kernel goes
# without, in a guest: as the bzImage it comes as it reaches user space and powers off.
. test/boot/lib.sh
initrd marker <<'INIT'
#!/bin/sh
mount -t proc proc /proc
echo "MARKER $((6 * 7)) $(uname -r) $(grep -c ^processor /proc/cpuinfo) cpus"
poweroff -f
INIT
cat >"$work/generic.conf" <<CONF
[vm linux]
kernel  = $build/guest/more/generic
initrd  = marker.cpio.gz
cmdline = console=ttyS0
memory  = 256M
CONF
boot log 0 --timeout 540 "$work/generic.conf"
has linux.log 'MARKER 42 6\.[0-9.]+-[0-9]+-amd64 1 cpus'
has_not linux.log 'Kernel panic|BUG:|WARNING: CPU'
ended linux poweroff
has kernel.log 'init: memory balance zero'
