#!/bin/sh
# SPDX-License-Identifier: MIT
# Run one guest test on a bare emulated machine: the oracle of what hardware does.
# usage: test/guest/run_bare.sh NAME [qemu|bochs] [WORD ...]
# The words follow "bare" on the guest's command line. TIMEOUT (seconds), BUILD
# (the build folder), CPU (an emulator's model name) and CPUS (how many) may be set.
# Exit status 0: its last line was "RESULT NAME SUCCESS"; 4: SKIP; 1: anything else, which is right
# for tests that end otherwise (EXPECT ..). QEMU takes PVH only, GRUB in Bochs
# multiboot only.
set -u

name=${1:?usage: $0 NAME [qemu|bochs] [WORD ...]}
machine=${2:-qemu}
shift $(($# > 2 ? 2 : $#))
build=${BUILD:-build}/test/guest
elf=$build/$name.elf
dir=$build/bare/$name-$machine
log=$dir/console.log

[ -f "$elf" ] || { echo "$elf is missing; make guest" >&2; exit 2; }
mkdir -p "$dir"
rm -f "$log"

run_qemu() {
	timeout "${TIMEOUT:-60}" qemu-system-x86_64 -M pc,acpi=on -cpu "${CPU:-max}" -m 16 \
		-smp "${CPUS:-1}" -accel tcg -icount shift=4,sleep=off -display none -monitor none -no-reboot \
		-nodefaults -rtc clock=vm -serial "file:$log" -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-kernel "$elf" -append "bare $*"
	echo "qemu ended with status $?"
}

run_bochs() {
	mkdir -p "$dir/iso/boot/grub"
	cp "$elf" "$dir/iso/guest.elf"
	printf 'set timeout=0\nmultiboot /guest.elf bare %s\nboot\n' "$*" >"$dir/iso/boot/grub/grub.cfg"
	grub-mkrescue -d /usr/lib/grub/i386-pc -o "$dir/guest.iso" "$dir/iso" \
		>"$dir/grub.log" 2>&1 || { cat "$dir/grub.log" >&2; exit 2; }
	cat >"$dir/bochsrc" <<-RC
		megs: 32
		romimage: file=/usr/share/bochs/BIOS-bochs-latest
		vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
		cpu: model=${CPU:-corei7_skylake_x}, count=${CPUS:-1}, ips=50000000, reset_on_triple_fault=0, ignore_bad_msrs=0
		ata0-master: type=cdrom, path=$dir/guest.iso, status=inserted
		boot: cdrom
		display_library: rfb, options="timeout=0"
		clock: sync=none, time0=local
		com1: enabled=1, mode=file, dev=$log
		panic: action=fatal
		log: $dir/bochs.log
		speaker: enabled=0
	RC
	echo c >"$dir/commands"
	timeout "${TIMEOUT:-60}" bochs -q -f "$dir/bochsrc" -rc "$dir/commands" \
		</dev/null >"$dir/bochs.out" 2>&1
	echo "bochs ended with status $?: $(grep -E 'PANIC|hutdown' "$dir/bochs.log" | tail -1)"
}

"run_$machine" "$@"
tr -d '\r' <"$log"
last=$(tr -d '\r' <"$log" | grep -a "^RESULT $name " | tail -1)
case $last in
"RESULT $name SUCCESS") exit 0 ;;
"RESULT $name SKIP"*) exit 4 ;;
*) exit 1 ;;
esac
