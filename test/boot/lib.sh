# SPDX-License-Identifier: MIT
# Helpers of the whole-machine tests. A test is a file NAME.sh that sources this,
# boots machines, and states what must be true; run.sh counts the results. MACHINE is
# one of machines.sh, or `itself`; test/boot/list says which.
# shellcheck shell=sh
set -eu

build=$(cd "${BUILD:-build}" && pwd)
test_name=$(basename "$0" .sh)
machine=${MACHINE:-vmx-bochs}
work=$build/test/boot/$machine/$test_name
rm -rf "$work"
mkdir -p "$work"

. test/boot/machines.sh

fail() {
	echo "    $*" >&2
	exit 1
}

# boot LOG STATUS [OPTION...] [CONFIG]: runs a machine without a terminal and
# expects carrel's exit status. Logs are in $work/LOG. Unless an emulator is named it
# is $machine, and guests must have run on what that has. The lines of the file $typed,
# if that is set, are typed, each at a prompt.
typed=/dev/null
boot() {
	log=$work/$1 expected=$2 own=yes
	shift 2
	case " $* " in *" --emulator "*) ;; *) [ "$machine" = itself ] || own=no ;; esac
	[ "$typed" != /dev/null ] || set -- --headless "$@"
	# shellcheck disable=SC2046
	[ $own = yes ] || set -- $(machine_options "$machine") "$@"
	status=0
	"$build/carrel" run --log "$log" "$@" >"$log.out" 2>&1 <"$typed" || status=$?
	[ "$status" = "$expected" ] || {
		tail -n 15 "$log.out" "$log"/kernel.log >&2 || true
		fail "carrel ended with $status instead of $expected"
	}
	[ "$expected" != 2 ] || own=yes # nothing was booted
	[ $own = yes ] || ran_on_machine
}

# boot_until LOG FILE REGEX SECONDS CONFIG: the same for a guest that does not end by
# itself: until FILE has a line like that, then it is stopped.
boot_until() {
	log=$work/$1 file=$2 regex=$3 seconds=$4
	# shellcheck disable=SC2046
	"$build/carrel" run $(machine_options "$machine") --timeout "$seconds" --log "$log" "$5" \
		>"$log.out" 2>&1 <"$typed" &
	carrel=$!
	while kill -0 $carrel 2>/dev/null && ! grep -qE -- "$regex" "$log/$file" 2>/dev/null; do
		sleep 1
	done
	kill $carrel 2>/dev/null || true
	wait $carrel || true
	has "$file" "$regex"
	ran_on_machine
}

ran_on_machine() {
	[ "$(machine_ran "$log")" = "$(machine_title "$machine")" ] ||
		fail "it ran on $(machine_ran "$log") instead of $(machine_title "$machine")"
}

# has FILE REGEX: the file of the last boot has a line like that.
has() {
	grep -qE -- "$2" "$log/$1" || {
		tail -n 8 "$log/$1" >&2 || true
		fail "$1 has no line like: $2"
	}
}

has_not() {
	! grep -qE -- "$2" "$log/$1" || fail "$1 has a line like: $2"
}

# ended NAME HOW: summary.json says so.
ended() {
	grep -qF "{\"name\": \"$1\", \"end\": \"$2\"" "$log/summary.json" || {
		cat "$log/summary.json" >&2
		fail "guest $1 did not end by $2"
	}
}

# initrd NAME [FILE=PATH-IN-THE-INITRD ...]: one whose init is standard input, as
# $work/NAME.cpio.gz.
initrd() {
	initrd_name=$1
	shift
	cat >"$work/$initrd_name.init"
	tools/initrd.sh "$work/$initrd_name.cpio.gz" "$work/$initrd_name.init" "$@"
}

# The drivers of virtio devices among the guest kernel's modules, as such arguments;
# they have to be loaded in this order.
virtio_modules="virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk virtio-rng"
virtio_files() {
	for module in $virtio_modules; do
		echo "$(find "$build/guest/modules" -name "$module.ko")=lib/$module.ko"
	done
}
