#!/bin/sh
# SPDX-License-Identifier: MIT
# Debian's kernel with a busybox initrd, from its first instruction to that of
# /init, on a bare machine and as a Carrel guest, both in Bochs: ticks, which are
# instructions and idle time, and their ratio. Fails above the limit.
#
#   tools/bench_linux.sh [BUILD]
#
# The same files, command line, CPU and memory in both. `nokaslr`: the kernel's
# first instruction after it has unpacked itself is at 16 MiB, and Bochs' debugger
# says at which tick it, and the one of /init, are executed. Nothing is added to
# the machine for that. The console is quiet: on a bare machine each character
# waits for the UART, and the comparison would be one of UARTs. `tsc_early_khz`:
# the bare machine need not measure what the guest is told, and both have as many
# timer ticks.
set -eu
build=$(cd "${1:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$build/bench_linux
limit=1.05
kernel_start=0x1000000
init_start=0x7600000
words="console=ttyS0 nokaslr loglevel=0 tsc_early_khz=100000"
ticks_per_second=100000000
rm -rf "$work"
mkdir -p "$work/tree/boot/grub"

gcc -O1 -ffreestanding -fno-stack-protector -fno-pie -fcf-protection=none -nostdlib -static \
	-no-pie -Wl,--build-id=none,-Ttext="$init_start" -Wl,--section-start=.text.start="$init_start" \
	-o "$work/init" "$here/../test/linux/init.c"
"$here/initrd.sh" "$work/tree/boot/initrd" "$work/init"
cp "$build/guest/vmlinuz" "$work/tree/boot/vmlinuz"
cat >"$work/tree/boot/grub/grub.cfg" <<CFG
set timeout=0
linux /boot/vmlinuz $words
initrd /boot/initrd
boot
CFG
grub-mkrescue -o "$work/bare.iso" "$work/tree" >"$work/mkrescue.log" 2>&1
cat >"$work/guest.conf" <<CONF
[vm linux]
kernel  = $work/tree/boot/vmlinuz
initrd  = $work/tree/boot/initrd
cmdline = $words
memory  = 128M
CONF
"$build/carrel" image --output "$work/guest.iso" "$work/guest.conf" >"$work/image.log"

# machine NAME MEMORY: boots NAME.iso and leaves its consoles and ticks.
machine() {
	mkdir "$work/$1"
	cat >"$work/$1/bochsrc" <<RC
config_interface: textconfig
display_library: rfb, options="timeout=0"
romimage: file=/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
cpu: model=corei7_skylake_x, count=1, ips=$ticks_per_second, reset_on_triple_fault=0
clock: sync=none
memory: guest=$2, host=$2
boot: cdrom
ata0-master: type=cdrom, path=$work/$1.iso, status=inserted
com1: enabled=1, mode=file, dev=com1.log
com2: enabled=1, mode=file, dev=com2.log
sound: waveoutdrv=dummy
speaker: enabled=0
panic: action=fatal
error: action=ignore
info: action=ignore
log: bochs.log
RC
	{
		printf 'lb %s\nlb %s\n' "$kernel_start" "$init_start"
		yes c | head -20
	} >"$work/$1/go"
	(cd "$work/$1" && timeout 200 bochs -q -f bochsrc -rc go >debugger.log 2>&1 </dev/null) || true
	# The last stop at the kernel's start is the one after unpacking.
	awk -v start="${kernel_start#0x}" -v init="${init_start#0x}" '
		/^Next at t=/ { tick = substr($0, 11) }
		$0 ~ ":0*" start " " { from = tick }
		$0 ~ ":0*" init " " { to = tick }
		END { if (from && to) print to - from; else exit 1 }' "$work/$1/debugger.log" ||
		{ echo "bench-linux: $1 did not reach user space" >&2; tail -3 "$work/$1"/*.log >&2; exit 1; }
}

# idle NAME: ticks until user space in which the kernel had nothing to do.
idle() {
	tr -d '\r' <"$work/$1/com1.log" | sed -n 's/.*bench-linux: uptime [0-9.]* \([0-9.]*\).*/\1/p' |
		awk -v rate="$ticks_per_second" '{ printf "%.0f\n", $1 * rate }'
}

bare=$(machine bare 128)
guest=$(machine guest 512)
tr -d '\r' <"$work/guest/com1.log" | grep -ao 'exits: .*' || true
awk -v bare="$bare" -v guest="$guest" -v bi="$(idle bare)" -v gi="$(idle guest)" -v limit="$limit" '
	BEGIN {
		printf "%-26s %14s %14s %8s %6s\n", "Linux boot, ticks", "bare", "guest", "ratio", "limit"
		printf "%-26s %14d %14d %8.3f %6.2f%s\n", "to user space", bare, guest, guest / bare, limit,
			(guest / bare > limit ? " ABOVE ITS LIMIT" : "")
		printf "%-26s %14d %14d\n", "of these idle, about", bi, gi
		printf "%-26s %14d %14d %8.3f\n", "without these", bare - bi, guest - gi, (guest - gi) / (bare - bi)
		exit (guest / bare > limit)
	}'
