#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes the example guest: Debian's cloud kernel and a busybox initrd.
#
#   tools/guest.sh [DIRECTORY]            default: build/guest
#
# The kernel's package is downloaded and unpacked, not installed. Leaves in
# DIRECTORY: vmlinuz, modules/ (the package's lib/modules), kernel-version and
# hello.cpio.gz. What is there already is kept; remove the directory to start
# afresh. CARREL_GUEST_KERNEL names another kernel package.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../build/guest}
meta=${CARREL_GUEST_KERNEL:-linux-image-cloud-amd64}

say() {
	echo "guest.sh: $*" >&2
}

# The package that the meta package stands for today; itself if it is none.
resolve_package() {
	apt-cache depends --no-recommends --no-suggests "$1" 2>/dev/null |
		sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1
}


# A system may have all packages and no lists of them.
update_lists() {
	if [ "$(id -u)" = 0 ]; then
		"$here/step.sh" "apt-get update" apt-get -q update
	elif command -v sudo >/dev/null; then
		"$here/step.sh" "apt-get update" sudo apt-get -q update
	fi
}

make_kernel() {
	apt-cache show "$meta" >/dev/null 2>&1 || update_lists || true
	if ! apt-cache show "$meta" >/dev/null 2>&1; then
		say "apt knows no package $meta; run \`apt-get update\` as root first"
		exit 1
	fi
	package=$(resolve_package "$meta")
	package=${package:-$meta}
	work=$out/new
	rm -rf "$work"
	mkdir -p "$work/root"
	(cd "$work" && "$here/step.sh" "downloading $package" \
		apt-get -q download -o APT::Sandbox::User="$(id -un)" "$package")
	"$here/step.sh" "unpacking $package" dpkg-deb -x "$work"/*.deb "$work/root"
	rm -rf "$out/modules"
	mv "$work/root/lib/modules" "$out/modules"
	mv "$work"/root/boot/config-* "$out/config"
	mv "$work"/root/boot/vmlinuz-* "$work/vmlinuz"
	basename "$work"/*.deb .deb >"$out/kernel-version"
	mv "$work/vmlinuz" "$out/vmlinuz" # last: it says that the rest is there
	rm -rf "$work"
}

mkdir -p "$out"
[ -s "$out/vmlinuz" ] || make_kernel
newer=$(find "$here/hello.init" "$here/initrd.sh" -newer "$out/hello.cpio.gz" 2>/dev/null || echo all)
if [ -n "$newer" ]; then
	"$here/step.sh" "packing hello.cpio.gz" "$here/initrd.sh" "$out/hello.cpio.gz" "$here/hello.init"
fi
