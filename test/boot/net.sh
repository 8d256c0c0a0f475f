#!/bin/sh
# SPDX-License-Identifier: MIT
# Guests on nets. Two on one net ping each other and move files over HTTP and a bare TCP
# connection, with checksums, while a third on another net tries to reach them and sees
# no frame: 100 MB by HTTP, 10 MB back over the connection. Then the same with a switch that
# dies every so many frames: the connections outlive it.
. test/boot/lib.sh

virtio_modules="$virtio_modules failover net_failover virtio_net"

# start: what each guest does first; $1: its address
start() {
	cat <<INIT
#!/bin/sh
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
for module in $virtio_modules; do insmod /lib/\$module.ko || echo "FAILED \$module"; done
ifconfig lo 127.0.0.1 up
ifconfig eth0 $1 netmask 255.255.255.0 up || echo "FAILED eth0"
echo "ADDRESS \$(cat /sys/class/net/eth0/address)"
mkfifo /tmp/none # gives nothing, and does not end
INIT
}
complaints() {
	echo 'dmesg | grep -iE "virtio.*(error|fail|reset)|NETDEV WATCHDOG" | sed "s/^/COMPLAINT /"'
	echo 'poweroff -f'
}

# shellcheck disable=SC2046
{
	start 10.0.0.1
	cat <<INIT
mkdir /www
dd if=/dev/urandom of=/www/file bs=1M count=100 2>/dev/null
md5sum </www/file >/www/sum
touch /www/ready
httpd -h /www
echo "UPLOADED \$(nc -l -p 9000 <>/tmp/none | md5sum)"
echo "SUM \$(head -c 10000000 /www/file | md5sum)"
nc -l -p 9001 <>/tmp/none >/dev/null
$(complaints)
INIT
} | initrd one $(virtio_files)
# shellcheck disable=SC2046
{
	start 10.0.0.2
	cat <<INIT
until ping -c 1 -W 1 10.0.0.1 >/dev/null; do :; done
ping -c 5 -i 0.2 10.0.0.1 | grep received | sed 's/^/PING /'
until wget -q -O /tmp/ready http://10.0.0.1/ready; do sleep 0.5; done
date +%s >/tmp/start
wget -q -O /tmp/file http://10.0.0.1/file || echo "FAILED wget"
wget -q -O /tmp/sum http://10.0.0.1/sum
echo "100 MB in \$((\$(date +%s) - \$(cat /tmp/start))) s"
[ "\$(md5sum </tmp/file)" = "\$(cat /tmp/sum)" ] && echo "DOWNLOADED and the same"
head -c 10000000 /tmp/file >/tmp/part
until nc 10.0.0.1 9000 </tmp/part; do sleep 0.5; done
until nc 10.0.0.1 9001 </dev/null; do sleep 0.5; done
$(complaints)
INIT
} | initrd two $(virtio_files)
# It tries by name, by broadcast, and by the others' very addresses.
# shellcheck disable=SC2046
{
	start 10.0.0.3
	cat <<INIT
arp -s 10.0.0.1 02:ba:27:19:ef:00
for i in \$(seq 7); do
	ping -c 1 -W 1 10.0.0.1 | grep -q ' 0% packet loss' && echo "REACHED one"
	ping -c 1 -W 1 10.0.0.2 | grep -q ' 0% packet loss' && echo "REACHED two"
	arping -c 1 -w 1 -I eth0 10.0.0.2 >/dev/null && echo "REACHED two by ARP"
done
[ "\$(cat /sys/class/net/eth0/statistics/tx_packets)" -gt 10 ] && echo "TRIED"
echo "SAW \$(cat /sys/class/net/eth0/statistics/rx_packets) frames"
$(complaints)
INIT
} | initrd three $(virtio_files)

guest() { # guest NAME NET VCPUS
	cat <<CONF
[vm $1]
kernel  = $build/guest/vmlinuz
initrd  = $1.cpio.gz
cmdline = console=ttyS0 quiet
memory  = $([ $1 = three ] && echo 96M || echo 288M)
vcpus   = $3
net     = $2

CONF
}

# transferred: what must be so of the two on one net.
transferred() {
	has one.log '^ADDRESS 02:ba:27:19:ef:00'
	has two.log '^PING 5 packets transmitted, 5 packets received'
	has two.log '^DOWNLOADED and the same'
	sum=$(sed -n 's/^SUM \([0-9a-f]*\).*/\1/p' "$log/one.log")
	[ -n "$sum" ] || fail "no checksum"
	has one.log "^UPLOADED $sum"
	for name in one two; do
		has_not $name.log 'FAILED|COMPLAINT|Kernel panic|BUG:|WARNING: CPU'
		ended $name poweroff
	done
	has kernel.log 'init: memory balance zero'
}

{
	guest one lan 1
	guest two lan 2
	guest three other 1
	printf '[net lan]\n\n[net other]\n'
} >"$work/net.conf"
boot nets 0 --timeout 400 "$work/net.conf"
transferred
has three.log '^TRIED'
has three.log '^SAW 0 frames'
has_not three.log 'REACHED|FAILED|COMPLAINT'
has three.monitor.log 'net:other: [1-9][0-9]+ frames sent, 0 received'

{
	guest one lan 1
	guest two lan 2
	printf '[net lan]\ndebug-crash = 700\n'
} >"$work/crash.conf"
boot crash 0 --timeout 400 "$work/crash.conf"
transferred
deaths=$(grep -c 'driver net:lan: killed: .*starting it again' "$log/kernel.log")
[ "$deaths" -ge 100 ] || fail "the switch died only $deaths times"
echo "    the switch died $deaths times; $(grep -h '^100 MB' "$work"/*/two.log | tr '\n' ';')"
