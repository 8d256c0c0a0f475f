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
# is $machine, and guests must have run on what that has.
boot() {
	log=$work/$1 expected=$2 own=yes
	shift 2
	case " $* " in *" --emulator "*) ;; *) [ "$machine" = itself ] || own=no ;; esac
	# shellcheck disable=SC2046
	[ $own = yes ] || set -- $(machine_options "$machine") "$@"
	status=0
	"$build/carrel" run --headless --log "$log" "$@" >"$log.out" 2>&1 </dev/null || status=$?
	[ "$status" = "$expected" ] || {
		tail -n 15 "$log.out" "$log"/kernel.log >&2 || true
		fail "carrel ended with $status instead of $expected"
	}
	[ "$expected" != 2 ] || own=yes # nothing was booted
	[ $own = yes ] || [ "$(machine_ran "$log")" = "$(machine_title "$machine")" ] ||
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

# An initrd whose init is standard input, as $work/NAME.cpio.gz.
initrd() {
	cat >"$work/$1.init"
	tools/initrd.sh "$work/$1.cpio.gz" "$work/$1.init"
}
