#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Packs an initrd: busybox, the script given as its /init, and further files.
#
#   tools/initrd.sh OUTPUT INIT [FILE=PATH-IN-THE-INITRD ...]
#
# Same input, same bytes: names sorted, times zero, owner root, inode numbers
# counted anew. /dev/console comes with the kernel's own built-in archive.
set -eu

if [ $# -lt 2 ]; then
	echo "usage: initrd.sh OUTPUT INIT [FILE=PATH ...]" >&2
	exit 2
fi
output=$1
init=$2
shift 2

# /bin/busybox of busybox-static; the plain package's needs libraries.
busybox=${BUSYBOX:-/bin/busybox}
if [ ! -x "$busybox" ]; then
	echo "initrd.sh: $busybox is not there; install busybox-static" >&2
	exit 1
fi

root=$(mktemp -d)
trap 'rm -rf "$root" "$output.new"' EXIT
umask 022
mkdir "$root/bin" "$root/dev" "$root/proc" "$root/sys" "$root/tmp" "$root/root"
cp "$busybox" "$root/bin/busybox"
# The applets' names come from busybox itself.
for applet in $("$busybox" --list); do
	[ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
done
cp "$init" "$root/init"
chmod 755 "$root/init" "$root/bin/busybox"
for extra in "$@"; do
	mkdir -p "$root/$(dirname "${extra#*=}")"
	cp "${extra%%=*}" "$root/${extra#*=}"
done

find "$root" -exec touch -h -d @0 {} +
(cd "$root" && find . -mindepth 1 | LC_ALL=C sort |
	cpio --quiet -o -H newc --reproducible --owner=+0:+0) | gzip -n -9 >"$output.new"
mv "$output.new" "$output"
