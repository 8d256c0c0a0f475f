#!/bin/sh
# SPDX-License-Identifier: MIT
# Guests on a net that leads out: over QEMU's user network they get addresses by DHCP, and
# from this computer 12 MB by HTTP, and send 5 MB back, with checksums; by an 82540EM and
# by an 82574L, of which each is on a net of its own. A third guest, on a net without an
# uplink, reaches nobody. Then the same with a switch and a driver that die every so many
# frames.
. test/boot/lib.sh

virtio_modules="$virtio_modules failover net_failover virtio_net"
mb=12

# The other end: a server here, and a receiver for each guest.
mkdir -p "$work/www"
mkfifo "$work/none" # gives nothing, and does not end
dd if=/dev/urandom of="$work/www/file" bs=1M count=$mb 2>/dev/null
md5sum <"$work/www/file" >"$work/www/sum"
base=$((20000 + $$ % 20000))
busybox httpd -f -p 127.0.0.1:$base -h "$work/www" &
servers=$!
receive() { # receive NAME PORT
	rm -f "$work/$1.received"
	busybox nc -l -p "$2" <>"$work/none" | md5sum >"$work/$1.received" &
	servers="$servers $!"
}
# shellcheck disable=SC2064,SC2086
trap 'kill $servers 2>/dev/null || true' EXIT

# outside PORT: a guest that uses the net
outside() {
	cat <<INIT
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $virtio_modules; do insmod /lib/\$module.ko || echo "FAILED \$module"; done
ifconfig lo 127.0.0.1 up
ifconfig eth0 up
cat >/bound <<'DONE'
#!/bin/sh
[ "\$1" = bound ] || exit 0
ifconfig eth0 "\$ip" netmask "\$subnet"
echo "BOUND \$ip from \$serverid"
DONE
chmod +x /bound
udhcpc -i eth0 -s /bound -n -q -t 20 -T 1 || echo "FAILED udhcpc"
ping -c 3 -W 2 10.0.2.2 | grep received | sed 's/^/PING /'
date +%s >/tmp/start
wget -q -O /tmp/file http://10.0.2.2:$base/file || echo "FAILED wget"
echo "$mb MB in \$((\$(date +%s) - \$(cat /tmp/start))) s"
wget -q -O /tmp/sum http://10.0.2.2:$base/sum || echo "FAILED wget sum"
[ "\$(md5sum </tmp/file)" = "\$(cat /tmp/sum)" ] && echo "DOWNLOADED and the same"
echo "SUM \$(head -c 5000000 /tmp/file | md5sum)"
head -c 5000000 /tmp/file >/tmp/part
nc 10.0.2.2 $1 </tmp/part || echo "FAILED nc"
dmesg | grep -iE "virtio.*(error|fail|reset)|NETDEV WATCHDOG" | sed "s/^/COMPLAINT /"
poweroff -f
INIT
}

# shellcheck disable=SC2046
{
	outside $((base + 1)) | initrd one $(virtio_files)
	outside $((base + 2)) | initrd two $(virtio_files)
	sed -e 's/^#!.*//' <<INIT | { echo '#!/bin/sh'; cat; } | initrd three $(virtio_files)
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $virtio_modules; do insmod /lib/\$module.ko || echo "FAILED \$module"; done
ifconfig eth0 up
udhcpc -i eth0 -n -q -t 5 -T 1 && echo "REACHED somebody"
echo "SAW \$(cat /sys/class/net/eth0/statistics/rx_packets) frames"
poweroff -f
INIT
}

guest() { # guest NAME NET VCPUS
	cat <<CONF
[vm $1]
kernel  = $build/guest/vmlinuz
initrd  = $1.cpio.gz
cmdline = console=ttyS0 quiet
memory  = 160M
vcpus   = $3
net     = $2

CONF
}

transferred() { # transferred NAME
	has "$1.log" '^BOUND 10.0.2.15 from 10.0.2.2'
	has "$1.log" '^PING 3 packets transmitted, 3 packets received'
	has "$1.log" '^DOWNLOADED and the same'
	sum=$(sed -n 's/^SUM \([0-9a-f]*\).*/\1/p' "$log/$1.log")
	[ -n "$sum" ] && grep -q "^$sum" "$work/$1.received" || fail "what $1 sent is another thing"
	has_not "$1.log" 'FAILED|COMPLAINT|Kernel panic|BUG:|WARNING: CPU'
	ended "$1" poweroff
	has kernel.log 'init: memory balance zero'
}

{
	guest one lan 1
	guest two wan 2
	guest three inside 1
	printf '[net lan]\nuplink = 0\nunsafe-dma = yes\n\n'
	printf '[net wan]\nuplink = 1\nunsafe-dma = yes\nisolate = yes\n\n[net inside]\n'
} >"$work/net.conf"
receive one $((base + 1))
receive two $((base + 2))
boot nets 0 --timeout 300 --net user --net user:e1000e "$work/net.conf"
transferred one
transferred two
has kernel.log 'nic:lan: network card 0 \(8086:100e\), address 52:54:00:ca:99:00'
has kernel.log 'nic:wan: network card 1 \(8086:10d3\), address 52:54:00:ca:99:01'
has three.log '^SAW 0 frames'
has_not three.log 'REACHED|FAILED'

{
	guest one lan 1
	printf '[net lan]\nuplink = 0\nunsafe-dma = yes\ndebug-crash = 500\n'
} >"$work/crash.conf"
receive one $((base + 1))
boot crash 0 --timeout 300 --net user "$work/crash.conf"
transferred one
for name in net nic; do
	deaths=$(grep -c "driver $name:lan: killed: .*starting it again" "$log/kernel.log")
	[ "$deaths" -ge 20 ] || fail "$name:lan died only $deaths times"
	echo "    $name:lan died $deaths times"
done
grep -h '^[0-9]* MB' "$work"/*/*.log | sed 's/^/    /'
