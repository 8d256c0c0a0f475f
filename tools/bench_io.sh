#!/bin/sh
# SPDX-License-Identifier: MIT
# What input and output cost a Linux guest: instructions of the whole machine, from the
# guest's program to the disk's driver, per 4 KiB read and written and per Ethernet frame
# with 1500 bytes between two guests. Beside it the same Linux with QEMU's virtio devices
# on the bare machine, and copying alone: the copies that the way has to make, as `make
# bench` measures them. Fails if a row is missing or above its limit (test/bench/io.csv).
#
#   tools/bench_io.sh [BUILD]       after tools/bench.sh
#
# QEMU runs at an instruction a nanosecond (-icount shift=0), and one iteration of a string
# instruction is an instruction. What QEMU's devices do costs none, so the disk behind the
# controller holds nothing, and answers after 0.1 ms. test/linux/io.c says how idle time is
# kept out.
set -eu
build=$(cd "${1:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
limits=$here/../test/bench/io.csv
work=$build/bench_io
words="console=ttyS0 quiet nokaslr no_timer_check"
medium="if=none,id=disk0,driver=null-co,size=16M,read-zeroes=on,latency-ns=100000"
modules="virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk
	failover net_failover virtio_net"
[ -s "$build/bench-svm.csv" ] || { echo "bench-io: tools/bench.sh has to be first" >&2; exit 1; }
rm -rf "$work"
mkdir -p "$work/bin"

# initrd NAME: one whose init goes on with standard input. Disks have no scheduler, whose
# worker threads are no part of the way.
initrd() {
	files=$work/io=io
	for module in $modules; do
		files="$files $(find "$build/guest/modules" -name "$module.ko")=lib/$module.ko"
	done
	{
		echo '#!/bin/sh'
		echo 'mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev'
		for module in $modules; do echo "insmod /lib/$module.ko"; done
		# shellcheck disable=SC2016
		echo 'for disk in /sys/block/vd*; do echo none >$disk/queue/scheduler; done'
		cat
	} >"$work/$1.init"
	# shellcheck disable=SC2086
	"$here/initrd.sh" "$work/$1.cpio.gz" "$work/$1.init" $files
}

gcc -D_GNU_SOURCE -O2 -Wall -Wextra -static -o "$work/io" "$here/../test/linux/io.c" -lpthread
initrd one <<'INIT'
ifconfig eth0 10.0.0.1
/io send net 10.0.0.2 eth0
sleep 1 # until that is on the console
/io disk file /dev/vda
sleep 1
/io disk ahci /dev/vdb
until nc 10.0.0.2 9000 </dev/null; do sleep 1; done
poweroff -f
INIT
initrd two <<'INIT'
ifconfig eth0 10.0.0.2
/io receive
/io receive # that one has done all it wanted
poweroff -f
INIT
# Each card in a network of its own, or Linux would not send from one to the other.
initrd bare <<'INIT'
unshare -n sleep 10000 &
sleep 1
ip link set eth1 netns $!
nsenter --net=/proc/$!/ns/net ifconfig eth1 10.0.0.2
nsenter --net=/proc/$!/ns/net /io receive &
ifconfig eth0 10.0.0.1
/io send-spin net 10.0.0.2 eth0
/io disk disk /dev/vda
poweroff -f
INIT

truncate -s 4M "$work/disk.img"
{
	for name in one two; do
		printf '[vm %s]\nkernel = %s\ninitrd = %s.cpio.gz\ncmdline = %s\nmemory = 96M\nnet = lan\n' \
			$name "$build/guest/vmlinuz" $name "$words"
		[ $name = two ] || printf 'disk = file\ndisk = ahci\n'
	done
	printf '[net lan]\n[disk file]\nfile = disk.img\noverlay = memory\n'
	printf '[disk ahci]\ndevice = 0\nunsafe-dma = yes\n'
} >"$work/io.conf"
cat >"$work/bin/qemu-system-x86_64" <<WRAPPER
#!/bin/sh
PATH=$PATH
for word; do
	shift
	case \$word in if=none,id=disk0,*) word=$medium ;; esac
	set -- "\$@" "\$word"
