#!/bin/sh
# SPDX-License-Identifier: MIT
# A Debian 12 system on a GPT disk of the machine: it boots from its virtio disk to its
# login; there a package is installed, a program compiled and run, a database filled and
# checked; then it shuts down, and its file system is clean. In Bochs, which is slow, the
# database only, and without systemd.
. test/boot/lib.sh

image=$work/debian.img
cp --sparse=always "$build/guest/debian.img" "$image"

cat >"$work/database" <<'SH'
sqlite3 a.db "create table t(a, b);
	with recursive n(i) as (select 1 union all select i + 1 from n where i < 20000)
	insert into t select i, hex(randomblob(20)) from n"
sync
echo 3 >/proc/sys/vm/drop_caches
sqlite3 a.db "select 'ROWS', count(*), sum(a), max(length(b)) from t; pragma integrity_check"
dmesg | grep -cE 'I/O error|EXT4-fs error' | sed 's/^/COMPLAINTS /'
SH
cat >"$work/compile" <<'SH'
dpkg -i hello.deb && hello
cat >primes.c <<'C'
#include <stdio.h>
int main(void)
{
	int primes = 0;
	for (int i = 2; i < 20000; i++) {
		int k = 2;
		while (k * k <= i && i % k != 0)
			k++;
		primes += k * k > i;
	}
	printf("PRIMES %d\n", primes);
}
C
gcc -O2 -o primes primes.c && ./primes
SH

# shellcheck disable=SC2046
{
	echo '#!/bin/sh'
	echo 'mount -t devtmpfs dev /dev; mkdir /disk'
	echo "for module in $virtio_modules; do insmod /lib/\$module.ko || echo FAILED \$module; done"
	echo 'mount -t ext4 /dev/vda1 /disk && cp /database /compile /disk/root/'
	[ "$machine" != svm-qemu ] || echo 'exec switch_root /disk /sbin/init'
	echo 'mount -t proc proc /disk/proc'
	echo 'chroot /disk sh -c "cat /etc/issue; cd /root; sh database"'
	echo 'umount /disk/proc /disk && echo UNMOUNTED'
	echo 'poweroff -f'
} | initrd boot $(virtio_files) "$work/database=database" "$work/compile=compile"

cat >"$work/debian.conf" <<CONF
[vm debian]
kernel  = $build/guest/vmlinuz
initrd  = boot.cpio.gz
cmdline = console=ttyS0 quiet no_timer_check
memory  = 384M
disk    = root

[disk root]
device     = 0
unsafe-dma = yes
CONF

if [ "$machine" = svm-qemu ]; then
	printf 'root\nsh compile\nsh database\npoweroff\n' >"$work/typed"
	typed=$work/typed
fi
boot log 0 --timeout 500 --disk "$image" "$work/debian.conf"
has debian.log '^Debian GNU/Linux 12 '
has debian.log 'ROWS\|20000\|200010000\|40'
has debian.log '^ok'
has debian.log '^COMPLAINTS 0'
has_not debian.log 'Kernel panic|BUG:|WARNING: CPU|FAILED'
ended debian poweroff
has kernel.log 'init: memory balance zero'
if [ "$machine" = svm-qemu ]; then
	has debian.log '^carrel login: root'
	has debian.log '^Setting up hello \('
	has debian.log '^Hello, world!'
	has debian.log '^PRIMES 2262'
else
	has debian.log '^UNMOUNTED'
fi

tail -c +1048577 "$image" >"$work/root.img"
PATH=$PATH:/usr/sbin e2fsck -fn "$work/root.img" >"$work/fsck.out" 2>&1 ||
	fail "the file system is damaged: $(tail -n 2 "$work/fsck.out")"
rm "$work/root.img" "$image"
