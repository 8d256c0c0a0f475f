#!/bin/sh
# SPDX-License-Identifier: MIT
# Real disks: two guests have a partition each of one disk, by number and by UUID, and a
# third is refused what another one has. One guest makes a file system, writes, reboots
# and finds all of it; meanwhile the disk's driver fails again and again, and is started
# again. Then the emulator is killed without notice: what was flushed is in the image.
# QEMU has an AHCI controller, Bochs one of the IDE kind. Linux is told not to measure its
# timer: the driver comes before guests, and on a busy host it may then take too long.
. test/boot/lib.sh

[ "$machine" = svm-qemu ] && blocks=200 crash=15 kills=100 || blocks=40 crash=25 kills=5

# An MBR with two partitions, of 30 MiB and 1 MiB.
image=$work/disk.img
truncate -s 32M "$image"
printf '\r\360\255\272' | dd of="$image" bs=1 seek=440 conv=notrunc 2>/dev/null
{
	printf '\0\0\0\0\203\0\0\0\0\010\0\0\0\360\0\0'
	printf '\0\0\0\0\203\0\0\0\0\370\0\0\0\010\0\0'
} | dd of="$image" bs=1 seek=446 conv=notrunc 2>/dev/null
printf '\125\252' | dd of="$image" bs=1 seek=510 conv=notrunc 2>/dev/null

part() { # part FIRST-MiB MiB: these of the image
	dd if="$image" bs=1M skip="$1" count="$2" 2>/dev/null
}

drivers() {
	echo 'mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev'
	echo "for module in $virtio_modules; do insmod /lib/\$module.ko || echo FAILED \$module; done"
	# shellcheck disable=SC2016
	echo 'echo "DISK $(cat /sys/block/vda/size) $(cat /sys/block/vda/serial)"'
}

# shellcheck disable=SC2046
{
	echo '#!/bin/sh'
	drivers
	cat <<INIT
[ -n "\$(dd if=/dev/vda bs=4096 count=1 2>/dev/null | tr -d '\0')" ] || {
	mke2fs -F /dev/vda >/dev/null 2>&1
	mount -t ext4 /dev/vda /root
	dd if=/dev/urandom of=/root/data bs=64k count=$blocks 2>/dev/null
	md5sum </root/data >/root/sum
	umount /root && echo "WRITTEN, now again"
	reboot -f
}
mount -t ext4 /dev/vda /root
[ "\$(cat /root/sum)" = "\$(md5sum </root/data)" ] && echo "FOUND after a reboot"
cp /root/data /root/copy && sync && echo 3 >/proc/sys/vm/drop_caches
cmp /root/data /root/copy && rm /root/data && echo "COPIED and the same"
umount /root && echo "UNMOUNTED"
dmesg | grep -E 'I/O error|EXT4-fs error' | sed 's/^/COMPLAINT /'
poweroff -f
INIT
} | initrd files $(virtio_files)

# shellcheck disable=SC2046
{
	echo '#!/bin/sh'
	drivers
	cat <<INIT
dd if=/dev/urandom of=/tmp/a bs=64k count=8 2>/dev/null
good=0
for i in 1 2 3 4 5 6; do
	dd if=/tmp/a of=/dev/vda bs=64k conv=fsync 2>/dev/null
	echo 3 >/proc/sys/vm/drop_caches
	[ "\$(dd if=/dev/vda bs=64k count=8 2>/dev/null | md5sum)" = "\$(md5sum </tmp/a)" ] &&
		good=\$((good + 1))
done
echo "ROUNDS \$good"
poweroff -f
INIT
} | initrd raw $(virtio_files)

guest() { # guest NAME INITRD DISK [LINE]
	printf '[vm %s]\nkernel = %s\ninitrd = %s.cpio.gz\ncmdline = console=ttyS0 quiet no_timer_check\n' \
		"$1" "$build/guest/vmlinuz" "$2"
	printf 'memory = 96M\ndisk = %s\n%s\n\n' "$3" "${4:-}"
}
{
	guest one files root 'on-crash = restart'
	guest two raw small
	guest three raw whole
	printf '[disk root]\ndevice = 0\npartition = 1\nunsafe-dma = yes\ndebug-crash = %s\n' $crash
	printf '[disk small]\ndevice = 0\npartition = baadf00d-02\nunsafe-dma = yes\n'
	# By a name that the configuration does not show to be the same
	printf '[disk whole]\nserial = %s\npartition = 2\nreadonly = yes\nunsafe-dma = yes\n' \
		$([ "$machine" = svm-qemu ] && echo CARREL0 || echo BXHD00012)
} >"$work/crash.conf"

boot crash 1 --timeout 500 --disk "$image" "$work/crash.conf"
grep -q 'warning: `unsafe-dma` of \[disk root\]: its controller can read and write all memory' \
	"$log.out" || fail "carrel does not say what unsafe-dma means"
has one.log '^DISK 61440 root'
has one.log '^WRITTEN, now again'
has one.log '^FOUND after a reboot'
has one.log '^COPIED and the same'
has one.log '^UNMOUNTED'
has two.log '^DISK 2048 small'
has two.log '^ROUNDS 6'
has_not one.log 'FAILED|COMPLAINT|Kernel panic|BUG:|WARNING: CPU'
ended two poweroff
ended three 'killed no-disk'
has three.monitor.log 'no disk whole: another guest has it, and one of them may write'
restarts=$(grep -c 'driver disk: killed: .*starting it again' "$log/kernel.log")
[ "$restarts" -ge $kills ] || fail "the driver was started again $restarts times only"
has kernel.log 'init: memory balance zero'
part 1 30 >"$work/root.img"
PATH=$PATH:/usr/sbin e2fsck -fn "$work/root.img" >"$work/fsck.out" 2>&1 ||
	fail "the file system is damaged: $(tail -n 2 "$work/fsck.out")"

# What was flushed when the machine goes, and what was being written then.
# shellcheck disable=SC2046
{
	echo '#!/bin/sh'
	drivers
	cat <<INIT
dd if=/dev/urandom of=/tmp/a bs=64k count=10 2>/dev/null
dd if=/tmp/a of=/dev/vda bs=64k conv=fsync 2>/dev/null
echo "FLUSHED \$(md5sum </tmp/a)"
while :; do dd if=/tmp/a of=/dev/vda bs=64k seek=10 count=6 conv=fsync 2>/dev/null; done
INIT
} | initrd kill $(virtio_files)
{
	guest one kill small
	printf '[disk small]\ndevice = 0\npartition = 2\nunsafe-dma = yes\n'
} >"$work/kill.conf"

log=$work/kill
# shellcheck disable=SC2046
"$build/carrel" run $(machine_options "$machine") --headless --timeout 300 --log "$log" \
	--disk "$image" "$work/kill.conf" >"$log.out" 2>&1 </dev/null &
carrel=$!
while kill -0 $carrel 2>/dev/null && ! grep -q '^FLUSHED .* -' "$log/one.log" 2>/dev/null; do
	sleep 0.2
done
for child in $(cat /proc/$carrel/task/$carrel/children 2>/dev/null); do kill -KILL "$child"; done
wait $carrel || true
has one.log '^FLUSHED'
sum=$(sed -n 's/^FLUSHED \(.*-\).*/\1/p' "$log/one.log")
[ "$sum" = "$(part 31 1 | dd bs=64k count=10 iflag=fullblock 2>/dev/null | md5sum)" ] ||
	fail "what was flushed is not in the image"
