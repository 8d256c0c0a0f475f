#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Installs the packages of tools/packages.list that are missing.
#
#   tools/packages.sh [run|check|dev]     default: run
#   tools/packages.sh --list [GROUP]      prints what is missing, installs nothing
#
# Says nothing when nothing is missing. Exit status: 0 all are there; 1 some are
# missing and could not be installed; 2 wrong usage.
set -eu

list=$(dirname "$0")/packages.list
only_list=no
if [ "${1:-}" = --list ]; then
	only_list=yes
	shift
fi
group=${1:-run}
case $group in
run) groups="run" ;;
check) groups="run check" ;;
dev) groups="run check dev" ;;
*)
	echo "usage: packages.sh [--list] [run|check|dev]" >&2
	exit 2
	;;
esac

# The names of all packages of the chosen groups.
wanted() {
	for g in $groups; do
		sed 's/#.*//' "$list" | awk -v g="$g" '$1 == g { print $2 }'
	done
}

# A package counts as there when dpkg has it installed, under whatever
# architecture: "ii" is wanted and installed, "hi" is held and installed.
missing() {
	for p in $(wanted); do
		state=$(dpkg-query -W -f '${db:Status-Abbrev}' "$p" 2>/dev/null || true)
		case $state in
		*ii* | *hi*) ;;
		*) echo "$p" ;;
		esac
	done
}

if ! command -v dpkg-query >/dev/null; then
	echo "packages.sh: this is no Debian system (dpkg-query is not there)." >&2
	echo "packages.sh: install by hand what stands in $list." >&2
	exit 1
fi

need=$(missing | tr '\n' ' ')
need=${need% }
[ -n "$need" ] || exit 0
if [ $only_list = yes ]; then
	echo "$need"
	exit 0
fi

by_hand="apt-get install --no-install-recommends $need"
if [ "$(id -u)" = 0 ]; then
	as_root=
elif command -v sudo >/dev/null; then
	as_root=sudo
	sudo -v # asks for the password now, before anything is drawn
else
	echo "packages.sh: missing packages, and neither root nor sudo. As root run:" >&2
	echo "  $by_hand" >&2
	exit 1
fi

echo "packages missing: $need" >&2
apt() {
	"$(dirname "$0")/step.sh" "apt-get $1" $as_root env DEBIAN_FRONTEND=noninteractive \
		apt-get -q -o DPkg::Lock::Timeout=300 -y --no-install-recommends "$@"
}
# A fresh system has no package lists at all, an old one has stale ones; without
# a network the lists that are there may still do.
apt update || true
# shellcheck disable=SC2086 # the list is words on purpose
if ! apt install $need || [ -n "$(missing)" ]; then
	echo "packages.sh: apt-get could not install them all. By hand:" >&2
	echo "  apt-get update && $by_hand" >&2
	exit 1
fi
