#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Makes a disk with a Debian 12 system on it, for the tests.
#
#   tools/debian.sh [FILE]                default: build/guest/debian.img
#
# A GPT with one partition, labelled `root`: ext4, what debootstrap installs, systemd, a
# compiler and sqlite3; root has no password, and hello's package lies in /root. It has
# no kernel: a guest brings its own. What is there already is kept. debootstrap needs
# root: it is run by sudo where that is somebody else.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../build/guest/debian.img}
size_mib=1024
start_mib=1
packages=systemd-sysv,udev,dbus,gcc,libc6-dev,sqlite3,e2fsprogs
PATH=$PATH:/usr/sbin:/sbin

# Where this machine's own packages come from, or else debootstrap's default.
mirror() {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null |
		grep -E '^https?://.*/debian/?$' | head -n 1
}

fill() { # fill DIRECTORY: the system
	# shellcheck disable=SC2046 # no mirror is no argument
	"$here/step.sh" "installing Debian" \
		debootstrap --variant=minbase --include=$packages bookworm "$1" $(mirror)
	rm -rf "$1"/var/cache/apt "$1"/usr/share/doc "$1"/usr/share/man "$1"/usr/share/locale
	(cd "$1/root" && "$here/step.sh" "downloading hello" \
		apt-get -q download -o APT::Sandbox::User=root hello && mv hello_*.deb hello.deb)
	echo carrel >"$1/etc/hostname"
	echo '/dev/vda1 / ext4 errors=remount-ro 0 1' >"$1/etc/fstab"
	sed -i 's/^root:[^:]*:/root::/' "$1/etc/shadow"
}

pack() { # pack DIRECTORY FILE
	rm -f "$2"
	truncate -s ${size_mib}M "$2"
	printf 'label: gpt\nstart=%sMiB, name=root, type=linux\n' $start_mib | sfdisk -q "$2"
	mke2fs -q -t ext4 -L root -d "$1" -E offset=$((start_mib << 20)) "$2" \
		$((size_mib - start_mib - 1))M
}

[ ! -s "$out" ] || exit 0
if [ "$(id -u)" != 0 ]; then
	sudo "$0" "$out"
	sudo chown "$(id -u):$(id -g)" "$out"
	exit 0
fi
mkdir -p "$(dirname "$out")"
root=$(mktemp -d)
trap 'rm -rf "$root" "$out.new"' EXIT
chmod 755 "$root" # the guest's /
fill "$root"
pack "$root" "$out.new"
mv "$out.new" "$out"