done
exec qemu-system-x86_64 "\$@" -icount shift=0,sleep=off
WRAPPER
chmod +x "$work/bin/qemu-system-x86_64"

# QEMU 7.2 may deliver an interrupt twice that VMRUN injects: once more, without a look at
# RFLAGS.IF, if a timer of its own ends the round before the next exit. In the few
# instructions in which Linux cannot bear that it hangs, one time in some dozens; so a run
# that does not end is done again.
carrel_run() {
	for limit in 60 120 240; do
		rm -rf "$work/log"
		PATH=$work/bin:$PATH "$build/carrel" run --headless --emulator qemu --cpu max \
			--timeout $limit --log "$work/log" --disk "$work/disk.img" "$work/io.conf" && return
	done
}
carrel_run >"$work/carrel.log" 2>&1 &
carrel=$!

# card NUMBER: with what Carrel's has, and on the same net.
card() {
	printf '%s\n' -netdev "hubport,hubid=0,id=port$1" -device
	printf 'virtio-net-pci,netdev=port%s,mac=02:00:00:00:00:0%s,csum=off,gso=off,guest_csum=off' "$1" "$1"
	for offload in tso4 tso6 ecn ufo; do printf ',host_%s=off,guest_%s=off' $offload $offload; done
	echo
}
# shellcheck disable=SC2046
timeout 200 qemu-system-x86_64 -nodefaults -machine q35 -accel tcg,thread=single -cpu max -m 96M \
	-display none -no-reboot -serial "file:$work/bare.log" -icount shift=0,sleep=off \
	-kernel "$build/guest/vmlinuz" -initrd "$work/bare.cpio.gz" -append "$words" \
	-drive "$medium" -device virtio-blk-pci,drive=disk0 $(card 1) $(card 2) \
	>"$work/qemu.log" 2>&1 </dev/null || true
wait $carrel || true

# rows FILE: from its lines, as TRANSFER,MIN,MEDIAN.
rows() {
	tr -d '\r' <"$1" | sed -n 's/.*bench-io: \([a-z0-9_]*,[0-9]*,[0-9]*\)$/\1/p'
}
rows "$work/log/one.log" >"$build/bench-io.csv"
rows "$work/bare.log" >"$work/bare.csv"
awk -F, '
	FILENAME ~ /io.csv$/ && FILENAME !~ /bench-io/ { if (FNR > 1) { line[$1] = $0; order[++n] = $1 } next }
	FILENAME ~ /bench-svm.csv$/ { copy[$1] = $3; next }
	FILENAME ~ /bare.csv$/ { bare[$1] = $3; next }
	{ carrel[$1] = $3 }
	END {
		form = "%-20s %6s %6s %6s %6s   %7s %6s %6s %7s %s\n"
		printf form, "instructions", "bare", "Carrel", "limit", "ratio", "copying", "all /", "added/", "target", ""
		for (i = 1; i <= n; i++) {
			op = order[i]
			split(line[op], f, ",") # transfer,limit,target,copies,copy,bare
			if (!(op in carrel) || !(f[6] in bare) || !(f[5] in copy)) {
				printf form, op, "", carrel[op], f[2], "", "", "", "", "", "MISSING"
				bad = 1
				continue
			}
			all = carrel[op]; alone = f[4] * copy[f[5]]
			above = all > f[2] + 0
			bad = bad || above
			printf form, op, bare[f[6]], all, f[2], sprintf("%.2f", all / bare[f[6]]), alone,
				sprintf("%.1f", all / alone), sprintf("%.1f", (all - bare[f[6]]) / alone), f[3],
				above ? "ABOVE ITS LIMIT" : ""
		}
		exit bad
	}' "$limits" "$build/bench-svm.csv" "$work/bare.csv" "$build/bench-io.csv" || {
	tail -n 4 "$work/log/one.log" "$work/bare.log" "$work/carrel.log" "$work/qemu.log" >&2
	exit 1
}
