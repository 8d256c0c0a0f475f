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

make_kernel() {
	new=$out/new
	"$here/deb.sh" "${CARREL_GUEST_KERNEL:-linux-image-cloud-amd64}" "$new" >"$out/kernel-version"
	rm -rf "$out/modules"
	mv "$new/lib/modules" "$out/modules"
	mv "$new"/boot/config-* "$out/config"
	mv "$new"/boot/vmlinuz-* "$out/vmlinuz" # last: it says that the rest is there
	rm -rf "$new"
}

mkdir -p "$out"
[ -s "$out/vmlinuz" ] || make_kernel
newer=$(find "$here/hello.init" "$here/initrd.sh" -newer "$out/hello.cpio.gz" 2>/dev/null || echo all)
if [ -n "$newer" ]; then
	"$here/step.sh" "packing hello.cpio.gz" "$here/initrd.sh" "$out/hello.cpio.gz" "$here/hello.init"
fi

# The same with the driver of a virtio network card.
net_files() {
	echo "$here/hello.init=hello.init"
	for module in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci \
		failover net_failover virtio_net; do
		echo "$(find "$out/modules" -name "$module.ko")=lib/$module.ko"
	done
}
newer=$(find "$here/net.init" "$out/hello.cpio.gz" -newer "$out/net.cpio.gz" 2>/dev/null || echo all)
if [ -n "$newer" ]; then
	# shellcheck disable=SC2046
	"$here/step.sh" "packing net.cpio.gz" "$here/initrd.sh" "$out/net.cpio.gz" "$here/net.init" \
		$(net_files)
fi
