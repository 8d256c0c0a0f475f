#!/bin/sh
# SPDX-License-Identifier: MIT
# An NVMe, a virtio and a SATA disk in one machine, found by serial number and by number. Two
# guests make file systems on the first two, write, reboot, discard and find all of it; one
# copies to the third. Meanwhile the driver of all three fails again and again.
. test/boot/lib.sh

for kind in nvme virtio ahci; do truncate -s 16M "$work/$kind.img"; done

# shellcheck disable=SC2046
{
	cat <<INIT
#!/bin/sh
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
for module in $virtio_modules; do insmod /lib/\$module.ko || echo FAILED \$module; done
echo "DISK \$(cat /sys/block/vda/size) \$(cat /sys/block/vda/serial)"
[ -n "\$(dd if=/dev/vda bs=4096 count=1 2>/dev/null | tr -d '\0')" ] || {
	mke2fs -F /dev/vda >/dev/null 2>&1
	mount -t ext4 /dev/vda /root
	dd if=/dev/urandom of=/root/data bs=64k count=60 2>/dev/null
	md5sum </root/data >/root/sum
	dd if=/dev/urandom of=/root/more bs=64k count=60 2>/dev/null
	umount /root && echo "WRITTEN, now again"
	reboot -f
}
mount -t ext4 /dev/vda /root
[ "\$(cat /root/sum)" = "\$(md5sum </root/data)" ] && echo "FOUND after a reboot"
rm /root/more; sync; fstrim /root && echo "TRIMMED"
echo 3 >/proc/sys/vm/drop_caches
[ "\$(cat /root/sum)" = "\$(md5sum </root/data)" ] && echo "FOUND after discards"
[ ! -e /dev/vdb ] || {
	dd if=/root/data of=/dev/vdb bs=64k conv=fsync 2>/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	[ "\$(cat /root/sum)" = "\$(dd if=/dev/vdb bs=64k count=60 2>/dev/null | md5sum)" ] &&
		echo "COPIED to the third"
}
umount /root && echo "UNMOUNTED"
dmesg | grep -E 'I/O error|EXT4-fs error' | sed 's/^/COMPLAINT /'
poweroff -f
INIT
} | initrd files $(virtio_files)

guest() { # guest NAME DISK...
	printf '[vm %s]\nkernel = %s\ninitrd = files.cpio.gz\n' "$1" "$build/guest/vmlinuz"
	printf 'cmdline = console=ttyS0 quiet no_timer_check\nmemory = 96M\non-crash = restart\n'
	shift
	printf 'disk = %s\n' "$@"
}
{
	guest one nvme
	guest two virtio ahci
	printf '[disk nvme]\nserial = CARREL0\nunsafe-dma = yes\ndebug-crash = 50\n'
	printf '[disk virtio]\nserial = CARREL1\nunsafe-dma = yes\n'
	printf '[disk ahci]\ndevice = 2\nunsafe-dma = yes\n'
} >"$work/kinds.conf"

boot kinds 0 --timeout 500 --disk "nvme:$work/nvme.img" --disk "virtio:$work/virtio.img" \
	--disk "ahci:$work/ahci.img" "$work/kinds.conf"
has kernel.log 'device 0: 16 MiB, serial CARREL0, QEMU NVMe Ctrl \(nvme 0:[0-9a-f]*.0, namespace 1\)'
has kernel.log 'device 1: 16 MiB, serial CARREL1, virtio disk \(virtio 0:[0-9a-f]*.0, disk 0\)'
has kernel.log 'device 2: 16 MiB, serial CARREL2, QEMU HARDDISK \(ahci 0:1f.2, port 0\)'
for name in one two; do
	has $name.log '^DISK 32768 '
	has $name.log '^WRITTEN, now again'
	has $name.log '^FOUND after a reboot'
	has $name.log '^TRIMMED'
	has $name.log '^FOUND after discards'
	has $name.log '^UNMOUNTED'
	has_not $name.log 'FAILED|COMPLAINT|Kernel panic|BUG:|WARNING: CPU'
	ended $name poweroff
done
has two.log '^COPIED to the third'
restarts=$(grep -c 'driver disk: killed: .*starting it again' "$log/kernel.log")
[ "$restarts" -ge 5 ] || fail "the driver was started again $restarts times only"
has kernel.log 'init: memory balance zero'
for kind in nvme virtio; do
	PATH=$PATH:/usr/sbin e2fsck -fn "$work/$kind.img" >"$work/fsck.out" 2>&1 ||
		fail "the file system of $kind is damaged: $(tail -n 2 "$work/fsck.out")"
	# One of two files was discarded.
	[ "$(du -k "$work/$kind.img" | cut -f 1)" -lt 6000 ] || fail "nothing of $kind was discarded"
done
