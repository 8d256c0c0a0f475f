#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs the guest tests under Carrel, in the machines that test/guest/list says
# (or those named as arguments): one line per test and a count at the end.
#   PASS|SKIP|FAIL|ERROR|CRASH guest/GROUP/NAME (VT-x, Bochs)
# Silence is an ERROR: a guest whose console lacks a result or the expected text,
# or a machine that failed or was another one than it should be. BUILD is the build
# folder, MACHINE one of test/boot/machines.sh.
set -u

build=$(cd "${BUILD:-build}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../boot/machines.sh"
kind=${MACHINE:-vmx-bochs}
title=$(machine_title "$kind")
options=$(machine_options "$kind") || exit 2
# Guests cannot see what emulates their processor: README.md says what the word is for.
case $kind in *-qemu) emulated=tcg ;; *) emulated=bochs ;; esac
work=$build/test/guest/run/$kind
list=$here/list
# Bochs 2.7 ends at a shutdown of a guest's, although it is intercepted.
ends_bochs='^[^|]* triple-fault '
passed=0 failed=0 skipped=0
mkdir -p "$work"

# rows MACHINE: its guests, one a line, comments and blank lines out.
rows() {
	awk -v want="$1" '
		/^#/ || NF == 0 { next }
		$1 == "machine" { on = $2 == want; next }
		on' "$list" | if [ "$kind" = svm-bochs ]; then grep -vE "$ends_bochs"; else cat; fi
}

trim() { echo "$1" | sed 's/^ *//; s/ *$//'; }

# A disk that guests can name: 64 sectors, each beginning with "sector N ".
scratch() {
	awk 'BEGIN { for (i = 0; i < 64; i++) printf "%-511s\n", "sector " i }' >"$work/scratch.img"
	printf '[disk scratch]\nfile = scratch.img\noverlay = memory\n'
}

# config MACHINE: the configuration that carrel reads.
config() {
	rows "$1" | while IFS='|' read -r head words _; do
		# shellcheck disable=SC2086
		set -- $head
		printf '[vm %s]\nkernel = %s\nmemory = %s\ndebug-exit = yes\n' \
			"$1" "$build/test/guest/$2.elf" "$3"
		[ -z "${5:-}" ] || printf '%s = %s\n' "${5%%=*}" "${5#*=}"
		words=$(trim "$emulated $words")
		[ -z "$words" ] || printf 'cmdline = %s\n' "$words"
		echo
	done
	! rows "$1" | grep -q 'disk=scratch' || scratch
}

say() {
	case $1 in
	PASS) passed=$((passed + 1)) ;;
	SKIP) skipped=$((skipped + 1)) ;;
	*) failed=$((failed + 1)) ;;
	esac
	echo "$1 guest/$2 ($title)${3:+: $3}"
}

# end_is WANT GOT
end_is() {
	case $1 in
	any) true ;;
	ended) [ "$2" != running ] ;;
	*) [ "$1" = "$2" ] ;;
	esac
}

# verdict CONSOLE IMAGE: what the guest itself says went wrong; no result is an ERROR.
verdict() {
	case $(sed -n "s/^RESULT $2 \([A-Z]*\).*/\1/p" "$1" | tail -1) in
	CRASH) echo CRASH ;;
	FAILURE | SUCCESS) echo FAIL ;;
	*) echo ERROR ;;
	esac
}

# judge LOGS MACHINE TEXT NAME IMAGE MEMORY END: one guest, by its console and the summary.
judge() {
	set -- "$1" "$2/$4" "$4" "$5" "$7" "$3"
	console=$1/$3.log
	end=$(sed -n "s/.*\"name\": \"$3\", \"end\": \"\([^\"]*\)\".*/\1/p" "$1/summary.json" 2>/dev/null | tr ' ' -)
	if [ ! -s "$console" ] || [ -z "$end" ]; then
		say ERROR "$2" "it said nothing${end:+, and ended by $end}"
	elif grep -aq "^RESULT $4 SKIP" "$console"; then
		say SKIP "$2" "$(sed -n "s/^RESULT $4 SKIP //p" "$console" | tr -d '\r' | tail -1)"
	elif ! grep -aqE -- "${6:-^RESULT $4 SUCCESS}" "$console"; then
		say "$(verdict "$console" "$4")" "$2" "ended by $end; $(grep -aE '^(not ok|RESULT)' \
			"$console" | tr -d '\r' | head -8 | paste -sd ';')"
		[ "${VERBOSE:-0}" = 0 ] || tail -20 "$console"
	elif ! end_is "$5" "$end"; then
		say FAIL "$2" "ended by $end, not $5"
	else
		say PASS "$2"
	fi
}

# machine NAME SECONDS [timeout] [cpus=N] [not=KIND]: boots one and judges its guests.
machine() {
	cpus=
	for word; do
		case $word in
		cpus=*) cpus="--cpus ${word#*=}" ;;
		not=$kind) say SKIP "$1" "not on $kind: test/guest/list says why"; return ;;
		esac
	done
	logs=$work/$1
	rm -rf "$logs"
	config "$1" >"$work/$1.conf"
	# shellcheck disable=SC2086
	"$build/carrel" run --headless $options --timeout "$2" --log "$logs" $cpus \
		"$work/$1.conf" >"$work/$1.out" 2>&1 </dev/null
	status=$?
	rows "$1" >"$work/$1.rows"
	while IFS='|' read -r head _ text; do
		judge "$logs" "$1" "$(trim "$text")" $head
	done <"$work/$1.rows"
	[ "$kind" != svm-bochs ] || for left in $(awk -v want="$1" '$1 == "machine" { on = $2 == want }
		on && $4 == "triple-fault" { print $1 }' "$list"); do
		say SKIP "$1/$left" "Bochs 2.7 ends at a shutdown of an AMD-V guest"
	done
	case $status in
	0 | 1) ;;
	124) [ "${3:-}" = timeout ] || say FAIL "$1" "the machine ran into its time limit" ;;
	*) say ERROR "$1" "carrel ended with $status: $(tail -2 "$work/$1.out" | paste -sd ' ')" ;;
	esac
	[ "$(machine_ran "$logs")" = "$title" ] || say ERROR "$1" "it ran on $(machine_ran "$logs")"
	! grep -aqi panic "$logs/kernel.log" 2>/dev/null || say ERROR "$1" "the kernel panicked"
}

[ $# -gt 0 ] || set -- $(awk '$1 == "machine" { print $2 }' "$list")
for name; do
	# shellcheck disable=SC2046
	machine $(awk -v want="$name" '$1 == "machine" && $2 == want { $1 = ""; print }' "$list")
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
