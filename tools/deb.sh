#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Downloads a Debian package and unpacks it, without installing it.
#
#   tools/deb.sh PACKAGE DIRECTORY
#
# DIRECTORY is made anew. Prints the name and version of what was unpacked: a meta
# package of a kernel stands for the kernel's package of today.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
wanted=$1
directory=$2

# The package that a kernel's meta package stands for today; itself if it is none.
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

apt-cache show "$wanted" >/dev/null 2>&1 || update_lists >&2 || true
if ! apt-cache show "$wanted" >/dev/null 2>&1; then
	echo "deb.sh: apt knows no package $wanted; run \`apt-get update\` as root first" >&2
	exit 1
fi
package=$(resolve_package "$wanted")
package=${package:-$wanted}
rm -rf "$directory" "$directory.deb"
mkdir -p "$directory" "$directory.deb"
(cd "$directory.deb" && "$here/step.sh" "downloading $package" \
	apt-get -q download -o APT::Sandbox::User="$(id -un)" "$package" >&2)
"$here/step.sh" "unpacking $package" dpkg-deb -x "$directory.deb"/*.deb "$directory" >&2
basename "$directory.deb"/*.deb .deb
rm -rf "$directory.deb"
