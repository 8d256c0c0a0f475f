#!/bin/sh
# SPDX-License-Identifier: MIT
# The kernel of every Debian installation, which has all that the cloud kernel goes
# without, in two guests: as the bzImage it comes as, and unpacked, when it enters by its
# PVH note and all that it knows of the machine is what PVH tells it. Both reach user
# space and power off.
. test/boot/lib.sh
initrd marker <<'INIT'
#!/bin/sh
mount -t proc proc /proc
echo "MARKER $((6 * 7)) $(uname -r) $(grep -c ^processor /proc/cpuinfo) cpus"
poweroff -f
INIT
for name in generic vmlinux; do
	printf '[vm %s]\nkernel = %s\ninitrd = marker.cpio.gz\n' $name "$build/guest/more/$name"
	printf 'cmdline = console=ttyS0\nmemory = 256M\n\n'
done >"$work/generic.conf"
boot log 0 --timeout 540 "$work/generic.conf"
for name in generic vmlinux; do
	has $name.log 'MARKER 42 6\.[0-9.]+-[0-9]+-amd64 1 cpus'
	has_not $name.log 'Kernel panic|BUG:|WARNING: CPU'
	ended $name poweroff
done
has kernel.log 'init: memory balance zero'
