#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes the guests that the whole-machine tests boot beside the example one.
#
#   tools/guests.sh [DIRECTORY]           default: build/guest/more
#
# All are Debian's; packages are downloaded and unpacked, not installed. Leaves in
# DIRECTORY:
#   generic       the kernel of every Debian installation, a bzImage
#   vmlinux       the same one unpacked: an ELF file with a PVH entry
#   memtest.bin   memtest86+
#   ipxe.lkrn     iPXE
#   grub.lkrn     GRUB for BIOS machines with a prompt, as a Linux image
# What is there already is kept; remove the directory to start afresh.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../build/guest/more}
new=$out/new

# take PACKAGE FILE-IN-THE-PACKAGE NAME; the file may be a pattern.
take() {
	[ ! -s "$out/$3" ] || return 0
	"$here/deb.sh" "$1" "$new" >"$out/$3.version"
	mv "$new"/$2 "$out/$3"
	rm -rf "$new"
}

# number FILE OFFSET BYTES: a little-endian number, as decimal.
number() {
	od -A n -t u"$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# What the bzImage unpacks when it starts. Linux, Documentation/arch/x86/boot.rst:
# setup_sects at 0x1f1, payload_offset at 0x248, payload_length at 0x24c; the last
# four bytes are the unpacked size, which xz does not expect.
unpack() {
	from=$((($(number "$1" 497 1) + 1) * 512 + $(number "$1" 584 4)))
	length=$(($(number "$1" 588 4) - 4))
	tail -c +$((from + 1)) "$1" | head -c $length | xz -dc >"$2.new"
	mv "$2.new" "$2"
}

# lnxboot.img is the head that makes GRUB's core a Linux image.
make_grub() {
	printf 'serial\nterminal_input console\nterminal_output console\n' >"$out/grub.cfg"
	grub-mkimage -O i386-pc -p /boot -c "$out/grub.cfg" -o "$out/grub.core" \
		echo halt reboot ls lsmmap cpuid help serial terminal
	cat /usr/lib/grub/i386-pc/lnxboot.img "$out/grub.core" >"$1"
	rm "$out/grub.cfg" "$out/grub.core"
}

mkdir -p "$out"
take linux-image-amd64 'boot/vmlinuz-*' generic
take memtest86+ boot/memtest86+x64.bin memtest.bin
take ipxe boot/ipxe.lkrn ipxe.lkrn
[ -s "$out/vmlinux" ] || unpack "$out/generic" "$out/vmlinux"
[ -s "$out/grub.lkrn" ] || make_grub "$out/grub.lkrn"
