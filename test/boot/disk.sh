#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's kernel in a guest finds its disks by PCI: it mounts an ext4 file system on
# one, writes, discards and reads again; another can only be read. Two guests have the
# same file, one of them with two virtual CPUs, and neither sees what the other writes.
# The file stays as it was.
. test/boot/lib.sh

mkdir "$work/root"
echo "a file on a disk" >"$work/root/hello"
seq 1 30000 >"$work/root/numbers"
PATH=$PATH:/usr/sbin mke2fs -q -t ext4 -E hash_seed=00000000-0000-0000-0000-000000000001 \
	-d "$work/root" "$work/disk.img" 6M
seq 1 100 >"$work/plain.img"
sum=$(md5sum <"$work/disk.img")

# shellcheck disable=SC2046
initrd disk $(virtio_files) <<INIT
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $virtio_modules; do insmod /lib/\$module.ko || echo "FAILED \$module"; done
for device in /sys/bus/pci/devices/*; do
	echo "PCI \${device##*/} \$(cat \$device/vendor) \$(cat \$device/device) \$(cat \$device/class)"
done
echo "DISK \$(cat /sys/block/vda/size) \$(cat /sys/block/vda/serial) ro \$(cat /sys/block/vda/ro)"
echo "DISK \$(cat /sys/block/vdb/size) \$(cat /sys/block/vdb/serial) ro \$(cat /sys/block/vdb/ro)"
echo "SECOND \$(head -n 3 /dev/vdb | paste -sd ,)"
echo no >/dev/vdb 2>/dev/null || echo "SECOND is not written"
mount -t ext4 -o discard /dev/vda /mnt 2>/dev/null || mount -t ext4 -o discard /dev/vda /root
cd /root
echo "FILE \$(cat hello), \$(md5sum <numbers)"
ls mark 2>/dev/null && echo "ANOTHER GUEST was here"
touch mark
dd if=/dev/urandom of=data bs=64k count=20 2>/dev/null
first=\$(md5sum <data)
sync
echo 3 >/proc/sys/vm/drop_caches
[ "\$first" = "\$(md5sum <data)" ] && echo "WRITTEN and read again"
rm data numbers
sync
fstrim -v /root
cp hello again && sync && echo "DISCARDED and went on"
cd /
umount /root && echo "UNMOUNTED"
dd if=/dev/hwrng bs=16 count=4 2>/dev/null | wc -c | sed 's/^/RANDOM /'
grep -c virtio /proc/interrupts | sed 's/^/LINES /'
dmesg | grep -iE 'virtio.*(error|fail|reset)|I/O error' | sed 's/^/COMPLAINT /'
poweroff -f
INIT

for name in one two; do
	cat <<CONF
[vm $name]
vcpus   = $([ $name = one ] && echo 1 || echo 2)
kernel  = $build/guest/vmlinuz
initrd  = disk.cpio.gz
cmdline = console=ttyS0 quiet
memory  = 96M
disk    = root
disk    = plain

CONF
done >"$work/disk.conf"
cat >>"$work/disk.conf" <<CONF
[disk root]
file    = disk.img
overlay = memory

[disk plain]
file     = plain.img
readonly = yes
CONF

boot log 0 --timeout 400 "$work/disk.conf"
numbers=$(md5sum <"$work/root/numbers")
for name in one two; do
	has $name.log '^PCI 0000:00:00.0 0x1b36 0x0008 0x060000'
	has $name.log '^PCI 0000:00:01.0 0x1af4 0x1042 0x018000'
	has $name.log '^DISK 12288 root ro 0'
	has $name.log '^DISK 1 plain ro 1'
	has $name.log '^SECOND 1,2,3'
	has $name.log '^SECOND is not written'
	has $name.log "^FILE a file on a disk, $numbers"
	has $name.log '^WRITTEN and read again'
	has $name.log '^DISCARDED and went on'
	has $name.log '^UNMOUNTED'
	has $name.log '^LINES [1-9]'
	has_not $name.log 'ANOTHER GUEST|FAILED|COMPLAINT|Kernel panic|BUG:|WARNING: CPU'
	ended $name poweroff
done
if grep -aq 0x1044 "$log/one.log"; then has one.log '^RANDOM 64'; fi
[ "$sum" = "$(md5sum <"$work/disk.img")" ] || fail "the disk's file has changed"
has kernel.log 'init: memory balance zero'
